#include "app/daemon/herald.h"

#include <gtest/gtest.h>

#include "core/protocol/announcement.h"
#include "io/net/test_support.h"

namespace iwant::daemon {
namespace {

constexpr Time kNow{std::chrono::seconds(100)};

class AHerald : public testing::Test {
  protected:
    std::vector<std::uint8_t> from_bob() { return bob_.datagram_of(here_); }
    auto hear(const std::vector<std::uint8_t>& datagram, Time now = kNow) {
        return ann_.hear(datagram, "192.0.2.2", now);
    }

    const net::Identity ann_identity_ = net::make_identity();
    const net::Identity bob_identity_ = net::make_identity();
    Herald ann_{ann_identity_, 1, 4926};
    Herald bob_{bob_identity_, 2, 5000};
    const node::Announce here_{false, {7, bob_identity_.peer()}, 3, {11, 12}};
};

TEST_F(AHerald, HearsWhatAnotherOneSays) {
    const auto heard = hear(from_bob());
    ASSERT_TRUE(heard);
    EXPECT_EQ(heard->peer, bob_identity_.peer());
    EXPECT_EQ(heard->from, (protocol::Address{"192.0.2.2", 5000}));
    EXPECT_EQ(heard->instance, 2U);
    EXPECT_FALSE(heard->goodbye);
    EXPECT_EQ(heard->leader, here_.leader);
    EXPECT_EQ(heard->followers, 3U);
    EXPECT_TRUE(hear(bob_.datagram_of({true, {}, 0, {}}))->goodbye);
}

TEST_F(AHerald, DoesNotHearItself) {
    EXPECT_FALSE(hear(ann_.datagram_of(here_)));
}

TEST_F(AHerald, HearsAnotherComputerWithItsOwnKey) {
    Herald clone(ann_identity_, 9, 4926);
    const auto heard = hear(clone.datagram_of(here_));
    ASSERT_TRUE(heard);
    EXPECT_EQ(heard->peer, ann_identity_.peer());
    EXPECT_EQ(heard->instance, 9U);
}

TEST_F(AHerald, KnowsTheLastDatagramOfAPeerWhenItComesByAnotherWay) {
    const auto first = from_bob();
    EXPECT_FALSE(ann_.sender_of_last(first)) << "not let through yet";
    ASSERT_TRUE(hear(first));
    EXPECT_EQ(ann_.sender_of_last(first), bob_identity_.peer());
    auto forged = first;
    forged.back() ^= 1;
    EXPECT_FALSE(ann_.sender_of_last(forged));
    const auto second = from_bob();
    ASSERT_TRUE(hear(second));
    EXPECT_FALSE(ann_.sender_of_last(first)) << "an older one";
}

TEST_F(AHerald, HearsEachDatagramOnce) {
    const auto first = from_bob();
    const auto second = from_bob();
    EXPECT_TRUE(hear(second));
    EXPECT_FALSE(hear(second)) << "a replay";
    EXPECT_FALSE(hear(first)) << "an older one";
    EXPECT_TRUE(hear(from_bob()));
}

TEST_F(AHerald, HearsANewRunOfAPeerFromItsBeginning) {
    EXPECT_TRUE(hear(from_bob()));
    EXPECT_TRUE(hear(from_bob()));
    Herald restarted(bob_identity_, 3, 5000);
    EXPECT_EQ(hear(restarted.datagram_of(here_))->instance, 3U);
}

TEST_F(AHerald, IsNotSentToAPortOfASystemsService) {
    Herald liar(bob_identity_, 3, 22);
    EXPECT_FALSE(hear(liar.datagram_of(here_)));
    EXPECT_FALSE(hear(Herald(bob_identity_, 4, 1023).datagram_of(here_)));
    EXPECT_TRUE(hear(Herald(bob_identity_, 5, 1024).datagram_of(here_)));
}

TEST_F(AHerald, HearsNothingThatWasTamperedWith) {
    const auto good = from_bob();
    for (std::size_t i = 0; i < good.size(); ++i) {
        auto bad = good;
        bad[i] ^= 1;
        EXPECT_FALSE(hear(bad, kNow + std::chrono::seconds(i))) << i;
    }
    EXPECT_TRUE(hear(good, kNow + std::chrono::hours(1)));
}

TEST_F(AHerald, HearsNothingThatIsTooShortOrTooLong) {
    const auto good = from_bob();
    for (std::size_t length = 0; length < good.size(); ++length) {
        EXPECT_FALSE(hear({good.begin(), good.begin() + static_cast<std::ptrdiff_t>(length)}));
    }
    auto longer = good;
    longer.push_back(0);
    EXPECT_FALSE(hear(longer));
}

TEST_F(AHerald, ChecksOnlySoManySignaturesASecond) {
    auto forged = from_bob();
    forged.back() ^= 1;
    for (unsigned i = 0; i < Herald::kChecksPerSecondMax; ++i) EXPECT_FALSE(hear(forged));
    EXPECT_FALSE(hear(from_bob())) << "one too many";
    EXPECT_TRUE(hear(from_bob(), kNow + std::chrono::seconds(1)));
}

TEST_F(AHerald, DropsReplaysWithoutACheck) {
    const auto once = from_bob();
    ASSERT_TRUE(hear(once));
    for (unsigned i = 0; i < 2 * Herald::kChecksPerSecondMax; ++i) EXPECT_FALSE(hear(once));
    EXPECT_TRUE(hear(from_bob())) << "the replays took nothing of what may be checked";
}

}  // namespace
}  // namespace iwant::daemon
