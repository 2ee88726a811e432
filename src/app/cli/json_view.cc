#include "app/cli/json_view.h"

#include <boost/json.hpp>

namespace iwant::cli {

namespace {

namespace json = boost::json;

const json::value* find(const Object& object, std::string_view key) {
    return object.if_contains({key.data(), key.size()});
}

const Object& empty_object() {
    static const Object empty;
    return empty;
}

const Array& empty_array() {
    static const Array empty;
    return empty;
}

}  // namespace

std::string text_at(const Object& object, std::string_view key) {
    return text_if_any(object, key).value_or("");
}

std::optional<std::string> text_if_any(const Object& object, std::string_view key) {
    const json::value* value = find(object, key);
    if (!value || !value->is_string()) return std::nullopt;
    return std::string(value->get_string().data(), value->get_string().size());
}

std::optional<std::int64_t> number_if_any(const Object& object, std::string_view key) {
    const json::value* value = find(object, key);
    if (!value || !value->is_number()) return std::nullopt;
    boost::system::error_code failed;
    const auto number = value->to_number<std::int64_t>(failed);
    if (failed) return std::nullopt;
    return number;
}

std::uint64_t number_at(const Object& object, std::string_view key) {
    const std::int64_t number = number_if_any(object, key).value_or(0);
    return number < 0 ? 0 : static_cast<std::uint64_t>(number);
}

double real_at(const Object& object, std::string_view key) {
    const json::value* value = find(object, key);
    return value && value->is_number() ? value->to_number<double>() : 0;
}

bool flag_at(const Object& object, std::string_view key) {
    const json::value* value = find(object, key);
    return value && value->is_bool() && value->get_bool();
}

const Object* object_if_any(const Object& object, std::string_view key) {
    const json::value* value = find(object, key);
    return value ? value->if_object() : nullptr;
}

const Object& object_at(const Object& object, std::string_view key) {
    const Object* found = object_if_any(object, key);
    return found ? *found : empty_object();
}

const Array& list_at(const Object& object, std::string_view key) {
    const json::value* value = find(object, key);
    const Array* found = value ? value->if_array() : nullptr;
    return found ? *found : empty_array();
}

const Object& as_object(const json::value& value) {
    const Object* object = value.if_object();
    return object ? *object : empty_object();
}

}  // namespace iwant::cli
