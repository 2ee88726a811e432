#include "io/net/datagram_gate.h"

#include <gtest/gtest.h>

namespace iwant::net {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

class DatagramGateTest : public testing::Test {
  protected:
    int admitted(const std::string& host, int datagrams) {
        int count = 0;
        for (int i = 0; i < datagrams; ++i) count += gate_.admit(host, now_) ? 1 : 0;
        return count;
    }

    TokenBucket::TimePoint now_{seconds(1000)};
    DatagramGate gate_{now_};
};

TEST_F(DatagramGateTest, OneSourceIsHeardFiftyTimesASecond) {
    EXPECT_EQ(50, admitted("a", 1000));
    now_ += milliseconds(999);
    EXPECT_EQ(0, admitted("a", 1000));
    now_ += milliseconds(1);
    EXPECT_EQ(50, admitted("a", 1000));
}

TEST_F(DatagramGateTest, AQuietSourceIsHeardBesideHundredsThatNeverStop) {
    for (int second = 0; second < 10; ++second) {
        for (int i = 0; i < 250; ++i) admitted(std::to_string(i), 100);
        EXPECT_EQ(1, admitted("newcomer", 1));
        now_ += seconds(1);
    }
}

TEST_F(DatagramGateTest, AllTogetherAreHeardFiveHundredTimesASecond) {
    for (int second = 0; second < 3; ++second) {
        int count = 0;
        for (int i = 0; i < 1000; ++i) count += admitted(std::to_string(i), 10);
        EXPECT_EQ(500, count);
        now_ += seconds(1);
    }
}

TEST_F(DatagramGateTest, TheMemoryOfSourcesIsBounded) {
    for (int i = 0; i < 1024; ++i) admitted(std::to_string(i), 1);
    EXPECT_EQ(0, admitted("one more", 1));
}

}  // namespace
}  // namespace iwant::net
