#pragma once

// How fast one session may talk to us. A peer that says more than any honest one has to say is not
// cut off but read more slowly: its words wait in its own computer, and TCP does the rest. Private
// to io/net.

#include <optional>

#include "core/protocol/messages.h"
#include "io/net/token_bucket.h"

namespace iwant::net {

class Pace {
  public:
    explicit Pace(TokenBucket::TimePoint now);

    /// A message was read; none: one of a kind that is not known.
    void count(const std::optional<protocol::Message>& message, TokenBucket::TimePoint now);
    /// When reading may go on: in the past for a peer that keeps to the pace.
    TokenBucket::TimePoint resumes_at() const;

  private:
    TokenBucket all_;
    TokenBucket talk_;  ///< who leads, who is here: what makes us answer and decide
};

}  // namespace iwant::net
