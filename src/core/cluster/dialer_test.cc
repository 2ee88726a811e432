#include "core/cluster/dialer.h"

#include <algorithm>

#include <gtest/gtest.h>

#include "core/cluster/test_peers.h"

namespace iwant::cluster {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;
using test::address;
using test::peer;

Dialer::Wish all_useful(const Dialer::Target&) {
    return Dialer::Wish::useful;
}
Dialer::Wish nobody(const Dialer::Target&) {
    return Dialer::Wish::none;
}

DialFailed refused(std::uint8_t number) {
    return {address(number), {}, {}, {}};
}

/// When the address is dialled until `end`, if every dial fails at once.
std::vector<Duration> failing_dials(Dialer& dialer, std::uint8_t number, Duration end) {
    std::vector<Duration> times;
    while (const auto due = dialer.next_deadline(all_useful)) {
        if (*due - Time{} > end) break;
        for (const auto& dial : dialer.due(*due, all_useful)) {
            EXPECT_EQ(dial.address, address(number));
            times.push_back(*due - Time{});
            dialer.failed(refused(number), *due);
        }
    }
    return times;
}

TEST(Dialer, AGivenAddressIsTriedForEverAtLeastEveryHalfMinute) {
    Dialer dialer(peer(1));
    dialer.given(address(2), Time{});
    const auto times = failing_dials(dialer, 2, seconds(300));
    ASSERT_GT(times.size(), 10u);
    EXPECT_EQ(times[1], seconds(1));
    EXPECT_EQ(times[2], seconds(3));
    EXPECT_EQ(times.back() - times[times.size() - 2], seconds(30));
}

TEST(Dialer, AHeardAddressThatFailsIsTriedAtMostEveryTenSecondsAndThenLessAndLess) {
    Dialer dialer(peer(1));
    dialer.heard(peer(2), address(2), Time{}, Time{});
    const auto times = failing_dials(dialer, 2, seconds(3600));
    ASSERT_GT(times.size(), 6u);
    EXPECT_EQ(times[1], seconds(10));
    EXPECT_EQ(times.back() - times[times.size() - 2], seconds(300));
}

TEST(Dialer, ManyFakePeersAtOneAddressCauseOneDialInTenSeconds) {
    Dialer dialer(peer(1));
    std::size_t dials = 0;
    for (int i = 0; i < 1000; ++i) {
        const Time now = Time{} + milliseconds(i * 10);
        dialer.heard(peer(static_cast<std::uint8_t>(2 + i % 200)), address(9), now, now);
        for ([[maybe_unused]] const auto& dial : dialer.due(now, all_useful)) {
            ++dials;
            dialer.failed(refused(9), now);
        }
    }
    EXPECT_EQ(dials, 1u);
}

TEST(Dialer, APeerThatIsHeardAgainIsDialledSoonWhereItWasReachedBefore) {
    Dialer dialer(peer(1));
    dialer.heard(peer(2), address(2), Time{}, Time{});
    dialer.due(Time{}, all_useful);
    SessionOpened opened;
    opened.peer = peer(2);
    opened.address = address(2);
    dialer.opened(opened, Time{});
    for (int i = 0; i < 6; ++i) {
        const Time due = dialer.next_deadline(all_useful).value();
        ASSERT_EQ(dialer.due(due, all_useful).size(), 1u);
        dialer.failed(refused(2), due);
    }
    const Time now = dialer.next_deadline(all_useful).value() - seconds(100);
    EXPECT_TRUE(dialer.due(now, all_useful).empty());
    dialer.heard(peer(2), address(2), now, now);
    EXPECT_EQ(dialer.due(now, all_useful).size(), 1u);
}

TEST(Dialer, ADatagramFromElsewhereDoesNotReplaceTheAddressThatWorked) {
    Dialer dialer(peer(1));
    SessionOpened opened;
    opened.peer = peer(2);
    opened.address = address(2);
    dialer.opened(opened, Time{});
    dialer.heard(peer(2), address(66), Time{} + seconds(5), Time{} + seconds(5));
    EXPECT_TRUE(dialer.redial(peer(2), Time{} + seconds(6)));
    std::vector<protocol::Address> dialled;
    for (const auto& dial : dialer.due(Time{} + seconds(6), all_useful))
        dialled.push_back(dial.address);
    EXPECT_TRUE(std::ranges::find(dialled, address(2)) != dialled.end());
}

TEST(Dialer, NeverDialsItselfAgain) {
    Dialer dialer(peer(1));
    dialer.given(address(1), Time{});
    ASSERT_EQ(dialer.due(Time{}, all_useful).size(), 1u);
    dialer.failed({address(1), {}, peer(1), {}}, Time{});
    EXPECT_FALSE(dialer.next_deadline(all_useful));
    dialer.heard(peer(1), address(3), Time{}, Time{});
    EXPECT_FALSE(dialer.next_deadline(all_useful));
}

TEST(Dialer, MakesAtMostTenDialsASecond) {
    Dialer dialer(peer(1));
    for (std::uint8_t i = 2; i < 50; ++i) dialer.heard(peer(i), address(i), Time{}, Time{});
    EXPECT_EQ(dialer.due(Time{}, all_useful).size(), 10u);
    EXPECT_EQ(dialer.due(Time{} + milliseconds(900), all_useful).size(), 0u);
    EXPECT_EQ(dialer.next_deadline(all_useful), Time{} + seconds(1));
    EXPECT_EQ(dialer.due(Time{} + seconds(1), all_useful).size(), 10u);
}

TEST(Dialer, WhoIsNeededIsDialledBeforeACrowdOfOthers) {
    Dialer dialer(peer(1));
    for (std::uint8_t i = 2; i < 50; ++i) dialer.heard(peer(i), address(i), Time{}, Time{});
    const Time later = Time{} + milliseconds(100);
    dialer.heard(peer(60), address(60), later, later);
    const auto wish = [](const Dialer::Target& target) {
        return target.expected == peer(60) ? Dialer::Wish::needed : Dialer::Wish::useful;
    };
    const auto dials = dialer.due(later, wish);
    ASSERT_EQ(dials.size(), 10u);
    EXPECT_EQ(dials.front().address, address(60));
}

TEST(Dialer, WaitsForOneAnswerAndGivesItUpWhenItIsLost) {
    Dialer dialer(peer(1));
    dialer.given(address(2), Time{});
    EXPECT_EQ(dialer.due(Time{}, all_useful).size(), 1u);
    EXPECT_EQ(dialer.due(Time{} + seconds(5), all_useful).size(), 0u);
    EXPECT_EQ(dialer.due(Time{} + seconds(15), all_useful).size(), 0u);
    EXPECT_EQ(dialer.due(Time{} + seconds(16), all_useful).size(), 1u);
}

TEST(Dialer, DialsNobodyWhoIsNotWanted) {
    Dialer dialer(peer(1));
    dialer.heard(peer(2), address(2), Time{}, Time{});
    EXPECT_TRUE(dialer.due(Time{}, nobody).empty());
    EXPECT_FALSE(dialer.next_deadline(nobody));
}

TEST(Dialer, AStrangerAtAHintedAddressIsNotTakenForThePeer) {
    Dialer dialer(peer(1));
    dialer.heard(peer(2), address(2), Time{}, Time{});
    dialer.due(Time{}, all_useful);
    dialer.failed({address(2), peer(2), peer(3), {}}, Time{});
    const auto dials = dialer.due(Time{} + seconds(10), all_useful);
    ASSERT_EQ(dials.size(), 1u);
    EXPECT_EQ(dials[0].expected, peer(3));
}

TEST(Dialer, ANewNetworkMakesWhatFailedDueAgain) {
    Dialer dialer(peer(1));
    dialer.given(address(2), Time{});
    const auto times = failing_dials(dialer, 2, seconds(300));
    Time now = Time{} + times.back() + milliseconds(100);
    ASSERT_TRUE(dialer.due(now, all_useful).empty());
    dialer.network_changed(now);
    EXPECT_TRUE(dialer.due(now, all_useful).empty()) << "not within a second of the last try";
    now += seconds(1);
    EXPECT_EQ(dialer.due(now, all_useful).size(), 1u);
}

}  // namespace
}  // namespace iwant::cluster
