// What a node knows and says when it cannot reach everybody, or cannot keep what everybody shares.

#include <algorithm>

#include <gtest/gtest.h>

#include "core/node/node.h"
#include "core/node/test_lan.h"

namespace iwant::node {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;
using test::address;
using test::Lan;
using test::peer;

void share(Lan& lan, std::size_t number, std::vector<std::string> paths) {
    std::vector<Entry> entries;
    for (std::string& path : paths) {
        Hash256 content;
        content.bytes.fill(static_cast<std::uint8_t>(10 * number + entries.size()));
        const EntryId id{entries.size() + 1};
        entries.push_back({id, EntryKind::file, std::move(path), 1000, 0, content});
    }
    lan.share(number, std::move(entries));
}

AnswerSearch search(Lan& lan, std::size_t number, const std::string& text) {
    SearchAsked asked{Ticket{1}, {}};
    asked.query.text = text;
    lan.others[number].clear();
    lan.tell(number, asked);
    lan.pass(seconds(2));
    const auto answers = lan.seen<AnswerSearch>(number);
    EXPECT_EQ(answers.size(), 1u);
    return answers.empty() ? AnswerSearch{} : answers[0];
}

std::vector<std::string> paths(const AnswerSearch& answer) {
    std::vector<std::string> paths;
    for (const auto& result : answer.reply.results) paths.push_back(result.path);
    std::ranges::sort(paths);
    return paths;
}

TEST(Reach, AFullIndexTakesNothingNewAndDoesNotSayThatItCoversAll) {
    Lan lan;
    lan.options.index_entries_max = 4;
    lan.add_connected(3);
    const std::size_t leader = lan.leader();
    ASSERT_NE(leader, 0u);
    for (std::size_t number = 1; number <= 3; ++number)
        share(lan, number, {"song one", "song two", "song three"});
    lan.pass(seconds(3));
    const auto coverage = lan.nodes.at(leader)->leader().coverage;
    EXPECT_EQ(coverage.known, 3u);
    EXPECT_LT(coverage.indexed, 3u);
    EXPECT_GT(lan.nodes.at(leader)->owners_cut_short(), 0u);
    for (std::size_t number = 1; number <= 3; ++number) {
        const auto answer = search(lan, number, "song");
        std::size_t sources = 0;
        for (const auto& result : answer.reply.results) sources += result.sources.size();
        EXPECT_EQ(sources, 9u) << "the rest is asked of its owners";
    }
}

TEST(Reach, WhatIsInAFullIndexMayStillChange) {
    Lan lan;
    lan.options.index_entries_max = 2;
    lan.add(1);
    share(lan, 1, {"song one", "song two", "song three"});
    share(lan, 1, {"tune one"});
    lan.pass(seconds(3));
    EXPECT_EQ(paths(search(lan, 1, "tune")), std::vector<std::string>{"tune one"});
    EXPECT_EQ(paths(search(lan, 1, "song")), std::vector<std::string>{"song two"});
}

TEST(Reach, AnIndexOfTooManyBytesGetsRidOfWhatChanges) {
    Lan lan;
    lan.options.index_bytes_max = 1;  // the first entry makes it too many
    lan.add(1);
    share(lan, 1, {"song one", "song two"});
    lan.pass(seconds(3));
    EXPECT_EQ(paths(search(lan, 1, "song")), std::vector<std::string>{"song one"});
    share(lan, 1, {"tune one"});
    EXPECT_TRUE(paths(search(lan, 1, "song")).empty());
    EXPECT_TRUE(paths(search(lan, 1, "tune")).empty());
    EXPECT_EQ(lan.nodes.at(1)->owners_cut_short(), 0u) << "of the others none";
}

class ClientIsolation : public testing::Test {
  protected:
    // The leader and the peer that it does not see have the third between them.
    ClientIsolation() {
        lan.add_connected(2);
        leader = lan.leader();
        between = lan.follower();
        lan.apart.insert(std::minmax(leader, kCutOff));
        share(lan, leader, {"song of the leader"});
        share(lan, between, {"song between"});
        lan.add(kCutOff);
        share(lan, kCutOff, {"song cut off"});
        lan.tell(kCutOff, AddressGiven{address(between)});
        lan.pass(seconds(12));
    }

    static constexpr std::size_t kCutOff = 3;
    Lan lan;
    std::size_t leader = 0;
    std::size_t between = 0;
};

TEST_F(ClientIsolation, SearchesFindWhatIsInReachAndDoNotSayThatItIsAll) {
    ASSERT_EQ(lan.leader(), leader);
    const auto answer = search(lan, kCutOff, "song");
    EXPECT_EQ(paths(answer), (std::vector<std::string>{"song between", "song cut off"}));
    EXPECT_FALSE(answer.reply.complete);
    EXPECT_EQ(answer.reply.coverage.known, 3u);
    EXPECT_LT(answer.took, milliseconds(100)) << "nobody is waited for";
    EXPECT_EQ(paths(search(lan, between, "song")).size(), 3u);
}

TEST_F(ClientIsolation, WhoCannotReachTheLeaderSaysWhoItIsAndWhoReachesIt) {
    const auto cut_off = lan.nodes.at(kCutOff)->out_of_reach();
    ASSERT_TRUE(cut_off);
    EXPECT_EQ(cut_off->leader, peer(leader));
    EXPECT_EQ(cut_off->follower, peer(between));
    EXPECT_FALSE(lan.nodes.at(between)->out_of_reach());
    EXPECT_FALSE(lan.nodes.at(leader)->out_of_reach());
    lan.apart.clear();
    lan.tell(kCutOff, NetworkChanged{});
    lan.pass(seconds(20));
    EXPECT_FALSE(lan.nodes.at(kCutOff)->out_of_reach());
    EXPECT_TRUE(search(lan, kCutOff, "song").reply.complete);
}

}  // namespace
}  // namespace iwant::node
