#include "core/node/proofs.h"

#include <gtest/gtest.h>

#include "core/protocol/codec.h"
#include "core/protocol/limits.h"
#include "core/protocol/test_runs.h"

namespace iwant::node {
namespace {

namespace runs = protocol::test;

const TestSignatory kLeader(1, 1);
const TestSignatory kAnn(1, 2);
const TestSignatory kBob(1, 3);
const TestSignatory kMe(1, 4);

/// A leader with an index of Ann's and Bob's files, and a searcher.
class ProofsTest : public testing::Test {
  protected:
    void announce(const TestSignatory& owner, const CatalogDelta& run) {
        auto sealed =
            protocol::open_seal(kLeader, owner.public_key(), run, protocol::seal(owner, run));
        ASSERT_TRUE(sealed);
        for (const EntryChange& change : run.changes) index.put(owner.peer(), change.entry);
        book.put(owner.peer(), std::move(*sealed));
    }
    void add_results(std::uint64_t number, protocol::SearchReply& reply) {
        for (const auto& match : index.with_content_prefix(runs::content(number).hex(), 10)) {
            protocol::SearchResult result{
                match.kind, match.content, match.path, match.size_bytes, match.modified, 1, {}};
            for (const auto& source : match.sources)
                result.sources.push_back({source.owner, source.entry});
            reply.results.push_back(std::move(result));
        }
    }
    /// The leader's honest answer to who asks for these contents.
    protocol::SearchReply answer(std::vector<std::uint64_t> numbers) {
        protocol::SearchReply reply;
        for (const std::uint64_t number : numbers) add_results(number, reply);
        reply.total = reply.results.size();
        for (const TestSignatory* owner : {&kAnn, &kBob}) {
            protocol::Member member;
            member.peer = owner->peer();
            member.key = owner->public_key();
            reply.owners.push_back(member);
        }
        reply.seals = attach_proofs(book, index, kLeader.peer(), reply.results);
        return reply;
    }
    Examined examined(protocol::SearchReply& reply) {
        return examine(checker, {kLeader.peer(), kMe.peer(), own}, reply);
    }

