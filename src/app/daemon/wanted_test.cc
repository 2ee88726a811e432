#include "app/daemon/wanted.h"

#include <gmock/gmock.h>

namespace iwant::daemon {
namespace {

using testing::HasSubstr;

Hash256 content(std::uint8_t first) {
    Hash256 hash;
    hash.bytes.fill(first);
    return hash;
}

protocol::SearchResult result(std::uint8_t first, const std::string& path = "music/song.mp3") {
    protocol::SearchResult found;
    found.content = content(first);
    found.path = path;
    return found;
}

PeerId peer(std::uint8_t number) {
    return PeerId{content(number)};
}

TEST(RowNumber, IsAFewDigits) {
    EXPECT_EQ(row_number("1"), 1U);
    EXPECT_EQ(row_number("0"), 0U);
    EXPECT_EQ(row_number("99999"), 99999U);
    EXPECT_EQ(row_number("007"), 7U);
}

TEST(RowNumber, IsNothingElse) {
    for (const char* typed : {"", "-1", "+1", " 1", "1 ", "1a", "0x1", "1.0", "123456"}) {
        EXPECT_EQ(row_number(typed), std::nullopt) << typed;
    }
}

TEST(HashDigits, AreSixTo64HexadecimalDigitsInLowerCase) {
    EXPECT_EQ(hash_digits("ABCdef").value(), "abcdef");
    EXPECT_EQ(hash_digits("123456").value(), "123456");
    EXPECT_EQ(hash_digits(std::string(64, 'F')).value(), std::string(64, 'f'));
}

TEST(HashDigits, AreNothingElse) {
    for (const std::string& typed :
         {std::string(), std::string("abcde"), std::string("abcdeg"), std::string(65, 'a'),
          std::string("abc def"), std::string("abcde\n")}) {
        const auto digits = hash_digits(typed);
        ASSERT_FALSE(digits) << typed;
        EXPECT_EQ(digits.error().code, ErrorCode::invalid_argument);
        EXPECT_EQ(digits.error().text().find('\n'), std::string::npos);
    }
}

TEST(OnlyMatch, IsTheOneContentThatStartsSo) {
    protocol::LocateReply reply;
    reply.matches = {result(0xab)};
    EXPECT_EQ(only_match("ABABAB", reply).value().content, content(0xab));
}

TEST(OnlyMatch, OfSeveralIsAnErrorThatListsThem) {
    protocol::LocateReply reply;
    reply.matches = {result(0xab, "a/one.txt"), result(0xab, "a/two\x1b[2J.txt")};
    reply.matches[1].content->bytes[31] = 1;
    const auto match = only_match("ababab", reply);
    ASSERT_FALSE(match);
    EXPECT_EQ(match.error().code, ErrorCode::invalid_argument);
    EXPECT_THAT(match.error().message, HasSubstr(content(0xab).hex() + "  a/one.txt"));
    EXPECT_THAT(match.error().message, HasSubstr("two"));
    EXPECT_EQ(match.error().message.find('\x1b'), std::string::npos);
}

TEST(OnlyMatch, OfNoneSaysWhetherAskingAgainMayHelp) {
    protocol::LocateReply reply;
    reply.complete = true;
    EXPECT_EQ(only_match("ababab", reply).error().code, ErrorCode::not_found);
    reply.complete = false;
    EXPECT_EQ(only_match("ababab", reply).error().code, ErrorCode::unavailable);
}

TEST(OnlyMatch, IsNeverSomethingThatWasNotAskedFor) {
    protocol::LocateReply reply;
    reply.complete = true;
    reply.matches = {result(0xcd)};
    EXPECT_EQ(only_match("ababab", reply).error().code, ErrorCode::not_found);
    reply.matches[0].content.reset();
    EXPECT_EQ(only_match("ababab", reply).error().code, ErrorCode::not_found);
    reply.matches = {result(0xcd), result(0xab), result(0xab)};
    reply.matches[2].content.reset();
    EXPECT_EQ(only_match("ababab", reply).value().content, content(0xab));
}

TEST(TargetOf, TakesNameSizeAndTheOthersWhoHaveIt) {
    protocol::SearchResult found = result(0xab, "music/deep/song.mp3");
    found.size_bytes = 42;
    found.sources = {{peer(1), {10}, true}, {peer(2), {20}, true}, {peer(3), {30}, false}};
    const auto target = target_of(found, peer(2));
    ASSERT_TRUE(target) << target.error().text();
    EXPECT_EQ(target->name, "song.mp3");
    EXPECT_EQ(target->size_bytes, 42U);
    EXPECT_EQ(target->content, content(0xab));
    EXPECT_THAT(target->sources,
                testing::ElementsAre(swarm::Source{peer(1), {10}}, swarm::Source{peer(3), {30}}));
}

TEST(TargetOf, FailsForWhatOnlyWeShare) {
    protocol::SearchResult found = result(0xab);
    found.sources = {{peer(1), {10}, true}};
    EXPECT_EQ(target_of(found, peer(1)).error().code, ErrorCode::already_exists);
}

catalog::KeptContent kept(std::uint8_t first, const std::string& path) {
    return {content(first), peer(3), path, EntryKind::folder, 77, 5};
}

TEST(OnlyKept, IsTheOneContentThatIsKept) {
    const Error nobody{ErrorCode::not_found, "download abcdef", "nobody"};
    EXPECT_EQ(only_kept("abcdef", {}, nobody).error().message, "nobody");
    EXPECT_EQ(only_kept("abcdef", {kept(0xab, "x")}, nobody).value().path, "x");
    const auto several = only_kept("abcdef", {kept(0xab, "TV/x\n"), kept(0xac, "TV/y")}, nobody);
    ASSERT_FALSE(several);
    EXPECT_EQ(several.error().code, ErrorCode::invalid_argument);
    EXPECT_THAT(several.error().message, HasSubstr(content(0xac).hex() + "  TV/y"));
    EXPECT_THAT(several.error().message, testing::Not(HasSubstr("x\n")));
}

TEST(TargetOf, WhatIsKnownFromEarlierWaitsForWhoeverHasItOrCannotBeAskedFor) {
    protocol::SearchResult away = result(0xab);
    away.sources = {{peer(3), EntryId{}, false}};
    EXPECT_TRUE(target_of(away, peer(1)).value().sources.empty());
    away.content.reset();
    const auto unknown = target_of(away, peer(1));
    ASSERT_FALSE(unknown);
    EXPECT_EQ(unknown.error().code, ErrorCode::unavailable);
    away.sources.push_back({peer(4), EntryId{7}, false});
    EXPECT_EQ(target_of(away, peer(1)).value().sources.back().entry, EntryId{7});
}

TEST(TargetOf, SomethingKeptHasNoSourcesYet) {
    const swarm::Target target = target_of(kept(0xab, "Shared/TV"));
    EXPECT_EQ(target.content, content(0xab));
    EXPECT_EQ(target.name, "TV");
    EXPECT_EQ(target.kind, EntryKind::folder);
    EXPECT_EQ(target.size_bytes, 77u);
    EXPECT_TRUE(target.sources.empty());
}

}  // namespace
}  // namespace iwant::daemon
