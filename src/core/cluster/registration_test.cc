#include "core/cluster/registration.h"

#include <gtest/gtest.h>

#include "core/cluster/test_peers.h"
#include "core/protocol/limits.h"

namespace iwant::cluster {
namespace {

using protocol::CatalogAck;
using protocol::CatalogUpdate;
using protocol::Register;
using protocol::Registered;
using std::chrono::milliseconds;
using std::chrono::seconds;
using test::peer;

constexpr SessionId kLeader{7};

class RegistrationTest : public testing::Test {
  protected:
    void advance_catalog(std::uint64_t version, Time now = Time{}) {
        registration.advanced({{5, 0, version, false, {}}, 10, 100}, now);
    }
    /// The only action, which must be of this kind.
    template <class T>
    T only() {
        auto actions = registration.take_actions();
        EXPECT_EQ(actions.size(), 1u);
        if constexpr (std::is_same_v<T, ReadCatalog>) {
            return std::get<ReadCatalog>(actions.at(0));
        } else {
            return std::get<T>(std::get<Send>(actions.at(0)).message);
        }
    }
    CatalogRead read(std::uint64_t since, std::uint64_t up_to) {
        EntryChange change;
        change.version = up_to;
        return {kLeader, {5, since, up_to, false, {change}}};
    }

    void begin() {
        registration.begin(kLeader, view, Time{});
        registration.advance(Time{});
    }

    TestSignatory signatory = test::signatory(1);
    Registration registration{signatory};
    protocol::LeaderView view{3, peer(2)};
};

TEST_F(RegistrationTest, TellsTheVersionThenSendsWhatTheLeaderLacksRunByRun) {
    advance_catalog(20);
    begin();
    EXPECT_EQ(only<Register>().catalog, (CatalogState{5, 20}));
    registration.registered({view, Registered::Verdict::accepted, {5, 8}}, Time{});
    EXPECT_EQ(only<ReadCatalog>().since, 8u);
    registration.read(read(8, 15), Time{});
    const auto update = only<CatalogUpdate>();
    EXPECT_EQ(update.delta.up_to, 15u);
    const TestSignatory reader = test::signatory(9);
    EXPECT_TRUE(protocol::open_seal(reader, signatory.public_key(), update.delta, update.seal));
    EXPECT_FALSE(registration.caught_up());
    registration.acknowledged({{5, 15}}, Time{});
    EXPECT_EQ(only<ReadCatalog>().since, 15u);
    registration.read(read(15, 20), Time{});
    only<CatalogUpdate>();
    registration.acknowledged({{5, 20}}, Time{});
    EXPECT_TRUE(registration.take_actions().empty());
    EXPECT_TRUE(registration.caught_up());
}

TEST_F(RegistrationTest, ALeaderThatKnowsAnotherCatalogueGetsEverything) {
    advance_catalog(20);
    begin();
    only<Register>();
    registration.registered({view, Registered::Verdict::accepted, {4, 19}}, Time{});
    EXPECT_EQ(only<ReadCatalog>().since, 0u);
}

TEST_F(RegistrationTest, ChangesThatComeCloseTogetherTravelTogether) {
    advance_catalog(1);
    begin();
    only<Register>();
    registration.registered({view, Registered::Verdict::accepted, {5, 1}}, Time{});
    for (std::uint64_t i = 2; i < 12; ++i) advance_catalog(i, Time{} + milliseconds(i));
    registration.advance(Time{} + milliseconds(51));
    EXPECT_TRUE(registration.take_actions().empty());
    registration.advance(Time{} + milliseconds(52));
    EXPECT_EQ(only<Register>().catalog.version, 11u);
    advance_catalog(12, Time{} + milliseconds(60));
    registration.advance(Time{} + seconds(1));
    EXPECT_TRUE(registration.take_actions().empty()) << "one registration at a time";
}

TEST_F(RegistrationTest, WhoTellsForMinutesWhatChangesTellsItOnceASecond) {
    advance_catalog(1);
    begin();
    only<Register>();
    registration.registered({view, Registered::Verdict::accepted, {5, 1}}, Time{});
    std::uint64_t version = 1;
    const auto told_within = [&](Time from, Time to) {
        int told = 0;
        for (Time now = from; now < to; now += milliseconds(10)) {
            advance_catalog(++version, now);
            registration.advance(now);
            if (registration.take_actions().empty()) continue;
            ++told;
            registration.registered({view, Registered::Verdict::accepted, {5, version}}, now);
        }
        return told;
    };
    EXPECT_GE(told_within(Time{}, Time{} + seconds(5)), 80) << "at once, as long as it is not much";
    told_within(Time{} + seconds(5), Time{} + seconds(30));
    EXPECT_LE(told_within(Time{} + seconds(30), Time{} + seconds(90)), 65);
    EXPECT_GE(told_within(Time{} + seconds(600), Time{} + seconds(605)), 80) << "after a rest";
}

TEST_F(RegistrationTest, AsksWhoDoesNotKeepAnIndexYetAgainButLessAndLessOften) {
    advance_catalog(20);
    begin();
    only<Register>();
    registration.registered({view, Registered::Verdict::not_leader, {}}, Time{});
    int asked = 0;
    for (Time now{}; now < Time{} + seconds(60); now += milliseconds(100)) {
        registration.advance(now);
        if (registration.take_actions().empty()) continue;
        ++asked;
        registration.registered({view, Registered::Verdict::not_leader, {}}, now);
    }
    EXPECT_GE(asked, 4);
    EXPECT_LE(asked, 8);
}

TEST_F(RegistrationTest, RegistersAgainWhenNoAnswerComes) {
    begin();
    only<Register>();
    registration.advance(Time{} + seconds(5));
    only<Register>();
}

TEST_F(RegistrationTest, TheLeaderMayAskForEverythingAgain) {
    advance_catalog(20);
    begin();
    registration.registered({view, Registered::Verdict::accepted, {5, 20}}, Time{});
    EXPECT_TRUE(registration.caught_up());
    registration.take_actions();
    registration.acknowledged({{5, 0}}, Time{});
    EXPECT_EQ(only<ReadCatalog>().since, 0u);
}

TEST_F(RegistrationTest, ARunOfLongPathsIsCutToWhatFitsAFrame) {
    CatalogDelta delta{5, 0, 2000, false, {}};
    for (std::uint64_t version = 1; version <= 2000; ++version) {
        EntryChange change;
        change.version = version;
        change.entry.path.assign(protocol::kPathBytesMax, 'x');
        delta.changes.push_back(change);
    }
    const CatalogDelta part = fit_to_frame(delta);
    EXPECT_TRUE(part.more);
    EXPECT_EQ(part.up_to, part.changes.back().version);
    EXPECT_EQ(part.up_to, part.changes.size());
    EXPECT_LT(part.changes.size() * protocol::kPathBytesMax, protocol::kFrameBytesMax);
    EXPECT_GT(part.changes.size(), 200u);
}

}  // namespace
}  // namespace iwant::cluster
