// Phrases, words left out, and parts of folders: exactly those entries, whatever else a search
// forgives.

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

Index films() {
    Index index = index_of({
        "TV Series/Silicon Valley/Silicon Valley S01E02.mkv",
        "TV Series/Extras/SiliconValley trailer.mkv",
        "Docs/The Valley of Silicon.pdf",
        "Docs/silicone valley map.pdf",
    });
    index.put(peer(2), folder(9, "TV Series/Silicon Valley"));
    return index;
}

Query phrase(std::string_view text) {
    Query query = words(text);
    query.phrases = {std::string(text)};
    return query;
}

Query without(std::string_view text, std::vector<std::string> excluded) {
    Query query = words(text);
    query.excluded = std::move(excluded);
    return query;
}

Query inside(std::string_view text, std::vector<std::string> folders) {
    Query query = words(text);
    query.folders = std::move(folders);
    return query;
}

TEST(TextFilter, APhraseIsFoundWordByWordInOneName) {
    EXPECT_THAT(paths_for(films(), phrase("silicon valley")),
                UnorderedElementsAre("TV Series/Silicon Valley/Silicon Valley S01E02.mkv",
                                     "TV Series/Extras/SiliconValley trailer.mkv",
                                     "TV Series/Silicon Valley"));
    EXPECT_THAT(paths_for(films(), phrase("VALLEY of")),
                ElementsAre("Docs/The Valley of Silicon.pdf"));
    EXPECT_THAT(paths_for(films(), phrase("valley silicon")), IsEmpty());
    EXPECT_THAT(paths_for(films(), phrase("series extras")), IsEmpty());
}

TEST(TextFilter, APhraseForgivesNoTypoAndNoHalfWord) {
    EXPECT_THAT(paths_for(films(), words("slicon valley")), SizeIs(5));
    EXPECT_THAT(paths_for(films(), phrase("slicon valley")), IsEmpty());
    EXPECT_THAT(paths_for(films(), phrase("silicon vall")), IsEmpty());
}

TEST(TextFilter, APhraseMayBeInAFolderAndTheRestInTheName) {
    Query query = exact_words("tv series trailer");
    query.phrases = {"tv series"};
    EXPECT_THAT(paths_for(films(), query),
                ElementsAre("TV Series/Extras/SiliconValley trailer.mkv"));
}

TEST(TextFilter, APhraseIsCutAndFoldedAsNamesAre) {
    const Index index = index_of({"Größe & Übung/01 Éclair.flac", "東京物語 1953.mkv"});
    EXPECT_THAT(paths_for(index, phrase("grosse ubung")), SizeIs(1));
    EXPECT_THAT(paths_for(index, phrase("1 eclair")), SizeIs(1));
    EXPECT_THAT(paths_for(index, phrase("京物")), SizeIs(1));
    EXPECT_THAT(paths_for(index, phrase("東物")), IsEmpty());
}

TEST(TextFilter, ExcludedWordsStandNeitherInTheNameNorAround) {
    EXPECT_THAT(paths_for(films(), without("silicon", {"trailer", "pdf"})),
                UnorderedElementsAre("TV Series/Silicon Valley/Silicon Valley S01E02.mkv",
                                     "TV Series/Silicon Valley"));
    EXPECT_THAT(
        paths_for(films(), without("silicon valley", {"silicon valley"})),
        UnorderedElementsAre("Docs/The Valley of Silicon.pdf", "Docs/silicone valley map.pdf"));
    EXPECT_THAT(paths_for(films(), without("map", {"series", "docs"})), IsEmpty());
}

TEST(TextFilter, ExcludedWordsAreWholeAndExact) {
    EXPECT_THAT(paths_for(films(), without("trailer", {"trail", "trialer", "railer"})), SizeIs(1));
    EXPECT_THAT(paths_for(films(), without("trailer", {"TRAILER"})), IsEmpty());
    EXPECT_THAT(paths_for(films(), without("trailer", {"SILICONVALLEY"})), IsEmpty());
}

TEST(TextFilter, PunctuationAloneExcludesNothing) {
    EXPECT_THAT(paths_for(films(), without("trailer", {"---", "\xff"})), SizeIs(1));
}

TEST(TextFilter, PartsOfFoldersOccurAroundTheEntryOrAreAFoldersName) {
    EXPECT_THAT(paths_for(films(), inside("silicon", {"tv ser"})), SizeIs(3));
    EXPECT_THAT(paths_for(films(), inside("silicon", {"series/ext"})),
                ElementsAre("TV Series/Extras/SiliconValley trailer.mkv"));
    EXPECT_THAT(paths_for(films(), inside("silicon", {"tv", "valley"})),
                UnorderedElementsAre("TV Series/Silicon Valley/Silicon Valley S01E02.mkv",
                                     "TV Series/Silicon Valley"));
    EXPECT_THAT(paths_for(films(), inside("silicon", {"map"})), IsEmpty());
}

TEST(TextFilter, WorksWithoutWords) {
    EXPECT_THAT(paths_for(films(), inside("", {"docs"})), SizeIs(2));
    EXPECT_THAT(paths_for(films(), without("", {"pdf"})), SizeIs(3));
    Query query;
    query.phrases = {"silicon valley"};
    query.types = FileType::folder;
    EXPECT_THAT(paths_for(films(), query), ElementsAre("TV Series/Silicon Valley"));
}

TEST(TextFilter, FindsOldEntriesAmongVeryManyByWhatTheFiltersName) {
    Index index;
    index.put(peer(1), file(0, "Old Shelf/track 1.flac"));
    for (std::uint64_t id = 1; id < 70'000; ++id) {
        index.put(peer(1), file(id, "new/track " + std::to_string(id) + ".ogg"));
    }
    EXPECT_THAT(paths_for(index, inside("", {"old sh"})), ElementsAre("Old Shelf/track 1.flac"));
    EXPECT_THAT(paths_for(index, inside("track", {"shelf"})),
                ElementsAre("Old Shelf/track 1.flac"));
    EXPECT_THAT(paths_for(index, inside("track", {"e"})), SizeIs(20)) << "of very many";
    Query query;
    query.extensions = {"flac"};
    EXPECT_THAT(paths_for(index, query), ElementsAre("Old Shelf/track 1.flac"));
}

TEST(TextFilter, ReadsABoundedPartOfVeryManyNames) {
    Index index;
    const std::string deep = std::string(200, 'x') + "/";
    for (std::uint64_t id = 0; id < 40'000; ++id) {
        index.put(peer(1),
                  file(id, deep + std::to_string(id) + "/" + std::string(180, 'y') + " film"));
    }
    const Answer answer = index.search(without("film", {"z"}));
    EXPECT_THAT(answer.matches, SizeIs(20));
    EXPECT_LT(answer.total, 40'000u);
}

}  // namespace
}  // namespace iwant::search
