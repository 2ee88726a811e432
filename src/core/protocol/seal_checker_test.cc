#include "core/protocol/seal_checker.h"

#include <functional>

#include <gtest/gtest.h>

#include "core/protocol/limits.h"
#include "core/protocol/test_runs.h"

namespace iwant::protocol {
namespace {

const TestSignatory kAnn(1, 1);
const TestSignatory kBob(1, 2);

/// Counts how often a signature is really looked at.
class CountingSignatory final : public Signatory {
  public:
    const PublicKey& public_key() const override { return kBob.public_key(); }
    Signature sign(std::span<const std::uint8_t> bytes) const override { return kBob.sign(bytes); }
    bool verify(const PublicKey& key, std::span<const std::uint8_t> bytes,
                const Signature& signature) const override {
        ++looks;
        return kBob.verify(key, bytes, signature);
    }
    mutable std::size_t looks = 0;
};

class SealCheckerTest : public testing::Test {
  protected:
    bool proves(const test::Proven& shown) {
        return checker.proves(kAnn.public_key(), shown.seal, shown.result, shown.result.sources[0]);
    }
    /// Whether a changed answer is still believed, by a checker that has seen the true one.
    bool believes(const std::function<void(test::Proven&)>& change) {
        test::Proven shown = test::proven(kAnn, run, {7});
        EXPECT_TRUE(proves(shown));
        change(shown);
        return proves(shown);
    }
    static SourceProof& proof(test::Proven& shown) { return *shown.result.sources[0].proof; }

    CountingSignatory signatory;
    SealChecker checker{signatory};
    CatalogDelta run = test::run(100);
};

TEST_F(SealCheckerTest, BelievesEveryEntryOfRunsOfAllLengths) {
    for (const std::size_t count : {1u, 2u, 3u, 7u, 8u, 9u, 1000u, 2000u}) {
        run = test::run(count);
        for (std::uint64_t entry = 1; entry <= count; entry += 1 + count / 9)
            EXPECT_TRUE(proves(test::proven(kAnn, run, {entry}))) << count << ' ' << entry;
        EXPECT_TRUE(proves(test::proven(kAnn, run, {count})));
    }
}

TEST_F(SealCheckerTest, BelievesNothingThatTheOwnerDidNotSay) {
    EXPECT_FALSE(believes([](auto& s) { s.result.path = "Shared/free money.exe"; }));
    EXPECT_FALSE(believes([](auto& s) { ++s.result.modified; }));
    EXPECT_FALSE(believes([](auto& s) { ++s.result.size_bytes; }));
    EXPECT_FALSE(believes([](auto& s) { s.result.kind = EntryKind::folder; }));
    EXPECT_FALSE(believes([](auto& s) { s.result.content = test::content(666); }));
    EXPECT_FALSE(believes([](auto& s) { s.result.content.reset(); }));
    EXPECT_FALSE(believes([](auto& s) { s.result.sources[0].entry.value = 8; }));
    EXPECT_FALSE(believes([](auto& s) { s.result.sources[0].owner = kBob.peer(); }));
    EXPECT_FALSE(believes([](auto& s) { s.result.sources[0].proof.reset(); }));
}

TEST_F(SealCheckerTest, BelievesNoBentProof) {
    EXPECT_FALSE(believes([](auto& s) { ++proof(s).position; }));
    EXPECT_FALSE(believes([](auto& s) { proof(s).position = 100; }));
    EXPECT_FALSE(believes([](auto& s) { ++s.seal.changes; }));
    EXPECT_FALSE(believes([](auto& s) { --s.seal.changes; }));
    EXPECT_FALSE(believes([](auto& s) { std::swap(proof(s).siblings[0], proof(s).siblings[1]); }));
    EXPECT_FALSE(believes([](auto& s) { proof(s).siblings.pop_back(); }));
    EXPECT_FALSE(believes([](auto& s) { proof(s).siblings.clear(); }));
    EXPECT_FALSE(believes([](auto& s) { proof(s).place = Digest16{}; }));
}

TEST_F(SealCheckerTest, BelievesNoSealOfAnotherRunCatalogueOrOwner) {
    EXPECT_FALSE(believes([](auto& s) { ++s.seal.catalog_id; }));
    EXPECT_FALSE(believes([](auto& s) { ++s.seal.up_to; }));
    EXPECT_FALSE(believes([](auto& s) { s.seal.since = 0; }));
    EXPECT_FALSE(believes([](auto& s) { s.seal.signature[0] ^= 1; }));
    EXPECT_FALSE(believes([&](auto& s) {
        CatalogDelta other = run;
        other.catalog_id = 1;
        s.seal.signature = seal(kAnn, other);
    }));
    EXPECT_FALSE(believes([&](auto& s) { s.seal.signature = seal(kBob, run); }));
    EXPECT_FALSE(believes([&](auto& s) { s = test::proven(kBob, run, {7}); }))
        << "a seal by another key than was given";
}

TEST_F(SealCheckerTest, ARemovedEntryIsProvenByNothing) {
    run.changes[100 - 7].what = EntryChange::What::removed;
    EXPECT_FALSE(proves(test::proven(kAnn, run, {7})));
}

TEST_F(SealCheckerTest, ASourceMayHaveAPlaceOfItsOwn) {
    test::Proven shown = test::proven(kAnn, run, {7});
    proof(shown).place = place_of(shown.result.path, shown.result.modified);
    shown.result.path = "Shared/called otherwise by the first source";
    EXPECT_TRUE(proves(shown));
    ++shown.result.size_bytes;
    EXPECT_FALSE(proves(shown));
}

TEST_F(SealCheckerTest, LooksAtTheSignatureOfARunOnce) {
    for (std::uint64_t entry = 1; entry <= 100; ++entry)
        EXPECT_TRUE(proves(test::proven(kAnn, run, {entry})));
    EXPECT_EQ(signatory.looks, 1u);
    test::Proven forged = test::proven(kAnn, run, {7});
    ++forged.result.size_bytes;
    EXPECT_FALSE(proves(forged));
    EXPECT_FALSE(proves(forged));
    EXPECT_EQ(signatory.looks, 3u) << "what is wrong is not remembered";
}

TEST_F(SealCheckerTest, RemembersSoManySealsAndNoMore) {
    const auto nth = [](std::uint64_t n) {
        CatalogDelta one = test::run(1);
        one.catalog_id = n;
        return test::proven(kAnn, one, {1});
    };
    for (std::uint64_t n = 0; n <= kVerifiedSealsMax; ++n) EXPECT_TRUE(proves(nth(n)));
    EXPECT_EQ(checker.remembered(), kVerifiedSealsMax);
    const std::size_t before = signatory.looks;
    EXPECT_TRUE(proves(nth(kVerifiedSealsMax)));
    EXPECT_EQ(signatory.looks, before);
    EXPECT_TRUE(proves(nth(0)));
    EXPECT_EQ(signatory.looks, before + 1) << "the oldest made room";
}

}  // namespace
}  // namespace iwant::protocol
