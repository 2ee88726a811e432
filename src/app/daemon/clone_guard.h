#pragma once

// What to do when another computer has our key, because a disk or a virtual machine was copied.
// Both would be one peer to the others, and each would push the other out, again and again. So one
// of them goes on and the other withdraws, which both tell by the same rule (the smaller instance
// goes on); both warn their users. Whoever withdrew looks from time to time whether the other is
// still there. Only a proven meeting counts: both have shown the key and exchanged Hellos.

#include <cstdint>
#include <optional>
#include <string>

#include "base/time.h"
#include "core/protocol/messages.h"

namespace iwant::daemon {

class CloneGuard {
  public:
    explicit CloneGuard(std::uint64_t own_instance) : own_instance_(own_instance) {}

    /// Somebody announces itself from there with our key, maybe an old datagram of ours replayed.
    /// Whether to dial it now: once in 10 s.
    bool suspect(Time now);
    /// The clone was met. Whether that is news.
    bool met(const protocol::Address& address, std::uint64_t instance, Time now);
    /// Where to look for the clone again, if that is due.
    std::optional<protocol::Address> look_again(Time now);

    /// Whether we leave the network to the other one.
    bool withdrawn(Time now) const;
    /// For the user: what is wrong and how to mend it; nothing when nobody was met lately.
    std::optional<std::string> warning(Time now) const;

  private:
    struct Clone {
        protocol::Address address;
        std::uint64_t instance = 0;
        Time met;
    };
    bool present(Time now) const;

    std::uint64_t own_instance_;
    std::optional<Clone> clone_;
    std::optional<Time> asked_;
};

}  // namespace iwant::daemon
