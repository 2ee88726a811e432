#include "base/query_text.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace iwant {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;

constexpr UnixSeconds kNow = 1'800'000'000;

Result<TypedQuery> read(std::string_view text) {
    QueryReader reader(kNow);
    if (Result<void> done = reader.read_text(text); !done) return failure(std::move(done));
    return reader.finish();
}

Query query_of(std::string_view text) {
    const Result<TypedQuery> typed = read(text);
    EXPECT_TRUE(typed) << text << ": " << (typed ? "" : typed.error().text());
    if (!typed) return {};
    EXPECT_THAT(typed->remarks, IsEmpty()) << text;
    return typed->query;
}

std::string mistake_in(std::string_view text) {
    const Result<TypedQuery> typed = read(text);
    if (typed) return "no mistake";
    EXPECT_EQ(typed.error().code, ErrorCode::invalid_argument);
    return typed.error().text();
}

TEST(QueryText, WordsStayAsTheyWereTyped) {
    EXPECT_EQ(query_of("slicon valey").text, "slicon valey");
    EXPECT_EQ(query_of("  a\t b\r\n ").text, "a b");
    EXPECT_EQ(query_of("Größe x-ray 12\" AC/DC a=b c++ (1999)").text,
              "Größe x-ray 12\" AC/DC a=b c++ (1999)");
    EXPECT_EQ(query_of("a").limit, 20u);
}

TEST(QueryText, APhraseIsWordsAndAFilter) {
    const Query query = query_of(R"(season "silicon valley" 1)");
    EXPECT_EQ(query.text, "season silicon valley 1");
    EXPECT_THAT(query.phrases, ElementsAre("silicon valley"));
    EXPECT_THAT(query_of(R"("a b""c" "a b")").phrases, ElementsAre("a b", "c"));
    EXPECT_THAT(query_of("„a b“ “c”").phrases, ElementsAre("a b", "c"));
}

TEST(QueryText, ADashRightBeforeAWordOrPhraseLeavesItOut) {
    const Query query = query_of(R"(film -trailer -"making of" x-ray)");
    EXPECT_EQ(query.text, "film x-ray");
    EXPECT_THAT(query.excluded, ElementsAre("trailer", "making of"));
    EXPECT_THAT(query.phrases, IsEmpty());
}

