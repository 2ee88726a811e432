#include "app/daemon/clone_guard.h"

#include <gtest/gtest.h>

namespace iwant::daemon {
namespace {

using std::chrono::seconds;

constexpr Time kStart{seconds(1000)};
const protocol::Address kThere{"192.0.2.9", 4926};

TEST(CloneGuard, SaysNothingBeforeAnybodyWasMet) {
    CloneGuard guard(5);
    EXPECT_TRUE(guard.suspect(kStart));
    EXPECT_FALSE(guard.warning(kStart)) << "a suspicion proves nothing";
    EXPECT_FALSE(guard.withdrawn(kStart));
    EXPECT_FALSE(guard.look_again(kStart));
}

TEST(CloneGuard, DialsASuspectOnceInTenSeconds) {
    CloneGuard guard(5);
    EXPECT_TRUE(guard.suspect(kStart));
    EXPECT_FALSE(guard.suspect(kStart + seconds(9)));
    EXPECT_TRUE(guard.suspect(kStart + seconds(10)));
}

TEST(CloneGuard, ExactlyOneOfTheTwoWithdraws) {
    CloneGuard smaller(5);
    CloneGuard greater(6);
    EXPECT_TRUE(smaller.met(kThere, 6, kStart));
    EXPECT_TRUE(greater.met(kThere, 5, kStart));
    EXPECT_FALSE(smaller.withdrawn(kStart));
    EXPECT_TRUE(greater.withdrawn(kStart));
    for (const CloneGuard* guard : {&smaller, &greater}) {
        const std::string warning = guard->warning(kStart).value();
        EXPECT_NE(warning.find("192.0.2.9:4926"), std::string::npos);
        EXPECT_NE(warning.find("delete identity.key"), std::string::npos);
    }
}

TEST(CloneGuard, TellsEachCloneOnce) {
    CloneGuard guard(5);
    EXPECT_TRUE(guard.met(kThere, 6, kStart));
    EXPECT_FALSE(guard.met(kThere, 6, kStart + seconds(1)));
    EXPECT_TRUE(guard.met(kThere, 7, kStart + seconds(2)));
}

TEST(CloneGuard, LooksAgainEveryHalfMinuteAndForgetsWhoIsGone) {
    CloneGuard guard(6);
    guard.met(kThere, 5, kStart);
    EXPECT_FALSE(guard.look_again(kStart + seconds(29)));
    EXPECT_EQ(guard.look_again(kStart + seconds(30)), kThere);
    EXPECT_FALSE(guard.look_again(kStart + seconds(31)));
    EXPECT_EQ(guard.look_again(kStart + seconds(60)), kThere);
    EXPECT_TRUE(guard.withdrawn(kStart + seconds(90)));
    EXPECT_EQ(guard.look_again(kStart + seconds(90)), kThere);
    EXPECT_FALSE(guard.withdrawn(kStart + seconds(96)));
    EXPECT_FALSE(guard.warning(kStart + seconds(96)));
    EXPECT_FALSE(guard.look_again(kStart + seconds(200)));
}

}  // namespace
}  // namespace iwant::daemon
