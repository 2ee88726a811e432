#include "core/cluster/twins.h"

#include <gtest/gtest.h>

#include "core/cluster/test_cluster.h"

namespace iwant::cluster {
namespace {

using protocol::Goodbye;
using std::chrono::minutes;
using std::chrono::seconds;
using test::address;
using test::ClusterTest;
using test::peer;
using Verdict = Twins::Verdict;

TEST(Twins, RestartsAreNotTwinsHoweverMany) {
    Twins twins;
    for (std::uint64_t run = 1; run < 50; ++run)
        EXPECT_EQ(twins.meet(peer(2), run, run + 1, Time{} + seconds(run)), Verdict::restart);
}

TEST(Twins, AnInstanceThatComesBackWhileItsSuccessorIsHereProvesTwoOfThem) {
    Twins twins;
    EXPECT_EQ(twins.meet(peer(2), 70, 50, Time{}), Verdict::restart);
    EXPECT_EQ(twins.meet(peer(2), 50, 70, Time{} + seconds(10)), Verdict::proven);
    EXPECT_EQ(twins.meet(peer(2), 70, 50, Time{} + seconds(20)), Verdict::keep_new);
    EXPECT_EQ(twins.meet(peer(2), 50, 70, Time{} + seconds(30)), Verdict::keep_old);
    EXPECT_EQ(twins.meet(peer(3), 70, 50, Time{} + seconds(40)), Verdict::restart);
}

TEST(Twins, WhatWasLongAgoDoesNotCount) {
    Twins twins;
    EXPECT_EQ(twins.meet(peer(2), 70, 50, Time{}), Verdict::restart);
    EXPECT_EQ(twins.meet(peer(2), 50, 70, Time{} + minutes(11)), Verdict::restart);
    EXPECT_EQ(twins.meet(peer(2), 70, 50, Time{} + minutes(12)), Verdict::proven);
    EXPECT_EQ(twins.meet(peer(2), 50, 70, Time{} + minutes(80)), Verdict::restart);
}

TEST(Twins, WhoSaysThatWeHaveATwinIsLeftAloneForEverLonger) {
    Twins twins;
    Time now{};
    EXPECT_FALSE(twins.told_by(now));
    for (const int pause : {10, 20, 40, 60, 60}) {
        twins.told(peer(2), now);
        EXPECT_TRUE(twins.shuns(peer(2), now + seconds(pause - 1)));
        EXPECT_EQ(twins.next_deadline(now), now + seconds(pause));
        now += seconds(pause);
        EXPECT_FALSE(twins.shuns(peer(2), now));
    }
    EXPECT_EQ(twins.told_by(now), peer(2));
    EXPECT_FALSE(twins.shuns(peer(3), now));
    EXPECT_FALSE(twins.told_by(now + minutes(16)));
}

TEST(Twins, AreBounded) {
    Twins twins;
    for (std::uint32_t i = 0; i < 2000; ++i) {
        PeerId id;
        id.hash.bytes[1] = static_cast<std::uint8_t>(i);
        id.hash.bytes[2] = static_cast<std::uint8_t>(i >> 8);
        twins.meet(id, 1, 2, Time{} + seconds(i));
        twins.told(id, Time{} + seconds(i));
    }
    EXPECT_LE(twins.size(), 512u);
}

class TwinsAtAThird : public ClusterTest {
  protected:
    void open_twin(std::uint64_t session, std::uint64_t instance) {
        SessionOpened opened;
        opened.session = SessionId{session};
        opened.peer = peer(2);
        opened.address = address(static_cast<std::uint8_t>(instance));
        opened.direction = Direction::accepted;
        opened.key = test::signatory(2).public_key();
        opened.hello.peer = peer(2);
        opened.hello.instance = instance;
        tell(opened);
    }
    std::vector<std::pair<std::uint64_t, Goodbye::Reason>> ended() {
        std::vector<std::pair<std::uint64_t, Goodbye::Reason>> all_ended;
        for (const auto& end : all<Disconnect>())
            all_ended.emplace_back(end.session.value, end.reason);
        actions.clear();
        return all_ended;
    }
    using Ended = std::vector<std::pair<std::uint64_t, Goodbye::Reason>>;
};

TEST_F(TwinsAtAThird, BothAreToldThenTheSmallerInstanceStays) {
    open_twin(1, 70);
    open_twin(2, 50);
    EXPECT_EQ(ended(), (Ended{{1, Goodbye::Reason::duplicate}}));
    open_twin(3, 70);
    EXPECT_EQ(ended(), (Ended{{3, Goodbye::Reason::identity}, {2, Goodbye::Reason::identity}}));
    EXPECT_FALSE(cluster.is_live(peer(2)));
    open_twin(4, 70);
    EXPECT_TRUE(cluster.is_live(peer(2))) << "the other one may be switched off";
    open_twin(5, 50);
    EXPECT_EQ(ended(), (Ended{{4, Goodbye::Reason::identity}}));
    for (std::uint64_t session = 6; session < 20; ++session) {
        open_twin(session, 70);
        EXPECT_EQ(ended(), (Ended{{session, Goodbye::Reason::identity}}));
        EXPECT_EQ(cluster.session_to(peer(2)), SessionId{5});
    }
}

TEST_F(ClusterTest, WhoSaysThatAnotherComputerHasOurKeyIsNotDialledForAWhile) {
    open(2, 2);
    hear(2, Goodbye{Goodbye::Reason::identity});
    EXPECT_EQ(cluster.told_of_twin(), peer(2));
    tell(SessionClosed{SessionId{2}, "goodbye"});
    actions.clear();
    pass(seconds(9));
    EXPECT_TRUE(all<Dial>().empty());
    pass(seconds(10));
    EXPECT_EQ(all<Dial>().size(), 1u);
}

}  // namespace
}  // namespace iwant::cluster
