#include "core/cluster/seal_book.h"

#include <gtest/gtest.h>

#include "core/protocol/seal_checker.h"
#include "core/protocol/test_runs.h"

namespace iwant::cluster {
namespace {

using protocol::SealedRun;
namespace runs = protocol::test;

const TestSignatory kAnn(1, 1);
const TestSignatory kBob(1, 2);

class SealBookTest : public testing::Test {
  protected:
    void put(const CatalogDelta& run, const TestSignatory& owner = kAnn) {
        auto opened =
            protocol::open_seal(owner, owner.public_key(), run, protocol::seal(owner, run));
        ASSERT_TRUE(opened);
        book.put(owner.peer(), std::move(*opened));
    }
    /// A run that says these entries anew, at this version.
    static CatalogDelta small(std::vector<std::uint64_t> entries, std::uint64_t version) {
        CatalogDelta run{0xcafe, version - 1, version, false, {}};
        for (const std::uint64_t entry : entries) {
            run.changes.push_back(runs::change(entry, version));
            run.changes.back().entry.path += " v" + std::to_string(version);
        }
        return run;
    }
    /// Whether a searcher takes what the book proves of this change.
    bool proves(const EntryChange& change, const TestSignatory& owner = kAnn) {
        const auto proof = book.prove(owner.peer(), change.entry.id);
        if (!proof || proof->leaf != protocol::leaf_of(change)) return false;
        const Entry& entry = change.entry;
        protocol::SearchResult result{
            entry.kind, entry.content, entry.path, entry.size_bytes, entry.modified, 1, {}};
        const protocol::ResultSource source{
            owner.peer(), entry.id, true,
            protocol::SourceProof{0, proof->position, {}, proof->siblings}};
        return checker.proves(owner.public_key(), proof->seal, result, source);
    }

    SealBook book;
    protocol::SealChecker checker{kBob};
};

TEST_F(SealBookTest, ProvesEveryEntryOfRunsOfAllLengths) {
    for (const std::size_t count : {1u, 2u, 31u, 32u, 33u, 63u, 64u, 65u, 1000u, 2000u}) {
        book.clear();
        const CatalogDelta run = runs::run(count);
        put(run);
        for (std::size_t i = 0; i < count; i += 1 + count / 97)
            EXPECT_TRUE(proves(run.changes[i])) << count << ' ' << i;
        EXPECT_TRUE(proves(run.changes.back()));
        EXPECT_EQ(book.entries(kAnn.peer()), count);
    }
}

TEST_F(SealBookTest, TheNewestWordOnAnEntryCounts) {
    const CatalogDelta first = runs::run(10);
    const CatalogDelta second = small({3, 50}, 100);
    put(first);
    put(second);
    EXPECT_FALSE(proves(runs::change(3, 0)));
    EXPECT_TRUE(proves(second.changes[0]));
    EXPECT_TRUE(proves(second.changes[1]));
    EXPECT_TRUE(proves(runs::change(4, 0)));
    EXPECT_EQ(book.entries(kAnn.peer()), 11u);
    EXPECT_EQ(book.runs(kAnn.peer()), 2u);
}

TEST_F(SealBookTest, WhatWasRemovedIsNotProvenAndTakesNoRoom) {
    put(runs::run(3));
    CatalogDelta removal = small({1, 2}, 100);
    for (EntryChange& change : removal.changes) change.what = EntryChange::What::removed;
    put(removal);
    EXPECT_FALSE(book.prove(kAnn.peer(), {1}));
    EXPECT_TRUE(proves(runs::change(3, 0)));
    EXPECT_EQ(book.entries(kAnn.peer()), 1u);
    EXPECT_EQ(book.runs(kAnn.peer()), 1u);
    CatalogDelta again = small({1, 3}, 101);
    again.changes[1].what = EntryChange::What::removed;
    put(again);
    EXPECT_TRUE(proves(again.changes[0]));
    EXPECT_EQ(book.entries(kAnn.peer()), 1u);
    EXPECT_EQ(book.runs(kAnn.peer()), 1u);
}

TEST_F(SealBookTest, ARunOfWhichNothingCountsIsDropped) {
    for (std::uint64_t version = 1; version <= 1000; ++version) {
        put(small({7}, version));
        put(small({version % 10 + 100}, version));
    }
    EXPECT_EQ(book.entries(kAnn.peer()), 11u);
    EXPECT_EQ(book.runs(kAnn.peer()), 11u);
}

TEST_F(SealBookTest, AnotherCatalogueReplacesEverything) {
    put(runs::run(5));
    CatalogDelta other = runs::run(2);
    other.catalog_id = 1;
    put(other);
    EXPECT_EQ(book.entries(kAnn.peer()), 2u);
    EXPECT_FALSE(book.prove(kAnn.peer(), {5}));
    EXPECT_TRUE(proves(other.changes[0]));
}

TEST_F(SealBookTest, OwnersHaveNothingToDoWithEachOther) {
    put(runs::run(5));
    put(runs::run(3), kBob);
    EXPECT_TRUE(proves(runs::change(2, 0)));
    EXPECT_TRUE(proves(runs::change(2, 0), kBob));
    book.forget(kAnn.peer());
    EXPECT_FALSE(book.prove(kAnn.peer(), {2}));
    EXPECT_EQ(book.entries(kAnn.peer()), 0u);
    EXPECT_TRUE(proves(runs::change(2, 0), kBob));
    EXPECT_FALSE(book.prove(kBob.peer(), {4}));
}

TEST_F(SealBookTest, TooManySmallRunsWantToBeToldAnew) {
    EXPECT_EQ(sealed_runs_max(0), 4096u);
    EXPECT_EQ(sealed_runs_max(1'000'000), 20'000u);
    std::uint64_t entry = 1;
    for (; entry <= sealed_runs_max(0); ++entry) put(small({entry}, entry));
    EXPECT_FALSE(book.wants_fresh(kAnn.peer()));
    put(small({entry}, entry));
    EXPECT_TRUE(book.wants_fresh(kAnn.peer()));
    for (std::uint64_t first = 1; first <= entry; first += 2000) {
        std::vector<std::uint64_t> full;
        for (std::uint64_t i = first; i < first + 2000 && i <= entry; ++i) full.push_back(i);
        put(small(full, 10'000 + first));
    }
    EXPECT_FALSE(book.wants_fresh(kAnn.peer()));
    EXPECT_EQ(book.runs(kAnn.peer()), 3u);
    EXPECT_EQ(book.entries(kAnn.peer()), entry);
}

}  // namespace
}  // namespace iwant::cluster
