#include "core/cluster/registry.h"

#include <gtest/gtest.h>

#include "core/cluster/test_peers.h"

namespace iwant::cluster {
namespace {

using std::chrono::seconds;
using test::peer;

class RegistryTest : public testing::Test {
  protected:
    protocol::Registered enroll(std::uint64_t catalog, std::uint64_t version) {
        return registry.enroll(peer(2), {view, {catalog, version}, 1, 1}, view, now);
    }
    std::optional<protocol::CatalogAck> update(std::uint64_t since, std::uint64_t up_to) {
        CatalogDelta delta{5, since, up_to, false, {}};
        for (std::uint64_t version = since + 1; version <= up_to; ++version) {
            EntryChange change;
            change.version = change.entry.id.value = version;
            delta.changes.push_back(change);
        }
        const Signature seal = protocol::seal(owner, delta);
        auto sealed = protocol::open_seal(owner, owner.public_key(), delta, seal);
        return registry.update(owner.peer(), {view, delta, seal}, std::move(*sealed), now);
    }
    std::size_t indexed() {
        std::size_t count = 0;
        for (const auto& action : registry.take_actions()) {
            if (const auto* changes = std::get_if<IndexChanges>(&action))
                count += changes->changes.size();
        }
        return count;
    }
    std::size_t forgotten() {
        std::size_t count = 0;
        for (const auto& action : registry.take_actions())
            count += std::holds_alternative<IndexForget>(action) ? 1 : 0;
        return count;
    }

