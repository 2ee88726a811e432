#pragma once

// When to announce ourselves by datagram: a burst at start, then rarely enough that a thousand
// peers make at most 20 datagrams a second together; once more for each newcomer; every second
// while leading.

#include <cstddef>
#include <optional>

#include "base/prng.h"
#include "base/time.h"

namespace iwant::cluster {

enum class Role : unsigned char { searching, following, leading };

class Announcer {
  public:
    /// The first announcement is due at once.
    Announcer(Prng prng, Time now) : prng_(prng), started_(now), next_(now) {}

    /// A new instance of some peer was heard: it should hear us too.
    void newcomer_heard(Time now);
    /// The lead was taken or lost.
    void role_changed(Role role, Time now);

    /// Whether an announcement is due; if so, plans the next. `peers` are the known peers.
    bool due(Time now, std::size_t peers);
    Time next_deadline() const;

  private:
    void plan(Time now, std::size_t peers);

    Prng prng_;
    Time started_;
    Time next_;
    std::optional<Time> extra_;
    std::optional<Time> last_;
    unsigned sent_ = 0;
    Role role_ = Role::searching;
};

}  // namespace iwant::cluster
