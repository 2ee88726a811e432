#include "io/net/datagram_gate.h"

namespace iwant::net {

namespace {

/// More than a network of 254 computers needs. With `kOthersPerSecond` this is the 500 signatures a
/// second that may be checked.
constexpr double kFirstPerSecond = 300;
constexpr double kOthersPerSecond = 200;
constexpr unsigned kPerSourceAndSecond = 50;
constexpr std::size_t kSourcesMax = 1024;

}  // namespace

DatagramGate::DatagramGate(TokenBucket::TimePoint now)
    : first_(kFirstPerSecond, kFirstPerSecond, now),
      others_(kOthersPerSecond, kOthersPerSecond, now),
      second_began_(now) {}

bool DatagramGate::admit(const std::string& host, TokenBucket::TimePoint now) {
    if (now >= second_began_ + std::chrono::seconds(1)) {
        second_began_ = now;
        heard_from_.clear();
    }
    const auto source = heard_from_.find(host);
    if (source == heard_from_.end()) {
        if (heard_from_.size() >= kSourcesMax) return false;
        heard_from_.emplace(host, 1);
        return first_.take(now) || others_.take(now);
    }
    return ++source->second <= kPerSourceAndSecond && others_.take(now);
}

}  // namespace iwant::net
