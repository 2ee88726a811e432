#pragma once

// Which datagrams of a flood are looked at. Each source may say one thing a second before anybody
// may say more, so that a newcomer is heard beside computers that never stop. Private to io/net.

#include <cstddef>
#include <map>
#include <string>

#include "io/net/token_bucket.h"

namespace iwant::net {

class DatagramGate {
  public:
    explicit DatagramGate(TokenBucket::TimePoint now);

    /// Whether a datagram that came from `host` now is looked at.
    bool admit(const std::string& host, TokenBucket::TimePoint now);

  private:
    TokenBucket first_;                           ///< for the first of each source in a second
    TokenBucket others_;                          ///< for what they say more
    std::map<std::string, unsigned> heard_from_;  ///< in the second since `second_began_`
    TokenBucket::TimePoint second_began_;
};

}  // namespace iwant::net
