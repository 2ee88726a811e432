#include "core/search/index.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "core/search/test_entries.h"

namespace iwant::search {
namespace {

using testing::Contains;
using testing::ElementsAre;
using testing::IsEmpty;
using testing::Not;
using testing::SizeIs;

constexpr std::string_view kSilicon = "Series/Silicon Valley S01E01.mkv";
constexpr std::string_view kBeatles = "Music/The Beatles - Yesterday.mp3";

Index library() {
    return index_of({kSilicon, kBeatles, "Music/Miles Davis - So What.flac",
                     "Docs/Größe & Übung.pdf", "Sport/football rules.txt",
                     "Photos/2019-05-01 Roma/IMG_20190501_101010.jpg"});
}

TEST(IndexTypos, FindsSiliconValleyHoweverItIsMistyped) {
    const Index index = library();
    for (const char* text : {"slicon valey", "silicom vallay", "siilcon vlaley",
                             "silliconn vallley", "SILICON VALLY", "valey slicon", "silicn"}) {
        EXPECT_THAT(paths_for(index, text), ElementsAre(kSilicon)) << text;
    }
}

TEST(IndexTypos, FindsASongByMistypedBandAndTitle) {
    EXPECT_THAT(paths_for(library(), "beatels yesterday"), ElementsAre(kBeatles));
    EXPECT_THAT(paths_for(library(), "yestreday beatles"), ElementsAre(kBeatles));
}

TEST(IndexTypos, FindsAccentedNamesTypedPlainlyAndTheOtherWayRound) {
    EXPECT_THAT(paths_for(library(), "grosse ubung"), ElementsAre("Docs/Größe & Übung.pdf"));
    EXPECT_THAT(paths_for(library(), "GRÖSSE ÜBUNG"), ElementsAre("Docs/Größe & Übung.pdf"));
    EXPECT_THAT(paths_for(library(), "béatles"), ElementsAre(kBeatles));
    const Index nordic = index_of({"Smørrebrød på Ærø.txt", "Łódź.txt", "ＦＵＬＬ width.txt"});
    EXPECT_THAT(paths_for(nordic, "smorrebrod aero"), ElementsAre("Smørrebrød på Ærø.txt"));
    EXPECT_THAT(paths_for(nordic, "lodz"), ElementsAre("Łódź.txt"));
    EXPECT_THAT(paths_for(nordic, "full"), ElementsAre("ＦＵＬＬ width.txt"));
}

TEST(IndexTypos, DoesNotShowWhatIsTooFarFromTheQuery) {
    const Index index = index_of({"gold.txt", "blue whale song.txt", "Season 2.txt", "cat.txt"});
    EXPECT_THAT(paths_for(index, "geld"), SizeIs(1));
    EXPECT_THAT(paths_for(index, "gelt"), IsEmpty());               // two edits in four letters
    EXPECT_THAT(paths_for(index, "car"), IsEmpty());                // another short word
    EXPECT_THAT(paths_for(index, "red whale pop hit"), IsEmpty());  // one word of four
    EXPECT_THAT(paths_for(index, "season 3"), IsEmpty());           // another number is no typo
}

TEST(IndexTypos, NeverForgivesThemInExactSearches) {
    const Index index = library();
    EXPECT_THAT(paths_for(index, exact_words("slicon valey")), IsEmpty());
    EXPECT_THAT(paths_for(index, exact_words("VALLEY silicon")), ElementsAre(kSilicon));
    EXPECT_THAT(paths_for(index, exact_words("silicon val")), ElementsAre(kSilicon));
    EXPECT_THAT(paths_for(index, exact_words("silicon hills")), IsEmpty());
    EXPECT_THAT(paths_for(index, exact_words("silicon valley 1080p")), IsEmpty());
}

TEST(IndexWords, ComeInAnyOrderAndMayBeMissing) {
    const Index index = library();
    EXPECT_THAT(paths_for(index, "valley silicon"), ElementsAre(kSilicon));
    EXPECT_THAT(paths_for(index, "silicon valley 1080p"), ElementsAre(kSilicon));
    EXPECT_THAT(paths_for(index, "davis what miles live"),
                ElementsAre("Music/Miles Davis - So What.flac"));
}

TEST(IndexWords, MayBeJoinedOrSplit) {
    const Index index = library();
    for (const char* text : {"siliconvalley", "siliconvaley", "silconvalley"}) {
        EXPECT_THAT(paths_for(index, text), ElementsAre(kSilicon)) << text;
    }
    EXPECT_THAT(paths_for(index, "foot ball"), ElementsAre("Sport/football rules.txt"));
    const Index camel = index_of({"SiliconValley.mkv", "iPhone manual.pdf", "McCartney.mp3"});
    EXPECT_THAT(paths_for(camel, "silicon valley"), ElementsAre("SiliconValley.mkv"));
    EXPECT_THAT(paths_for(camel, "iphone"), ElementsAre("iPhone manual.pdf"));
    EXPECT_THAT(paths_for(camel, "mcartney"), ElementsAre("McCartney.mp3"));
}

TEST(IndexWords, OfAQueryMayStopInTheMiddle) {
    EXPECT_THAT(paths_for(library(), "silicon val"), ElementsAre(kSilicon));
    EXPECT_THAT(paths_for(library(), "yest"), ElementsAre(kBeatles));
    EXPECT_THAT(paths_for(library(), "sili valley"), ElementsAre(kSilicon));
    EXPECT_THAT(paths_for(library(), "silicon vlaley"), ElementsAre(kSilicon));
    EXPECT_THAT(paths_for(library(), "yetser"), ElementsAre(kBeatles));
    EXPECT_THAT(paths_for(library(), exact_words("sili valley")), IsEmpty());
}

TEST(IndexWords, AreFoundInsideLongerOnes) {
    const Index index = index_of({"siliconvalley.mkv", "other.mkv"});
    EXPECT_THAT(paths_for(index, "valley"), ElementsAre("siliconvalley.mkv"));
    EXPECT_THAT(paths_for(index, exact_words("valley")), IsEmpty());
}

TEST(IndexWords, AreFoundAtCaseChangesAndBesideNumbers) {
    const Index index =
        index_of({"Show.S01E02.x264.mkv", "IMG20190501.jpg", "Show.S02E01.x264.mkv"});
    EXPECT_THAT(paths_for(index, "show s01e02").front(), "Show.S01E02.x264.mkv");
    EXPECT_THAT(paths_for(index, "show s1e2").front(), "Show.S01E02.x264.mkv");
    EXPECT_THAT(paths_for(index, exact_words("s01e02")), ElementsAre("Show.S01E02.x264.mkv"));
    EXPECT_THAT(paths_for(index, "20190501"), ElementsAre("IMG20190501.jpg"));
    EXPECT_THAT(paths_for(index, "264"), SizeIs(2));
}

TEST(IndexWords, OfAnyScriptAreFoundByPart) {
    const Index index =
        index_of({"東京物語.mkv", "สวัสดีชาวโลก.txt", "Война и мир.epub", "사랑해요.mp3",
                  "ひらがな第3話.mkv", "שלום עולם.txt", "🎉 party.jpg"});
    EXPECT_THAT(paths_for(index, "物語"), ElementsAre("東京物語.mkv"));
    EXPECT_THAT(paths_for(index, "京"), ElementsAre("東京物語.mkv"));
    EXPECT_THAT(paths_for(index, "ชาวโลก"), ElementsAre("สวัสดีชาวโลก.txt"));
    EXPECT_THAT(paths_for(index, "воина"), ElementsAre("Война и мир.epub"));
    EXPECT_THAT(paths_for(index, "해요"), ElementsAre("사랑해요.mp3"));
    EXPECT_THAT(paths_for(index, "第3話"), ElementsAre("ひらがな第3話.mkv"));
    EXPECT_THAT(paths_for(index, "עולם"), ElementsAre("שלום עולם.txt"));
    EXPECT_THAT(paths_for(index, "🎉"), ElementsAre("🎉 party.jpg"));
}

TEST(IndexWords, OfPunctuationAloneAreFoundAsTheyAre) {
    const Index index = index_of({"---.txt", "a.txt"});
    EXPECT_THAT(paths_for(index, "---"), ElementsAre("---.txt"));
    EXPECT_THAT(paths_for(index, "+++"), IsEmpty());
}

TEST(IndexHostileQueries, AreAnsweredWithoutHarm) {
    const Index index = library();
    std::string marks = "a";
    for (int i = 0; i < 120; ++i) marks += "\u0301";
    std::string party;
    for (int i = 0; i < 60; ++i) party += "🎉";
    for (const std::string& text : {std::string(256, 'a'), std::string(100'000, 'x'), marks, party,
                                    std::string("\xff\xfe\x80(("), std::string(".*+?[](){}|\\^$"),
                                    std::string("\" OR NEAR(*"), std::string("a\0b", 3),
                                    std::string("\xed\xa0\x80"), std::string(255, ' ') + "é"}) {
        EXPECT_LE(index.search(words(text)).matches.size(), 6u);
    }
    EXPECT_THAT(paths_for(index, "silicon \xff valley"), ElementsAre(kSilicon));
    EXPECT_THAT(paths_for(index, std::string("silicon valley ") + marks), Contains(kSilicon));
}

TEST(IndexHostileQueries, AreCutAfter256Bytes) {
    const Index index = library();
    const std::string spaces(250, ' ');
    EXPECT_THAT(paths_for(index, spaces + "silico" + "n valley"), ElementsAre(kSilicon));
    EXPECT_THAT(paths_for(index, std::string(256, ' ') + "silicon"), IsEmpty());
}

TEST(IndexUpdates, ReplaceAndRemoveAtOnce) {
    Index index = library();
    index.put(peer(1), file(1, "Series/Breaking Bad.mkv"));
    EXPECT_THAT(paths_for(index, "silicon"), IsEmpty());
    EXPECT_THAT(paths_for(index, "braeking bad"), ElementsAre("Series/Breaking Bad.mkv"));
    index.remove(peer(1), EntryId{1});
    index.remove(peer(1), EntryId{1});
    index.remove(peer(9), EntryId{2});
    EXPECT_THAT(paths_for(index, "breaking"), IsEmpty());
    EXPECT_EQ(index.entry_count(), 5u);
    index.put(peer(2), file(2, kBeatles));
    index.remove_owner(peer(1));
    EXPECT_EQ(index.entry_count(), 1u);
    EXPECT_EQ(index.entry_count(peer(1)), 0u);
    EXPECT_EQ(index.entry_count(peer(2)), 1u);
    EXPECT_THAT(paths_for(index, "beatels"), ElementsAre(kBeatles));
}

TEST(IndexWords, AreFoundAmongManyEntriesWhereverTheyAre) {
    // Rare words at the start and common ones later: the common list is looked up first, then read
    // on.
    Index index;
    for (std::uint64_t id = 0; id < 80'000; ++id) {
        const bool is_rare = id == 5 || id >= 70'000;
        index.put(peer(1), file(id, is_rare ? "zebra common.txt" : "common.txt"));
    }
    EXPECT_EQ(index.search(exact_words("zebra common")).total, 10'001u);
}

TEST(IndexUpdates, OfAPathKeepWhatStaysAndLoseWhatGoes) {
    Index index;
    index.put(peer(1), file(1, "a/valley one.mkv"));
    index.put(peer(1), file(1, "b/one valley.mkv"));
    EXPECT_THAT(paths_for(index, exact_words("valley")), ElementsAre("b/one valley.mkv"));
    EXPECT_THAT(paths_for(index, exact_words("a")), IsEmpty());
    index.put(peer(1), file(1, "valley.mkv"));
    EXPECT_THAT(paths_for(index, exact_words("one")), IsEmpty());
    EXPECT_THAT(paths_for(index, exact_words("b")), IsEmpty());
    EXPECT_EQ(index.search(words("valley")).matches.at(0).score, 1.0);
}

TEST(IndexUpdates, FilesMaySwapTheirNamesInOneDelta) {
    Index index;
    index.put(peer(1), file(1, "one/orchid.txt"));
    index.put(peer(1), file(2, "two/zebra.txt"));
    const EntryChange changes[] = {{1, EntryChange::What::present, file(1, "two/zebra.txt")},
                                   {2, EntryChange::What::present, file(2, "one/orchid.txt")}};
    index.apply(peer(1), changes);
    for (const auto& [word, id] : {std::pair("orchid", 2u), {"zebra", 1u}}) {
        const Answer answer = index.search(words(word));
        ASSERT_EQ(answer.matches.size(), 1u) << word;
        EXPECT_EQ(answer.matches[0].sources[0].entry, EntryId{id});
    }
    index.remove_owner(peer(1));
    EXPECT_TRUE(index.search(words("orchid")).matches.empty());
}

TEST(IndexUpdates, WhatOneLosesAnotherMayGetInOneDelta) {
    Index index;
    index.put(peer(1), file(1, "a/orchid.txt"));
    const EntryChange changes[] = {{1, EntryChange::What::removed, file(1, "")},
                                   {2, EntryChange::What::present, file(2, "a/orchid.txt")},
                                   {3, EntryChange::What::present, file(2, "a/late.txt")},
                                   {4, EntryChange::What::removed, file(2, "")}};
    index.apply(peer(1), changes);
    EXPECT_EQ(index.entry_count(), 0u);
    index.apply(peer(1), std::span(changes).first(2));
    EXPECT_EQ(index.search(words("orchid")).matches.size(), 1u);
}

TEST(IndexUpdates, OfAContentAreSeenAtOnce) {
    Index index;
    Entry entry = file(1, "valley.mkv");
    index.put(peer(1), entry);
    entry.content = content(3);
    entry.size_bytes = 77;
    entry.modified = -5;
    index.put(peer(1), entry);
    const Answer answer = index.search(words("valley"));
    ASSERT_THAT(answer.matches, SizeIs(1));
    EXPECT_EQ(answer.matches[0].content, content(3));
    EXPECT_EQ(answer.matches[0].size_bytes, 77u);
    EXPECT_EQ(answer.matches[0].modified, -5);
}

TEST(IndexPaths, OfAnyShapeComeBackAsTheyWere) {
    const std::string deep = [] {
        std::string path;
        for (int i = 0; i < 300; ++i) path += "d" + std::to_string(i) + "/";
        return path + "end.txt";
    }();
    for (const std::string& path :
         {std::string("/valley.txt"), std::string("/a//b/valley.txt"), std::string("valley"),
          std::string("a/\xff\xfe valley \x01"), deep, std::string(255, 'v'),
          std::string("東京/物語 valley.mkv")}) {
        const Index index = index_of({path});
        Query query;
        query.owner = peer(1);
        EXPECT_THAT(paths_for(index, query), ElementsAre(path));
    }
}

TEST(IndexUpdates, SurviveMovingTheIndex) {
    Index index = library();
    Index moved = std::move(index);
    moved.put(peer(1), file(7, "new name.txt"));
    EXPECT_THAT(paths_for(moved, "new nmae"), ElementsAre("new name.txt"));
}

}  // namespace
}  // namespace iwant::search
