// The order in which the index answers.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "core/search/index.h"
#include "core/search/test_entries.h"

namespace iwant::search {
namespace {

using testing::ElementsAre;
using testing::Gt;
using testing::IsEmpty;
using testing::Lt;
using testing::SizeIs;
using testing::UnorderedElementsAre;

TEST(Ranking, PutsTheExactNameFirstThenStartsThenAllWordsThenCloseSpellings) {
    const Index index = index_of({"x/Silicom Valley.mkv", "x/Notes on Valley and Silicon.txt",
                                  "x/Silicon Valley S01E01.mkv", "x/Silicon Valley.mkv"});
    EXPECT_THAT(paths_for(index, "silicon valley"),
                ElementsAre("x/Silicon Valley.mkv", "x/Silicon Valley S01E01.mkv",
                            "x/Notes on Valley and Silicon.txt", "x/Silicom Valley.mkv"));
}

TEST(Ranking, ScoresAnExactNameOneWithOrWithoutItsExtension) {
    const Index index = index_of({"a/Größe.txt"});
    EXPECT_EQ(index.search(words("größe")).matches.at(0).score, 1.0);
    EXPECT_EQ(index.search(words(" GRÖSSE.txt ")).matches.at(0).score, 1.0);
    EXPECT_THAT(index.search(words("grosse")).matches.at(0).score, Lt(1.0));
    EXPECT_THAT(index.search(words("grosse")).matches.at(0).score, Gt(0.99));
}

TEST(Ranking, NeverPutsATypoBeforeAnExactHitHoweverManyHaveIt) {
    Index index = index_of({"valley/x.txt"});
    for (std::uint8_t owner = 2; owner < 20; ++owner) {
        Entry close = file(1, "volley.txt");
        close.content = content(1);
        close.modified = 2'000'000;
        index.put(peer(owner), close);
    }
    EXPECT_THAT(paths_for(index, "valley"), ElementsAre("valley/x.txt", "volley.txt"));
}

TEST(Ranking, PrefersSwapsAndDoubledLettersToWrongOnes) {
    const Index index = index_of({"marble.txt", "garbel.txt", "garbble.txt"});
    EXPECT_THAT(paths_for(index, "garble"), ElementsAre("garbble.txt", "garbel.txt", "marble.txt"));
}

TEST(Ranking, CountsRareWordsMore) {
    std::vector<std::string> names;
    for (int i = 0; i < 50; ++i) names.push_back("the report " + std::to_string(i) + ".txt");
    std::vector<std::string_view> paths(names.begin(), names.end());
    paths.push_back("zebra.txt");
    const Index index = index_of(paths);
    EXPECT_THAT(paths_for(index, "the zebra"), ElementsAre("zebra.txt"));
}

TEST(Ranking, CountsTheNameMoreThanItsFolders) {
    const Index index = index_of({"valley/silicon x.txt", "other/silicon chips valley.txt"});
    EXPECT_THAT(paths_for(index, "valley silicon"),
                ElementsAre("other/silicon chips valley.txt", "valley/silicon x.txt"));
}

TEST(Ranking, ShowsAFolderBeforeTheFilesThatMatchThroughItsName) {
    Index index = index_of({"Silicon Valley/a.mkv", "Silicon Valley/b.mkv"});
    index.put(peer(1), folder(9, "Silicon Valley"));
    for (const char* text : {"silicon valley", "slicon valey", "valley"}) {
        const std::vector<std::string> paths = paths_for(index, text);
        ASSERT_THAT(paths, SizeIs(3)) << text;
        EXPECT_EQ(paths.front(), "Silicon Valley") << text;
    }
}

TEST(Ranking, ShowsAFewFilesOfEachFolderThatMatchesBeforeTheRest) {
    Index index;
    for (std::uint64_t id = 0; id < 30; ++id) {
        Entry entry = file(id, "Valley/" + std::to_string(100 + id) + ".jpg");
        entry.modified += 10;
        index.put(peer(1), entry);
    }
    index.put(peer(1), file(50, "Other Valley/x.jpg"));
    const std::vector<std::string> paths = paths_for(index, "valley");
    ASSERT_THAT(paths, SizeIs(20));
    EXPECT_EQ(paths.at(3), "Other Valley/x.jpg");
}

TEST(Ranking, BreaksTiesByOwnersThenDateThenPath) {
    Index index;
    Entry shared = file(1, "d/song one.mp3");
    shared.content = content(1);
    index.put(peer(1), shared);
    index.put(peer(2), shared);
    Entry newer = file(2, "c/song two.mp3");
    newer.modified += 5;
    index.put(peer(1), newer);
    index.put(peer(1), file(3, "b/song three.mp3"));
    index.put(peer(1), file(4, "a/song four.mp3"));
    EXPECT_THAT(paths_for(index, "song"), ElementsAre("d/song one.mp3", "c/song two.mp3",
                                                      "a/song four.mp3", "b/song three.mp3"));
}

TEST(Ranking, StaysTheSameWhateverTheOrderOfArrival) {
    const std::vector<std::string_view> paths{"a/one song.mp3", "b/song two.mp3", "c/sing song.mp3",
                                              "d/songs.mp3",    "song/e.mp3",     "f/snog.mp3"};
    Index forward;
    Index backward;
    for (std::size_t i = 0; i < paths.size(); ++i) forward.put(peer(1), file(i, paths[i]));
    for (std::size_t i = paths.size(); i-- > 0;) backward.put(peer(1), file(i, paths[i]));
    EXPECT_THAT(paths_for(forward, "song"), SizeIs(6));
    EXPECT_EQ(paths_for(forward, "song"), paths_for(backward, "song"));
}

TEST(Ranking, CutsManyEqualHitsByTheirPath) {
    Index index;
    for (std::uint64_t i = 9000; i-- > 0;) {
        index.put(peer(1), file(i, "song " + std::to_string(10'000 + i) + ".mp3"));
    }
    Query query = words("mp3");
    query.limit = 2;
    EXPECT_THAT(paths_for(index, query), ElementsAre("song 10000.mp3", "song 10001.mp3"));
}

TEST(Ranking, FindsTheExactNameAmongThousandsOfLikelyOnes) {
    Index index;
    for (std::uint64_t i = 0; i < 5000; ++i) {
        Entry entry = file(i, "m/film " + std::to_string(i) + ".mkv");
        entry.modified += static_cast<UnixSeconds>(i);
        index.put(peer(1), entry);
    }
    index.put(peer(1), file(6000, "z/mkv.txt"));
    const Answer answer = index.search(words("mkv"));
    EXPECT_EQ(answer.total, 5001u);
    EXPECT_THAT(answer.matches, SizeIs(20));
    EXPECT_EQ(answer.matches.front().path, "z/mkv.txt");
    EXPECT_EQ(answer.matches.at(1).path, "m/film 4999.mkv");
}

TEST(Merging, MakesEqualContentOneResultWithTheBestSourceFirst) {
    Index index;
    Entry entry = file(1, "x/SV 101.mkv");
    entry.content = content(7);
    index.put(peer(1), entry);
    entry.path = "y/Silicon Valley.mkv";
    index.put(peer(2), entry);
    entry.path = "z/Silicon Valley S01E01.mkv";
    index.put(peer(3), entry);
    const Answer answer = index.search(words("silicon valley"));
    ASSERT_THAT(answer.matches, SizeIs(1));
    EXPECT_EQ(answer.total, 1u);
    const Match& match = answer.matches.front();
    EXPECT_EQ(match.path, "y/Silicon Valley.mkv");
    EXPECT_EQ(match.score, 1.0);
    EXPECT_EQ(match.content, content(7));
    ASSERT_THAT(match.sources, SizeIs(3));
    EXPECT_EQ(match.sources[0].owner, peer(2));
    EXPECT_EQ(match.sources[1].owner, peer(3));
    EXPECT_EQ(match.sources[2].owner, peer(1));
}

TEST(Merging, ListsAtMost64SourcesAndKeepsTheBest) {
    Index index;
    Entry entry = file(1, "x/best name.mkv");
    entry.content = content(7);
    index.put(peer(200), entry);
    entry.path = "x/other.mkv";
    for (std::uint8_t owner = 1; owner <= 100; ++owner) index.put(peer(owner), entry);
    const Answer answer = index.search(words("best name"));
    ASSERT_THAT(answer.matches, SizeIs(1));
    EXPECT_THAT(answer.matches[0].sources, SizeIs(64));
    EXPECT_EQ(answer.matches[0].sources[0].owner, peer(200));
}

TEST(Merging, LeavesEmptyFilesSingle) {
    Index index;
    for (std::uint64_t id = 1; id <= 2; ++id) {
        Entry entry = file(id, "d" + std::to_string(id) + "/same.txt");
        entry.content = content(7);
        entry.size_bytes = 0;
        index.put(peer(1), entry);
    }
    const Answer answer = index.search(words("same"));
    ASSERT_THAT(answer.matches, SizeIs(2));
    EXPECT_EQ(answer.total, 2u);
    EXPECT_THAT(answer.matches[0].sources, SizeIs(1));
    EXPECT_THAT(index.with_content_prefix(content(7).hex(), 10), SizeIs(1));
}

TEST(Merging, LeavesEntriesWithoutContentSingle) {
    Index index;
    index.put(peer(1), file(1, "same.txt"));
    index.put(peer(2), file(1, "same.txt"));
    EXPECT_THAT(paths_for(index, "same"), SizeIs(2));
}

}  // namespace
}  // namespace iwant::search
