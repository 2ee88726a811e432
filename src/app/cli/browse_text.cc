#include "app/cli/browse_text.h"

#include <algorithm>

#include <boost/json.hpp>

#include "app/cli/short_forms.h"
#include "app/cli/table.h"
#include "base/text.h"

namespace iwant::cli {

namespace {

std::vector<std::string> for_people(const Object& listing, const Terminal& terminal,
                                    UnixSeconds now) {
    Table table({{"Name", Align::left, Column::Room::shrinks},
                 {"Files", Align::right},
                 {"Size", Align::right},
                 {"Changed"},
                 {"Hash"}});
    for (const auto& value : list_at(listing, "entries")) {
        const Object& entry = as_object(value);
        const bool is_folder = text_at(entry, "kind") == "folder";
        table.add({text_at(entry, "name") + (is_folder ? "/" : ""),
                   is_folder ? std::to_string(number_at(entry, "files")) : "",
                   human_size(number_at(entry, "size")),
                   human_age(number_if_any(entry, "modified").value_or(0), now),
                   short_hash(entry)});
    }
    if (table.empty()) return {};
    std::vector<std::string> lines = table.lines(terminal);
    lines.push_back(counted(number_at(listing, "files"), "file") + ", " +
                    human_size(number_at(listing, "bytes")));
    return lines;
}

std::vector<std::string> for_scripts(const Object& listing) {
    Table table({{"kind"}, {"hash"}, {"size"}, {"modified"}, {"files"}, {"path"}});
    for (const auto& value : list_at(listing, "entries")) {
        const Object& entry = as_object(value);
        table.add({text_at(entry, "kind"), text_if_any(entry, "hash").value_or(kNotHashed),
                   std::to_string(number_at(entry, "size")),
                   std::to_string(number_if_any(entry, "modified").value_or(0)),
                   std::to_string(number_at(entry, "files")), text_at(entry, "path")});
    }
    return table.tab_separated();
}

}  // namespace

std::vector<std::string> browse_lines(const Object& listing, const Terminal& terminal,
                                      UnixSeconds now) {
    return terminal.out_is_terminal ? for_people(listing, terminal, now) : for_scripts(listing);
}

void append_part(Object& whole, const Object& part) {
    boost::json::array& entries = whole["entries"].as_array();
    for (const auto& entry : list_at(part, "entries")) entries.push_back(entry);
    const auto next = text_if_any(part, "next");
    whole["next"] = next ? boost::json::value(*next) : boost::json::value(nullptr);
    const auto as_of = number_if_any(part, "as_of");
    if (!as_of) return;
    whole["online"] = false;
    whole["as_of"] = std::min(*as_of, number_if_any(whole, "as_of").value_or(*as_of));
}

std::vector<std::string> browse_remarks(const Object& listing, UnixSeconds now) {
    const auto as_of = number_if_any(listing, "as_of");
    if (!as_of) return {};
    std::vector<std::string> remarks{
        text_at(object_at(listing, "peer"), "name") +
        " is away. This is how it was when it was looked through last: " + human_age(*as_of, now) +
        "."};
    const Array& entries = list_at(listing, "entries");
    const auto hashed = [](const auto& entry) {
        return text_if_any(as_object(entry), "hash").has_value();
    };
    if (std::ranges::any_of(entries, hashed))
        remarks.emplace_back("Downloads by hash wait until somebody who has it is here.");
    if (!std::ranges::all_of(entries, hashed)) {
        remarks.emplace_back(
            "What has no hash was not hashed yet; it can be downloaded when its owner is back.");
    }
    return remarks;
}

std::string quoted_for_shell(const std::string& text) {
    std::string quoted = "'";
    for (const char letter : text) quoted += letter == '\'' ? "'\\''" : std::string(1, letter);
    return quoted + "'";
}

}  // namespace iwant::cli
