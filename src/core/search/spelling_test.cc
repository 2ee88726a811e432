// What an answer says was meant.

#include <gtest/gtest.h>

#include "core/search/index.h"
#include "core/search/test_entries.h"

namespace iwant::search {
namespace {

std::string meant(const Index& index, std::string_view text) {
    return index.search(words(text)).did_you_mean;
}

const Index& library() {
    static const Index index =
        index_of({"TV/Silicon Valley S01E02.mkv", "Football/World Cup.mkv", "Größe & Übung.pdf"});
    return index;
}

TEST(Spelling, IsSaidWhenOnlyCloseOnesMatched) {
    EXPECT_EQ(meant(library(), "slicon valey"), "silicon valley");
    EXPECT_EQ(meant(library(), "silicon valey s01"), "silicon valley s1");
    EXPECT_EQ(meant(library(), "Uebugn"), "ubung");
    EXPECT_EQ(meant(library(), "grösze"), "grosse");
}

TEST(Spelling, IsNotSaidForWhatWasTyped) {
    for (const char* text :
         {"silicon valley", "valley SILICON", "sili", "größe", "GROSSE", "licon", ""}) {
        EXPECT_EQ(meant(library(), text), "") << text;
    }
    Query exact = exact_words("slicon");
    EXPECT_EQ(library().search(exact).did_you_mean, "");
}

TEST(Spelling, KnowsWordsThatWereJoinedAndSplit) {
    EXPECT_EQ(meant(library(), "siliconvalley"), "silicon valley");
    EXPECT_EQ(meant(library(), "foot ball cup"), "football cup");
}

TEST(Spelling, LeavesOutWordsThatTheBestMatchLacks) {
    EXPECT_EQ(meant(library(), "slicon valley qqqq"), "silicon valley");
    EXPECT_EQ(meant(library(), "silicon valley qqqq"), "");
}

TEST(Spelling, IsThatOfTheBestMatch) {
    const Index index = index_of({"slicon.txt", "silicon.txt"});
    EXPECT_EQ(meant(index, "slicon"), "");
    EXPECT_EQ(meant(index, "slicno"), "slicon");
}

}  // namespace
}  // namespace iwant::search
