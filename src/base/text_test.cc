#include "base/text.h"

#include <gtest/gtest.h>

namespace iwant {
namespace {

using namespace std::string_literals;

TEST(Text, Utf8IsAcceptedAsTheRfcHasIt) {
    for (const char* text : {"", "plain", "Größe & Übung", "\u65e5", "\U0001f469\u200d\U0001f4bb",
                             "\u0080\u07ff\u0800\ud7ff\ue000\ufffd\U00010000\U0010fffd"}) {
        EXPECT_TRUE(is_valid_utf8(text)) << text;
    }
    EXPECT_TRUE(is_valid_utf8("a\0b"s));
}

TEST(Text, MalformedUtf8IsRefused) {
    const std::string_view bad[] = {
        "\x80",              // a continuation alone
        "\xc3",              // cut off
        "\xe2\x82",          // cut off
        "\xf0\x9f\x98",      // cut off
        "\xc0\xaf",          // overlong '/'
        "\xc1\xbf",          // overlong
        "\xe0\x9f\xbf",      // overlong
        "\xf0\x8f\xbf\xbf",  // overlong
        "\xf0\x80\x80\xaf",  // overlong '/'
        "\xed\xa0\x80",      // surrogate
        "\xed\xbf\xbf",      // surrogate
        "\xf4\x90\x80\x80",  // above U+10FFFF
        "\xf5\x80\x80\x80",  // no such lead byte
        "\xfe",
        "\xff",
        "\xc3(",
        "\xef\xbf\xbf",      // U+FFFF
        "\xef\xbf\xbe",      // U+FFFE
        "\xef\xb7\x90",      // U+FDD0
        "\xf0\x9f\xbf\xbf",  // U+1FFFF
    };
    for (const std::string_view text : bad) {
        EXPECT_FALSE(is_valid_utf8(text)) << escape_for_display(text);
        EXPECT_FALSE(is_valid_utf8("01234567" + std::string(text)));
    }
}

TEST(Text, NfcComposesAndLeavesBrokenTextAlone) {
    EXPECT_EQ(to_nfc("u\u0308"), "\u00fc");
    EXPECT_EQ(to_nfc("\u212a"), "K");
    EXPECT_EQ(to_nfc("\ufb01"), "\ufb01");
    EXPECT_EQ(to_nfc("\u1112\u1161\u11ab"), "\ud55c");
    EXPECT_EQ(to_nfc("u\xff\u0308"), "u\xff\u0308");
    EXPECT_EQ(to_nfc("a\0u\u0308"s), "a\0\u00fc"s);
}

TEST(Text, FoldingMakesEqualWhatAFileSystemMayTakeForTheSame) {
    EXPECT_EQ(fold_name("README.TXT"), "readme.txt");
    EXPECT_EQ(fold_name("STRASSE"), fold_name("straße"));
    EXPECT_EQ(fold_name("u\u0308"), fold_name("\u00dc"));
    EXPECT_EQ(fold_name("\ufb01"), "fi");
    EXPECT_EQ(fold_name("\u212a"), "k");
    EXPECT_EQ(fold_name("ΣΊΣΥΦΟΣ"), fold_name("σίσυφος"));
    EXPECT_EQ(fold_name("I"), "i");  // in every locale
    EXPECT_NE(fold_name("a"), fold_name("ä"));
}

TEST(Text, NothingThatMovesACursorIsShown) {
    EXPECT_EQ(escape_for_display("plain \\ text"), "plain \\ text");
    EXPECT_EQ(escape_for_display("\x1b[2J"), "\\x1b[2J");
    EXPECT_EQ(escape_for_display("a\r\n\tb\b\a"), "a\\x0d\\x0a\\x09b\\x08\\x07");
    EXPECT_EQ(escape_for_display("\x7f"), "\\x7f");
    EXPECT_EQ(escape_for_display("a\0b"s), "a\\x00b");
    EXPECT_EQ(escape_for_display("\u009b31m"), "\\u{9b}31m");
    EXPECT_EQ(escape_for_display("\x9b"), "\\x9b");
    EXPECT_EQ(escape_for_display("\xe2\x82z"), "\\xe2\\x82z");
    EXPECT_EQ(escape_for_display("a\u202egpj.exe"), "a\\u{202e}gpj.exe");
    EXPECT_EQ(escape_for_display("\u2066\u2069\u200f\u061c\ufeff"),
              "\\u{2066}\\u{2069}\\u{200f}\\u{61c}\\u{feff}");
    EXPECT_EQ(escape_for_display("\u2028\u2029"), "\\u{2028}\\u{2029}");
    EXPECT_EQ(escape_for_display("\uffff"), "\\u{ffff}");
    EXPECT_EQ(escape_for_display("日本 ü \U0001f469\u200d\U0001f4bb"),
              "日本 ü \U0001f469\u200d\U0001f4bb");
}

TEST(Text, WidthIsInColumns) {
    EXPECT_EQ(display_width(""), 0u);
    EXPECT_EQ(display_width("abc"), 3u);
    EXPECT_EQ(display_width("über"), 4u);
    EXPECT_EQ(display_width("u\u0308ber"), 4u);
    EXPECT_EQ(display_width("日本"), 4u);
}

TEST(Text, WhatFitsIsLeftAlone) {
    EXPECT_EQ(fit_to_width("abc", 3), "abc");
    EXPECT_EQ(fit_to_width("日本", 4), "日本");
    EXPECT_EQ(fit_to_width("", 0), "");
}

TEST(Text, WhatDoesNotFitIsCutAtTheEndOrInTheMiddle) {
    EXPECT_EQ(fit_to_width("abcdef", 4), "abc…");
    EXPECT_EQ(fit_to_width("abcdef", 1), "…");
    EXPECT_EQ(fit_to_width("abcdef", 0), "");
    EXPECT_EQ(fit_to_width("abcdefgh", 5, Cut::middle), "ab…gh");
    EXPECT_EQ(fit_to_width("abcdefgh", 4, Cut::middle), "ab…h");
    EXPECT_EQ(fit_to_width("日本語", 4), "日…");
    EXPECT_EQ(fit_to_width("日本語", 5, Cut::middle), "日…語");
    EXPECT_EQ(fit_to_width("au\u0308bc", 3), "au\u0308…");
    EXPECT_EQ(fit_to_width("abcu\u0308", 3, Cut::middle), "a…u\u0308");
}

TEST(Text, TheResultNeverExceedsItsColumns) {
    const std::string text = "a日ü\u0301本x語\U0001f4bbyz\u0308";
    for (std::size_t columns = 0; columns < 20; ++columns) {
        for (const Cut cut : {Cut::end, Cut::middle}) {
            const std::string fitted = fit_to_width(text, columns, cut);
            EXPECT_LE(display_width(fitted), columns);
            EXPECT_TRUE(is_valid_utf8(fitted));
        }
    }
}

TEST(Text, OneOfAKindIsSingular) {
    EXPECT_EQ(counted(0, "file"), "0 files");
    EXPECT_EQ(counted(1, "file"), "1 file");
    EXPECT_EQ(counted(2, "file"), "2 files");
}

}  // namespace
}  // namespace iwant
