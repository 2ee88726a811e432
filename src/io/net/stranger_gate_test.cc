#include "io/net/stranger_gate.h"

#include <vector>

#include <gtest/gtest.h>

namespace iwant::net {
namespace {

using Answer = StrangerGate::Answer;
using std::chrono::milliseconds;

class StrangerGateTest : public testing::Test {
  protected:
    StrangerGate::Verdict knock(const std::string& host) { return gate_.knock(host, now_); }

    Clock::time_point now_{};
    StrangerGate gate_{8, 4};
};

TEST_F(StrangerGateTest, OneAddressHasSoManyPlacesAndNoMore) {
    std::vector<StrangerGate::Ticket> tickets;
    for (int i = 0; i < 4; ++i) {
        const auto verdict = knock("a");
        ASSERT_EQ(Answer::enter, verdict.answer);
        tickets.push_back(verdict.ticket);
    }
    EXPECT_EQ(Answer::refuse, knock("a").answer);
    EXPECT_EQ(Answer::enter, knock("b").answer);
    gate_.leave(tickets[2]);
    EXPECT_EQ(Answer::enter, knock("a").answer);
}

TEST_F(StrangerGateTest, AComputerWithManyMakesRoomForOneWithNone) {
    const auto first = knock("a");
    for (int i = 0; i < 3; ++i) knock("a");
    for (int i = 0; i < 4; ++i) knock("b");
    const auto honest = knock("c");
    EXPECT_EQ(Answer::enter, honest.answer);
    EXPECT_EQ(first.ticket, honest.displaced) << "the oldest of them";
    EXPECT_EQ(8u, gate_.size());
    gate_.leave(first.ticket);
    EXPECT_EQ(8u, gate_.size()) << "it had left already";
}

TEST_F(StrangerGateTest, AmongEqualsTheNewcomerWaitsUntilTheOldestHadItsTime) {
    const auto first = knock("0");
    for (int i = 1; i < 8; ++i) knock(std::to_string(i));
    EXPECT_EQ(Answer::wait, knock("x").answer);
    now_ += milliseconds(999);
    EXPECT_EQ(Answer::wait, knock("x").answer);
    now_ += milliseconds(1);
    const auto entered = knock("x");
    EXPECT_EQ(Answer::enter, entered.answer);
    EXPECT_EQ(first.ticket, entered.displaced);
}

TEST_F(StrangerGateTest, OneWhoHasAPlaceDisplacesNobodyWithOneLessThanIt) {
    for (int i = 0; i < 4; ++i) knock("a"), knock("b");
    EXPECT_EQ(Answer::enter, knock("c").answer);
    EXPECT_EQ(Answer::enter, knock("c").answer);
    EXPECT_EQ(Answer::refuse, knock("c").answer) << "three each is as fair as it gets";
}

TEST_F(StrangerGateTest, AFreePlaceDisplacesNobody) {
    const auto first = knock("a");
    for (int i = 1; i < 8; ++i) knock(std::to_string(i));
    gate_.leave(first.ticket);
    const auto next = knock("b");
    EXPECT_EQ(Answer::enter, next.answer);
    EXPECT_FALSE(next.displaced);
}

}  // namespace
}  // namespace iwant::net
