#pragma once

// The running service of a state folder, as commands ask it.

#include <chrono>
#include <filesystem>
#include <optional>
#include <string>

#include <boost/json/object.hpp>
#include <boost/json/value.hpp>

#include "base/result.h"

namespace iwant::cli {

inline constexpr std::chrono::seconds kAnswerTimeout{20};

class Service {
  public:
    /// `home_flag` is what --home said.
    static Result<Service> of(const std::optional<std::filesystem::path>& home_flag);

    const std::filesystem::path& home() const { return home_; }
    /// The process that holds the state folder, whether it answers or not.
    std::optional<int> process() const;

    Result<boost::json::value> get(const std::string& target) const;
    Result<boost::json::value> send(const std::string& method, const std::string& target,
                                    const boost::json::object& body,
                                    std::chrono::milliseconds timeout = kAnswerTimeout) const;

  private:
    explicit Service(std::filesystem::path home) : home_(std::move(home)) {}
    Result<boost::json::value> ask(const std::string& method, const std::string& target,
                                   const std::string& body,
                                   std::chrono::milliseconds timeout) const;

    std::filesystem::path home_;
};

}  // namespace iwant::cli
