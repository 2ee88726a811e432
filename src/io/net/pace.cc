#include "io/net/pace.h"

#include <algorithm>
#include <variant>

namespace iwant::net {

namespace {

/// A folder of small files is fetched with a request or two for each.
constexpr double kMessagesPerSecond = 20'000;
constexpr double kMessagesBurst = 20'000;
/// A leader of 10,000 peers sends its roster in 20 parts, at most five times a second.
constexpr double kTalkPerSecond = 200;
constexpr double kTalkBurst = 1000;

template <class... Kinds>
bool is_any(const protocol::Message& message) {
    return (std::holds_alternative<Kinds>(message) || ...);
}

bool is_talk(const protocol::Message& message) {
    return is_any<protocol::Ping, protocol::Pong, protocol::LeaderClaim, protocol::LeaderResigns,
                  protocol::Register, protocol::Registered, protocol::Roster, protocol::Standbys,
                  protocol::PreVoteRequest, protocol::PreVote, protocol::FollowersRequest,
                  protocol::FollowersProof>(message);
}

}  // namespace

Pace::Pace(TokenBucket::TimePoint now)
    : all_(kMessagesPerSecond, kMessagesBurst, now), talk_(kTalkPerSecond, kTalkBurst, now) {}

void Pace::count(const std::optional<protocol::Message>& message, TokenBucket::TimePoint now) {
    all_.owe(now);
    if (!message || is_talk(*message)) talk_.owe(now);
}

TokenBucket::TimePoint Pace::resumes_at() const {
    return std::max(all_.paid_at(), talk_.paid_at());
}

}  // namespace iwant::net
