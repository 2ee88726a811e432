#include "io/net/pace.h"

#include <gtest/gtest.h>

namespace iwant::net {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

class PaceTest : public testing::Test {
  protected:
    void hear(const protocol::Message& message, int times) {
        for (int i = 0; i < times; ++i) pace_.count(message, now_);
    }
    bool must_wait() const { return pace_.resumes_at() > now_; }

    TokenBucket::TimePoint now_{seconds(1000)};
    Pace pace_{now_};
};

TEST_F(PaceTest, ALeadersRosterOfTenThousandIsReadAtOnce) {
    hear(protocol::Roster{}, 20);
    hear(protocol::Ping{}, 100);
    EXPECT_FALSE(must_wait());
}

TEST_F(PaceTest, PingsWithoutEndAreReadAtTwoHundredASecond) {
    hear(protocol::Ping{}, 1000);
    EXPECT_FALSE(must_wait());
    hear(protocol::Ping{}, 200);
    EXPECT_TRUE(must_wait());
    now_ += milliseconds(990);
    EXPECT_TRUE(must_wait());
    now_ += milliseconds(20);
    EXPECT_FALSE(must_wait());
}

TEST_F(PaceTest, ThousandsOfRequestsASecondAreReadAtOnce) {
    for (int second = 0; second < 5; ++second) {
        hear(protocol::PieceListRequest{}, 15'000);
        EXPECT_FALSE(must_wait());
        now_ += seconds(1);
    }
    hear(protocol::PieceListRequest{}, 40'000);
    EXPECT_TRUE(must_wait());
}

TEST_F(PaceTest, MessagesOfUnknownKindsCountAsTalk) {
    for (int i = 0; i < 1200; ++i) pace_.count(std::nullopt, now_);
    EXPECT_TRUE(must_wait());
}

}  // namespace
}  // namespace iwant::net
