#pragma once

// Asks a running service: one HTTP request over its Unix-domain socket, one JSON answer.

#include <chrono>
#include <filesystem>
#include <string>

#include "base/result.h"

namespace iwant::control {

class Client {
  public:
    explicit Client(std::filesystem::path socket) : socket_(std::move(socket)) {}

    /// Blocks until the answer is there. `body` is JSON or empty. A service that is not there gives
    /// ErrorCode::not_running; an error answer of the service becomes the Error it stands for.
    Result<std::string> request(const std::string& method, const std::string& target,
                                const std::string& body, std::chrono::milliseconds timeout) const;

  private:
    std::filesystem::path socket_;
};

}  // namespace iwant::control
