#include "app/daemon/reports.h"

#include <gtest/gtest.h>

#include "core/node/test_lan.h"

namespace iwant::daemon {
namespace {

class AReport : public testing::Test {
  protected:
    AReport() { lan_.add(1); }
    const node::Node& node() { return *lan_.nodes.at(1); }

    node::test::Lan lan_;
};

TEST_F(AReport, OfADownloadSaysHowLongItStillTakes) {
    swarm::DownloadStatus status;
    status.id = {9};
    status.state = swarm::DownloadState::transferring;
    status.bytes_done = 100;
    status.bytes_total = 1101;
    status.rate = 100;
    auto report = download_report(status, node());
    EXPECT_EQ(report.id, 9U);
    EXPECT_EQ(report.state, "transferring");
    EXPECT_EQ(report.seconds_left, 11U) << "rounded up";
    EXPECT_FALSE(report.verified);
    EXPECT_TRUE(report.hash == std::nullopt || report.hash->empty());
    status.rate = 0;
    EXPECT_EQ(download_report(status, node()).seconds_left, std::nullopt);
    status.rate = 100;
    status.bytes_done = 2000;
    EXPECT_EQ(download_report(status, node()).seconds_left, 0U) << "more than all is not negative";
}

TEST_F(AReport, OfADownloadListsEachSourceOnce) {
    swarm::DownloadStatus status;
    status.bytes_by_source = {{node::test::peer(2), 500}, {node::test::peer(3), 7}};
    status.active_sources = {node::test::peer(2), node::test::peer(4)};
    const auto report = download_report(status, node());
    ASSERT_EQ(report.sources.size(), 3U);
    EXPECT_EQ(report.sources[0].bytes, 500U);
    EXPECT_EQ(report.sources[2].peer.id, node::test::peer(4).hex());
    EXPECT_EQ(report.sources[2].bytes, 0U);
    EXPECT_EQ(report.active_sources, 2U);
}

TEST_F(AReport, OfAPeerSaysUntilWhenItIsBanned) {
    node::PeerView peer;
    EXPECT_EQ(peer_report(peer, 1000).banned_until, std::nullopt);
    peer.ban_left = std::chrono::minutes(5);
    EXPECT_EQ(peer_report(peer, 1000).banned_until, 1300);
}

TEST_F(AReport, OfPeersMarksThoseThatPeopleTakeForOne) {
    std::vector<control::PeerReport> peers(5);
    peers[0].peer = {"11", "Ann"};
    peers[1].peer = {"22", "bob"};
    peers[2].peer = {"33", "ann"};
    mark_same_names(peers);
    EXPECT_TRUE(peers[0].same_name);
    EXPECT_FALSE(peers[1].same_name);
    EXPECT_TRUE(peers[2].same_name) << "as people see it";
    EXPECT_FALSE(peers[3].same_name || peers[4].same_name) << "a name that is not known is none";
}

TEST_F(AReport, OfAFailedDownloadHasItsCode) {
    swarm::DownloadStatus status;
    status.state = swarm::DownloadState::failed;
    status.error = ErrorCode::no_space;
    status.message = "the disk is full";
    const auto report = download_report(status, node());
    EXPECT_EQ(report.code, "no_space");
    EXPECT_EQ(report.message, "the disk is full");
}

TEST_F(AReport, OfASearchNumbersItsRowsAndNamesTheOwners) {
    protocol::SearchReply reply;
    reply.complete = false;
    reply.coverage = {5, 3};
    reply.total = 17;
    reply.did_you_mean = "song";
    protocol::SearchResult unhashed;
    unhashed.path = "music/deep/song.mp3";
    unhashed.sources = {{node::test::peer(2), {1}, true}, {node::test::peer(3), {2}, false}};
    protocol::SearchResult hashed;
    hashed.path = "alone";
    hashed.content.emplace();
    reply.results = {unhashed, hashed};
    protocol::Member owner;
    owner.peer = node::test::peer(2);
    owner.name = "ann";
    reply.owners = {owner};
    control::SearchRequest request;
    request.typed = "song -live";
    request.query.text = "song";
    request.remarks = {"A remark."};
    node::AnswerSearch answer;
    answer.reply = reply;
    answer.source = node::AnswerSource::standby;
    answer.asked = 4;
    answer.answered = 2;
    answer.verification = node::Verification{node::test::peer(2), {hashed}};
    const auto report = search_report(request, answer, {17, std::nullopt},
                                      std::chrono::milliseconds(3), node(), node::test::peer(1));
    EXPECT_EQ(report.source, "standby");
    EXPECT_EQ(report.asked, 4U);
    EXPECT_EQ(report.answered, 2U);
    ASSERT_TRUE(report.verification && report.verification->with);
    EXPECT_EQ(report.verification->with->id, node::test::peer(2).hex());
    ASSERT_EQ(report.verification->missing.size(), 1U);
    EXPECT_EQ(report.verification->missing[0].path, "alone");
    EXPECT_EQ(report.query, "song -live");
    EXPECT_EQ(report.remarks, request.remarks);
    EXPECT_EQ(report.did_you_mean, "song");
    request.follows = true;
    const auto followed = search_report(request, answer, {17, std::nullopt},
                                        std::chrono::milliseconds(3), node(), node::test::peer(1));
    EXPECT_EQ(followed.results[1].row, 0U);
    EXPECT_FALSE(report.complete);
    EXPECT_EQ(report.known, 5U);
    EXPECT_EQ(report.indexed, 3U);
    EXPECT_EQ(report.total, 17U);
    EXPECT_DOUBLE_EQ(report.took_ms, 3.0);
    EXPECT_FALSE(report.leader);
    ASSERT_EQ(report.results.size(), 2U);
    EXPECT_EQ(report.results[0].row, 1U);
    EXPECT_EQ(report.results[0].as_of, 17);
    EXPECT_FALSE(report.results[1].as_of);
    EXPECT_EQ(report.results[0].name, "song.mp3");
    EXPECT_EQ(report.results[0].hash, std::nullopt);
    ASSERT_EQ(report.results[0].sources.size(), 2U);
    EXPECT_EQ(report.results[0].sources[0].peer.name, "ann");
    EXPECT_EQ(report.results[0].sources[1].peer.name, "") << "nobody said it";
    EXPECT_EQ(report.results[1].row, 2U);
    EXPECT_EQ(report.results[1].name, "alone");
    EXPECT_EQ(report.results[1].hash, Hash256{}.hex());
}

TEST_F(AReport, OfAPeerTellsWhenItWasSeen) {
    node::PeerView peer;
    peer.addresses = {{"::1", 4926}, {"192.0.2.7", 4926}};
    peer.since_seen = std::chrono::seconds(10);
    EXPECT_EQ(peer_report(peer, 1000).last_seen, 990);
    EXPECT_EQ(peer_report(peer, 1000).address, "[::1]:4926");
    peer.since_seen.reset();
    peer.addresses.clear();
    EXPECT_EQ(peer_report(peer, 1000).last_seen, std::nullopt);
}

}  // namespace
}  // namespace iwant::daemon
