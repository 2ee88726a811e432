#include "core/swarm/piece_lists.h"

#include <gtest/gtest.h>

#include "core/swarm/test_world.h"

namespace iwant::swarm {
namespace {

using namespace std::chrono_literals;
using test::kMiB;
using test::Library;
using test::peer_number;

class PieceListsTest : public testing::Test {
  protected:
    PieceListsTest() {
        const std::vector<Source> sources{{peer_number(1), EntryId{1}},
                                          {peer_number(2), EntryId{1}}};
        suppliers_.add(sources);
    }

    PieceListAnswered part(std::size_t first, std::size_t count, std::uint8_t peer = 1) const {
        const PieceList& list = *library_.files.at(file_);
        PieceListPart part{list.size_bytes, PieceIndex{static_cast<std::uint32_t>(first)}, {}};
        for (std::size_t i = first; i < first + count; ++i) part.hashes.push_back(list.hashes[i]);
        return {DownloadId{1}, peer_number(peer), file_, std::move(part)};
    }
    const AskPieceList& last_ask() const { return std::get<AskPieceList>(desk_.actions.back()); }

    NullLogger logger_;
    Library library_{1};
    FileId file_ = library_.file(10 * kMiB);
    Desk desk_{logger_, {}, 0, {}};
    Bans bans_;
    Suppliers suppliers_{Prng(1), bans_, logger_};
    PieceLists lists_{DownloadId{1}, suppliers_, desk_};
    Time now_ = Time{} + 1h;
};

TEST_F(PieceListsTest, PartsAreAskedForUntilItIsWhole) {
    lists_.ask(file_, peer_number(1), now_);
    EXPECT_EQ(last_ask().first, PieceIndex{0});
    EXPECT_EQ(lists_.answered(part(0, 4), now_), nullptr);
    EXPECT_EQ(last_ask().first, PieceIndex{4});
    const SharedPieceList whole = lists_.answered(part(4, 6), now_);
    ASSERT_NE(whole, nullptr);
    EXPECT_EQ(*whole, *library_.files.at(file_));
    EXPECT_EQ(lists_.find(file_), whole);
    EXPECT_EQ(suppliers_.find(peer_number(1))->asks, 0);
}

TEST_F(PieceListsTest, OneQuestionAtATime) {
    lists_.ask(file_, peer_number(1), now_);
    lists_.ask(file_, peer_number(2), now_);
    EXPECT_EQ(desk_.actions.size(), 1u);
}

TEST_F(PieceListsTest, AWrongListIsItsPeersFault) {
    auto wrong_hash = part(0, 10);
    wrong_hash.answer->hashes[3].bytes[0] ^= 1;
    auto wrong_size = part(0, 10);
    wrong_size.answer->size_bytes -= 1;
    auto endless = part(0, 10);
    endless.answer->size_bytes = kFileSizeMax;
    auto too_long = part(0, 10);
    too_long.answer->hashes.resize(11);
    auto empty = part(0, 0);
    const auto elsewhere = part(1, 9);
    for (const auto& wrong : {wrong_hash, wrong_size, endless, too_long, empty, elsewhere}) {
        lists_.ask(file_, peer_number(1), now_);
        EXPECT_EQ(lists_.answered(wrong, now_), nullptr);
        EXPECT_TRUE(suppliers_.find(peer_number(1))->excludes(file_.hash));
        suppliers_.forgive();
    }
    lists_.ask(file_, peer_number(2), now_);
    EXPECT_NE(lists_.answered(part(0, 10, 2), now_), nullptr) << "nothing of the lies is left";
}

TEST_F(PieceListsTest, AnswersThatNobodyWaitsForAreIgnored) {
    EXPECT_EQ(lists_.answered(part(0, 10), now_), nullptr);
    lists_.ask(file_, peer_number(1), now_);
    EXPECT_EQ(lists_.answered(part(0, 10, 2), now_), nullptr);
    lists_.stop();
    EXPECT_EQ(lists_.answered(part(0, 10), now_), nullptr);
    EXPECT_FALSE(suppliers_.find(peer_number(2))->lied());
}

TEST_F(PieceListsTest, APeerThatDoesNotAnswerOrLeavesIsGivenUp) {
    lists_.ask(file_, peer_number(1), now_);
    lists_.tick(now_ + 14s);
    EXPECT_TRUE(lists_.asking(file_));
    lists_.tick(now_ + 15s);
    EXPECT_FALSE(lists_.asking(file_));
    EXPECT_FALSE(suppliers_.find(peer_number(1))->usable(now_ + 15s));
    lists_.ask(file_, peer_number(2), now_);
    lists_.peer_left(peer_number(2), now_);
    EXPECT_FALSE(lists_.asking(file_));
}

}  // namespace
}  // namespace iwant::swarm
