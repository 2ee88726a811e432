#include "app/daemon/kept_folders.h"

#include "app/daemon/test_loop.h"
#include "core/protocol/sample_messages.h"
#include "io/catalog/catalog_fixture.h"
#include "io/platform/process.h"

namespace iwant::daemon {
namespace {

using protocol::BrowseReply;
using protocol::BrowseRequest;
using protocol::sample::peer;

const Hash256 kHash = Hasher().update_u64(7).digest();

class Kept : public catalog::CatalogFixture {
  protected:
    void SetUp() override {
        catalog::CatalogFixture::SetUp();
        kept_ = std::make_unique<KeptFolders>(*catalog_, worker_, loop_.post(), logger_);
    }
    void TearDown() override {
        gate_.open();
        worker_.finish();
    }
    std::optional<KeptFolders::Found> look(const BrowseRequest& asked) {
        std::optional<Result<std::optional<KeptFolders::Found>>> answer;
        kept_->look(peer(3), asked, [&](auto told) { answer = std::move(told); });
        EXPECT_TRUE(loop_.run_until([&] { return answer.has_value(); }));
        EXPECT_TRUE(answer && *answer);
        return answer && *answer ? **answer : std::nullopt;
    }
    Result<std::vector<catalog::KeptContent>> find(const std::string& digits) {
        std::optional<Result<std::vector<catalog::KeptContent>>> answer;
        kept_->find(digits, [&](auto told) { answer = std::move(told); });
        EXPECT_TRUE(loop_.run_until([&] { return answer.has_value(); }));
        return answer.value();
    }

    const BrowseRequest asked_{{}, "TV", "", EntryKind::file};
    const BrowseReply told_{
        RequestId{9},
        "Shared/TV",
        3,
        40,
        true,
        {{"a", EntryKind::folder, 20, 5, {}, 2}, {"b", EntryKind::file, 20, -6, kHash, 0}}};
    TestLoop loop_;
    Gate gate_;
    Worker worker_{"catalog"};
    std::unique_ptr<KeptFolders> kept_;
};

TEST_F(Kept, WhatAPeerToldIsThereWhenItIsAway) {
    EXPECT_FALSE(look(asked_));
    const UnixSeconds before = platform::unix_now();
    kept_->keep(peer(3), asked_, told_);
    const auto found = look(asked_);
    ASSERT_TRUE(found);
    BrowseReply expected = told_;
    expected.request = {};
    EXPECT_EQ(found->reply, expected);
    EXPECT_GE(found->as_of, before);
    EXPECT_LE(found->as_of, platform::unix_now());
    EXPECT_FALSE(look({{}, "TV", "b", EntryKind::file})) << "the rest";
    const auto behind = look({{}, "Shared/TV", "a", EntryKind::folder});
    ASSERT_TRUE(behind);
    EXPECT_EQ(behind->reply.entries, std::vector(1, told_.entries[1]));
}

TEST_F(Kept, ContentsAreFoundByTheFirstDigitsOfTheirHash) {
    kept_->keep(peer(3), asked_, told_);
    const auto found = find(kHash.hex().substr(0, 6));
    ASSERT_TRUE(found);
    ASSERT_EQ(found->size(), 1u);
    EXPECT_EQ(found->front().path, "Shared/TV/b");
    EXPECT_EQ(found->front().size_bytes, 20u);
    EXPECT_TRUE(find(std::string(64, '0'))->empty());
}

TEST_F(Kept, ALongQueueLosesWhatIsToBeKeptAndIsToldToWhoeverAsks) {
    worker_.post([this] { EXPECT_TRUE(gate_.pass()); });
    while (worker_.try_post([] {})) {
    }
    kept_->keep(peer(3), asked_, told_);
    const auto found = find("aaaaaa");
    ASSERT_FALSE(found);
    EXPECT_EQ(found.error().code, ErrorCode::busy);
    gate_.open();
}

TEST_F(Kept, WhatIsTooOldIsDroppedAtOnceAndThenDaily) {
    catalog::KeptPages& pages = catalog_->kept_pages();
    const auto keep_old = [&] {
        worker_.post([&] { EXPECT_TRUE(pages.keep(peer(3), {"x", {}, 0, 0, false, {}, 5})); });
    };
    const auto is_there = [&] {
        std::optional<bool> there;
        worker_.post([&, post = loop_.post()] {
            const bool found = pages.find(peer(3), "x", {}, 6)->has_value();
            post([&there, found] { there = found; });
        });
        EXPECT_TRUE(loop_.run_until([&] { return there.has_value(); }));
        return there.value();
    };
    const Time start{};
    keep_old();
    EXPECT_TRUE(is_there());
    kept_->tick(start);
    EXPECT_FALSE(is_there());
    keep_old();
    kept_->tick(start + KeptFolders::kDropEvery - std::chrono::seconds(1));
    EXPECT_TRUE(is_there());
    kept_->tick(start + KeptFolders::kDropEvery);
    EXPECT_FALSE(is_there());
}

}  // namespace
}  // namespace iwant::daemon