    search::Index index;
    search::Index own;
    cluster::SealBook book;
    protocol::SealChecker checker{kMe};
};

TEST_F(ProofsTest, WhatAnHonestLeaderSaysIsKept) {
    announce(kAnn, runs::run(100));
    CatalogDelta bobs = runs::run(100);
    for (EntryChange& change : bobs.changes) change.entry.path = "Bob/" + change.entry.path;
    announce(kBob, bobs);
    auto reply = answer({7});
    ASSERT_EQ(reply.results.size(), 1u);
    ASSERT_EQ(reply.results[0].sources.size(), 2u);
    EXPECT_EQ(reply.seals.size(), 2u);
    const protocol::Bytes frame = protocol::encode_frame(reply);
    EXPECT_TRUE(protocol::decode_body(std::span(frame).subspan(protocol::kFrameHeaderBytes)));
    const auto before = reply;
    const Examined result = examined(reply);
    EXPECT_EQ(result.unproven + result.forged + result.results, 0u);
    EXPECT_EQ(reply, before);
}

TEST_F(ProofsTest, TwoRunsOfOneOwnerMayEndAlike) {
    announce(kAnn, {0xcafe, 10, 12, false, {runs::change(1, 11), runs::change(2, 12)}});
    announce(kAnn, {0xcafe, 11, 12, false, {runs::change(2, 12)}});
    auto reply = answer({1, 2});
    ASSERT_EQ(reply.results.size(), 2u);
    EXPECT_EQ(examined(reply).forged, 0u);
    EXPECT_EQ(reply.results.size(), 2u);
}

TEST_F(ProofsTest, WhatALeaderMadeUpIsNotShown) {
    announce(kAnn, runs::run(100));
    auto reply = answer({7});
    reply.results[0].path = "Shared/free money.exe";
    EXPECT_EQ(examined(reply).forged, 1u);
    EXPECT_TRUE(reply.results.empty());
    EXPECT_EQ(reply.total, 0u);

    reply = answer({7});
    reply.results[0].content = runs::content(666);
    EXPECT_EQ(examined(reply).forged, 1u);
    EXPECT_TRUE(reply.results.empty());

    reply = answer({7});
    reply.results[0].sources[0].proof.reset();
    const Examined result = examined(reply);
    EXPECT_EQ(result.unproven, 1u);
    EXPECT_EQ(result.forged, 0u) << "there may have been no room for it";
    EXPECT_TRUE(reply.results.empty());
}

TEST_F(ProofsTest, ASourceThatWasMadeUpGoesAndTheOthersStay) {
    announce(kAnn, runs::run(100));
    auto reply = answer({7});
    auto forged = reply.results[0].sources[0];
    forged.owner = kBob.peer();
    reply.results[0].sources.push_back(forged);
    EXPECT_EQ(examined(reply).forged, 1u);
    ASSERT_EQ(reply.results.size(), 1u);
    ASSERT_EQ(reply.results[0].sources.size(), 1u);
    EXPECT_EQ(reply.results[0].sources[0].owner, kAnn.peer());
}

TEST_F(ProofsTest, ANameThatNobodyVouchesForIsNotShown) {
    announce(kAnn, runs::run(100));
    auto reply = answer({7});
    const auto& result = reply.results[0];
    reply.results[0].sources[0].proof->place = protocol::place_of(result.path, result.modified);
    reply.results[0].path = "Shared/another name.txt";
    const Examined worth = examined(reply);
    EXPECT_EQ(worth.forged, 0u);
    EXPECT_EQ(worth.results, 1u);
    EXPECT_TRUE(reply.results.empty());
}

TEST_F(ProofsTest, WhoAnswersVouchesForItsOwnAndWeForOurs) {
    const Entry entry = runs::change(7, 1).entry;
    own.put(kMe.peer(), entry);
    for (const TestSignatory* owner : {&kLeader, &kMe}) {
        protocol::SearchReply reply;
        reply.results = {{entry.kind,
                          entry.content,
                          entry.path,
                          entry.size_bytes,
                          entry.modified,
                          1,
                          {{owner->peer(), entry.id}}}};
        EXPECT_EQ(examined(reply).results, 0u);
        EXPECT_EQ(reply.results.size(), 1u);
    }
    protocol::SearchReply reply;
    reply.results = {{entry.kind,
                      entry.content,
                      "Shared/not ours.txt",
                      entry.size_bytes,
                      entry.modified,
                      1,
                      {{kMe.peer(), entry.id}}}};
    EXPECT_EQ(examined(reply).results, 1u);
}

TEST_F(ProofsTest, TheMostThatIsProvenFitsAFrameBesideTheRest) {
    protocol::SearchReply reply;
    for (std::uint64_t number = 1; number <= 40; ++number) {
        const TestSignatory owner(7, number);
        announce(owner, runs::run(199));
    }
    for (std::uint64_t number = 1; number < 199; number += 3) {
        auto part = answer({number});
        reply.results.push_back(part.results.at(0));
    }
    const auto seals = attach_proofs(book, index, kLeader.peer(), reply.results);
    EXPECT_GT(seals.size(), 5u);
    EXPECT_LT(seals.size(), 40u) << "not everything has room";
    protocol::SearchReply bare = reply;
    for (auto& result : bare.results)
        for (auto& source : result.sources) source.proof.reset();
    reply.seals = seals;
    EXPECT_LE(protocol::encoded_bytes(reply) - protocol::encoded_bytes(bare),
              protocol::kFrameBytesMax / 8);
    for (const auto& result : reply.results) EXPECT_TRUE(result.sources[0].proof);
}

}  // namespace
}  // namespace iwant::node
