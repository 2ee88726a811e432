#include "app/daemon/folder_rounds.h"

#include <gmock/gmock.h>

#include "core/protocol/sample_messages.h"

namespace iwant::daemon {
namespace {

using protocol::BrowseReply;
using protocol::BrowseRequest;
using protocol::sample::peer;
using testing::ElementsAre;

const Hash256 kHash = peer(9).hash;

FolderItem folder(const std::string& name) {
    return {name, EntryKind::folder, 0, 0, kHash, 1};
}

class Rounds : public testing::Test {
  protected:
    void tick_for(Duration time) {
        for (const Time end = now_ + time; now_ < end; now_ += std::chrono::seconds(1))
            rounds_.tick(now_);
    }
    void answer(const BrowseRequest& asked, const control::Reply<BrowseReply>& reply) {
        asked_.push_back(asked.path + (asked.after.empty() ? "" : " after " + asked.after));
        const auto found = folders_.find(asked_.back());
        if (trouble_) return reply(failure(*trouble_, "browse", "trouble"));
        if (found == folders_.end()) return reply(failure(ErrorCode::not_found, "browse", "none"));
        reply(found->second);
    }

    std::vector<FolderRounds::Peer> here_{{peer(2), 10, 20}};
    std::map<std::string, BrowseReply> folders_{
        {"", {{}, "", 1, 2, false, {folder("S")}}},
        {"S", {{}, "S", 1, 2, true, {folder("a"), folder("b")}}},
        {"S after b", {{}, "S", 1, 2, false, {{"x", EntryKind::file, 1, 1, kHash, 0}}}},
        {"S/b", {{}, "S/b", 1, 2, false, {folder("c")}}},
        {"S/b/c", {{}, "S/b/c", 1, 2, true, {}}},
    };
    std::optional<ErrorCode> trouble_;
    std::vector<std::string> asked_;
    std::vector<std::string> kept_;
    Time now_{};
    FolderRounds rounds_{
        {[this] { return here_; },
         [this](const PeerId&, const BrowseRequest& asked,
                const control::Reply<BrowseReply>& reply) { answer(asked, reply); },
         [this](const PeerId& whose, const BrowseRequest&, const BrowseReply& told) {
             EXPECT_EQ(whose, peer(2));
             kept_.push_back(told.path);
         }}};
};

TEST_F(Rounds, WhoeverStaysIsLookedThroughUpperFoldersFirst) {
    tick_for(FolderRounds::kSettled);
    EXPECT_TRUE(asked_.empty());
    tick_for(std::chrono::minutes(1));
    EXPECT_THAT(asked_, ElementsAre("", "S", "S after b", "S/a", "S/b", "S/b/c"));
    EXPECT_THAT(kept_, ElementsAre("", "S", "S", "S/b", "S/b/c"));
}

TEST_F(Rounds, WhoeverComesForAMomentIsLeftAlone) {
    for (int i = 0; i < 5; ++i) {
        tick_for(FolderRounds::kSettled / 2);
        std::vector<FolderRounds::Peer> gone;
        std::swap(here_, gone);
        tick_for(FolderRounds::kLookEvery);
        std::swap(here_, gone);
    }
    EXPECT_TRUE(asked_.empty());
}

TEST_F(Rounds, ComeAgainSoonAfterAChangeAndElseDaily) {
    tick_for(FolderRounds::kSettled + std::chrono::minutes(1));
    const std::size_t parts = asked_.size();
    tick_for(FolderRounds::kAgain * 5);
    EXPECT_EQ(asked_.size(), parts);
    here_[0].bytes = 21;
    tick_for(std::chrono::minutes(1));
    EXPECT_EQ(asked_.size(), 2 * parts);
    here_[0].bytes = 22;
    tick_for(FolderRounds::kAgain / 2);
    EXPECT_EQ(asked_.size(), 2 * parts) << "not so soon";
    tick_for(FolderRounds::kAgain / 2);
    EXPECT_EQ(asked_.size(), 3 * parts);
    tick_for(FolderRounds::kRefresh);
    EXPECT_EQ(asked_.size(), 4 * parts);
}

TEST_F(Rounds, ComeAgainSoonWhenNotAllWasHashed) {
    folders_["S after b"].entries[0].content.reset();
    tick_for(FolderRounds::kSettled + FolderRounds::kAgain + std::chrono::minutes(1));
    EXPECT_EQ(asked_.size(), 12u);
    folders_["S after b"].entries[0].content = kHash;
    tick_for(FolderRounds::kAgain * 5);
    EXPECT_EQ(asked_.size(), 18u);
}

TEST_F(Rounds, AreNotMadeAmongMany) {
    for (std::uint8_t i = 3; here_.size() <= FolderRounds::kPeersMax; ++i)
        here_.push_back({peer(i), 1, 1});
    tick_for(FolderRounds::kSettled * 2);
    EXPECT_TRUE(asked_.empty());
    here_.pop_back();
    trouble_ = ErrorCode::unavailable;
    tick_for(FolderRounds::kSettled * 2);
    EXPECT_EQ(asked_.size(), FolderRounds::kPeersMax) << "each once";
}

TEST_F(Rounds, EndWithWhoeverHasTroubleAndAreTriedAgain) {
    trouble_ = ErrorCode::busy;
    tick_for(FolderRounds::kSettled + std::chrono::minutes(1));
    EXPECT_EQ(asked_.size(), 1u);
    tick_for(FolderRounds::kAgain);
    EXPECT_EQ(asked_.size(), 2u);
    trouble_.reset();
    tick_for(FolderRounds::kAgain);
    EXPECT_EQ(asked_.size(), 2u + 6u);
}

TEST_F(Rounds, AreSlowAndHaveAnEndWhateverAPeerTells) {
    // A folder that has itself in it, and goes on behind its end.
    std::string path;
    folders_.clear();
    folders_[""] = {{}, "", 1, 1, true, {folder("S")}};
    folders_[" after S"] = folders_[""];
    for (int depth = 0; depth < 200; ++depth) {
        path += depth == 0 ? "S" : "/S";
        folders_[path] = {{}, path, 1, 1, true, {folder("S")}};
        folders_[path + " after S"] = folders_[path];
    }
    tick_for(FolderRounds::kSettled);
    const Time begun = now_;
    std::size_t before = asked_.size();
    while (now_ < begun + std::chrono::minutes(10)) {
        rounds_.tick(now_);
        now_ += std::chrono::seconds(1);
        ASSERT_LE(asked_.size() - before, FolderRounds::kPartsPerSecond);
        before = asked_.size();
    }
    EXPECT_EQ(asked_.size(), FolderRounds::kPartsMax);
}

}  // namespace
}  // namespace iwant::daemon
