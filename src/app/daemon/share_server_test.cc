#include "app/daemon/share_server.h"

#include <gmock/gmock.h>

#include "app/daemon/test_loop.h"
#include "core/protocol/limits.h"
#include "io/catalog/catalog_fixture.h"

namespace iwant::daemon {
namespace {

using protocol::Refusal;
using protocol::RefusalCode;

constexpr SessionId kSession{5};

/// Serves a catalogue whose files are only described: nobody looks at a disk here.
class AShareServer : public catalog::CatalogFixture {
  protected:
    void SetUp() override {
        catalog::CatalogFixture::SetUp();
        indexer_ = std::make_unique<Indexer>(Indexer::Options{}, *catalog_, worker_, loop_.post(),
                                             Indexer::Told{}, logger_);
        server_ = std::make_unique<ShareServer>(
            *catalog_, worker_, *indexer_, nullptr, loop_.post(),
            [this](SessionId session, const protocol::Message& message) {
                replies_.emplace_back(session, message);
            });
    }
    void TearDown() override {
        gate_.open();
        worker_.finish();
    }

    template <class Request>
    protocol::Message ask(const Request& request) {
        const std::size_t before = replies_.size();
        server_->serve({kSession, request});
        EXPECT_TRUE(loop_.run_until([&] { return replies_.size() > before; }));
        return replies_.back().second;
    }
    template <class Reply, class Request>
    Reply answer(const Request& request) {
        const protocol::Message reply = ask(request);
        EXPECT_TRUE(std::holds_alternative<Reply>(reply));
        return std::holds_alternative<Reply>(reply) ? std::get<Reply>(reply) : Reply{};
    }
    void hold_catalog() {
        worker_.post([this] {
            held_.open();
            EXPECT_TRUE(gate_.pass());
        });
        ASSERT_TRUE(held_.pass());
    }
    std::size_t count_busy() const {
        return static_cast<std::size_t>(std::ranges::count_if(replies_, [](const auto& reply) {
            const auto* refusal = std::get_if<Refusal>(&reply.second);
            return refusal != nullptr && refusal->code == RefusalCode::busy;
        }));
    }

