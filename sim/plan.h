#pragma once

// What will happen to a simulated world, as plain values: how many hosts, how good the network is,
// and a list of faults and deeds, each at its time. The seed draws a plan (draw_plan), the world
// carries it out (World(plan, options).run()). Any entry can be taken out of the list and the rest
// is still a plan: hosts that do not exist are skipped, a fault ends by itself or when all heals,
// and whatever is random inside a fault hangs on its own `choice`. So a failing run can be made
// smaller by leaving things out, and kept as text.

#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include "base/time.h"

namespace iwant::sim {

using HostNumber = std::size_t;

/// Instead of a host's number: whoever leads when the time comes; all hosts.
inline constexpr HostNumber kLeader = ~HostNumber{0};
inline constexpr HostNumber kEverybody = ~HostNumber{0} - 1;

enum class FaultKind : std::uint8_t {
    // A host, for `length`.
    crash,           ///< its process dies; the system answers for it; it comes back as it was
    power_off,       ///< gone without a word
    crash_losing,    ///< comes back with nothing but its key
    crash_restored,  ///< comes back with an old copy of its catalogue, as another catalogue
    stop,            ///< says goodbye first
    churn,           ///< one of many stops in a storm of them
    pause,           ///< its process stands still, its system does not
    suspend,         ///< all of it stands still and is off the network
    slow,            ///< `amount` milliseconds late with everything
    clone,           ///< another host with the same key and a copy of its disk
    skew,            ///< its clock: `length` ahead, `amount` ppm fast; at 0 and for ever
    disk_errors,     ///< `amount` percent of what it writes fails
    disk_full,       ///< all of it fails
    wrong_data,      ///< serves wrong bytes
    // The way from `host` to `other`, for `length`; kEverybody: all ways.
    loss,             ///< `amount` percent of datagrams, each receiver on its own
    duplication,      ///< `amount` percent of datagrams
    stream_loss,      ///< `amount` percent of what goes through sessions comes late
    delay,            ///< `amount` microseconds in the mean, exponential
    clog,             ///< nothing goes through, nothing is lost but datagrams
    block,            ///< as clog, long enough to break sessions: one hears, the other does not
    break_session,    ///< one session of `host`, which by `choice`
    multicast_death,  ///< datagrams do not cross between two parts of the hosts
    // The network as a whole, for `length`; who is on which side hangs on `choice`.
    halves,
    uniform,  ///< each host on one of two sides by lot
    three_way,
    bridge,   ///< halves, and `host` reaches both
    ring,     ///< each reaches its two neighbours only
    isolate,  ///< `host` from all others
    swizzle,  ///< as isolate: one of many, stopped one by one and restored by lot
    split,    ///< host i is on side `choice >> i & 1`; never drawn
    // One more peer that does not keep to the rules, for `length`.
    fake_leader,  ///< claims to lead in every epoch it hears of and the next, indexes nothing
    epoch_max,    ///< claims to lead in absurd epochs
    third_party,  ///< resigns and says goodbye for others
    censor,       ///< leads well when it can, but answers nothing of some owners
    forger,       ///< announces and answers what nobody shares
    replayer,     ///< repeats old announcements of others from its own address
    spammer,      ///< as many messages and registrations as go through
    mute,         ///< takes every session and never says a word
    // Deeds of users.
    search,    ///< `host` asks for all that `other` shares
    change,    ///< something new, renamed or removed at `host`
    download,  ///< `host` wants what `choice` picks
};
inline constexpr std::size_t kFaultKinds = std::size_t(FaultKind::download) + 1;

std::string_view to_string(FaultKind kind);
std::optional<FaultKind> parse_fault_kind(std::string_view word);
inline bool is_deed(FaultKind kind) {
    return kind >= FaultKind::search;
}
inline bool is_byzantine(FaultKind kind) {
    return kind >= FaultKind::fake_leader && kind <= FaultKind::mute;
}

/// One thing that happens. Which fields mean something is said beside the kinds.
struct Fault {
    Duration at{};  ///< since the run began
    FaultKind kind = FaultKind::crash;
    HostNumber host = 0;
    HostNumber other = 0;
    Duration length{};
    std::int64_t amount = 0;
    std::uint64_t choice = 0;

    bool operator==(const Fault&) const = default;
};

/// How the network is when no fault makes it worse.
struct Quality {
    Duration delay_mean = std::chrono::milliseconds(2);
    std::uint64_t loss_percent = 0;         ///< of datagrams
    std::uint64_t duplicate_percent = 0;    ///< of datagrams
    std::uint64_t stream_loss_percent = 0;  ///< of messages: they come later

    bool operator==(const Quality&) const = default;
};

struct Plan {
    enum class Ending : std::uint8_t {
        heal,  ///< after `chaos` all faults end and the network must become well
        none,  ///< the run is over after `chaos`; only what must always hold is checked
        led,   ///< likewise, and no leader that ran well may have been replaced
    };

    std::uint64_t seed = 1;  ///< of whatever is random and not in this plan
    std::size_t hosts = 2;
    Quality quality;  ///< during `chaos`
    Duration chaos{};
    Duration calm{};  ///< after healing: nobody may lose the leader
    Ending ending = Ending::heal;
    std::vector<Fault> faults;  ///< in order of time
    std::size_t names = 0;      ///< that each host shares besides contents; not in scenarios
};

enum class Mixture : std::uint8_t {
    swarm,       ///< a few kinds of faults, others for each seed
    calm_noise,  ///< 5 % of multicast and 1 % of unicast lost, one host in twenty pauses 0.5-5 s
    none,        ///< no faults
};

struct Settings {
    std::uint64_t seed = 1;
    std::optional<std::size_t> hosts;  ///< otherwise the seed decides
    std::optional<Duration> chaos;     ///< likewise
    Duration calm = std::chrono::minutes(2);
    Mixture mixture = Mixture::swarm;
};

/// The plan of a seed; the same for the same settings.
Plan draw_plan(const Settings& settings);

}  // namespace iwant::sim
