#include "io/control/json_text.h"

#include "base/text.h"

namespace iwant::control {

namespace json = boost::json;

json::string text(std::string_view value) {
    if (is_valid_utf8(value)) return json::string(value);
    return json::string(escape_for_display(value));
}

json::array texts(const std::vector<std::string>& values) {
    json::array array;
    for (const std::string& value : values) array.emplace_back(text(value));
    return array;
}

json::array sentences(const std::vector<Warning>& warnings) {
    json::array sentences;
    for (const Warning& warning : warnings) sentences.emplace_back(text(warning.sentence));
    return sentences;
}

json::object to_object(const PeerRef& peer) {
    return {{"id", text(peer.id)}, {"name", text(peer.name)}};
}

std::string_view kind_name(EntryKind kind) {
    return kind == EntryKind::folder ? "folder" : "file";
}

}  // namespace iwant::control
