#include "app/daemon/doctor_diagnosis.h"

#include <algorithm>
#include <optional>

namespace iwant::daemon {
namespace {

using control::ChannelFacts;
using control::DoctorReport;
using control::InterfaceFacts;
using control::PeerFacts;

/// A leader announces itself every second, others at least when they are asked to.
constexpr double kFresh_s = 10;
constexpr double kLately_s = 60;

struct Finding {
    std::string sentence;
    std::string command;
};
using Found = std::optional<Finding>;

std::string open_port(const DoctorReport& report) {
    return "sudo ufw allow " + std::to_string(report.port);
}

std::string called(const PeerFacts& peer) {
    return peer.name.empty() ? peer.address : peer.name + " (" + peer.address + ")";
}

bool within(const control::SecondsByChannel& times, double limit_s) {
    return std::ranges::any_of(times, [&](const auto& time) { return time.second <= limit_s; });
}

bool swallowed(const std::string& reach) {
    return reach == "silent" || reach == "unreachable";
}

Found bad_interfaces(const DoctorReport& report) {
    std::string reasons;
    std::string command;
    for (const InterfaceFacts& interface : report.interfaces) {
        if (interface.used) return std::nullopt;
        reasons += (reasons.empty() ? "" : "; ") + interface.name + ": " + interface.why_not;
        if (!interface.enabled) command = "sudo ip link set " + interface.name + " up";
    }
    if (!report.announcing) return std::nullopt;
    return Finding{"No network is used (" + reasons + "); connect this computer to one.", command};
}

Found nobody_there(const PeerFacts& peer) {
    const std::string who = called(peer);
    if (peer.reach == "unknown-name") {
        return Finding{"There is no computer called " + peer.address +
                           "; use the address that iwanto status shows there.",
                       "iwanto doctor HOST:4926"};
    }
    if (peer.reach == "refused") {
        return Finding{"The computer at " + peer.address +
                           " answers, but iWant does not listen on this port: it does not run "
                           "there, or on another port, which iwanto status shows there.",
                       "iwanto start"};
    }
    if (peer.reach == "accepted") {
        return Finding{"Something listens at " + peer.address +
                           ", but no session with it came about: " + peer.error + ".",
                       ""};
    }
    if (within(peer.heard_s, kLately_s)) {
        return Finding{"The announcements of " + who +
                           " arrive, but no connection to it: its firewall drops TCP; open the "
                           "port there.",
                       "sudo ufw allow 4926"};
    }
    if (peer.on_link) {
        return Finding{"Nothing comes from " + who +
                           " although it should be on this network: it is switched off, its "
                           "firewall drops everything, or the Wi-Fi keeps its clients apart "
                           "(client isolation, to be switched off in the access point).",
                       ""};
    }
    return Finding{"There is no answer from " + who +
                       ": it is switched off, a firewall on the way drops TCP, or no route leads "
                       "there.",
                   ""};
}

Found cannot_reach(const PeerFacts& peer) {
    const bool nothing_wrong = peer.reach.empty() || peer.reach == "accepted";
    if (peer.connected || (nothing_wrong && peer.error.empty())) return std::nullopt;
    return nobody_there(peer);
}

Found cannot_be_reached(const DoctorReport& report) {
    bool tried = false;
    for (const PeerFacts& peer : report.peers) {
        if (peer.dial_back == "accepted") return std::nullopt;
        tried = tried || swallowed(peer.dial_back) || peer.dial_back == "refused";
    }
    if (!tried) return std::nullopt;
    return Finding{"Others cannot connect to this computer on TCP port " +
                       std::to_string(report.port) + ": its firewall is in the way.",
                   open_port(report)};
}

Found failing_sends(const DoctorReport& report) {
    for (const InterfaceFacts& interface : report.interfaces) {
        if (!interface.used) continue;
        const bool one_works = std::ranges::any_of(interface.channels, [](const auto& channel) {
            return channel.possible && channel.last_error.empty() && channel.sent > 0;
        });
        if (one_works) return std::nullopt;
        for (const ChannelFacts& channel : interface.channels) {
            if (channel.last_error.empty()) continue;
            return Finding{"Announcements cannot be sent on " + interface.name + " (" +
                               channel.last_error + "): a firewall of this computer forbids it.",
                           open_port(report) + "/udp"};
        }
    }
    return std::nullopt;
}

// Announcements between us and the neighbours that were asked.
Found deaf_or_mute(const DoctorReport& report) {
    bool asked = false;
    bool they_hear = false;
    bool we_hear = false;
    for (const PeerFacts& peer : report.peers) {
        if (!peer.answered || !peer.on_link) continue;
        asked = true;
        they_hear = they_hear || within(peer.hears_us_s, kFresh_s);
        we_hear = we_hear || within(peer.heard_s, kFresh_s);
    }
    if (!asked || !report.announcing || (they_hear && we_hear)) return std::nullopt;
    if (they_hear) {
        return Finding{
            "Others hear the announcements of this computer, but theirs do not arrive: "
            "its firewall drops UDP.",
            open_port(report) + "/udp"};
    }
    if (we_hear) {
        return Finding{
            "The announcements of others arrive, but they do not hear those of this "
            "computer: a firewall drops UDP that leaves here, or arrives there.",
            "sudo ufw allow out 4926/udp"};
    }
    return Finding{
        "Multicast and broadcast do not pass this network (client isolation of the "
        "Wi-Fi is suspected); whoever comes needs one address of somebody here.",
        "iwanto start --peer HOST:" + std::to_string(report.port)};
}

Found alone(const DoctorReport& report) {
    if (std::ranges::any_of(report.peers, &PeerFacts::online)) return std::nullopt;
    if (!report.announcing) {
        return Finding{"Announcements are switched off and no known peer is there; name one.",
                       "iwanto connect HOST:4926"};
    }
    std::string names;
    for (const InterfaceFacts& interface : report.interfaces) {
        if (interface.used) names += (names.empty() ? "" : ", ") + interface.name;
    }
    return Finding{"Nobody else is heard on " + names +
                       ": iWant runs on no other computer of this network, or a firewall or the "
                       "client isolation of the Wi-Fi keeps them apart; try the address of one.",
                   "iwanto connect HOST:4926"};
}

std::string all_well(const DoctorReport& report) {
    if (report.about_one) {
        return "All is well between this computer and " + called(report.peers.front()) + ".";
    }
    const auto online = std::ranges::count_if(report.peers, &PeerFacts::online);
    return "All is well: " + std::to_string(online) +
           (online == 1 ? " other peer is here." : " other peers are here.");
}

void note_channels(DoctorReport& report) {
    for (const InterfaceFacts& interface : report.interfaces) {
        for (const ChannelFacts& channel : interface.channels) {
            if (!interface.used || !channel.possible) continue;
            if (!channel.joined && channel.name != "broadcast") {
                report.notes.push_back("The group of " + channel.name + " could not be joined on " +
                                       interface.name + ".");
            } else if (!channel.last_error.empty()) {
                report.notes.push_back("Sending by " + channel.name + " on " + interface.name +
                                       " fails: " + channel.last_error + ".");
            }
        }
    }
}

// A way that carries nobody's announcement while another one does is filtered somewhere.
void note_filtered(DoctorReport& report) {
    for (const InterfaceFacts& interface : report.interfaces) {
        const bool some = std::ranges::any_of(
            interface.channels, [](const auto& channel) { return channel.peers_heard > 0; });
        for (const ChannelFacts& channel : interface.channels) {
            if (!some || !channel.possible || channel.peers_heard > 0) continue;
            report.notes.push_back("Nothing is heard by " + channel.name + " on " + interface.name +
                                   "; the other ways suffice.");
        }
    }
}

void note_peers(DoctorReport& report) {
    for (const PeerFacts& peer : report.peers) {
        if (peer.online && !peer.version.empty() && peer.version != report.version) {
            report.notes.push_back(called(peer) + " runs version " + peer.version +
                                   ", this computer " + report.version + ".");
        }
    }
}

// For some seconds that is so in the best of networks.
void note_leader(DoctorReport& report) {
    if (!report.leader.empty() || std::ranges::none_of(report.peers, &PeerFacts::online)) return;
    report.notes.push_back(
        "No leader can be reached from here although other peers can: they choose one just now, or "
        "a firewall or the client isolation of the Wi-Fi keeps it apart, and searches miss what is "
        "behind it.");
}

Found first_of(const DoctorReport& report) {
    for (const control::Warning& warning : report.warnings) {
        if (!warning.command.empty()) return Finding{warning.sentence, warning.command};
    }
    if (Found found = bad_interfaces(report)) return found;
    if (report.about_one) {
        if (Found found = cannot_reach(report.peers.front())) return found;
    }
    if (Found found = cannot_be_reached(report)) return found;
    if (Found found = failing_sends(report)) return found;
    for (const PeerFacts& peer : report.peers) {
        if (Found found = cannot_reach(peer)) return found;
    }
    if (Found found = deaf_or_mute(report)) return found;
    if (Found found = alone(report)) return found;
    // What has no command to mend it must not hide what has.
    if (report.warnings.empty()) return std::nullopt;
    return Finding{report.warnings.front().sentence, ""};
}

}  // namespace

void diagnose(DoctorReport& report) {
    note_channels(report);
    note_filtered(report);
    note_peers(report);
    note_leader(report);
    const Found found = first_of(report);
    report.well = !found.has_value();
    report.sentence = found ? found->sentence : all_well(report);
    report.command = found ? found->command : "";
    for (const control::Warning& warning : report.warnings) {
        if (warning.sentence != report.sentence) report.notes.push_back(warning.sentence);
    }
}

}  // namespace iwant::daemon
