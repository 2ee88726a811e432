#include "io/net/token_bucket.h"

#include <gtest/gtest.h>

namespace iwant::net {
namespace {

using std::chrono::milliseconds;

TEST(TokenBucketTest, GivesTheBurstAndThenTheRate) {
    TokenBucket::TimePoint now{};
    TokenBucket bucket(10, 3, now);
    int taken = 0;
    for (int i = 0; i < 5; ++i) taken += bucket.take(now) ? 1 : 0;
    EXPECT_EQ(3, taken);
    now += milliseconds(99);
    EXPECT_FALSE(bucket.take(now));
    now += milliseconds(2);
    EXPECT_TRUE(bucket.take(now));
    EXPECT_FALSE(bucket.take(now));
}

TEST(TokenBucketTest, SavesNoMoreThanTheBurst) {
    TokenBucket::TimePoint now{};
    TokenBucket bucket(1000, 3, now);
    now += std::chrono::hours(1);
    int taken = 0;
    for (int i = 0; i < 50; ++i) taken += bucket.take(now) ? 1 : 0;
    EXPECT_EQ(3, taken);
}

}  // namespace
}  // namespace iwant::net
