#include "io/control/request_body.h"

#include <boost/json.hpp>

#include "base/text.h"

namespace iwant::control {

namespace {

namespace json = boost::json;

constexpr std::size_t kDepthMax = 8;
constexpr std::size_t kTextsMax = 100;

}  // namespace

RequestBody::RequestBody(std::string_view json_text) {
    if (json_text.empty()) return;
    json::parse_options options;
    options.max_depth = kDepthMax;
    boost::system::error_code failed;
    json::value value =
        json::parse({json_text.data(), json_text.size()}, failed, json::storage_ptr(), options);
    if (failed || !value.is_object()) {
        fail("The body must be one JSON object.");
        return;
    }
    object_ = std::move(value.get_object());
}

std::string RequestBody::text(std::string_view name) {
    std::optional<std::string> given = text_if_given(name);
    if (!given || given->empty()) fail("\"" + std::string(name) + "\" is needed.");
    return given.value_or("");
}

std::optional<std::string> RequestBody::text_if_given(std::string_view name) {
    const json::value* value = find(name);
    if (!value) return std::nullopt;
    std::optional<std::string> text = text_of(*value);
    if (!text) fail("\"" + std::string(name) + "\" must be a text.");
    return text;
}

std::vector<std::string> RequestBody::texts_if_given(std::string_view name) {
    std::vector<std::string> texts;
    const json::value* value = find(name);
    if (!value) return texts;
    const json::array* list = value->if_array();
    if (list == nullptr || list->size() > kTextsMax) {
        fail("\"" + std::string(name) + "\" must be a list of texts.");
        return texts;
    }
    for (const json::value& element : *list) {
        std::optional<std::string> text = text_of(element);
        if (!text) fail("\"" + std::string(name) + "\" must be a list of texts.");
        texts.push_back(std::move(text).value_or(""));
    }
    return texts;
}

std::optional<std::uint64_t> RequestBody::number_if_given(std::string_view name,
                                                          std::uint64_t number_max) {
    const json::value* value = find(name);
    if (!value) return std::nullopt;
    std::optional<std::uint64_t> number;
    if (value->is_uint64()) number = value->get_uint64();
    if (value->is_int64() && value->get_int64() >= 0) {
        number = static_cast<std::uint64_t>(value->get_int64());
    }
    if (!number || *number > number_max) {
        fail("\"" + std::string(name) + "\" must be a whole number from 0 to " +
             std::to_string(number_max) + ".");
        return std::nullopt;
    }
    return number;
}

bool RequestBody::flag(std::string_view name) {
    const json::value* value = find(name);
    if (!value) return false;
    if (!value->is_bool()) fail("\"" + std::string(name) + "\" must be true or false.");
    return value->is_bool() && value->get_bool();
}

std::optional<Error> RequestBody::error() const {
    if (error_) return error_;
    for (const auto& member : object_) {
        const std::string_view name(member.key().data(), member.key().size());
        if (known_.contains(name)) continue;
        return Error{ErrorCode::invalid_argument, "",
                     "\"" + escape_for_display(name) + "\" is not a field of this request."};
    }
    return std::nullopt;
}

const json::value* RequestBody::find(std::string_view name) {
    known_.emplace(name);
    const json::value* value = object_.if_contains({name.data(), name.size()});
    return value && value->is_null() ? nullptr : value;
}

std::optional<std::string> RequestBody::text_of(const json::value& value) const {
    const json::string* text = value.if_string();
    if (text == nullptr || text->find('\0') != json::string::npos) return std::nullopt;
    return std::string(std::string_view(*text));
}

void RequestBody::fail(std::string message) {
    if (!error_) error_ = Error{ErrorCode::invalid_argument, "", std::move(message)};
}

}  // namespace iwant::control
