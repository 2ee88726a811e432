#include "core/swarm/transfer.h"

#include <gtest/gtest.h>

#include "core/swarm/plan_builder.h"
#include "core/swarm/test_world.h"

namespace iwant::swarm {
namespace {

using namespace std::chrono_literals;
using test::kMiB;
using test::peer_number;

/// One file of 40 pieces, its list known, and two sources that say nothing by themselves.
class TransferTest : public testing::Test {
  protected:
    TransferTest() {
        const std::vector<Source> sources{{peer_number(1), EntryId{1}},
                                          {peer_number(2), EntryId{1}}};
        suppliers_.add(sources);
        lists_.ask(file_, peer_number(1), now_);
        PieceListPart part{40 * kMiB, PieceIndex{0}, library_.files.at(file_)->hashes};
        lists_.answered({DownloadId{1}, peer_number(1), file_, part}, now_);
        take_actions();
        const SharedPlan plan = plan_of_file("f", file_, 40 * kMiB).value();
        transfer_.emplace(Transfer::Job{DownloadId{1}, plan, PieceSet(40)}, suppliers_, lists_,
                          desk_, Prng(1), now_);
    }

    /// Notes what was started and cancelled since the last time.
    void take_actions() {
        started_.clear();
        cancelled_.clear();
        hurried_.clear();
        for (const Action& action : std::exchange(desk_.actions, {})) {
            if (const auto* start = std::get_if<StartFetch>(&action)) started_.push_back(*start);
            if (const auto* cancel = std::get_if<CancelFetch>(&action)) {
                cancelled_.insert(cancel->fetch);
            }
            if (const auto* hurry = std::get_if<HurryFetch>(&action)) {
                hurried_.insert(hurry->fetch);
            }
        }
    }
    std::vector<StartFetch> started_by(std::uint8_t peer) const {
        std::vector<StartFetch> found;
        std::ranges::copy_if(started_, std::back_inserter(found), [&](const StartFetch& fetch) {
            return fetch.peer == peer_number(peer);
        });
        return found;
    }
    void store(const StartFetch& fetch, std::uint32_t offset) {
        const PieceIndex piece{fetch.first.value + offset};
        transfer_->piece_stored({fetch.fetch, piece, static_cast<std::uint32_t>(kMiB)}, now_);
    }
    void end(const StartFetch& fetch, ErrorCode code) {
        transfer_->fetch_ended({fetch.fetch, failure(code, "fetch", "so")}, now_);
    }

