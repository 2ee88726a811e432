#include "app/daemon/away_index.h"

#include <gmock/gmock.h>

#include "core/protocol/sample_messages.h"

namespace iwant::daemon {
namespace {

using protocol::SearchReply;
using protocol::SearchResult;
using protocol::sample::peer;
using testing::ElementsAre;

Hash256 hash_of(std::uint8_t number) {
    return peer(number).hash;
}

catalog::KeptEntry kept(const std::string& path, std::optional<Hash256> content,
                        UnixSeconds as_of) {
    return {{{}, EntryKind::file, path, 10, 20, content}, as_of};
}

SearchResult here(const std::string& path, double score, std::optional<Hash256> content) {
    return {EntryKind::file, content, path, 1, 2, score, {{peer(1), EntryId{5}}}};
}

AwayIndex::Found::Result away(const std::string& path, double score,
                              std::optional<Hash256> content) {
    AwayIndex::Found::Result found{{EntryKind::file, content, path, 1, 2, score, {}}, 77};
    found.result.sources = {{peer(3), EntryId{}, false}};
    return found;
}

std::vector<std::string> paths(const SearchReply& reply) {
    std::vector<std::string> paths;
    for (const SearchResult& result : reply.results) paths.push_back(result.path);
    return paths;
}

class AnAwayIndex : public testing::Test {
  protected:
    AnAwayIndex() {
        index_.add(peer(3), {kept("S/heron.mkv", hash_of(8), 100), kept("S/owl.mkv", {}, 101),
                             kept("S/once more/heron.mkv", hash_of(8), 99)});
        index_.add(peer(4), {kept("T/the heron.mkv", hash_of(8), 200)});
    }
    AwayIndex::Found search(const std::string& text, const std::set<PeerId>& present = {}) {
        Query query;
        query.text = text;
        return index_.search(query, [&](const PeerId& who) { return !present.contains(who); });
    }
    AwayIndex index_;
};

TEST_F(AnAwayIndex, FindsWhatWasSharedRoughlyAndSaysOfWhenThatIs) {
    const auto found = search("hreon");
    ASSERT_EQ(found.results.size(), 1u);
    EXPECT_EQ(found.total, 1u);
    EXPECT_EQ(found.results[0].result.content, hash_of(8));
    EXPECT_EQ(found.results[0].as_of, 200);
    EXPECT_EQ(found.results[0].result.sources.size(), 2u);
    for (const protocol::ResultSource& source : found.results[0].result.sources) {
        EXPECT_FALSE(source.online);
        EXPECT_EQ(source.entry, EntryId{}) << "its owner may have given the id to something else";
    }
    EXPECT_EQ(search("owl").results.at(0).as_of, 101);
    EXPECT_TRUE(search("kestrel").results.empty());
}

TEST_F(AnAwayIndex, LeavesOutWhoeverIsHere) {
    const auto found = search("heron", {peer(4)});
    ASSERT_EQ(found.results.size(), 1u);
    EXPECT_EQ(found.results[0].result.sources.at(0).owner, peer(3));
    EXPECT_EQ(found.results[0].as_of, 100);
    EXPECT_TRUE(search("heron", {peer(3), peer(4)}).results.empty());
    EXPECT_EQ(search("heron", {peer(3), peer(4)}).total, 0u);
}

TEST(AddAway, PutsOfflineResultsBehindTheirEquals) {
    SearchReply reply;
    reply.total = 12;
    reply.results = {here("a", 1, {}), here("b", 0.5, {})};
    reply.did_you_mean = "its own";
    const auto as_of = add_away(
        reply, {7, {away("x", 1, {}), away("y", 0.7, {}), away("z", 0.5, {})}, "other"}, 4);
    EXPECT_THAT(paths(reply), ElementsAre("a", "x", "y", "b"));
    EXPECT_THAT(as_of, ElementsAre(std::nullopt, 77, 77, std::nullopt));
    EXPECT_EQ(reply.total, 19u);
    EXPECT_EQ(reply.did_you_mean, "its own");
    EXPECT_FALSE(reply.complete);
}

TEST(AddAway, TellsNothingTwice) {
    SearchReply reply;
    reply.complete = true;
    reply.results = {here("a", 1, hash_of(8)), here("b", 1, {})};
    reply.results[1].sources = {{peer(3), EntryId{5}, false}};
    const auto as_of = add_away(
        reply, {3, {away("x", 2, hash_of(8)), away("b", 2, hash_of(9)), away("c", 2, {})}, "c"}, 9);
    EXPECT_THAT(paths(reply), ElementsAre("c", "a", "b"));
    EXPECT_THAT(as_of, ElementsAre(77, std::nullopt, std::nullopt));
    EXPECT_EQ(reply.total, 1u);
    EXPECT_EQ(reply.did_you_mean, "c") << "the spelling of the best";
    EXPECT_TRUE(reply.complete);
}

}  // namespace
}  // namespace iwant::daemon
