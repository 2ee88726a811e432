#pragma once

// The questions for listings and piece lists that are under way, by the content they are about. An
// answer that nobody waits for any more finds no entry and is ignored.

#include <cstdint>
#include <map>
#include <optional>
#include <vector>

#include "base/ids.h"
#include "base/time.h"

namespace iwant::swarm {

/// A peer that does not answer for this long is asked something else later.
inline constexpr Duration kAskTimeout = std::chrono::seconds(15);

class AskBook {
  public:
    struct Ask {
        PeerId peer;
        Time deadline;
    };
    struct Ended {
        Hash256 content;
        PeerId peer;
    };

    std::size_t size() const { return asks_.size(); }
    bool asking(const Hash256& content) const { return asks_.contains(content); }
    void add(const Hash256& content, const PeerId& peer, Time deadline) {
        asks_.insert_or_assign(content, Ask{peer, deadline});
    }
    /// Removes the question that this is an answer to; false when there is none.
    bool take(const Hash256& content, const PeerId& peer) {
        const auto ask = asks_.find(content);
        if (ask == asks_.end() || ask->second.peer != peer) return false;
        asks_.erase(ask);
        return true;
    }
    /// Removes the questions to a peer, or those whose time is over, or all.
    std::vector<Ended> take_of(const PeerId& peer) {
        return take_if([&](const Ask& ask) { return ask.peer == peer; });
    }
    std::vector<Ended> take_overdue(Time now) {
        return take_if([&](const Ask& ask) { return ask.deadline <= now; });
    }
    std::vector<Ended> take_all() {
        return take_if([](const Ask&) { return true; });
    }

  private:
    template <class Condition>
    std::vector<Ended> take_if(Condition condition) {
        std::vector<Ended> taken;
        for (auto ask = asks_.begin(); ask != asks_.end();) {
            if (condition(ask->second)) {
                taken.push_back({ask->first, ask->second.peer});
                ask = asks_.erase(ask);
            } else {
                ++ask;
            }
        }
        return taken;
    }

    std::map<Hash256, Ask> asks_;
};

}  // namespace iwant::swarm
