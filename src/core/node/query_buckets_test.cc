#include "core/node/query_buckets.h"

#include <gtest/gtest.h>

#include "core/protocol/limits.h"

namespace iwant::node {
namespace {

using protocol::kQueriesBurstMax;
using protocol::kQueriesPerSecondMax;
using std::chrono::milliseconds;
using std::chrono::seconds;

PeerId peer(std::size_t number) {
    PeerId id;
    id.hash.bytes[0] = static_cast<std::uint8_t>(number);
    id.hash.bytes[1] = static_cast<std::uint8_t>(number >> 8);
    return id;
}

std::size_t taken(QueryBuckets& buckets, const PeerId& peer, std::size_t tries, Time now) {
    std::size_t count = 0;
    for (std::size_t i = 0; i < tries; ++i) count += buckets.take(peer, now) ? 1 : 0;
    return count;
}

TEST(QueryBuckets, ABurstIsAnsweredAndThenSoManyASecond) {
    QueryBuckets buckets;
    const Time start{};
    EXPECT_EQ(taken(buckets, peer(1), 1000, start), kQueriesBurstMax);
    EXPECT_EQ(taken(buckets, peer(1), 1000, start + milliseconds(1)), 0u);
    EXPECT_EQ(taken(buckets, peer(1), 1000, start + seconds(1)), kQueriesPerSecondMax);
    EXPECT_EQ(taken(buckets, peer(1), 1000, start + seconds(60)), kQueriesBurstMax);
}

TEST(QueryBuckets, WhoKeepsToTheRateIsNeverRefused) {
    QueryBuckets buckets;
    Time now{};
    for (int i = 0; i < 10'000; ++i, now += Duration(seconds(1)) / kQueriesPerSecondMax)
        ASSERT_TRUE(buckets.take(peer(1), now));
}

TEST(QueryBuckets, OnePeersFloodIsNotAnothersLoss) {
    QueryBuckets buckets;
    taken(buckets, peer(1), 1000, Time{});
    EXPECT_TRUE(buckets.take(peer(2), Time{}));
}

TEST(QueryBuckets, FullBucketsAreForgotten) {
    QueryBuckets buckets;
    for (std::size_t i = 0; i < 20'000; ++i) buckets.take(peer(i), Time{} + milliseconds(i));
    EXPECT_LE(buckets.size(), 1024u);
    EXPECT_TRUE(buckets.take(peer(7), Time{} + seconds(60)));
}

}  // namespace
}  // namespace iwant::node