TEST(QueryText, FiltersNarrow) {
    const Query query = query_of(
        "type:video,audio ext:.ISO,img size:>1G newer:7d older:1d path:TV a path:\"Season 1\" b");
    EXPECT_EQ(query.text, "a b");
    FileTypes types = FileType::video;
    types.add(FileType::audio);
    EXPECT_EQ(query.types, types);
    EXPECT_THAT(query.extensions, ElementsAre("iso", "img"));
    EXPECT_EQ(query.size_min, 1'000'000'001u);
    EXPECT_FALSE(query.size_max);
    EXPECT_EQ(query.modified_min, kNow - 7 * 86'400);
    EXPECT_EQ(query.modified_max, kNow - 86'400 - 1);
    EXPECT_THAT(query.folders, ElementsAre("TV", "Season 1"));
}

TEST(QueryText, AFilterAloneIsEnough) {
    for (const char* text : {"type:folder", "ext:iso", "size:1G..4G", "newer:7d", "older:2020",
                             "peer:ann", "path:TV"}) {
        EXPECT_EQ(query_of(text).text, "") << text;
    }
}

TEST(QueryText, ThePeerIsGivenAsTyped) {
    EXPECT_EQ(read("a peer:\"ann's laptop\"")->peer, "ann's laptop");
    EXPECT_EQ(read("a peer:ann peer:ann")->peer, "ann");
    EXPECT_THAT(mistake_in("a peer:ann peer:bob"), HasSubstr("one peer"));
}

TEST(QueryText, FiltersOfOneKindMeetExceptThatTypesAndExtensionsAdd) {
    const Query query =
        query_of("size:>5 size:<100 size:>7 newer:7d newer:2d type:video type:audio ext:a ext:b");
    EXPECT_EQ(query.size_min, 8u);
    EXPECT_EQ(query.size_max, 99u);
    EXPECT_EQ(query.modified_min, kNow - 2 * 86'400);
    EXPECT_TRUE(query.types.contains(FileType::video) && query.types.contains(FileType::audio));
    EXPECT_THAT(query.extensions, ElementsAre("a", "b"));
}

TEST(QueryText, NamesOfFiltersHaveAnyCase) {
    EXPECT_TRUE(query_of("Type:Video").types.contains(FileType::video));
}

TEST(QueryText, AColonBehindAnotherWordBelongsToTheWords) {
    for (const char* text :
         {"re:zero", "Picard: 2", "http://a.b", "10:30", "a:b:c", ":", "x:-y", "typ: x", "S:t"}) {
        EXPECT_EQ(query_of(text).text, text);
    }
}

TEST(QueryText, AFilterMistypedByOneLetterIsAMistake) {
    EXPECT_THAT(mistake_in("a tpye:video"), HasSubstr("Did you mean type:video?"));
    EXPECT_THAT(mistake_in("szie:>1G"), HasSubstr("\"szie:>1G\""));
    for (const char* text : {"typ:x", "types:x", "siez:x", "exd:x", "never:7d", "peeer:x"}) {
        EXPECT_THAT(mistake_in(text), HasSubstr("There is no filter")) << text;
    }
    EXPECT_EQ(query_of("\"typ:x\"").text, "typ:x");
}

TEST(QueryText, AWrongValueIsToldWithAnExample) {
    EXPECT_THAT(mistake_in("a size:>big"),
                HasSubstr("size:>big: \"big\" is no size; write it like >1G"));
    EXPECT_THAT(mistake_in("a size:1G"), HasSubstr("larger or smaller"));
    EXPECT_THAT(mistake_in("a size>1G"), HasSubstr("write it like size:>1G"));
    EXPECT_THAT(mistake_in("type:film"), HasSubstr("type:film: a type is one of video"));
    EXPECT_THAT(mistake_in("type:any"), HasSubstr("is one of"));
    EXPECT_THAT(mistake_in("type:video,"), HasSubstr("is one of"));
    EXPECT_THAT(mistake_in("ext:a/b"), HasSubstr("write it like ext:iso"));
    EXPECT_THAT(mistake_in("newer:7"), HasSubstr("no unit"));
    EXPECT_THAT(mistake_in("older:soon"), HasSubstr("older:soon: "));
    EXPECT_THAT(mistake_in("type: video"),
                HasSubstr("has nothing behind it; write it like type:video"));
    EXPECT_THAT(mistake_in("a peer:\"\""), HasSubstr("nothing behind it"));
    EXPECT_THAT(mistake_in("a -type:video"), HasSubstr("only words and phrases can be left out"));
    EXPECT_THAT(mistake_in("a --b"), HasSubstr("one dash"));
}

TEST(QueryText, WhatNothingCanBeIsAMistake) {
    EXPECT_THAT(mistake_in("a size:>2G size:<1G"), HasSubstr("both"));
    EXPECT_THAT(mistake_in("a newer:1d older:2d"), HasSubstr("both"));
}

TEST(QueryText, NothingToLookForIsAMistake) {
    EXPECT_THAT(mistake_in(""), HasSubstr("Say what to search for"));
    EXPECT_THAT(mistake_in(" \t"), HasSubstr("Say what to search for"));
    EXPECT_THAT(mistake_in("-"), HasSubstr("Say what to search for"));
    EXPECT_THAT(mistake_in("\"\""), HasSubstr("Say what to search for"));
    EXPECT_THAT(mistake_in("-trailer -\"b c\""), HasSubstr("as in film -trailer"));
}

TEST(QueryText, WhatHasNoEffectIsRemarkedAndNotSearchedFor) {
    const auto dash = read("Pink Floyd - Time");
    ASSERT_TRUE(dash);
    EXPECT_EQ(dash->query.text, "Pink Floyd Time");
    EXPECT_THAT(dash->remarks, ElementsAre(HasSubstr("-trailer")));
    const auto open = read("a \"b c");
    ASSERT_TRUE(open);
    EXPECT_THAT(open->query.phrases, ElementsAre("b c"));
    EXPECT_THAT(open->remarks, ElementsAre(HasSubstr("not closed")));
    EXPECT_THAT(read("a \"\" - - -\"\"")->remarks, SizeIs(3));
}

TEST(QueryText, HasItsLimits) {
    const auto many = [](std::string_view one, std::size_t count) {
        std::string text = "a";
        for (std::size_t i = 0; i < count; ++i) text += " " + std::string(one) + std::to_string(i);
        return text;
    };
    for (const char* one : {"-b", "path:b"}) {
        EXPECT_TRUE(read(many(one, kQueryTermsMax)));
        EXPECT_THAT(mistake_in(many(one, kQueryTermsMax + 1)), HasSubstr("more than 8"));
    }
    EXPECT_TRUE(read(many("ext:b", kQueryExtensionsMax)));
    EXPECT_THAT(mistake_in(many("ext:b", kQueryExtensionsMax + 1)), HasSubstr("more than 16"));
    EXPECT_TRUE(read("ext:" + std::string(kQueryExtensionBytesMax, 'x')));
    EXPECT_THAT(mistake_in("ext:" + std::string(kQueryExtensionBytesMax + 1, 'x')),
                HasSubstr("write it like"));
    EXPECT_TRUE(read(std::string(kQueryTextBytesMax, 'x')));
    EXPECT_THAT(mistake_in(std::string(kQueryTextBytesMax + 1, 'x')), HasSubstr("longer than 256"));
    EXPECT_TRUE(read("a path:" + std::string(kQueryTextBytesMax, 'x')));
    EXPECT_THAT(mistake_in("a path:" + std::string(kQueryTextBytesMax + 1, 'x')),
                HasSubstr("longer than 256"));
    EXPECT_TRUE(read("a" + std::string(kTypedBytesMax - 1, ' ')));
    EXPECT_THAT(mistake_in("a" + std::string(kTypedBytesMax, ' ')), HasSubstr("longer than 1024"));
    EXPECT_THAT(mistake_in("\xff"), HasSubstr("UTF-8"));
    EXPECT_THAT(mistake_in("path:\xff"), HasSubstr("UTF-8"));
}

TEST(QueryText, MistakesAreToldWithoutControlCharacters) {
    for (const char* text : {"size:>\x1b[2J", "type:\x1b[2J", "-type:\x1b", "--\x1b", "typ:\x1b",
                             "newer:\x1b", "size>\x1b"}) {
        EXPECT_EQ(mistake_in(text).find('\x1b'), std::string::npos) << text;
    }
}

TEST(QueryReader, TakesFlagsByTheSameRules) {
    QueryReader reader(kNow);
    EXPECT_TRUE(reader.read_text("a"));
    EXPECT_TRUE(reader.narrow("type", "video"));
    EXPECT_TRUE(reader.narrow("newer", "7d"));
    EXPECT_TRUE(reader.add_phrase("b c"));
    EXPECT_TRUE(reader.exclude("d"));
    reader.size_at_least(5);
    reader.size_at_most(9);
    const auto typed = reader.finish();
    ASSERT_TRUE(typed);
    EXPECT_EQ(typed->query, query_of("a type:video newer:7d \"b c\" -d size:5..9"));
    EXPECT_FALSE(reader.narrow("name", "x"));
    EXPECT_FALSE(reader.narrow("type", ""));
    EXPECT_FALSE(reader.narrow("type", "film"));
}

}  // namespace
}  // namespace iwant
