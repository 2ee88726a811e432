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

}  // namespace
}  // namespace iwant::cluster
