#pragma once

// Looks through the folders of the peers that are here, slowly and in the background, so that what
// they share is known when they are away, not only what somebody happened to look at. One peer at a
// time, one question at a time; only among few peers, since everybody asks everybody. Event thread.

#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <optional>
#include <vector>

#include "base/ids.h"
#include "base/time.h"
#include "core/protocol/messages.h"
#include "io/control/api.h"

namespace iwant::daemon {

class FolderRounds {
  public:
    /// With more peers here than this nobody is looked through.
    static constexpr std::size_t kPeersMax = 16;
    /// Of one peer, 1000 entries each; its upper folders come first.
    static constexpr std::size_t kPartsMax = 500;
    static constexpr unsigned kPartsPerSecond = 2;
    /// Whoever comes for a moment only is left alone.
    static constexpr std::chrono::minutes kSettled{5};
    /// From one round to the next when the peer shares more or less than it did, or has hashed what
    /// it had not, or did not answer all.
    static constexpr std::chrono::minutes kAgain{10};
    /// And when it does not: what is kept does not grow old while its owner is often here.
    static constexpr std::chrono::hours kRefresh{24};
    /// How often it is looked who is here.
    static constexpr std::chrono::seconds kLookEvery{10};

    /// A peer that is here, not ourselves, and how much it shares.
    struct Peer {
        PeerId peer;
        std::uint64_t files = 0;
        std::uint64_t bytes = 0;
        bool operator==(const Peer&) const = default;
    };
    struct World {
        std::function<std::vector<Peer>()> here;
        std::function<void(const PeerId&, protocol::BrowseRequest,
                           control::Reply<protocol::BrowseReply>)>
            browse;
        std::function<void(const PeerId&, const protocol::BrowseRequest&,
                           const protocol::BrowseReply&)>
            keep;
    };

    /// Replies come while this is there, or never.
    explicit FolderRounds(World world) : world_(std::move(world)) {}

    /// Lets time pass; call about once a second.
    void tick(Time now);

  private:
    /// What is known of a peer.
    struct Known {
        std::optional<Time> since;   ///< here without a break; nothing: away
        std::optional<Time> last;    ///< end of the last round
        std::optional<Peer> shared;  ///< as it was then; nothing: there was more to come
    };
    struct Round {
        Peer peer;
        std::deque<protocol::BrowseRequest> parts;  ///< to be asked for
        std::size_t parts_left = kPartsMax;
        bool asking = false;
        bool final = true;  ///< nothing was to come yet
    };

    void look(Time now);
    bool is_due(const Known& known, const Peer& peer, Time now) const;
    void go_on();
    void told(const protocol::BrowseRequest& asked, const Result<protocol::BrowseReply>& answer);
    void add_parts(const protocol::BrowseRequest& asked, const protocol::BrowseReply& answer);
    void add_part(protocol::BrowseRequest part, bool first);
    void end();

    const World world_;
    std::map<PeerId, Known> known_;
    std::optional<Round> round_;
    std::optional<Time> next_look_;
    Time now_{};
    unsigned budget_ = 0;  ///< parts that may be asked for until the next tick
};

}  // namespace iwant::daemon
