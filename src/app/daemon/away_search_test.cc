#include "app/daemon/away_search.h"

#include "app/daemon/test_loop.h"
#include "core/protocol/sample_messages.h"
#include "io/catalog/catalog_fixture.h"

namespace iwant::daemon {
namespace {

using protocol::sample::peer;

class AnAwaySearch : public catalog::CatalogFixture {
  protected:
    void SetUp() override {
        catalog::CatalogFixture::SetUp();
        start();
    }
    void TearDown() override { worker_.finish(); }
    void start() {
        kept_ = std::make_unique<KeptFolders>(*catalog_, worker_, loop_.post(), logger_);
        away_ = std::make_unique<AwaySearch>(*kept_, [this] { return here_; });
        kept_->tick(now_);
        EXPECT_TRUE(loop_.run_until([this] { return kept_->owners().has_value(); }));
    }
    void keep(const PeerId& whose, const std::string& name) {
        const protocol::BrowseReply told{
            {}, "S", 1, 2, false, {{name, EntryKind::file, 1, 1, peer(7).hash, 0}}};
        kept_->keep(whose, {{}, "S", "", EntryKind::file}, told);
    }
    /// Lets `time` pass, and the worker do what it has to.
    void pass(Duration time) {
        now_ += time;
        away_->tick(now_);
        settle();
    }
    void settle() {
        bool done = false;
        worker_.post([&done, post = loop_.post()] { post([&done] { done = true; }); });
        EXPECT_TRUE(loop_.run_until([&done] { return done; }));
    }
    std::size_t finds(const std::string& text) {
        Query query;
        query.text = text;
        protocol::SearchReply reply;
        const auto as_of = away_->add_to(reply, query);
        EXPECT_EQ(as_of.size(), reply.results.size());
        return reply.results.size();
    }

    std::set<PeerId> here_{peer(1), peer(2), peer(3)};
    Time now_{};
    TestLoop loop_;
    Worker worker_{"catalog"};
    std::unique_ptr<KeptFolders> kept_;
    std::unique_ptr<AwaySearch> away_;
};

TEST_F(AnAwaySearch, FindsWhatPeersSharedOnceTheyAreAway) {
    keep(peer(2), "heron");
    keep(peer(3), "owl");
    pass(AwaySearch::kLookEvery);
    EXPECT_EQ(finds("heron"), 0u);
    here_.erase(peer(2));
    pass(AwaySearch::kLookEvery);
    EXPECT_EQ(finds("heron"), 1u);
    EXPECT_EQ(finds("owl"), 0u);
    here_.insert(peer(2));
    EXPECT_EQ(finds("heron"), 0u) << "at once";
    pass(AwaySearch::kLookEvery);
    EXPECT_EQ(finds("heron"), 0u);
}

TEST_F(AnAwaySearch, KnowsWhatAnEarlierRunKept) {
    keep(peer(5), "heron");
    settle();
    start();
    pass(Duration{});
    EXPECT_EQ(finds("heron"), 1u);
}

TEST_F(AnAwaySearch, WithNothingKeptAddsNothing) {
    here_.clear();
    pass(AwaySearch::kLookEvery);
    protocol::SearchReply reply;
    reply.results.resize(2);
    EXPECT_EQ(away_->add_to(reply, {}).size(), 2u);
    EXPECT_EQ(reply.results.size(), 2u);
}

TEST_F(AnAwaySearch, ForgetsWhatHasBecomeTooOld) {
    keep(peer(5), "heron");
    pass(AwaySearch::kLookEvery);
    EXPECT_EQ(finds("heron"), 1u);
    worker_.post([this] { EXPECT_TRUE(catalog_->kept_pages().drop_old(4'000'000'000)); });
    pass(AwaySearch::kMadeAnewEvery);
    EXPECT_EQ(finds("heron"), 0u);
}

}  // namespace
}  // namespace iwant::daemon
