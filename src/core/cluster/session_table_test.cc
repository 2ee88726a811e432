#include "core/cluster/session_table.h"

#include <gtest/gtest.h>

namespace iwant::cluster {
namespace {

using std::chrono::seconds;

PeerId peer(std::uint8_t number) {
    PeerId id;
    id.hash.bytes[0] = number;
    return id;
}

SessionOpened opened(std::uint64_t session, std::uint8_t from, Direction direction,
                     std::uint64_t instance = 1) {
    SessionOpened event;
    event.session = SessionId{session};
    event.peer = peer(from);
    event.direction = direction;
    event.hello.peer = peer(from);
    event.hello.instance = instance;
    return event;
}

TEST(SessionTable, WhoDialledAsksAQuietSessionFirst) {
    SessionTable table(peer(1));
    table.open(opened(10, 2, Direction::accepted), Time{});
    const auto accepted = table.next_deadline();
    table.open(opened(11, 3, Direction::dialled), Time{});
    EXPECT_EQ(table.next_deadline(), Time{} + kSessionPing);
    EXPECT_EQ(accepted, Time{} + kSessionPing + seconds(1));
}

TEST(SessionTable, OfTwoSimultaneousDialsTheOneByTheSmallerPeerSurvivesOnBothSidesInAnyOrder) {
    for (const bool own_first : {true, false}) {
        SessionTable smaller(peer(1));
        SessionTable greater(peer(2));
        const auto by_smaller_here = opened(10, 2, Direction::dialled);
        const auto by_greater_here = opened(11, 2, Direction::accepted);
        const auto by_smaller_there = opened(20, 1, Direction::accepted);
        const auto by_greater_there = opened(21, 1, Direction::dialled);
        EXPECT_FALSE(smaller.open(own_first ? by_smaller_here : by_greater_here, Time{}));
        EXPECT_EQ(smaller.open(own_first ? by_greater_here : by_smaller_here, Time{}),
                  SessionId{11});
        EXPECT_FALSE(greater.open(own_first ? by_greater_there : by_smaller_there, Time{}));
        EXPECT_EQ(greater.open(own_first ? by_smaller_there : by_greater_there, Time{}),
                  SessionId{21});
        EXPECT_EQ(smaller.of(peer(2))->id, SessionId{10});
        EXPECT_EQ(greater.of(peer(1))->id, SessionId{20});
    }
}

TEST(SessionTable, ANewerInstanceReplacesTheOldSession) {
    SessionTable table(peer(1));
    table.open(opened(10, 2, Direction::dialled, 1), Time{});
    EXPECT_EQ(table.open(opened(11, 2, Direction::accepted, 2), Time{}), SessionId{10});
    EXPECT_EQ(table.of(peer(2))->instance, 2u);
}

TEST(SessionTable, AnOldSessionGivesWayBecauseTheOtherSideMustHaveLostIt) {
    SessionTable table(peer(1));
    table.open(opened(10, 2, Direction::dialled), Time{});
    EXPECT_EQ(table.open(opened(11, 2, Direction::accepted), Time{} + seconds(6)), SessionId{10});
    EXPECT_EQ(table.size(), 1u);
}

TEST(SessionTable, APeerIsPingedAfterFifteenSecondsAndASilentOneDoesNotCountAsAlive) {
    SessionTable table(peer(1));
    table.open(opened(10, 2, Direction::dialled), Time{});
    EXPECT_EQ(table.next_deadline(), Time{} + seconds(15));
    EXPECT_EQ(table.live_count(), 1u);
    table.of(peer(2))->silent = true;
    EXPECT_EQ(table.live_count(), 0u);
}

}  // namespace
}  // namespace iwant::cluster
