#pragma once

// The JSON body of a request, read strictly: an object with known fields of the right type and
// nothing else. Reading goes on after the first mistake, which error() tells at the end.

#include <cstddef>
#include <cstdint>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <boost/json/object.hpp>

#include "base/result.h"

namespace iwant::control {

class RequestBody {
  public:
    /// An empty text stands for an empty object.
    explicit RequestBody(std::string_view json_text);
    explicit RequestBody(boost::json::object object) : object_(std::move(object)) {}

    /// A text that must be there and not be empty.
    std::string text(std::string_view name);
    std::optional<std::string> text_if_given(std::string_view name);
    /// A list of texts, empty when it is not given.
    std::vector<std::string> texts_if_given(std::string_view name);
    /// Not negative, at most `number_max`.
    std::optional<std::uint64_t> number_if_given(std::string_view name, std::uint64_t number_max);
    /// False when it is not given.
    bool flag(std::string_view name);

    /// The first mistake, fields that were never asked for included. Call last.
    std::optional<Error> error() const;

  private:
    const boost::json::value* find(std::string_view name);
    std::optional<std::string> text_of(const boost::json::value& value) const;
    void fail(std::string message);

    boost::json::object object_;
    std::set<std::string, std::less<>> known_;
    std::optional<Error> error_;
};

}  // namespace iwant::control
