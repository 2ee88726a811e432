#include "core/protocol/seal.h"

#include <functional>
#include <limits>
#include <set>

#include <gtest/gtest.h>

#include "core/protocol/codec.h"
#include "core/protocol/limits.h"
#include "core/protocol/test_runs.h"

namespace iwant::protocol {
namespace {

const TestSignatory kAnn(1, 1);
const TestSignatory kBob(1, 2);

bool opens(const CatalogDelta& run, const Signature& signature) {
    return open_seal(kBob, kAnn.public_key(), run, signature).has_value();
}

TEST(Seal, HoldsForRunsOfAllLengths) {
    for (const std::size_t count : {0u, 1u, 2u, 3u, 31u, 32u, 33u, 1000u, 2000u}) {
        const CatalogDelta run = test::run(count);
        const auto opened = open_seal(kBob, kAnn.public_key(), run, seal(kAnn, run));
        ASSERT_TRUE(opened) << count;
        ASSERT_EQ(opened->leaves.size(), count);
        for (std::size_t i = 0; i < count; ++i) EXPECT_EQ(opened->leaves[i].entry.value, i + 1);
        EXPECT_EQ(opened->up_to, run.up_to);
    }
}

TEST(Seal, AnyChangeToTheRunBreaksIt) {
    const CatalogDelta run = test::run(5);
    const Signature signature = seal(kAnn, run);
    const auto broken = [&](const std::function<void(CatalogDelta&)>& change) {
        CatalogDelta changed = run;
        change(changed);
        return !opens(changed, signature);
    };
    EXPECT_FALSE(broken([](auto&) {}));
    EXPECT_TRUE(broken([](auto& r) { ++r.catalog_id; }));
    EXPECT_TRUE(broken([](auto& r) { --r.since; }));
    EXPECT_TRUE(broken([](auto& r) { ++r.up_to; }));
    EXPECT_TRUE(broken([](auto& r) { r.changes.pop_back(); }));
    EXPECT_TRUE(broken([](auto& r) { r.changes.push_back(test::change(99, 1)); }));
    EXPECT_TRUE(broken([](auto& r) { r.changes[2].what = EntryChange::What::removed; }));
    EXPECT_TRUE(broken([](auto& r) { r.changes[2].entry.id.value = 77; }));
    EXPECT_TRUE(broken([](auto& r) { r.changes[2].entry.kind = EntryKind::folder; }));
    EXPECT_TRUE(broken([](auto& r) { r.changes[2].entry.path += "x"; }));
    EXPECT_TRUE(broken([](auto& r) { ++r.changes[2].entry.size_bytes; }));
    EXPECT_TRUE(broken([](auto& r) { ++r.changes[2].entry.modified; }));
    EXPECT_TRUE(broken([](auto& r) { r.changes[0].entry.content = test::content(5000); }));
    EXPECT_TRUE(broken([](auto& r) { r.changes[0].entry.content.reset(); }));
    EXPECT_TRUE(broken([](auto& r) { r.changes[2].entry.content = Hash256{}; }))
        << "no content is not the content zero";
    EXPECT_FALSE(broken([](auto& r) { std::swap(r.changes[0], r.changes[1]); }))
        << "the order within a run says nothing";
}

TEST(Seal, IsItsOwnersOnly) {
    const CatalogDelta run = test::run(3);
    EXPECT_FALSE(opens(run, seal(kBob, run)));
    EXPECT_FALSE(opens(run, Signature{}));
}

TEST(Seal, ARunWithAnEntryTwiceIsNone) {
    CatalogDelta run = test::run(3);
    const Signature signature = seal(kAnn, run);
    run.changes.push_back(run.changes.back());
    EXPECT_FALSE(opens(run, signature));
    EXPECT_DEATH(seal(kAnn, run), "bug");
}

TEST(Seal, SurvivesTheWire) {
    CatalogUpdate update{{}, test::run(4), {}};
    update.delta.changes[1].what = EntryChange::What::removed;
    update.delta.changes[2].entry.modified = std::numeric_limits<UnixSeconds>::min();
    update.seal = seal(kAnn, update.delta);
    const Bytes frame = encode_frame(update);
    const auto decoded = decode_body(std::span(frame).subspan(kFrameHeaderBytes));
    ASSERT_TRUE(decoded && *decoded);
    const auto& arrived = std::get<CatalogUpdate>(**decoded);
    EXPECT_TRUE(opens(arrived.delta, arrived.seal));
}

TEST(Seal, DigestsOfDifferentThingsDiffer) {
    const EntryChange present = test::change(1, 1);
    EntryChange removed = present;
    removed.what = EntryChange::What::removed;
    std::set<Digest16> seen = {leaf_of(present), leaf_of(removed),
                               place_of("", 0),  place_of("a", 0),
                               place_of("a", 1), leaf_of({{1}, EntryKind::file, 0, {}}, {})};
    EXPECT_EQ(seen.size(), 6u);
    removed.entry.path = "else";
    EXPECT_FALSE(seen.insert(leaf_of(removed)).second) << "of a removed entry only the id counts";
}

}  // namespace
}  // namespace iwant::protocol
