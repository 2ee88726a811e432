#pragma once

// Reads what the service answered without caring whether it is another version: what is missing is
// empty.

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/value.hpp>

namespace iwant::cli {

using Object = boost::json::object;
using Array = boost::json::array;

std::string text_at(const Object& object, std::string_view key);
std::uint64_t number_at(const Object& object, std::string_view key);
std::optional<std::int64_t> number_if_any(const Object& object, std::string_view key);
double real_at(const Object& object, std::string_view key);
bool flag_at(const Object& object, std::string_view key);
/// Null or missing: nothing.
std::optional<std::string> text_if_any(const Object& object, std::string_view key);
/// Null when there is none.
const Object* object_if_any(const Object& object, std::string_view key);
/// Empty objects and lists for missing ones.
const Object& object_at(const Object& object, std::string_view key);
const Array& list_at(const Object& object, std::string_view key);
const Object& as_object(const boost::json::value& value);

}  // namespace iwant::cli