    NullLogger logger_;
    test::Library library_{1};
    FileId file_ = library_.file(40 * kMiB);
    Desk desk_{logger_, {}, 0, {}};
    Bans bans_;
    Suppliers suppliers_{Prng(1), bans_, logger_};
    PieceLists lists_{DownloadId{1}, suppliers_, desk_};
    std::optional<Transfer> transfer_;
    Prng prng_{1};
    Time now_ = Time{} + 1h;
    std::vector<StartFetch> started_;
    std::set<FetchId> cancelled_;
    std::set<FetchId> hurried_;
};

TEST_F(TransferTest, EveryPieceIsAskedForOnceAndOfEverybody) {
    transfer_->pump(now_);
    take_actions();
    std::set<std::uint32_t> asked;
    for (const StartFetch& fetch : started_) {
        for (std::uint32_t i = 0; i < fetch.count; ++i) {
            EXPECT_TRUE(asked.insert(fetch.first.value + i).second);
        }
    }
    EXPECT_GT(started_by(1).size(), 1u);
    EXPECT_GT(started_by(2).size(), 1u);
}

TEST_F(TransferTest, OneThatSentWrongDataIsCutOffAltogether) {
    transfer_->pump(now_);
    take_actions();
    const auto before = started_by(1);
    end(before[0], ErrorCode::corrupt);
    take_actions();
    EXPECT_EQ(cancelled_.size(), before.size() - 1) << "nothing more of it is wanted";
    EXPECT_TRUE(suppliers_.find(peer_number(1))->fetches().empty());
    EXPECT_TRUE(started_by(1).empty());
}

TEST_F(TransferTest, TheWorkOfASilentSourceIsHandedToOthers) {
    transfer_->pump(now_);
    take_actions();
    const auto silent = started_by(1);
    const auto lively = started_by(2);
    for (int i = 0; i < 10; ++i) {
        now_ += 490ms;
        if (i < static_cast<int>(lively[0].count)) store(lively[0], static_cast<std::uint32_t>(i));
        take_actions();
        transfer_->tick(now_);
    }
    now_ += 100ms;
    store(lively[1], 0);
    take_actions();
    transfer_->tick(now_);
    take_actions();
    for (const StartFetch& fetch : silent) EXPECT_TRUE(cancelled_.contains(fetch.fetch));
    EXPECT_FALSE(suppliers_.find(peer_number(1))->usable(now_));
}

TEST_F(TransferTest, WhoLooksAtAnotherPlaceDoesNotWaitForAllOfTheLastOne) {
    transfer_->want_first({{0, 20}});
    transfer_->pump(now_);
    take_actions();
    std::vector<StartFetch> urgent = started_;
    std::erase_if(urgent, [](const StartFetch& fetch) {
        return fetch.urgency == StartFetch::Urgency::usual;
    });
    std::uint64_t pieces = 0;
    for (const StartFetch& fetch : urgent) pieces += fetch.count;
    EXPECT_EQ(pieces, 2 * Supplier::kUrgentBytesMin / kMiB) << "of both";
    std::set<std::uint64_t> unasked;
    for (std::uint64_t piece = 20; piece < 40; ++piece) unasked.insert(piece);
    for (const StartFetch& fetch : started_) {
        for (std::uint32_t i = 0; i < fetch.count; ++i) unasked.erase(fetch.first.value + i);
    }
    ASSERT_FALSE(unasked.empty());
    const std::uint64_t other = *unasked.begin();
    transfer_->want_first({{other, other + 1}});
    for (std::uint32_t i = 0; i < urgent.front().count; ++i) store(urgent.front(), i);
    transfer_->pump(now_);
    take_actions();
    ASSERT_FALSE(started_.empty());
    EXPECT_EQ(started_.front().first.value, other);
    EXPECT_EQ(started_.front().urgency, StartFetch::Urgency::first);
}

TEST_F(TransferTest, WhatSomebodyWaitsForIsHurriedWhenItWasAskedForAlready) {
    transfer_->pump(now_);
    take_actions();
    const StartFetch asked = started_by(1).back();
    ASSERT_EQ(asked.urgency, StartFetch::Urgency::usual);
    const std::uint64_t piece = asked.first.value;
    transfer_->want_first({{piece, piece + 1}});
    take_actions();
    EXPECT_EQ(hurried_, std::set{asked.fetch});
    transfer_->want_first({{piece, piece + 1}});
    take_actions();
    EXPECT_TRUE(hurried_.empty()) << "once";
    store(asked, 0);
    transfer_->want_first({{piece, piece + 1}});
    take_actions();
    EXPECT_TRUE(hurried_.empty()) << "it is here";
}

TEST_F(TransferTest, WhatSomebodyWaitsForIsNotLeftToASilentSource) {
    transfer_->pump(now_);
    take_actions();
    const StartFetch silent = started_by(1)[0];
    const auto lively = started_by(2);
    transfer_->want_first({{silent.first.value, silent.first.value + 1}});
    for (std::uint32_t i = 0; i < 3; ++i) {
        now_ += 60ms;
        store(lively[0], i);
        transfer_->tick(now_);
    }
    take_actions();
    EXPECT_FALSE(cancelled_.contains(silent.fetch)) << "it may be slow";
    now_ += 90ms;
    store(lively[0], 3);
    take_actions();
    transfer_->tick(now_);
    take_actions();
    EXPECT_TRUE(cancelled_.contains(silent.fetch));
    ASSERT_FALSE(started_by(2).empty());
    EXPECT_EQ(started_by(2)[0].first, silent.first);
    EXPECT_TRUE(started_by(1).empty());
}

TEST_F(TransferTest, NothingNewIsAskedOfASilentSource) {
    transfer_->pump(now_);
    take_actions();
    const StartFetch left_to_others = started_by(2)[0];
    // The first source is through with all but one run, and there is nothing else to ask for.
    auto asked = started_by(1);
    while (asked.size() > 1) {
        const StartFetch run = asked.back();
        asked.pop_back();
        for (std::uint32_t i = 0; i < run.count; ++i) store(run, i);
        transfer_->fetch_ended({run.fetch, {}}, now_);
        take_actions();
        std::ranges::copy(started_by(1), std::back_inserter(asked));
    }
    ASSERT_EQ(asked.size(), 1U);
    now_ += 400ms;
    end(left_to_others, ErrorCode::network);
    take_actions();
    EXPECT_TRUE(started_by(1).empty()) << "there is something to ask for, but it is silent";
    transfer_->piece_progress({asked[0].fetch, 1000}, now_);
    transfer_->pump(now_);
    take_actions();
    ASSERT_FALSE(started_by(1).empty()) << "it is heard again";
    EXPECT_EQ(started_by(1)[0].first, left_to_others.first);
}

TEST_F(TransferTest, APieceThatComesAfterTheCancelIsKeptAndNotFetchedAgain) {
    transfer_->pump(now_);
    take_actions();
    const auto given_up = started_by(1);
    const auto others = started_by(2);
    suppliers_.find(peer_number(2))->failed(now_, prng_);
    end(given_up[0], ErrorCode::corrupt);
    take_actions();
    ASSERT_TRUE(cancelled_.contains(given_up[1].fetch));
    store(given_up[1], 0);
    EXPECT_EQ(transfer_->bytes_done(), kMiB);
    EXPECT_EQ(suppliers_.find(peer_number(1))->received_bytes(), kMiB);
    store(given_up[1], 0);
    EXPECT_EQ(transfer_->bytes_done(), kMiB) << "once";

    suppliers_.find(peer_number(2))->arrived();
    for (const StartFetch& fetch : others) {
        for (std::uint32_t i = 0; i < fetch.count; ++i) store(fetch, i);
    }
    take_actions();
    ASSERT_FALSE(started_.empty());
    EXPECT_EQ(started_[0].first, given_up[0].first) << "the rest is asked for from the front";
    for (const StartFetch& fetch : started_) {
        EXPECT_FALSE(fetch.first <= given_up[1].first &&
                     given_up[1].first.value < fetch.first.value + fetch.count);
    }
}

TEST_F(TransferTest, WhatIsToldOfTwoPiecesThatComeTogetherCountsOnce) {
    transfer_->pump(now_);
    take_actions();
    const StartFetch run =
        *std::ranges::find_if(started_, [](const StartFetch& fetch) { return fetch.count > 1; });
    now_ += 3s;
    for (int i = 0; i < 6; ++i) transfer_->piece_progress({run.fetch, kMiB / 4}, now_);
    store(run, 1);
    transfer_->piece_progress({run.fetch, kMiB / 4}, now_);
    store(run, 0);
    EXPECT_EQ(transfer_->rate(now_), 2 * kMiB / 3);
}

TEST_F(TransferTest, ARunThatEndsEarlyGoesToWhoeverIsFree) {
    transfer_->pump(now_);
    take_actions();
    const StartFetch run = started_by(1)[0];
    store(run, 0);
    take_actions();
    end(run, ErrorCode::network);
    take_actions();
    EXPECT_FALSE(suppliers_.find(peer_number(1))->usable(now_));
    EXPECT_TRUE(started_by(1).empty());
    EXPECT_EQ(transfer_->bytes_done(), kMiB);
}

TEST_F(TransferTest, OurOwnDiskIsNobodysFault) {
    transfer_->pump(now_);
    take_actions();
    end(started_by(1)[0], ErrorCode::no_space);
    ASSERT_TRUE(transfer_->disk_error());
    EXPECT_EQ(transfer_->disk_error()->code, ErrorCode::no_space);
    EXPECT_TRUE(suppliers_.find(peer_number(1))->usable(now_));
}

}  // namespace
}  // namespace iwant::swarm
