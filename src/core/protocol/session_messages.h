#pragma once

// How a conversation between two peers begins, is kept alive, refused and ended.

#include <cstdint>
#include <optional>
#include <string>

#include "base/entry.h"
#include "base/ids.h"

namespace iwant::protocol {

/// Version of the conversation. A peer that speaks another major version is told so and let go.
inline constexpr std::uint32_t kProtocolVersion = 1;

/// Who leads in which epoch, as the sender believes. A higher epoch wins; see doc/election.md.
struct LeaderView {
    std::uint64_t epoch = 0;
    PeerId leader;  ///< zero: the sender knows no leader

    auto operator<=>(const LeaderView&) const = default;
};

/// One address a peer can be reached at: "192.0.2.7", "fe80::1%eth0".
struct Address {
    std::string host;  ///< numeric
    std::uint16_t port = 0;
    auto operator<=>(const Address&) const = default;
};

/// What the connection is for: `control` carries messages for as long as both live, `bulk` carries
/// PieceRequests one way and pieces the other.
enum class StreamPurpose : std::uint8_t { control = 0, bulk = 1 };

/// The first message in both directions. What it says of the sender must agree with its TLS key.
struct Hello {
    std::uint32_t protocol_version = kProtocolVersion;
    StreamPurpose purpose = StreamPurpose::control;
    PeerId peer;
    std::uint64_t instance = 0;  ///< random for each run of the daemon
    std::string name;            ///< for people; not unique, not trusted
    std::uint16_t port = 0;      ///< where the sender listens
    std::string program_version;
    LeaderView leader;
    CatalogState catalog;

    bool operator==(const Hello&) const = default;
};

/// Keeps a session known to be alive and spreads who leads.
struct Ping {
    std::uint64_t sequence = 0;
    LeaderView leader;
    bool operator==(const Ping&) const = default;
};
struct Pong {
    std::uint64_t sequence = 0;
    LeaderView leader;
    bool operator==(const Pong&) const = default;
};

/// The sender is about to close the session on purpose.
struct Goodbye {
    enum class Reason : std::uint8_t {
        stopping = 0,
        duplicate = 1,
        version = 2,
        protocol = 3,
        limit = 4,
        identity = 5
    };
    Reason reason = Reason::stopping;
    bool operator==(const Goodbye&) const = default;
};

enum class RefusalCode : std::uint8_t {
    not_shared = 0,  ///< no such content here (any more)
    changed = 1,     ///< the file changed since it was announced
    range = 2,       ///< no such piece
    busy = 3,        ///< later
    failed = 4,      ///< could not be read or hashed
    protocol = 5,    ///< the request made no sense
    not_yet = 6,     ///< being downloaded there, but this piece is not there yet
};

/// The answer to any request that is not fulfilled.
struct Refusal {
    RequestId request;
    RefusalCode code = RefusalCode::failed;
    std::uint32_t place = 0;  ///< of busy: in the queue for an upload, from 1; 0 when not told
    bool operator==(const Refusal&) const = default;
};

/// "What do you see of me?", for people whose peers do not find each other.
struct ProbeRequest {
    RequestId request;
    bool operator==(const ProbeRequest&) const = default;
};

/// What became of a connection that was only tried.
enum class DialBack : std::uint8_t {
    untried = 0,
    accepted = 1,
    refused = 2,
    silent = 3,
    unreachable = 4,
};

struct ProbeReply {
    RequestId request;
    /// Milliseconds since an announcement of the asker came by this way; nothing: none did.
    std::optional<std::uint32_t> multicast4_ms;
    std::optional<std::uint32_t> multicast6_ms;
    std::optional<std::uint32_t> broadcast_ms;
    Address seen_at;  ///< where the asker listens, as it looks from here
    DialBack dial_back = DialBack::untried;
    bool operator==(const ProbeReply&) const = default;
};

}  // namespace iwant::protocol