    TestLoop loop_;
    Gate held_;
    Gate gate_;
    Worker worker_{"catalog"};
    std::unique_ptr<Indexer> indexer_;
    std::unique_ptr<ShareServer> server_;
    std::vector<std::pair<SessionId, protocol::Message>> replies_;
};

TEST_F(AShareServer, GivesAPieceListInParts) {
    constexpr std::uint64_t kSize = 17'000 * kPieceSizeMax;
    walk({catalog::seen_file("huge.bin", kSize, 1)});
    const FileId file = hash("music/huge.bin", 1);
    const PieceList all = catalog::pieces_of(kSize, 1);
    const auto first = answer<protocol::PieceListReply>(protocol::PieceListRequest{{1}, file, {0}});
    EXPECT_EQ(first.request, RequestId{1});
    EXPECT_EQ(first.size_bytes, kSize);
    ASSERT_EQ(first.hashes.size(), protocol::kPieceHashesMax);
    const PieceIndex next{static_cast<std::uint32_t>(first.hashes.size())};
    const auto second =
        answer<protocol::PieceListReply>(protocol::PieceListRequest{{2}, file, next});
    EXPECT_EQ(second.first, next);
    std::vector<Hash256> hashes = first.hashes;
    hashes.insert(hashes.end(), second.hashes.begin(), second.hashes.end());
    EXPECT_EQ(hashes, all.hashes);
    EXPECT_EQ(ask(protocol::PieceListRequest{{3}, file, {17'000}}),
              (protocol::Message(Refusal{{3}, RefusalCode::range})));
}

TEST_F(AShareServer, GivesAListingInParts) {
    // They share one state of one file, so that one hash does for all.
    walk({catalog::seen_folder("many"), catalog::seen_file("many/first", 7, 1)});
    hash("music/many/first", 1);
    std::vector<catalog::SeenEntry> seen{catalog::seen_folder("many"),
                                         catalog::seen_file("many/first", 7, 1)};
    for (int i = 0; i < 5000; ++i) {
        seen.push_back(catalog::seen_file("many/" + std::to_string(i), 7, 1));
    }
    walk(seen);
    const auto folder = catalog_->entry(id_of("music/many")).value();
    ASSERT_TRUE(folder && folder->content);
    const TreeId tree{*folder->content};
    TreeListing got;
    std::uint32_t total = 1;
    while (got.entries.size() < total) {
        const auto first = static_cast<std::uint32_t>(got.entries.size());
        const auto part = answer<protocol::TreeReply>(protocol::TreeRequest{{9}, tree, first});
        ASSERT_FALSE(part.entries.empty());
        EXPECT_LE(part.entries.size(), protocol::kTreeEntriesMax);
        EXPECT_EQ(part.first, first);
        total = part.total;
        got.entries.insert(got.entries.end(), part.entries.begin(), part.entries.end());
    }
    EXPECT_EQ(total, 5001U);
    EXPECT_EQ(tree_id(got), tree);
    EXPECT_EQ(ask(protocol::TreeRequest{{3}, tree, 5002}),
              (protocol::Message(Refusal{{3}, RefusalCode::range})));
}

TEST_F(AShareServer, RefusesWhatIsNotShared) {
    const auto refusal = [](std::uint64_t request) {
        return protocol::Message(Refusal{{request}, RefusalCode::not_shared});
    };
    EXPECT_EQ(ask(protocol::PieceListRequest{{1}, FileId{{{1}}}, {0}}), refusal(1));
    EXPECT_EQ(ask(protocol::TreeRequest{{2}, TreeId{{{1}}}, 0}), refusal(2));
    EXPECT_EQ(ask(protocol::HashRequest{{3}, {12345}}), refusal(3));
    EXPECT_EQ(ask(protocol::HashRequest{{4}, {~std::uint64_t{0}}}), refusal(4));
}

TEST_F(AShareServer, TellsAHashThatIsKnown) {
    walk({catalog::seen_file("a", 7, 1)});
    const FileId file = hash("music/a", 1);
    const auto reply = answer<protocol::HashReply>(protocol::HashRequest{{1}, id_of("music/a")});
    EXPECT_EQ(reply.content, file.hash);
    EXPECT_EQ(reply.size_bytes, 7U);
}

TEST_F(AShareServer, TellsASessionThatAsksTooMuchToComeLater) {
    hold_catalog();
    for (std::uint64_t i = 0; i < protocol::kRequestsPerSessionMax; ++i) {
        server_->serve({kSession, protocol::PieceListRequest{{i}, FileId{{{1}}}, {0}}});
    }
    EXPECT_TRUE(replies_.empty());
    server_->serve({kSession, protocol::TreeRequest{{777}, TreeId{{{1}}}, 0}});
    ASSERT_EQ(replies_.size(), 1U);
    EXPECT_EQ(replies_[0].second, (protocol::Message(Refusal{{777}, RefusalCode::busy})));
    server_->serve({{6}, protocol::TreeRequest{{1}, TreeId{{{1}}}, 0}});
    EXPECT_EQ(replies_.size(), 1U) << "another session is not refused";
    gate_.open();
    ASSERT_TRUE(
        loop_.run_until([&] { return replies_.size() == protocol::kRequestsPerSessionMax + 2; }));
    EXPECT_EQ(ask(protocol::TreeRequest{{8}, TreeId{{{1}}}, 0}),
              (protocol::Message(Refusal{{8}, RefusalCode::not_shared})))
        << "and it may ask again when its questions are answered";
}

TEST_F(AShareServer, TellsAllToComeLaterWhenSessionsComeAndGo) {
    hold_catalog();
    constexpr std::size_t kAsked = ShareServer::kOpenMax + 100;
    for (std::uint64_t i = 0; i < kAsked; ++i) {
        server_->serve({{i}, protocol::PieceListRequest{{1}, FileId{{{1}}}, {0}}});
    }
    EXPECT_EQ(replies_.size(), 100U);
    EXPECT_EQ(count_busy(), 100U);
    gate_.open();
    ASSERT_TRUE(loop_.run_until([&] { return replies_.size() == kAsked; }));
    EXPECT_EQ(count_busy(), 100U);
}

}  // namespace
}  // namespace iwant::daemon
