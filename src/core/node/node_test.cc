#include "core/node/node.h"

#include <algorithm>
#include <set>

#include <gtest/gtest.h>

#include "core/node/test_lan.h"
#include "core/protocol/limits.h"

namespace iwant::node {
namespace {

using protocol::Refusal;
using protocol::RefusalCode;
using std::chrono::milliseconds;
using std::chrono::seconds;
using test::address;
using test::Lan;
using test::peer;

Hash256 content(std::uint8_t number) {
    Hash256 hash;
    hash.bytes.fill(number);
    return hash;
}

Entry file(std::uint64_t id, std::string path, Hash256 hash) {
    return {EntryId{id}, EntryKind::file, std::move(path), 1000, 0, hash};
}

SearchAsked search_for(std::string text, std::uint64_t ticket = 1) {
    SearchAsked asked{Ticket{ticket}, {}};
    asked.query.text = std::move(text);
    return asked;
}

AnswerSearch search(Lan& lan, std::size_t number, const std::string& text,
                    Duration patience = seconds(5)) {
    lan.others[number].clear();
    lan.tell(number, search_for(text));
    lan.pass(patience);
    const auto answers = lan.seen<AnswerSearch>(number);
    EXPECT_EQ(answers.size(), 1u);
    return answers.empty() ? AnswerSearch{} : answers[0];
}

template <class T>
std::vector<T> sent(Lan& lan, std::size_t number) {
    std::vector<T> found;
    for (const auto& send : lan.seen<Send>(number)) {
        if (const auto* message = std::get_if<T>(&send.message)) found.push_back(*message);
    }
    return found;
}

TEST(Node, AlonePeerAnswersCompletelyFromItsOwnCatalogue) {
    Lan lan;
    lan.add(1);
    lan.share(1, {file(1, "Shared/silicon valley.mp4", content(1))});
    lan.pass(seconds(2));
    const auto answer = search(lan, 1, "silicon");
    EXPECT_TRUE(answer.reply.complete);
    ASSERT_EQ(answer.reply.results.size(), 1u);
    EXPECT_TRUE(answer.reply.results[0].sources[0].online);
}

TEST(Node, BeforeThereIsALeaderASearchIsAnsweredFromWhatIsKnownAndSaysSo) {
    Lan lan;
    lan.add(1);
    lan.share(1, {file(1, "Shared/silicon valley.mp4", content(1))});
    lan.tell(
        1, SessionOpened{SessionId{9}, peer(7), address(7), Direction::accepted, {}, test::key(7)});
    const auto answer = search(lan, 1, "silicon", milliseconds(600));
    EXPECT_FALSE(answer.reply.complete);
    EXPECT_EQ(answer.reply.coverage, (protocol::Coverage{2, 1}));
    EXPECT_EQ(answer.reply.results.size(), 1u);
}

TEST(Node, EverybodyFindsWhatEverybodySharesAndWhoHasIt) {
    Lan lan;
    lan.add_connected(3);
    for (std::size_t i = 1; i <= 3; ++i)
        lan.share(i, {file(i, "Shared/silicon valley.mp4", content(1))});
    lan.pass(milliseconds(300));
    for (std::size_t i = 1; i <= 3; ++i) {
        const auto answer = search(lan, i, "slicon valey");
        EXPECT_TRUE(answer.reply.complete);
        ASSERT_EQ(answer.reply.results.size(), 1u);
        EXPECT_EQ(answer.reply.results[0].sources.size(), 3u);
        EXPECT_EQ(answer.reply.owners.size(), 3u);
        EXPECT_EQ(answer.reply.coverage, (protocol::Coverage{3, 3}));
    }
}

TEST(Node, AChangeIsSearchableElsewhereWithinAFractionOfASecond) {
    Lan lan;
    lan.add_connected(3);
    const std::size_t owner = lan.follower();
    lan.share(owner, {file(1, "Shared/before.txt", content(1))});
    lan.pass(milliseconds(100));
    EXPECT_EQ(search(lan, lan.leader(), "before", milliseconds(5)).reply.results.size(), 1u);
    lan.share(owner, {file(1, "Shared/after.txt", content(1))});
    lan.pass(milliseconds(100));
    EXPECT_EQ(search(lan, lan.leader(), "after", milliseconds(5)).reply.results.size(), 1u);
}

TEST(Node, WhatWeSharedAMomentAgoIsFoundBeforeTheLeaderHasIt) {
    Lan lan;
    lan.add_connected(2);
    const std::size_t asker = lan.follower();
    lan.share(asker, {file(1, "Shared/new.txt", content(1))});
    const auto answer = search(lan, asker, "new", milliseconds(20));
    EXPECT_TRUE(answer.reply.complete);
    EXPECT_EQ(answer.reply.results.size(), 1u);
}

TEST(Node, ASearchDuringTheLossOfTheLeaderMissesNothingOfTheLiving) {
    for (const std::size_t count : {3, 8}) {
        Lan lan;
        lan.add_connected(count);
        for (std::size_t i = 1; i <= count; ++i)
            lan.share(i, {file(i, "Shared/song " + std::to_string(i) + ".mp3", content(i))});
        lan.pass(seconds(10));
        const std::size_t dead = lan.leader();
        const std::size_t asker = lan.follower();
        lan.others[asker].clear();
        lan.tell(asker, search_for("song"));
        lan.kill(dead);
        for (std::uint64_t i = 0; i < 60; ++i) {
            lan.tell(asker, search_for("song", 100 + i));
            lan.pass(milliseconds(50));
        }
        lan.pass(seconds(1));
        const auto answers = lan.seen<AnswerSearch>(asker);
        ASSERT_EQ(answers.size(), 61u);
        for (const auto& answer : answers) {
            std::set<PeerId> owners;
            for (const auto& result : answer.reply.results) {
                for (const auto& source : result.sources) owners.insert(source.owner);
            }
            owners.erase(peer(dead));
            EXPECT_EQ(owners.size(), count - 1);
            EXPECT_TRUE(answer.reply.complete);
            EXPECT_LE(answer.took, milliseconds(20));
        }
    }
}

TEST(Node, ALeaderThatDoesNotAnswerCostsASecondAtMost) {
    Lan lan;
    lan.add_connected(2);
    const std::size_t asker = lan.follower();
    lan.share(asker, {file(1, "Shared/own.txt", content(1))});
    lan.pass(seconds(1));
    lan.nodes.erase(lan.leader());
    const auto answer = search(lan, asker, "own", milliseconds(1010));
    EXPECT_LE(answer.took, seconds(1));
    EXPECT_TRUE(answer.reply.complete) << "the other one stands by and has what it shares";
    EXPECT_EQ(answer.reply.results.size(), 1u);
}

TEST(Node, WhatALeaderMadeUpIsNotShown) {
    Lan lan;
    lan.add_connected(3);
    const std::size_t leader = lan.leader();
    const std::size_t asker = lan.follower();
    const std::size_t owner = 6 - leader - asker;
    lan.share(owner, {file(1, "Shared/report one.txt", content(1)),
                      file(2, "Shared/report two.txt", content(2))});
    lan.pass(seconds(1));
    EXPECT_EQ(search(lan, asker, "report", seconds(1)).reply.results.size(), 2u);
    lan.tamper = [&](std::size_t from, protocol::Message& message) {
        auto* reply = std::get_if<protocol::SearchReply>(&message);
        if (from == leader && reply != nullptr) reply->results.at(1).path = "Shared/report.exe";
    };
    const auto answer = search(lan, asker, "report", seconds(1));
    ASSERT_EQ(answer.reply.results.size(), 2u) << "the others are asked instead";
    for (const auto& result : answer.reply.results) EXPECT_NE(result.path, "Shared/report.exe");
}

TEST(Node, TheLeaderRefusesAPeerThatAsksTooOften) {
    Lan lan;
    lan.add_connected(2);
    const std::size_t leader = lan.leader();
    const std::size_t asker = lan.follower();
    const std::uint64_t burst = protocol::kQueriesBurstMax;
    for (std::uint64_t i = 0; i < burst + 5; ++i) lan.tell(asker, search_for("x", i));
    lan.pass(milliseconds(10));
    EXPECT_EQ(sent<Refusal>(lan, leader).size(), 5u);
    lan.pass(seconds(1));
    const auto answers = lan.seen<AnswerSearch>(asker);
    EXPECT_EQ(answers.size(), burst + 5);
    const auto complete = [](const auto& answer) { return answer.reply.complete; };
    EXPECT_TRUE(std::ranges::all_of(answers, complete)) << "who stands by has it all itself";
}

TEST(Node, LocateFindsAContentByItsFirstDigits) {
    Lan lan;
    lan.add_connected(3);
    const std::size_t owner = lan.leader() == 3 ? 2 : 3;
    lan.share(owner, {file(1, "Shared/a.txt", content(0xab))});
    lan.pass(seconds(1));
    lan.tell(lan.follower(), LocateAsked{Ticket{4}, "ababab"});
    lan.pass(seconds(1));
    const auto answers = lan.seen<AnswerLocate>(lan.follower());
    ASSERT_EQ(answers.size(), 1u);
    EXPECT_TRUE(answers[0].reply.complete);
    ASSERT_EQ(answers[0].reply.matches.size(), 1u);
    EXPECT_EQ(answers[0].reply.matches[0].sources[0].owner, peer(owner));
}

TEST(Node, ADownloadAsksItsSourceAndNeverItself) {
    Lan lan;
    lan.add_connected(2);
    swarm::Target target;
    target.content = content(1);
    target.name = "a.txt";
    target.size_bytes = 5'000'000;
    target.sources = {{peer(1), EntryId{1}}, {peer(2), EntryId{1}}};
    lan.tell(1, SwarmEvent(swarm::DownloadAsked{DownloadId{1}, target, "/downloads"}));
    lan.pass(milliseconds(5));
    ASSERT_EQ(sent<protocol::PieceListRequest>(lan, 1).size(), 1u);
    ASSERT_EQ(lan.seen<Serve>(2).size(), 1u);
    const auto request = std::get<protocol::PieceListRequest>(lan.seen<Serve>(2)[0].request);
    EXPECT_EQ(request.file.hash, content(1));
    EXPECT_TRUE(lan.seen<Serve>(1).empty());
}

TEST(Node, MessagesThatMakeNoSenseEndTheSession) {
    const std::vector<protocol::Message> nonsense = {protocol::Hello{}, protocol::PieceRequest{},
                                                     protocol::PieceHeader{}};
    for (const auto& message : nonsense) {
        Lan lan;
        lan.add(1);
        lan.tell(1, SessionOpened{
                        SessionId{9}, peer(7), address(7), Direction::accepted, {}, test::key(7)});
        lan.tell(1, MessageReceived{SessionId{9}, protocol::Pong{}});
        lan.links[{1, SessionId{9}}] = {7, SessionId{1}};
        lan.tell(1, MessageReceived{SessionId{9}, message});
        ASSERT_EQ(lan.seen<Disconnect>(1).size(), 1u);
        EXPECT_EQ(lan.seen<Disconnect>(1)[0].reason, protocol::Goodbye::Reason::protocol);
    }
}

TEST(Node, AnswersToQuestionsThatNobodyAskedAreIgnored) {
    Lan lan;
    lan.add_connected(2);
    const auto link = *lan.links.begin();
    lan.tell(link.first.first, MessageReceived{link.first.second, protocol::SearchReply{}});
    lan.tell(link.first.first, MessageReceived{link.first.second, protocol::HashReply{}});
    EXPECT_TRUE(lan.seen<Disconnect>(link.first.first).empty());
    EXPECT_TRUE(lan.seen<AnswerSearch>(link.first.first).empty());
}

TEST(Node, AStoppingLeaderIsReplacedAtOnce) {
    Lan lan;
    lan.add_connected(3);
    const std::size_t stopping = lan.leader();
    lan.tell(stopping, StopAsked{});
    lan.pass(milliseconds(10));
    lan.nodes.erase(stopping);
    EXPECT_NE(lan.leader(), 0u);
}

TEST(Node, ShowsItselfAndTheOthersToPeople) {
    Lan lan;
    lan.add_connected(2);
    lan.share(2, {file(1, "Shared/a.txt", content(1))});
    lan.pass(seconds(5));
    const auto peers = lan.nodes.at(1)->peers(lan.now);
    ASSERT_EQ(peers.size(), 2u);
    EXPECT_TRUE(peers[0].self);
    EXPECT_EQ(peers[1].name, "peer2");
    EXPECT_TRUE(peers[1].online);
    EXPECT_EQ(peers[1].files, 1u);
    EXPECT_EQ(lan.nodes.at(1)->addresses_of(peer(2)), std::vector{address(2)});
}

TEST(Node, TheSameSeedGivesTheSameRun) {
    const auto run = [] {
        Lan lan;
        lan.add_connected(4);
        lan.kill(lan.leader());
        lan.pass(seconds(20));
        std::vector<std::uint64_t> story;
        for (const auto& [number, node] : lan.nodes) {
            story.push_back(node->leader_view().epoch);
            story.push_back(lan.others[number].size());
        }
        return story;
    };
    EXPECT_EQ(run(), run());
}

}  // namespace
}  // namespace iwant::node
