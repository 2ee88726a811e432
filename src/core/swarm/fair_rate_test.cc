#include "core/swarm/fair_rate.h"

#include <map>

#include <gtest/gtest.h>

namespace iwant::swarm {
namespace {

using namespace std::chrono_literals;

constexpr Time kStart = Time{} + 1h;
constexpr std::uint64_t kMiB = std::uint64_t{1} << 20;

PeerId peer(std::uint8_t number) {
    PeerId peer;
    peer.hash.bytes[0] = number;
    return peer;
}

/// Streams that ask for the next piece as soon as one may go, for some seconds; bytes by flow.
class Streams {
  public:
    explicit Streams(FairRate& rate) : rate_(rate) {}

    void add(const PeerId& flow, std::uint64_t piece_bytes) { ask({flow, piece_bytes}); }
    void run_until(Time end) {
        for (auto turn = rate_.next(now_); turn && turn->at < end; turn = rate_.next(now_)) {
            now_ = std::max(now_, turn->at);
            ASSERT_TRUE(rate_.take(turn->ticket, now_));
            const Stream stream = asking_.at(turn->ticket);
            asking_.erase(turn->ticket);
            moved[stream.flow] += stream.piece_bytes;
            ask(stream);
        }
        now_ = end;
    }

    std::map<PeerId, std::uint64_t> moved;

  private:
    struct Stream {
        PeerId flow;
        std::uint64_t piece_bytes = 0;
    };
    void ask(const Stream& stream) {
        asking_.emplace(rate_.ask(stream.flow, stream.piece_bytes), stream);
    }

    FairRate& rate_;
    Time now_ = kStart;
    std::map<FairRate::Ticket, Stream> asking_;
};

TEST(FairRate, ALimitIsHeldOverTime) {
    FairRate rate;
    rate.set_rate(10 * kMiB, kStart);
    Streams streams(rate);
    streams.add(peer(1), kMiB);
    streams.run_until(kStart + 20s);
    EXPECT_NEAR(static_cast<double>(streams.moved[peer(1)]), 200.0 * kMiB, 2.0 * kMiB);
}

TEST(FairRate, APauseIsNotMadeUpFor) {
    FairRate rate;
    rate.set_rate(10 * kMiB, kStart);
    ASSERT_TRUE(rate.next(kStart + 1h) == std::nullopt);
    Streams streams(rate);
    streams.run_until(kStart + 1h);
    streams.add(peer(1), kMiB);
    streams.run_until(kStart + 1h + 1s);
    EXPECT_LE(streams.moved[peer(1)], 12 * kMiB);
}

TEST(FairRate, EachPeerGetsItsShareHoweverManyStreamsItHas) {
    FairRate rate;
    rate.set_rate(30 * kMiB, kStart);
    Streams streams(rate);
    streams.add(peer(1), kMiB);
    for (int i = 0; i < 8; ++i) streams.add(peer(2), kMiB);
    streams.add(peer(3), 64 * 1024);
    streams.run_until(kStart + 30s);
    for (std::uint8_t i = 1; i <= 3; ++i) {
        EXPECT_NEAR(static_cast<double>(streams.moved[peer(i)]), 300.0 * kMiB, 6.0 * kMiB);
    }
}

TEST(FairRate, WhoWasAwayGetsNoMoreThanTheOthersWhenItReturns) {
    FairRate rate;
    rate.set_rate(10 * kMiB, kStart);
    Streams streams(rate);
    streams.add(peer(1), kMiB);
    streams.run_until(kStart + 60s);
    const std::uint64_t before = streams.moved[peer(1)];
    streams.add(peer(2), kMiB);
    streams.run_until(kStart + 80s);
    EXPECT_NEAR(static_cast<double>(streams.moved[peer(1)] - before), 100.0 * kMiB, 3.0 * kMiB);
    EXPECT_NEAR(static_cast<double>(streams.moved[peer(2)]), 100.0 * kMiB, 3.0 * kMiB);
}

TEST(FairRate, ANewRateHoldsAtOnce) {
    FairRate rate;
    rate.set_rate(1 * kMiB, kStart);
    const FairRate::Ticket first = rate.ask(peer(1), 100 * kMiB);
    const FairRate::Ticket second = rate.ask(peer(1), kMiB);
    EXPECT_TRUE(rate.take(first, kStart));
    EXPECT_FALSE(rate.take(second, kStart + 1s));
    rate.set_rate(std::nullopt, kStart + 1s);
    EXPECT_TRUE(rate.take(second, kStart + 1s));
}

TEST(FairRate, AWishThatIsWithdrawnHoldsNobodyUp) {
    FairRate rate;
    rate.set_rate(1 * kMiB, kStart);
    const FairRate::Ticket gone = rate.ask(peer(1), kMiB);
    const FairRate::Ticket next = rate.ask(peer(2), kMiB);
    EXPECT_FALSE(rate.take(next, kStart)) << "the other one asked first";
    rate.withdraw(gone);
    EXPECT_TRUE(rate.take(next, kStart));
}

}  // namespace
}  // namespace iwant::swarm
