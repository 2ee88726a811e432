#include "core/cluster/registrations.h"

#include <set>

#include <gtest/gtest.h>

#include "core/cluster/test_peers.h"

namespace iwant::cluster {
namespace {

using std::chrono::seconds;
using test::peer;

/// When peers with these seeds register with a new leader of a network of `peers`.
std::set<Time> registrations(std::size_t peers) {
    std::set<Time> times;
    for (std::uint64_t seed = 1; seed <= 50; ++seed) {
        const auto signatory = test::signatory(2);
        Registrations one(signatory, Prng(seed));
        one.keep({{peer(9), SessionId{1}}}, {3, peer(9)}, peers, Time{});
        one.advance(Time{});
        const bool at_once = !one.take_actions().empty();
        times.insert(at_once ? Time{} : one.next_deadline().value_or(Time::max()));
    }
    return times;
}

TEST(Registrations, OfALargeNetworkAreSpreadOverTime) {
    const auto times = registrations(900);
    EXPECT_GT(times.size(), 40u) << "they do not come together";
    EXPECT_LT(*times.rbegin(), Time{} + seconds(4)) << "250 a second";
}

TEST(Registrations, OfASmallNetworkComeAtOnce) {
    EXPECT_EQ(registrations(8), std::set<Time>{Time{}});
}

TEST(Registrations, AStandbyIsToldInTheViewOfTheMoment) {
    const auto signatory = test::signatory(2);
    Registrations ours(signatory, Prng(1));
    const Registrations::Holder standby{peer(9), SessionId{1}};
    ours.keep({standby}, {2, peer(2)}, 3, Time{});
    ours.advance(Time{});
    ours.take_actions();
    ours.registered(SessionId{1}, {{2, peer(2)}, protocol::Registered::Verdict::accepted, {}},
                    Time{});
    const protocol::LeaderView now_leads{3, peer(7)};
    ours.keep({standby}, now_leads, 3, Time{} + seconds(1));
    EXPECT_TRUE(ours.take_actions().empty()) << "it has what we share";
    CatalogAdvanced change;
    change.delta.catalog_id = 5;
    change.delta.up_to = 1;
    ours.advanced(change, Time{} + seconds(1));
    ours.advance(Time{} + seconds(2));
    const auto actions = ours.take_actions();
    ASSERT_EQ(actions.size(), 1u);
    const auto& told = std::get<protocol::Register>(std::get<Send>(actions[0]).message);
    EXPECT_EQ(told.view, now_leads);
}

}  // namespace
}  // namespace iwant::cluster
