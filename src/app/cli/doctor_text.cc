#include "app/cli/doctor_text.h"

#include <cstdio>

#include "app/cli/short_forms.h"
#include "base/text.h"

namespace iwant::cli {

namespace {

std::string joined(const Array& words, const char* between) {
    std::string text;
    for (const auto& word : words) {
        if (!word.is_string()) continue;
        if (!text.empty()) text += between;
        text += std::string_view(word.get_string());
    }
    return text;
}

std::string rounded(double number) {
    char text[32];
    std::snprintf(text, sizeof text, "%.1f", number);
    return text;
}

/// "multicast-ipv4 0.5 s ago, broadcast 0.5 s ago"
std::string ago(const Object& times) {
    std::string text;
    for (const auto& [channel, time] : times) {
        if (!time.is_number()) continue;
        text += (text.empty() ? "" : ", ") + std::string(std::string_view(channel)) + " " +
                rounded(real_at(times, channel)) + " s ago";
    }
    return text.empty() ? "never" : text;
}

std::string channel_text(const Object& channel) {
    const std::string name = text_at(channel, "channel");
    if (!flag_at(channel, "possible")) return name + ": no address for it";
    std::string text = name + ": " + std::to_string(number_at(channel, "sent")) + " sent";
    if (number_at(channel, "failed") > 0)
        text += ", " + std::to_string(number_at(channel, "failed")) + " failed";
    if (const std::string error = text_at(channel, "last_error"); !error.empty())
        text += " (" + error + ")";
    if (!flag_at(channel, "joined") && name != "broadcast") text += ", group not joined";
    return text + ", " + std::to_string(number_at(channel, "heard")) + " heard, of " +
           std::to_string(number_at(channel, "peers_heard")) + " peers in the last minute";
}

void add_interface(const Object& interface, std::vector<std::string>& lines) {
    std::string head = "Interface " + text_at(interface, "name");
    const std::string addresses = joined(list_at(interface, "addresses"), " ");
    if (!addresses.empty()) head += " " + addresses;
    if (!flag_at(interface, "used")) {
        lines.push_back(head + ": not used, " + text_at(interface, "why_not"));
        return;
    }
    lines.push_back(head);
    for (const auto& channel : list_at(interface, "channels")) {
        lines.push_back("  " + channel_text(as_object(channel)));
    }
}

void add_peer(const Object& peer, std::vector<std::string>& lines) {
    const std::string id = short_id(text_at(peer, "id"));
    std::string head = "Peer " + text_at(peer, "name");
    if (!id.empty()) head += " (" + id + ")";
    head += " at " + text_at(peer, "address");
    head += flag_at(peer, "connected") ? ": connected"
            : flag_at(peer, "online")  ? ": online"
                                       : ": not here";
    const std::string found = joined(list_at(peer, "found_by"), ", ");
    lines.push_back(found.empty() ? head : head + ", known by " + found);
    if (!text_at(peer, "reach").empty()) {
        const std::string error = text_at(peer, "error");
        lines.push_back("  TCP connection: " + text_at(peer, "reach") +
                        (error.empty() ? "" : " (" + error + ")"));
    }
    lines.push_back("  it is heard by " + ago(object_at(peer, "heard_s")));
    if (!flag_at(peer, "asked")) return;
    if (!flag_at(peer, "answered")) {
        lines.push_back("  it did not say what it sees of this computer");
        return;
    }
    lines.push_back("  it hears this computer by " + ago(object_at(peer, "hears_us_s")));
    const std::string back = text_at(peer, "dial_back");
    lines.push_back("  it sees this computer at " + text_at(peer, "seen_at") +
                    ", connecting back: " + (back.empty() ? "not tried" : back) + ", round trip " +
                    rounded(real_at(peer, "round_trip_ms")) + " ms");
}

void add_self(const Object& report, std::vector<std::string>& lines) {
    lines.push_back("This computer: " + text_at(object_at(report, "peer"), "name") + ", version " +
                    text_at(report, "version") + ", listening on TCP port " +
                    std::to_string(number_at(report, "port")));
    const std::string leader = text_at(report, "leader");
    std::string line = "Leader: " + (leader.empty() ? "none" : leader);
    const std::string standbys = joined(list_at(report, "standbys"), ", ");
    if (!standbys.empty()) line += "; standbys: " + standbys;
    lines.push_back(line);
    if (report.contains("network_changed_s") && report.at("network_changed_s").is_number())
        lines.push_back("The network changed " + rounded(real_at(report, "network_changed_s")) +
                        " s ago");
    if (!flag_at(report, "announcing")) lines.emplace_back("Announcements are switched off");
}

}  // namespace

std::vector<std::string> doctor_lines(const Object& report) {
    std::vector<std::string> lines;
    add_self(report, lines);
    for (const auto& interface : list_at(report, "interfaces"))
        add_interface(as_object(interface), lines);
    for (const auto& peer : list_at(report, "peers")) add_peer(as_object(peer), lines);
    for (const auto& note : list_at(report, "notes")) {
        if (note.is_string())
            lines.push_back("Note: " + std::string(std::string_view(note.get_string())));
    }
    const std::string advice = text_at(report, "watch_advice");
    if (!advice.empty()) lines.push_back("Note: " + advice);
    lines.push_back(text_at(report, "sentence"));
    const std::string command = text_at(report, "command");
    if (!command.empty()) lines.push_back("  " + command);
    for (std::string& line : lines) line = escape_for_display(line);
    return lines;
}

}  // namespace iwant::cli
