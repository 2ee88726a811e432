// What the flags of a search ask for, what is marked in its answers, and what is new in them.

#include <sstream>

#include <boost/json.hpp>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "app/cli/application.h"
#include "app/cli/highlight.h"
#include "app/cli/new_hits.h"
#include "app/cli/search_options.h"
#include "app/cli/search_table.h"

namespace iwant::cli {
namespace {

namespace json = boost::json;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;

constexpr Terminal kColour{true, true, true, 80};
constexpr Terminal kPlain{true, true, false, 80};

using Words = std::vector<std::string>;

TEST(SearchArguments, WordsToLeaveOutGoLastAndAreNoFlags) {
    EXPECT_THAT(with_excluded_words_last({"a", "-b", "--json", "-making of", "c"}),
                ElementsAre("a", "--json", "c", "--", "-b", "-\"making of\""));
    EXPECT_THAT(with_excluded_words_last({"-help", "--limit", "5"}),
                ElementsAre("--limit", "5", "--", "-help"));
    EXPECT_THAT(with_excluded_words_last({"a", "--", "-b", "--c"}),
                ElementsAre("a", "--", "-b", "--c"));
}

TEST(SearchArguments, FlagsAndTheirValuesStayWhereTheyAre) {
    for (const Words& arguments :
         {Words{"a", "-h"}, Words{"-"}, Words{"--min-size", "-1", "a"}, Words{"--exact", "a"},
          Words{"--limit=5", "a"}, Words{"--nonsense", "a"}, Words{}}) {
        EXPECT_EQ(with_excluded_words_last(arguments), arguments);
    }
    EXPECT_THAT(with_excluded_words_last({"--exact", "-a"}), ElementsAre("--exact", "--", "-a"));
    EXPECT_THAT(with_excluded_words_last({"--limit=5", "-a"}),
                ElementsAre("--limit=5", "--", "-a"));
}

TEST(SearchOptions, BecomeOneRequest) {
    SearchOptions options;
    options.words = {"a", "b", "-c"};
    options.type = "video,audio";
    options.newer = "7d";
    options.min_size = "1k";
    options.folders = {"TV"};
    options.excluded = {"d"};
    const auto asked = options.read(0);
    ASSERT_TRUE(asked);
    EXPECT_EQ(asked->words, "a b");
    EXPECT_EQ(asked->request.at("query"), "a b -c");
    EXPECT_EQ(asked->request.at("type"), "video,audio");
    EXPECT_EQ(asked->request.at("newer"), "7d");
    EXPECT_EQ(asked->request.at("min_size"), 1000);
    EXPECT_EQ(asked->request.at("path"), json::array{"TV"});
    EXPECT_EQ(asked->request.at("exclude"), json::array{"d"});
    EXPECT_EQ(asked->request.at("limit"), 20);
    options.follow = true;
    EXPECT_EQ(options.read(0)->request.at("limit"), 200);
}

TEST(SearchOptions, MistakesAreTold) {
    const auto mistake = [](const std::function<void(SearchOptions&)>& change) {
        SearchOptions options;
        change(options);
        const auto asked = options.read(0);
        return asked ? "none" : asked.error().message;
    };
    EXPECT_THAT(mistake([](auto&) {}), HasSubstr("Say what to search for"));
    EXPECT_THAT(mistake([](auto& o) { o.words = {"a", "size:>big"}; }), HasSubstr("size:>big"));
    EXPECT_THAT(mistake([](auto& o) { o.newer = "soon"; }), HasSubstr("newer:soon"));
    EXPECT_THAT(mistake([](auto& o) { o.type = "film"; }), HasSubstr("is one of"));
    EXPECT_THAT(mistake([](auto& o) { o.max_size = "lots"; }), HasSubstr("lots"));
    EXPECT_THAT(mistake([](auto& o) { o.excluded = {"a"}; }), HasSubstr("not enough"));
    EXPECT_THAT(mistake([](auto& o) { o.words = {"\xff"}; }), HasSubstr("UTF-8"));
}

TEST(Marks, StandWhereTheWordsAreInAnyCase) {
    const Words words = words_to_mark("Silicon s1 valley");
    EXPECT_EQ(with_marks("SILICONVALLEY s1 yes1.mkv", words, kColour),
              "\x1b[1mSILICONVALLEY\x1b[0m \x1b[1ms1\x1b[0m yes1.mkv");
    EXPECT_EQ(with_marks("The silicone", words, kColour), "The \x1b[1msilicon\x1b[0me");
    EXPECT_EQ(with_marks("nothing", words, kColour), "nothing");
    EXPECT_EQ(with_marks("silicon", {}, kColour), "silicon");
}

TEST(Marks, CoverTheWholeWordWhereFoldingMovesLetters) {
    EXPECT_EQ(with_marks("Große Übung", words_to_mark("übung"), kColour),
              "Große \x1b[1mÜbung\x1b[0m");
    EXPECT_EQ(with_marks("東京物語", words_to_mark("京物"), kColour), "東\x1b[1m京物\x1b[0m語");
}

TEST(Marks, AreForColourOnly) {
    EXPECT_EQ(with_marks("silicon", words_to_mark("silicon"), kPlain), "silicon");
}

json::object hit(const char* hash, const char* path, std::uint64_t size = 1) {
    json::value content = nullptr;
    if (hash != nullptr) content = hash;
    return {{"hash", content},
            {"path", path},
            {"size", size},
            {"sources", json::array{json::object{{"peer", "p"}}}}};
}

TEST(NewHits, ShowEachOnce) {
    NewHits hits;
    EXPECT_THAT(hits.take({hit("a", "x"), hit(nullptr, "y")}), SizeIs(2));
    EXPECT_THAT(hits.take({hit("a", "x"), hit(nullptr, "y")}), IsEmpty());
    EXPECT_THAT(hits.take({hit("b", "y"), hit("a", "moved")}), IsEmpty()) << "hashed, and moved";
    EXPECT_THAT(hits.take({hit("c", "z"), hit("b", "y")}), ElementsAre(json::value(hit("c", "z"))));
    EXPECT_THAT(hits.take({}), IsEmpty());
    EXPECT_THAT(hits.take({hit("a", "x")}), IsEmpty()) << "it was away for a moment";
}

TEST(NewHits, EmptyFilesAreNotAlike) {
    NewHits hits;
    EXPECT_THAT(hits.take({hit("e", "x", 0)}), SizeIs(1));
    EXPECT_THAT(hits.take({hit("e", "y", 0)}), SizeIs(1));
}

TEST(SearchTable, EmphasisesTheWordsAndStaysAligned) {
    json::object report = {{"results", json::array{hit("abcdef", "TV/silicon.mkv")}}};
    report["results"].as_array()[0].as_object()["name"] = "silicon.mkv";
    const auto plain = search_lines(report, kPlain, 0, words_to_mark("silicon"));
    const auto marked = search_lines(report, kColour, 0, words_to_mark("silicon"));
    ASSERT_EQ(plain.size(), 2u);
    ASSERT_EQ(marked.size(), 2u);
    EXPECT_THAT(marked[1], HasSubstr("\x1b[1msilicon\x1b[0m.mkv"));
    EXPECT_EQ(plain[1].size() + 8, marked[1].size());
    EXPECT_TRUE(plain[1].starts_with("  -  silicon.mkv")) << plain[1];
}

TEST(SearchTable, SaysWhatWasMeant) {
    const json::object report = {{"did_you_mean", "silicon valley"},
                                 {"remarks", json::array{"R."}}};
    EXPECT_THAT(remark_lines(report),
                ElementsAre("R.", "No exact match; showing results for \"silicon valley\"."));
    EXPECT_THAT(remark_lines({{"did_you_mean", nullptr}}), IsEmpty());
}

}  // namespace
}  // namespace iwant::cli