    TestSignatory owner = test::signatory(2);
    Registry registry;
    Time now{};
    protocol::LeaderView view{3, peer(1)};
};

TEST_F(RegistryTest, CoversAnOwnerWhenAllThatItAnnouncedIsIndexed) {
    EXPECT_FALSE(registry.covers(peer(2)));
    EXPECT_EQ(enroll(5, 10).have, (CatalogState{5, 0}));
    EXPECT_FALSE(registry.covers(peer(2)));
    EXPECT_EQ(update(0, 6)->have.version, 6u);
    EXPECT_FALSE(registry.covers(peer(2)));
    EXPECT_EQ(update(6, 10)->have.version, 10u);
    EXPECT_TRUE(registry.covers(peer(2)));
    EXPECT_EQ(indexed(), 10u);
    enroll(5, 11);
    EXPECT_FALSE(registry.covers(peer(2)));
}

TEST_F(RegistryTest, WhatIsIndexedCanBeProvenAsLongAsItIs) {
    enroll(5, 10);
    update(0, 10);
    EXPECT_TRUE(registry.seals().prove(peer(2), {7}));
    EXPECT_FALSE(registry.seals().prove(peer(2), {11}));
    enroll(6, 1);
    EXPECT_FALSE(registry.seals().prove(peer(2), {7}));
    enroll(5, 10);
    update(0, 10);
    registry.left(peer(2), Registry::Leaving::goodbye, now);
    EXPECT_FALSE(registry.seals().prove(peer(2), {7}));
}

TEST_F(RegistryTest, AnOwnerOfTooManySmallRunsIsAskedForEverythingAnew) {
    const std::uint64_t most = sealed_runs_max(0);
    enroll(5, most + 2);
    for (std::uint64_t version = 1; version <= most + 1; ++version)
        EXPECT_EQ(update(version - 1, version)->have.version, version);
    EXPECT_EQ(update(most + 1, most + 2)->have.version, 0u);
    EXPECT_FALSE(registry.covers(peer(2)));
    EXPECT_EQ(forgotten(), 0u) << "nothing disappears meanwhile";
    EXPECT_EQ(update(0, 2000)->have.version, 2000u);
    EXPECT_EQ(update(2000, 4000)->have.version, 4000u);
    EXPECT_EQ(update(4000, most + 2)->have.version, most + 2);
    EXPECT_TRUE(registry.covers(peer(2)));
    EXPECT_EQ(registry.seals().runs(peer(2)), 3u);
}

TEST_F(RegistryTest, WhatIsToldAnewIsForgottenWithItsOwner) {
    const std::uint64_t most = sealed_runs_max(0);
    const auto told_anew = [&] {
        enroll(5, most + 1);
        for (std::uint64_t version = 1; version <= most; ++version) update(version - 1, version);
        EXPECT_EQ(update(most, most + 1)->have.version, 0u);
        registry.take_actions();
    };
    told_anew();
    registry.left(peer(2), Registry::Leaving::goodbye, now);
    EXPECT_EQ(forgotten(), 1u);
    told_anew();
    enroll(5, most);
    EXPECT_EQ(forgotten(), 1u) << "an older catalogue was put back";
}

TEST_F(RegistryTest, ARepeatedRunChangesNothingAndAGapIsAskedForAgain) {
    enroll(5, 10);
    update(0, 6);
    EXPECT_EQ(indexed(), 6u);
    EXPECT_EQ(update(0, 6)->have.version, 6u);
    EXPECT_EQ(update(8, 10)->have.version, 6u);
    EXPECT_EQ(indexed(), 0u);
}

TEST_F(RegistryTest, AnotherCatalogueOrAVersionThatWentBackStartsFromNothing) {
    enroll(5, 10);
    update(0, 10);
    registry.take_actions();
    EXPECT_EQ(enroll(6, 3).have, (CatalogState{6, 0}));
    EXPECT_EQ(forgotten(), 1u);
    enroll(5, 10);
    update(0, 10);
    registry.take_actions();
    EXPECT_EQ(enroll(5, 9).have, (CatalogState{5, 0}));
    EXPECT_EQ(forgotten(), 1u);
}

TEST_F(RegistryTest, EntriesOutliveABrokenSessionByTenSecondsAndAGoodbyeNotAtAll) {
    enroll(5, 3);
    update(0, 3);
    registry.take_actions();
    registry.left(peer(2), Registry::Leaving::lost, Time{});
    EXPECT_FALSE(registry.covers(peer(2)));
    EXPECT_FALSE(registry.registered(peer(2)));
    registry.advance(Time{} + seconds(9));
    EXPECT_EQ(forgotten(), 0u);
    EXPECT_EQ(enroll(5, 3).have.version, 3u);
    registry.left(peer(2), Registry::Leaving::lost, Time{});
    registry.advance(Time{} + seconds(10));
    EXPECT_EQ(forgotten(), 1u);
    enroll(5, 3);
    update(0, 3);
    registry.take_actions();
    registry.left(peer(2), Registry::Leaving::goodbye, Time{});
    EXPECT_EQ(forgotten(), 1u);
}

TEST_F(RegistryTest, NobodyUpdatesWithoutHavingRegistered) {
    EXPECT_FALSE(update(0, 3));
    EXPECT_EQ(indexed(), 0u);
}

TEST_F(RegistryTest, WhoTellsSomebodyElseIsNotCoveredUntilItRegistersAgain) {
    enroll(5, 3);
    update(0, 3);
    registry.take_actions();
    registry.moved_on(peer(2));
    EXPECT_FALSE(registry.covers(peer(2)));
    registry.advance(Time{} + seconds(100));
    EXPECT_EQ(forgotten(), 0u) << "it is still there";
    EXPECT_EQ(enroll(5, 4).have.version, 3u);
}

TEST_F(RegistryTest, AStandbyThatLeadsCoversWhoIsRegisteredWithItAlready) {
    enroll(5, 3);
    update(0, 3);
    registry.begin(Time{});
    EXPECT_TRUE(registry.covers(peer(2)));
    registry.advance(Time{} + seconds(60));
    EXPECT_EQ(forgotten(), 0u);
}

TEST_F(RegistryTest, WithoutTheRoleNothingIsCoveredAndEverythingKeptForAMinute) {
    enroll(5, 3);
    update(0, 3);
    registry.take_actions();
    registry.end(Time{});
    EXPECT_FALSE(registry.covers(peer(2)));
    registry.advance(Time{} + seconds(59));
    EXPECT_EQ(forgotten(), 0u);
    EXPECT_EQ(enroll(5, 3).have.version, 3u);
    registry.end(Time{});
    registry.advance(Time{} + seconds(60));
    EXPECT_EQ(forgotten(), 1u);
}

TEST_F(RegistryTest, WhoAnnouncesAndDoesNotDeliverForHalfAMinuteWithholds) {
    enroll(5, 100);
    now += seconds(29);
    EXPECT_FALSE(registry.withholds(peer(2), now));
    update(0, 50);
    now += seconds(29);
    EXPECT_FALSE(registry.withholds(peer(2), now)) << "it is slow, but it delivers";
    update(50, 51);
    enroll(5, 100);
    now += seconds(1);
    EXPECT_TRUE(registry.withholds(peer(2), now)) << "one change in half a minute is no delivery";
    update(51, 100);
    EXPECT_FALSE(registry.withholds(peer(2), now));
    now += seconds(100);
    enroll(5, 101);
    EXPECT_FALSE(registry.withholds(peer(2), now)) << "it had no reason to deliver before";
}

}  // namespace
}  // namespace iwant::cluster
