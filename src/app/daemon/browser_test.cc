#include "app/daemon/browser.h"

#include <gtest/gtest.h>

#include "core/protocol/sample_messages.h"

namespace iwant::daemon {
namespace {

using protocol::BrowseReply;
using protocol::BrowseRequest;
using protocol::sample::peer;

const protocol::Address kAddress{"192.0.2.7", 4926};

class ABrowser : public testing::Test {
  protected:
    void browse(const PeerId& whom) {
        answer_.reset();
        browser_.browse(
            whom, {{}, "TV", "", EntryKind::file},
            [this](const Result<BrowseReply>& told) { answer_ = told; }, now_);
    }
    BrowseReply reply() const { return {sent_.back().second.request, "TV", 1, 2, false, {}}; }
    ErrorCode code() const { return answer_ && !*answer_ ? answer_->error().code : ErrorCode{}; }

    std::vector<std::pair<SessionId, BrowseRequest>> sent_;
    std::optional<Result<BrowseReply>> answer_;
    bool can_dial_ = true;
    bool seems_here_ = true;
    Time now_{};
    Browser browser_{
        peer(1),
        {[this](SessionId session, const protocol::Message& message) {
             sent_.emplace_back(session, std::get<BrowseRequest>(message));
         },
         [this](const PeerId&) { return can_dial_ ? std::optional(kAddress) : std::nullopt; },
         [this](const PeerId&) { return seems_here_; },
         [](const BrowseRequest& request, const Browser::Own& told) {
             told(BrowseReply{request.request, "own", 0, 0, false, {}});
         }}};
};

TEST_F(ABrowser, AsksTheOwnerOnItsSession) {
    browser_.session_opened(SessionId{4}, peer(2));
    browser_.session_opened(SessionId{5}, peer(3));
    browse(peer(3));
    ASSERT_EQ(sent_.size(), 1u);
    EXPECT_EQ(sent_[0].first, SessionId{5});
    browser_.received(SessionId{4}, reply());
    EXPECT_FALSE(answer_) << "somebody else's word";
    browser_.received(SessionId{5}, reply());
    ASSERT_TRUE(answer_ && *answer_);
    EXPECT_EQ((*answer_)->path, "TV");
    browser_.received(SessionId{5}, reply());
}

TEST_F(ABrowser, OpensASessionWhereThereIsNone) {
    browse(peer(3));
    EXPECT_TRUE(sent_.empty());
    browser_.session_opened(SessionId{5}, peer(3));
    ASSERT_EQ(sent_.size(), 1u);
    browser_.received(SessionId{5}, protocol::Refusal{sent_[0].second.request,
                                                      protocol::RefusalCode::not_shared});
    EXPECT_EQ(code(), ErrorCode::not_found);
}

TEST_F(ABrowser, SaysSoonThatSomebodyIsNotThere) {
    can_dial_ = false;
    browse(peer(3));
    EXPECT_EQ(code(), ErrorCode::unavailable);
    browser_.session_opened(SessionId{5}, peer(3));
    EXPECT_TRUE(sent_.empty());
    browse(peer(3));
    browser_.session_closed(SessionId{5});
    EXPECT_EQ(code(), ErrorCode::unavailable);
}

TEST_F(ABrowser, GivesUpOnWhomeverDoesNotAnswer) {
    browser_.session_opened(SessionId{5}, peer(3));
    browse(peer(3));
    browser_.tick(now_ + Browser::kAnswerWithin - std::chrono::milliseconds(1));
    EXPECT_FALSE(answer_);
    browser_.tick(now_ + Browser::kAnswerWithin);
    EXPECT_EQ(code(), ErrorCode::unavailable);
}

TEST_F(ABrowser, SaysAtOnceThatAPeerCannotBeReached) {
    browse(peer(3));
    browser_.dial_failed(kAddress, peer(3));
    EXPECT_FALSE(answer_) << "it seems to be here";
    seems_here_ = false;
    browser_.dial_failed({"192.0.2.8", 4926}, peer(3));
    browser_.dial_failed(kAddress, peer(4));
    browser_.dial_failed(kAddress, std::nullopt);
    EXPECT_FALSE(answer_) << "other dials";
    browser_.dial_failed(kAddress, peer(3));
    EXPECT_EQ(code(), ErrorCode::unavailable);
    browse(peer(3));
    browser_.session_opened(SessionId{5}, peer(3));
    browser_.dial_failed(kAddress, peer(3));
    EXPECT_FALSE(answer_) << "it was reached otherwise";
}

TEST_F(ABrowser, WaitsLessForWhoeverSeemsToBeAway) {
    seems_here_ = false;
    browse(peer(3));
    browser_.tick(now_ + Browser::kReturnWithin - std::chrono::milliseconds(1));
    EXPECT_FALSE(answer_);
    now_ += Browser::kReturnWithin;
    browser_.tick(now_);
    EXPECT_EQ(code(), ErrorCode::unavailable);
    browse(peer(3));
    EXPECT_EQ(code(), ErrorCode::unavailable) << "once was enough";
    seems_here_ = true;
    browse(peer(3));
    EXPECT_FALSE(answer_) << "it has come back";
    seems_here_ = false;
    browser_.session_opened(SessionId{5}, peer(3));
    browser_.session_closed(SessionId{5});
    browse(peer(3));
    EXPECT_FALSE(answer_) << "it was here since";
    now_ += Browser::kReturnWithin;
    browser_.tick(now_);
    now_ += Browser::kAwayFor;
    browser_.tick(now_);
    browse(peer(3));
    EXPECT_FALSE(answer_) << "some time has passed";
}

TEST_F(ABrowser, AsksItsOwnCatalogueForItself) {
    browse(peer(1));
    ASSERT_TRUE(answer_ && *answer_);
    EXPECT_EQ((*answer_)->path, "own");
    EXPECT_TRUE(sent_.empty());
}

TEST_F(ABrowser, HasABoundedNumberOfQuestionsOpen) {
    for (std::size_t i = 0; i <= Browser::kOpenMax; ++i) browse(peer(3));
    EXPECT_EQ(code(), ErrorCode::busy);
}

}  // namespace
}  // namespace iwant::daemon
