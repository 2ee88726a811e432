#include "io/scanner/names.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/name.h"
#include "io/scanner/scanner.h"

namespace iwant::scanner {
namespace {

TEST(Names, PatternsMatchWholeNamesInEitherCase) {
    EXPECT_TRUE(matches_pattern("*.part", "a.part"));
    EXPECT_TRUE(matches_pattern("*.part", ".PART"));
    EXPECT_FALSE(matches_pattern("*.part", "a.parts"));
    EXPECT_FALSE(matches_pattern("*.part", "part"));
    EXPECT_TRUE(matches_pattern("a?c*e*", "abcde"));
    EXPECT_FALSE(matches_pattern("a?c", "ac"));
    EXPECT_TRUE(matches_pattern("*", ""));
    EXPECT_FALSE(matches_pattern("", "a"));
    EXPECT_TRUE(matches_pattern("a*b*c", "aXbXbXc"));
    EXPECT_FALSE(matches_pattern("a*b*c", "aXbXbX"));
}

TEST(Names, APatternOfManyStarsIsQuick) {
    EXPECT_FALSE(matches_pattern("*a*a*a*a*a*a*a*a*b", std::string(255, 'a')));
}

TEST(Names, PatternsAreTriedOnEveryComponent) {
    const NamePatterns patterns(default_ignore_patterns());
    EXPECT_TRUE(patterns.match_any_component("a/.git/config"));
    EXPECT_TRUE(patterns.match_any_component("a/b.tmp"));
    EXPECT_FALSE(patterns.match_any_component("a/git/config"));
    EXPECT_FALSE(patterns.match_any_component(""));
    for (const char* name : {".DS_Store",    "._x",          "Thumbs.db",
                             "desktop.ini",  "@eaDir",       "#recycle",
                             "#snapshot",    "$RECYCLE.BIN", "System Volume Information",
                             "lost+found",   "a.part",       "a.partial",
                             "a.crdownload", "a.tmp",        "a.!qB",
                             "a.dctmp",      "a.unfinished", ".syncthing.a",
                             "~syncthing~a", ".~lock.a#",    ".svn",
                             ".stfolder",    ".iwant-1",     ".Trash-1000"}) {
        EXPECT_TRUE(patterns.match(name)) << name;
    }
}

TEST(Names, WhatIsAnnouncedAlwaysPassesTheCheckOfTheWire) {
    for (const std::string& name :
         {std::string("plain"), std::string("\xff\xfe"), std::string("a\\b"),
          std::string("\xc0\xaf"), std::string("\xed\xa0\x80"), std::string("\xef\xbf\xbf"),
          std::string("u\xcc\x88"), std::string("\x1b[2J\n"), std::string("\xe2\x80\xae"),
          std::string(255, '\xff'), std::string("..."), std::string(255, 'a'),
          std::string(85, '\\')}) {
        const std::string announced = plain_announced_name(name);
        const auto checked = check_wire_name(announced);
        EXPECT_TRUE(checked) << checked.error().text();
    }
    EXPECT_EQ(plain_announced_name("caf\xc3\xa9 100%"), "caf\xc3\xa9 100%");
    EXPECT_EQ(plain_announced_name("a\xff"
                                   "b\\"),
              "a%FFb%5C");
    EXPECT_NE(plain_announced_name(std::string(255, '\xff')),
              plain_announced_name(std::string(254, '\xff')));
}

TEST(Names, EqualNamesGetNumbersInTheOrderOfTheirBytes) {
    const std::vector<std::string> taken{"a%FF", "a%FF (2)"};
    const auto is_taken = [&](const std::string& name) {
        return std::ranges::find(taken, name) != taken.end();
    };
    const auto odd =
        announce_odd_names({"u\xcc\x88", "a\xff", "\xe2\x84\xab", "A\xcc\x8a"}, is_taken);
    ASSERT_EQ(odd.size(), 4u);
    EXPECT_EQ(odd[0].announced, "\xc3\x85");
    EXPECT_EQ(odd[1].announced, "a%FF (3)");
    EXPECT_EQ(odd[2].announced, "\xc3\xbc");
    EXPECT_EQ(odd[3].announced, "\xc3\x85 (2)");
    EXPECT_EQ(odd[3].disk, "\xe2\x84\xab");
}

}  // namespace
}  // namespace iwant::scanner
