#include "core/search/tokens.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "core/search/letters.h"

namespace iwant::search {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::Le;
using testing::SizeIs;
using Words = std::vector<std::string>;

Words texts(std::string_view path, Field field) {
    Words found;
    for (const Token& token : tokens_of_path(path, EntryKind::file)) {
        const bool both_name = field == Field::name && token.field == Field::name_start;
        if (token.field == field || both_name) found.push_back(token.text);
    }
    return found;
}

TEST(Tokens, OfANameEndAtPunctuationCaseAndNumbers) {
    EXPECT_THAT(texts("The.Good-Wife_(uncut).mkv", Field::name),
                ElementsAre("the", "good", "wife", "uncut"));
    EXPECT_THAT(texts("SiliconValley", Field::name),
                ElementsAre("siliconvalley", "silicon", "valley"));
    EXPECT_THAT(texts("HTMLParser", Field::name), ElementsAre("htmlparser", "html", "parser"));
    EXPECT_THAT(texts("IMG2024", Field::name), ElementsAre("img", "2024"));
    EXPECT_THAT(texts("S01E02 1080p", Field::name), ElementsAre("s1", "e2", "1080p"));
}

TEST(Tokens, KeepApostrophesMarksAndIdsTogether) {
    EXPECT_THAT(texts("Don't O’Brien", Field::name), ElementsAre("dont", "obrien", "o", "brien"));
    EXPECT_THAT(texts("e\u0301te\u0301", Field::name), ElementsAre("ete"));
    EXPECT_THAT(texts("d41d8cd98f00b204e9800998ecf8427e", Field::name),
                ElementsAre("d41d8cd98f00b204e9800998ecf8427e"));
}

TEST(Tokens, HaveNoPunctuationInThemWhateverTheyAreFoldedFrom) {
    EXPECT_THAT(texts("½", Field::name), ElementsAre("12"));
    EXPECT_THAT(texts("ŉ", Field::name), ElementsAre("n"));
    for (const std::string_view text : {"½", "ﷺ", "ŉ", "⑴ ℀"})
        EXPECT_EQ(fold_for_search(fold_for_search(text)), fold_for_search(text)) << text;
}

TEST(Tokens, EndAtBytesThatAreNotUtf8) {
    EXPECT_THAT(texts("one\xfftwo \xc3", Field::name), ElementsAre("one", "two"));
}

TEST(Tokens, OfPunctuationAloneAreWhatIsTyped) {
    for (const std::string_view name : {"---", "-`. --..!!!", " ---"}) {
        EXPECT_THAT(words_of_query(name), SizeIs(1)) << name;
        EXPECT_THAT(texts(name, Field::name), testing::Contains(words_of_query(name).front()));
    }
}

TEST(Tokens, OfDenseScriptsAreCharactersAndPairs) {
    EXPECT_THAT(texts("東京物", Field::name), ElementsAre("東京", "東", "京物", "京", "物"));
    EXPECT_THAT(words_of_query("東京物"), ElementsAre("東京", "京物"));
    EXPECT_THAT(words_of_query("京"), ElementsAre("京"));
}

TEST(Tokens, KnowWhereTheyStand) {
    EXPECT_THAT(texts("Music/The Band/Last Waltz.flac", Field::name), ElementsAre("last", "waltz"));
    EXPECT_THAT(texts("Music/The Band/Last Waltz.flac", Field::extension), ElementsAre("flac"));
    EXPECT_THAT(texts("Music/The Band/Last Waltz.flac", Field::folder),
                ElementsAre("the", "band", "music"));
    EXPECT_THAT(texts("Band/band.band", Field::folder), IsEmpty());
    EXPECT_THAT(texts(".bashrc", Field::extension), IsEmpty());
}

TEST(Tokens, OfAnEntryAreAtMostAFixedNumber) {
    std::string path;
    for (int i = 0; i < 500; ++i) path += "w" + std::string(1 + i % 40, 'a' + i % 26) + "/";
    EXPECT_THAT(tokens_of_path(path + "name", EntryKind::file), SizeIs(Le(kTokensPerEntryMax)));
    EXPECT_EQ(tokens_of_path(path + "name", EntryKind::file).front().text, "name");
}

TEST(QueryWords, AreAskedOnceEachAndAtMostSixteen) {
    EXPECT_THAT(words_of_query("the Band THE band"), ElementsAre("the", "band"));
    std::string text;
    for (char letter = 'a'; letter <= 'z'; ++letter) text += std::string(3, letter) + " ";
    EXPECT_THAT(words_of_query(text), SizeIs(kQueryWordsMax));
    EXPECT_THAT(words_of_query("s01e02 x264 mp3"), ElementsAre("s1", "e2", "x264", "mp3"));
}

}  // namespace
}  // namespace iwant::search
