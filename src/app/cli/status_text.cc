#include "app/cli/status_text.h"

#include <chrono>

#include <boost/json.hpp>

#include "app/cli/short_forms.h"
#include "app/cli/table.h"
#include "base/text.h"

namespace iwant::cli {

namespace {

std::string named(const Object& peer) {
    return text_at(peer, "name") + " (" + short_id(text_at(peer, "id")) + ")";
}

std::string leader_text(const Object& status) {
    const Object* leader = object_if_any(status, "leader");
    if (!leader) return "none yet; one is being chosen";
    const std::string who = flag_at(*leader, "self") ? "this computer" : named(*leader);
    return who + ", epoch " + std::to_string(number_at(*leader, "epoch"));
}

std::string peers_text(const Object& status) {
    const std::uint64_t peers = number_at(status, "peers");
    if (peers == 0) return "nobody else is here";
    std::string text = std::to_string(peers) + " online";
    const Object& coverage = object_at(status, "coverage");
    const std::uint64_t known = number_at(coverage, "known");
    const std::uint64_t indexed = number_at(coverage, "indexed");
    if (indexed >= known) return text;
    return text + "; a search covers " + std::to_string(indexed) + " of " + std::to_string(known);
}

std::string files_text(const Object& shared) {
    std::string text =
        counted(number_at(shared, "files"), "file") + ", " + human_size(number_at(shared, "bytes"));
    if (number_at(shared, "unhashed") > 0) {
        text += ", " + std::to_string(number_at(shared, "unhashed")) + " not read yet";
    }
    return flag_at(shared, "scanning") ? text + ", looking through them" : text;
}

std::string downloads_text(const Object& downloads) {
    std::string text;
    for (const char* key : {"active", "waiting", "done", "failed"}) {
        const std::uint64_t number = number_at(downloads, key);
        if (number > 0) text += (text.empty() ? "" : ", ") + std::to_string(number) + " " + key;
    }
    return text.empty() ? "none" : text;
}

std::string interface_text(const Object& interface) {
    std::string text = text_at(interface, "name");
    for (const auto& address : list_at(interface, "addresses")) {
        if (address.is_string()) text += " " + std::string(std::string_view(address.get_string()));
    }
    if (flag_at(interface, "used")) return text;
    return text + " (not used: " + text_at(interface, "why_not") + ")";
}

void add_shared(const Object& shared, std::vector<std::string>& lines) {
    for (const auto& folder : list_at(shared, "folders")) {
        if (folder.is_string()) {
            lines.push_back(labelled("Shared", std::string(std::string_view(folder.get_string()))));
        }
    }
    if (list_at(shared, "folders").empty()) lines.push_back(labelled("Shared", "nothing"));
    lines.push_back(labelled("", files_text(shared)));
    for (const auto& folder : list_at(shared, "unreadable")) {
        if (!folder.is_string()) continue;
        lines.push_back(
            labelled("", "cannot be read: " + std::string(std::string_view(folder.get_string()))));
    }
    const std::string advice = text_at(shared, "advice");
    if (!advice.empty()) lines.push_back(labelled("Advice", advice));
}

}  // namespace

std::vector<std::string> status_lines(const Object& status) {
    std::vector<std::string> lines;
    for (const auto& warning : list_at(status, "warnings")) {
        if (warning.is_string())
            lines.push_back(
                labelled("Warning", std::string(std::string_view(warning.get_string()))));
    }
    const Object& own = object_at(status, "peer");
    lines.push_back(labelled("You are", named(own)));
    const auto uptime = std::chrono::seconds(number_at(status, "uptime_s"));
    lines.push_back(labelled("Running", human_duration(uptime) + ", version " +
                                            text_at(status, "version") + ", port " +
                                            std::to_string(number_at(status, "port"))));
    lines.push_back(labelled("Leader", leader_text(status)));
    for (const auto& standby : list_at(status, "standbys")) {
        const bool self = text_at(as_object(standby), "id") == text_at(own, "id");
        lines.push_back(labelled("Standby", self ? "this computer" : named(as_object(standby))));
    }
    lines.push_back(labelled("Peers", peers_text(status)));
    add_shared(object_at(status, "shared"), lines);
    const Object& downloads = object_at(status, "downloads");
    lines.push_back(labelled("Downloads", downloads_text(downloads)));
    if (!text_at(downloads, "folder").empty()) {
        lines.push_back(labelled("", "to " + text_at(downloads, "folder")));
    }
    for (const auto& interface : list_at(status, "interfaces")) {
        lines.push_back(labelled("Interface", interface_text(as_object(interface))));
    }
    const std::uint64_t web_port = number_at(status, "web_port");
    if (web_port > 0)
        lines.push_back(labelled("Web API", "http://127.0.0.1:" + std::to_string(web_port)));
    return lines;
}

std::vector<std::string> peer_lines(const Array& peers, const Terminal& terminal, UnixSeconds now) {
    if (!terminal.out_is_terminal) {
        Table table({{"id"}, {"name"}, {"address"}, {"online"}, {"files"}, {"bytes"}, {"version"}});
        for (const auto& value : peers) {
            const Object& peer = as_object(value);
            table.add({text_at(peer, "id"), text_at(peer, "name"), text_at(peer, "address"),
                       flag_at(peer, "online") ? "online" : "offline",
                       std::to_string(number_at(peer, "files")),
                       std::to_string(number_at(peer, "bytes")), text_at(peer, "version")});
        }
        return table.tab_separated();
    }
    Table table({{"Name", Align::left, Column::Room::shrinks},
                 {"Id"},
                 {"Address"},
                 {"Files", Align::right},
                 {"Size", Align::right},
                 {"State"}});
    for (const auto& value : peers) {
        const Object& peer = as_object(value);
        std::string state = flag_at(peer, "online") ? "online" : "offline";
        const auto seen = number_if_any(peer, "last_seen");
        if (!flag_at(peer, "online") && seen) state += ", seen " + human_age(*seen, now);
        if (flag_at(peer, "self")) state = "this computer";
        if (flag_at(peer, "leader")) state += ", leader";
        if (number_if_any(peer, "banned_until")) state += ", banned: it sent wrong data";
        if (flag_at(peer, "same_name")) state += ", different identity, same name";
        table.add({text_at(peer, "name"), short_id(text_at(peer, "id")), text_at(peer, "address"),
                   std::to_string(number_at(peer, "files")), human_size(number_at(peer, "bytes")),
                   state});
    }
    return table.empty() ? std::vector<std::string>() : table.lines(terminal);
}

}  // namespace iwant::cli
