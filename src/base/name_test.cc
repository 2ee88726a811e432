#include "base/name.h"

#include <gtest/gtest.h>

#include "base/text.h"

namespace iwant {
namespace {

using namespace std::string_literals;

bool is_wire_name(std::string_view name) {
    return check_wire_name(name).has_value();
}
bool is_wire_path(std::string_view path) {
    return check_wire_path(path).has_value();
}

std::string joined(std::size_t depth, const std::string& component) {
    std::string path = component;
    for (std::size_t i = 1; i < depth; ++i) path += "/" + component;
    return path;
}

TEST(WireName, OrdinaryNamesOfAllScriptsPass) {
    for (const char* name :
         {"a", "...", "..a", "a..", "~", "x.", "x ", " x", "-rf", "a:b", "C:", "*?", "Größe",
          "日本語.txt", "\U0001f469\u200d\U0001f4bb", "a\nb", "\u202ex"}) {
        EXPECT_TRUE(is_wire_name(name)) << name;
    }
}

TEST(WireName, WhatCouldLeaveTheFolderIsRefused) {
    for (const char* name : {"", ".", "..", "/", "a/b", "/etc", "a/", "\\", "a\\b", "..\\x",
                             "C:\\x", "\\\\srv\\s", "\\??\\c:"}) {
        EXPECT_FALSE(is_wire_name(name)) << name;
    }
    EXPECT_FALSE(is_wire_name("a\0b"s));
    EXPECT_FALSE(is_wire_name("\0"s));
}

TEST(WireName, BytesThatAreNotUtf8InNfcAreRefused) {
    for (const char* name :
         {"\xff", "\xc0\xaf", "\xed\xa0\x80", "\uffff", "a\xc3", "u\u0308", "\u212a"}) {
        EXPECT_FALSE(is_wire_name(name)) << escape_for_display(name);
    }
}

TEST(WireName, MayHave255Bytes) {
    EXPECT_TRUE(is_wire_name(std::string(254, 'x')));
    EXPECT_TRUE(is_wire_name(std::string(255, 'x')));
    EXPECT_FALSE(is_wire_name(std::string(256, 'x')));
    EXPECT_FALSE(is_wire_name(std::string(254, 'x') + "ü"));
}

TEST(WireName, ARefusalSaysWhyWithoutRawBytes) {
    const Result<void> checked = check_wire_name("\x1b[2J\xff");
    ASSERT_FALSE(checked);
    EXPECT_EQ(checked.error().code, ErrorCode::unsafe_name);
    EXPECT_EQ(checked.error().text(), "check the name \"\\x1b[2J\\xff\": it is not valid UTF-8");
}

TEST(WirePath, IsRelativeAndClean) {
    for (const char* path : {"a", "a/b", "~/x", "a/.../b", "Größe/ü"})
        EXPECT_TRUE(is_wire_path(path));
    for (const char* path : {"", "/", "/etc/passwd", "//tmp/x", "../x", "a/../../x", "a/..", "./a",
                             "a/./b", "a//b", "a/", "a\\..\\..\\x", "a/u\u0308"}) {
        EXPECT_FALSE(is_wire_path(path)) << path;
    }
}

TEST(WirePath, Has64ComponentsAnd4096BytesAtMost) {
    EXPECT_TRUE(is_wire_path(joined(63, "x")));
    EXPECT_TRUE(is_wire_path(joined(64, "x")));
    EXPECT_FALSE(is_wire_path(joined(65, "x")));
    const std::string full = joined(16, std::string(255, 'x'));  // 4095 bytes
    EXPECT_TRUE(is_wire_path(full));
    const std::string shorter = joined(31, std::string(127, 'x'));      // 3967 bytes
    EXPECT_TRUE(is_wire_path(shorter + "/" + std::string(128, 'x')));   // 4096
    EXPECT_FALSE(is_wire_path(shorter + "/" + std::string(129, 'x')));  // 4097
}

TEST(StorableName, OrdinaryNamesStayThemselves) {
    for (const char* name :
         {"a.txt", "x.",       "x ",      "~",     "100%",   "%41",
          "Größe", "con1",     "console", "comma", "com0",   "com10",
          "aux1",  "nula.txt", "iwant",   ".iwan", "日本語", "\U0001f469\u200d\U0001f4bb",
          "a:b",   "com\u2074"}) {
        EXPECT_EQ(storable_name(name), name);
    }
}

TEST(StorableName, ControlsAndBidiAreEscapedNotDropped) {
    EXPECT_EQ(storable_name("a\nb"), "a%0Ab");
    EXPECT_EQ(storable_name("\x1b[2J\x7f"), "%1B[2J%7F");
    EXPECT_EQ(storable_name("\u009b"), "%C2%9B");
    EXPECT_EQ(storable_name("a\u202egpj.exe"), "a%E2%80%AEgpj.exe");
    EXPECT_EQ(storable_name("\u2066\u200e\u061c\ufeff\u2028"),
              "%E2%81%A6%E2%80%8E%D8%9C%EF%BB%BF%E2%80%A8");
}

TEST(StorableName, AnEscapeNeverMakesANameThatIsNotNfc) {
    const std::string stored = storable_name("a\n\u0301");
    EXPECT_EQ(stored, to_nfc(stored));
    EXPECT_EQ(storable_name(stored), stored);
}

TEST(StorableName, WindowsDevicesGetAnUnderscore) {
    for (const char* name : {"CON", "con", "Prn", "AUX", "nul", "nul.txt", "NUL.tar.gz", "COM1",
                             "com9.x", "COM¹", "lpt²", "LPT³.a", "LPT9.tar.gz", "CONIN$",
                             "conout$.x", "aux ", "aux  .txt", "con:stream", "clock$"}) {
        EXPECT_EQ(storable_name(name), "_" + std::string(name));
    }
}

TEST(StorableName, OurOwnNamesGetAnUnderscore) {
    for (const char* name :
         {".iwant-parts", ".iwant", ".IWANT-Parts", ".iwantignore", ".iwant.log"}) {
        EXPECT_EQ(storable_name(name), "_" + std::string(name));
    }
}

TEST(StorableName, AnythingTooLongIsCutBeforeTheExtension) {
    const std::string long_name = std::string(250, '\n') + ".tar.gz";
    const std::string stored = storable_name(std::string(248, '\n') + ".tar.gz");
    EXPECT_EQ(stored.size(), 255u);
    EXPECT_TRUE(stored.ends_with(".tar.gz"));
    EXPECT_NE(stored, storable_name(std::string(247, '\n') + "\t.tar.gz"));
    EXPECT_EQ(storable_name(stored), stored);
    EXPECT_EQ(storable_name(long_name), storable_name(long_name));
    EXPECT_EQ(storable_name(std::string(255, 'x')).size(), 255u);
}

TEST(StorableName, APrefixThatMakesItTooLongIsCutToo) {
    const std::string name = ".iwant" + std::string(249, 'x');
    const std::string stored = storable_name(name);
    EXPECT_EQ(stored.size(), 255u);
    EXPECT_TRUE(stored.starts_with("_.iwantx"));
    EXPECT_TRUE(is_wire_name(stored));
}

TEST(StorableName, ACutNeverDividesACharacter) {
    for (std::size_t i = 0; i < 4; ++i) {
        std::string name = "\n" + std::string(i, 'x');
        while (name.size() + 4 <= 255) name += "\U0001f4bb";
        const std::string stored = storable_name(name);
        EXPECT_LE(stored.size(), 255u);
        EXPECT_TRUE(is_wire_name(stored)) << stored;
    }
}

TreeListing listing_of(std::initializer_list<std::string> names) {
    TreeListing listing;
    for (const std::string& name : names)
        listing.entries.push_back({name, EntryKind::file, false, 1, {}});
    return listing;
}

TEST(Listing, DistinctNamesPass) {
    EXPECT_TRUE(check_listing({}));
    EXPECT_TRUE(check_listing(listing_of({"a", "b", "ä", "a.txt", "..."})));
}

TEST(Listing, OneHostileNameAmongAThousandIsFound) {
    TreeListing listing;
    for (int i = 0; i < 1000; ++i) {
        listing.entries.push_back({"file" + std::to_string(i), EntryKind::file, false, 0, {}});
    }
    EXPECT_TRUE(check_listing(listing));
    listing.entries.back().name = "../x";
    ASSERT_FALSE(check_listing(listing));
    EXPECT_EQ(check_listing(listing).error().code, ErrorCode::unsafe_name);
}

TEST(Listing, NamesThatAreStoredAsTheSameAreRefused) {
    const std::pair<const char*, const char*> pairs[] = {
        {"a", "a"},
        {"con", "_con"},
        {"a\n", "a%0A"},
        {".iwant", "_.iwant"},
    };
    for (const auto& [first, second] : pairs) {
        const Result<void> checked = check_listing(listing_of({first, second}));
        ASSERT_FALSE(checked) << first;
        EXPECT_EQ(checked.error().code, ErrorCode::unsafe_name);
    }
}

TEST(Listing, NamesThatDifferByCasePass) {
    EXPECT_TRUE(check_listing(listing_of({"a", "A", "STRASSE", "straße", "ﬁ", "fi"})));
}

TEST(Listing, SizesMustNotOverflow) {
    TreeListing listing = listing_of({"a", "b"});
    listing.entries[0].size_bytes = kFileSizeMax - 1;
    EXPECT_TRUE(check_listing(listing));
    listing.entries[0].size_bytes = kFileSizeMax;
    ASSERT_FALSE(check_listing(listing));
    EXPECT_EQ(check_listing(listing).error().code, ErrorCode::limit);
    listing.entries[0].size_bytes = ~std::uint64_t{0};
    EXPECT_FALSE(check_listing(listing));
}

TEST(AlternativeName, PutsTheNumberBeforeTheExtension) {
    EXPECT_EQ(alternative_name("a.txt", 1), "a (1).txt");
    EXPECT_EQ(alternative_name("a.tar.gz", 2), "a (2).tar.gz");
    EXPECT_EQ(alternative_name("README", 3), "README (3)");
    EXPECT_EQ(alternative_name(".bashrc", 1), ".bashrc (1)");
    EXPECT_EQ(alternative_name(".tar.gz", 1), ".tar (1).gz");
    EXPECT_EQ(alternative_name("v1.what follows is no extension", 1),
              "v1.what follows is no extension (1)");
}

TEST(AlternativeName, FitsIntoOneComponent) {
    const std::string name = alternative_name(std::string(251, 'x') + ".txt", 4294967295u);
    EXPECT_EQ(name.size(), 255u);
    EXPECT_TRUE(name.ends_with("x (4294967295).txt"));
}

TEST(SplitPath, GivesTheComponents) {
    EXPECT_EQ(split_path("a"), std::vector<std::string>{"a"});
    EXPECT_EQ(split_path("a/b c/d"), (std::vector<std::string>{"a", "b c", "d"}));
}

}  // namespace
}  // namespace iwant
