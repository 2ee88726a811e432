#pragma once

// Who may fetch from us now. So many peers are served at a time that each gets a rate worth having;
// the others queue, are told their place, and ask again. Whoever has had its turn goes to the end
// of the queue when others wait, so that a long download does not keep everybody else out.

#include <cstddef>
#include <cstdint>
#include <map>
#include <vector>

#include "base/ids.h"
#include "base/time.h"

namespace iwant::swarm {

class UploadSlots {
  public:
    /// A slot that is not used for so long goes to the next.
    static constexpr Duration kIdle = std::chrono::seconds(2);
    /// Whoever has not asked for so long is not in the queue any more. Peers ask every second.
    static constexpr Duration kForgotten = std::chrono::seconds(5);
    /// How long a peer is served while others wait.
    static constexpr Duration kTurn = std::chrono::seconds(30);
    static constexpr std::size_t kQueueMax = 1024;

    explicit UploadSlots(std::size_t slots);

    void set_slots(std::size_t slots);
    /// A request of a peer. 0: it is served now, until end(); else its place in the queue, from 1.
    std::uint32_t begin(const PeerId& peer, Time now);
    void end(const PeerId& peer, Time now);
    std::size_t serving() const { return holders_.size(); }
    std::size_t queued() const { return queue_.size(); }

  private:
    struct Holder {
        Time since;
        Time used;
        std::size_t requests = 0;  ///< under way
    };
    struct Waiting {
        PeerId peer;
        Time asked;
    };

    void forget(Time now);
    std::size_t place_in_queue(const PeerId& peer, Time now);

    std::size_t slots_;
    std::map<PeerId, Holder> holders_;
    std::vector<Waiting> queue_;
};

}  // namespace iwant::swarm
