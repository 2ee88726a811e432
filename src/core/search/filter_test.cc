// Filters of a query, and contents looked up by the digits of their hash.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "core/search/index.h"
#include "core/search/test_entries.h"

namespace iwant::search {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::SizeIs;
using testing::UnorderedElementsAre;

Index library() {
    Index index = index_of({"Valley/one.mkv", "Valley/two.MP3", "Valley/three.txt"});
    Entry large = file(4, "Valley/four.mkv");
    large.size_bytes = 5'000'000'000;
    large.modified += 10;
    index.put(peer(2), large);
    index.put(peer(2), folder(5, "Valley"));
    return index;
}

TEST(Filter, ByTypeKeepsFoldersOrFilesOfThatExtension) {
    Query query = words("valley");
    query.types = FileType::video;
    EXPECT_THAT(paths_for(library(), query),
                UnorderedElementsAre("Valley/one.mkv", "Valley/four.mkv"));
    query.types = FileType::audio;
    EXPECT_THAT(paths_for(library(), query), ElementsAre("Valley/two.MP3"));
    query.types = FileType::folder;
    EXPECT_THAT(paths_for(library(), query), ElementsAre("Valley"));
}

TEST(Filter, AloneFindsEmptyFilesOfOneContentEachOnce) {
    Index index;
    for (std::uint8_t owner = 1; owner <= 2; ++owner) {
        Entry empty = file(1, owner == 1 ? "empty.txt" : "empty too.txt");
        empty.size_bytes = 0;
        empty.content = content(1);
        index.put(peer(owner), empty);
    }
    Query query;
    query.extensions = {"txt"};
    EXPECT_THAT(paths_for(index, query), UnorderedElementsAre("empty.txt", "empty too.txt"));
    for (const Match& match : index.search(query).matches) EXPECT_THAT(match.sources, SizeIs(1));
}

TEST(Filter, AContentWhoseOwnersDisagreeWhetherItIsEmptyIsNotFoundTwice) {
    Index index;
    Entry whole = file(1, "whole.txt");
    whole.content = content(1);
    Entry empty = file(1, "empty.txt");
    empty.content = content(1);
    empty.size_bytes = 0;
    index.put(peer(1), whole);
    index.put(peer(2), empty);
    Query query;
    query.extensions = {"txt"};
    for (const Match& match : index.search(query).matches) EXPECT_THAT(match.sources, SizeIs(1));
}

TEST(Filter, BySizeIncludesBothEnds) {
    Query query = words("valley");
    query.types = FileType::video;
    query.size_min = 1001;
    EXPECT_THAT(paths_for(library(), query), ElementsAre("Valley/four.mkv"));
    query.size_min = 1000;
    query.size_max = 1000;
    EXPECT_THAT(paths_for(library(), query), ElementsAre("Valley/one.mkv"));
    query.size_max = 999;
    EXPECT_THAT(paths_for(library(), query), IsEmpty());
}

TEST(Filter, ByExtensionIgnoresCaseAndALeadingDot) {
    Query query = words("valley");
    for (const char* extension : {"mp3", "MP3", ".mp3"}) {
        query.extensions = {extension};
        EXPECT_THAT(paths_for(library(), query), ElementsAre("Valley/two.MP3")) << extension;
    }
    query.extensions = {"p3"};
    EXPECT_THAT(paths_for(library(), query), IsEmpty());
}

TEST(Filter, ByTypesAndExtensionsKeepsAnyOfThem) {
    Query query = words("valley");
    query.types.add(FileType::audio);
    query.types.add(FileType::folder);
    EXPECT_THAT(paths_for(library(), query), UnorderedElementsAre("Valley/two.MP3", "Valley"));
    query.types = {};
    query.extensions = {"txt", "mp3", "iso"};
    EXPECT_THAT(paths_for(library(), query),
                UnorderedElementsAre("Valley/two.MP3", "Valley/three.txt"));
}

TEST(Filter, ByDateIncludesBothEnds) {
    Query query = words("valley");
    query.modified_min = 1'000'001;
    EXPECT_THAT(paths_for(library(), query), ElementsAre("Valley/four.mkv"));
    query.modified_min = 1'000'010;
    query.modified_max = 1'000'010;
    EXPECT_THAT(paths_for(library(), query), ElementsAre("Valley/four.mkv"));
    query.modified_min = 1'000'011;
    query.modified_max.reset();
    EXPECT_THAT(paths_for(library(), query), IsEmpty());
    query.modified_min.reset();
    query.modified_max = 999'999;
    EXPECT_THAT(paths_for(library(), query), IsEmpty());
}

TEST(Filter, ByOwnerKeepsWhatThatPeerHas) {
    Query query = words("valley");
    query.owner = peer(2);
    EXPECT_THAT(paths_for(library(), query), UnorderedElementsAre("Valley", "Valley/four.mkv"));
    query.owner = peer(3);
    EXPECT_THAT(paths_for(library(), query), IsEmpty());
}

TEST(Filter, ByOwnerShowsThePathThatOwnerHasWhileAllSourcesAreListed) {
    Index index;
    Entry entry = file(1, "first/valley.txt");
    entry.content = content(1);
    index.put(peer(1), entry);
    entry.path = "second/valley notes.txt";
    index.put(peer(2), entry);
    Query query = words("valley");
    query.owner = peer(2);
    const Answer answer = index.search(query);
    ASSERT_THAT(answer.matches, SizeIs(1));
    EXPECT_EQ(answer.matches[0].path, "second/valley notes.txt");
    EXPECT_THAT(answer.matches[0].sources, SizeIs(2));
}

TEST(Filter, WithoutTextGivesEverythingThatPassesNewestFirst) {
    Query query;
    EXPECT_THAT(paths_for(library(), query), IsEmpty());
    query.types = FileType::video;
    EXPECT_THAT(paths_for(library(), query), ElementsAre("Valley/four.mkv", "Valley/one.mkv"));
    query.text = "   ";
    EXPECT_THAT(paths_for(library(), query), SizeIs(2));
}

TEST(Limit, CutsTheMatchesButNotTheTotal) {
    Query query = words("valley");
    query.limit = 2;
    EXPECT_THAT(library().search(query).matches, SizeIs(2));
    EXPECT_EQ(library().search(query).total, 5u);
    query.limit = 0;
    EXPECT_THAT(library().search(query).matches, IsEmpty());
    EXPECT_EQ(library().search(query).total, 5u);
}

Hash256 hash_of(std::string_view digits) {
    std::string all(digits);
    all.resize(64, '0');
    return *Hash256::from_hex(all);
}

std::vector<std::string> hashes(const std::vector<Match>& matches) {
    std::vector<std::string> digits;
    for (const Match& match : matches) digits.push_back(match.content->hex().substr(0, 8));
    return digits;
}

TEST(ContentPrefix, FindsContentsInOrderOfHashAndMergesThem) {
    Index index;
    std::uint64_t id = 0;
    for (const char* digits : {"abcdef12", "abcdef01", "abcdee99", "abcdf000", "abcdef12"}) {
        ++id;
        Entry entry = file(id, "f" + std::to_string(id));
        entry.content = hash_of(digits);
        index.put(peer(1), entry);
    }
    EXPECT_THAT(hashes(index.with_content_prefix("abcdef", 10)),
                ElementsAre("abcdef01", "abcdef12"));
    EXPECT_THAT(hashes(index.with_content_prefix("ABCDEF1", 10)), ElementsAre("abcdef12"));
    EXPECT_THAT(index.with_content_prefix("abcdef12", 10).at(0).sources, SizeIs(2));
    EXPECT_THAT(hashes(index.with_content_prefix("abcd", 2)), ElementsAre("abcdee99", "abcdef01"));
    EXPECT_THAT(index.with_content_prefix(hash_of("abcdf").hex(), 10), SizeIs(1));
    for (const std::string& wrong : {std::string("abcdeg"), std::string(), std::string(65, 'a')}) {
        EXPECT_THAT(index.with_content_prefix(wrong, 10), IsEmpty());
    }
    index.remove_owner(peer(1));
    EXPECT_THAT(index.with_content_prefix("abcd", 10), IsEmpty());
}

}  // namespace
}  // namespace iwant::search
