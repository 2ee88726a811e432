#pragma once

// When to announce ourselves by datagram: a burst at start, then rarely enough that all peers
// together make at most 20 packets a second, however many they are; once more for a newcomer, which
// in a crowd only some do; every second while leading. Who starts listens for a moment first: when
// others announce themselves just then, as after a power failure, it leaves that to them, dials
// them, and is known by its sessions.

#include <cstddef>
#include <optional>

#include "base/prng.h"
#include "base/time.h"

namespace iwant::cluster {

enum class Role : unsigned char { searching, following, leading };

class Announcer {
  public:
    /// The first announcement is due when it has listened.
    Announcer(Prng prng, Time now);

    /// Somebody who does not lead announced itself.
    void heard(Time now) { heard_ = now; }
    /// A new instance of a peer that knows no leader was heard: it should hear some of us too.
    void newcomer_heard(Time now);
    /// Others must hear us anew, from wherever we are now.
    void network_changed(Time now);
    /// The lead was taken or lost.
    void role_changed(Role role, Time now);

    /// Whether an announcement is due; if so, plans the next. `peers` are the known peers.
    bool due(Time now, std::size_t peers);
    Time next_deadline() const;

  private:
    void plan(Time now, std::size_t peers);
    bool others_talk(Time now) const;
    bool chosen(std::size_t peers);

    Prng prng_;
    Time started_;
    Time next_;
    Time planned_;               ///< when `next_` was
    std::optional<Time> heard_;  ///< somebody, last
    std::optional<Time> extra_;
    bool extra_is_certain_ = false;
    std::optional<Time> last_;  ///< announced, or left it to others
    unsigned sent_ = 0;
    Role role_ = Role::searching;
};

}  // namespace iwant::cluster
