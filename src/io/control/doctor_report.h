#pragma once

// What `doctor` finds out: how each way to other peers fares, who was met and how, and in one
// sentence what is wrong and which command mends it.

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace iwant::control {

/// What the user should mend, in a sentence, and the command that does.
struct Warning {
    std::string sentence;
    std::string command;  ///< may be empty
};

/// Seconds by the name of a channel ("multicast-ipv4", "multicast-ipv6", "broadcast").
using SecondsByChannel = std::vector<std::pair<std::string, double>>;

struct ChannelFacts {
    std::string name;
    bool possible = false;  ///< the interface has an address that it needs
    bool joined = false;    ///< to the group; broadcasts need none
    std::uint64_t sent = 0;
    std::uint64_t failed = 0;
    std::string last_error;
    std::uint64_t heard = 0;        ///< datagrams since it came up
    std::uint64_t peers_heard = 0;  ///< in the last minute
};

struct InterfaceFacts {
    std::string name;
    std::vector<std::string> addresses;
    bool used = false;
    std::string why_not;
    bool enabled = false;
    bool carrier = false;
    std::vector<ChannelFacts> channels;
};

struct PeerFacts {
    std::string id;  ///< empty: nobody answered there
    std::string name;
    std::string address;
    std::string version;
    bool online = false;
    bool connected = false;             ///< there is a session now
    bool on_link = false;               ///< its address lies on a network of ours
    std::vector<std::string> found_by;  ///< announcement, connection, roster, remembered, given
    SecondsByChannel heard_s;           ///< since its announcements were heard
    /// "accepted", "refused", "silent", "unreachable", "unknown-name"; empty: not tried
    std::string reach;
    std::string error;  ///< why no session came about
    bool asked = false;
    bool answered = false;
    double round_trip_ms = 0;
    SecondsByChannel hears_us_s;  ///< since it heard our announcements
    std::string seen_at;          ///< where it sees us
    std::string dial_back;        ///< as `reach`: whether it could connect to us
};

struct DoctorReport {
    bool well = false;
    std::string sentence;
    std::string command;  ///< that mends it; empty when there is none
    std::vector<std::string> notes;

    std::string id;
    std::string name;
    std::string version;
    std::uint16_t port = 0;
    bool announcing = true;  ///< multicast is not switched off
    std::string leader;      ///< name; empty: none
    std::vector<std::string> standbys;
    std::vector<InterfaceFacts> interfaces;
    std::optional<double> network_changed_s;  ///< since the network changed last
    std::vector<PeerFacts> peers;
    std::vector<Warning> warnings;
    std::string watch_advice;
    bool about_one = false;  ///< a peer was named: it is the first of `peers`
};

}  // namespace iwant::control
