#include "core/protocol/codec.h"

#include <limits>
#include <set>
#include <string>

#include <gtest/gtest.h>

#include "base/prng.h"
#include "core/protocol/limits.h"
#include "core/protocol/sample_messages.h"

namespace iwant::protocol {
namespace {

Bytes body_of(const Message& message) {
    const Bytes frame = encode_frame(message);
    return {frame.begin() + kFrameHeaderBytes, frame.end()};
}

TEST(Codec, EveryMessageSurvivesThereAndBack) {
    const std::vector<Message> messages = sample::messages();
    ASSERT_EQ(messages.size(), std::variant_size_v<Message>);
    for (std::size_t i = 0; i < messages.size(); ++i) {
        ASSERT_EQ(messages[i].index(), i) << "the samples are in the order of the variant";
        const auto decoded = decode_body(body_of(messages[i]));
        ASSERT_TRUE(decoded) << decoded.error().text();
        ASSERT_TRUE(*decoded);
        EXPECT_TRUE(**decoded == messages[i]) << message_name(messages[i]);
    }
}

TEST(Codec, TheLeastOfEveryMessageSurvivesToo) {
    const std::vector<Message> messages = sample::least_messages();
    ASSERT_EQ(messages.size(), std::variant_size_v<Message>);
    for (const Message& message : messages) {
        const auto decoded = decode_body(body_of(message));
        ASSERT_TRUE(decoded) << message_name(message) << decoded.error().text();
        ASSERT_TRUE(*decoded);
        EXPECT_TRUE(**decoded == message) << message_name(message);
    }
}

TEST(Codec, TheHeaderIsTheLengthBigEndian) {
    for (const Message& message : sample::messages()) {
        const Bytes frame = encode_frame(message);
        const std::size_t size = static_cast<std::size_t>(frame[2]) << 8 | frame[3];
        EXPECT_EQ(frame[0], 0);
        EXPECT_EQ(frame[1], 0);
        EXPECT_EQ(size, frame.size() - kFrameHeaderBytes);
        EXPECT_EQ(size, encoded_bytes(message));
    }
}

TEST(Codec, ExtremeNumbersSurvive) {
    constexpr std::uint64_t kMax = std::numeric_limits<std::uint64_t>::max();
    const Message messages[] = {
        Ping{kMax, {kMax, sample::peer(0xff)}},
        Register{{kMax, {}}, {kMax, kMax}, kMax, kMax, kMax, sample::signature(0xff)},
        FollowersRequest{{kMax, {}}, {0, std::numeric_limits<std::uint32_t>::max()}},
        HashReply{{kMax}, EntryKind::file, sample::hash(0), kFileSizeMax},
        LeaderClaim{{}, std::numeric_limits<std::uint32_t>::max()},
    };
    for (const Message& message : messages) {
        const auto decoded = decode_body(body_of(message));
        ASSERT_TRUE(decoded);
        EXPECT_TRUE(**decoded == message) << message_name(message);
    }
}

TEST(Codec, DatesOutOfAllRangeAreClamped) {
    CatalogUpdate update = sample::catalog_update();
    update.delta.changes[0].entry.modified = std::numeric_limits<UnixSeconds>::min();
    update.delta.changes[1].entry.modified = std::numeric_limits<UnixSeconds>::max();
    const auto decoded = decode_body(body_of(update));
    ASSERT_TRUE(decoded);
    const auto& changes = std::get<CatalogUpdate>(**decoded).delta.changes;
    EXPECT_EQ(changes[0].entry.modified, -(UnixSeconds{1} << 53));
    EXPECT_EQ(changes[1].entry.modified, UnixSeconds{1} << 53);
}

TEST(Codec, OfARemovedEntryOnlyTheIdTravels) {
    CatalogUpdate update = sample::catalog_update();
    update.delta.changes[2].entry.path = "../not even checked";
    const auto decoded = decode_body(body_of(update));
    ASSERT_TRUE(decoded);
    EXPECT_TRUE(**decoded == Message(sample::catalog_update()));
}

TEST(Codec, EveryKindHasANameOfItsOwn) {
    std::set<std::string> names;
    for (const Message& message : sample::messages()) names.insert(message_name(message));
    EXPECT_EQ(names.size(), std::variant_size_v<Message>);
    EXPECT_STREQ(message_name(Hello{}), "hello");
    EXPECT_STREQ(message_name(LocateReply{}), "locate_reply");
    EXPECT_STREQ(message_name(PieceListRequest{}), "piece_list_request");
    EXPECT_STREQ(message_name(Goodbye{}), "goodbye");
}

TEST(Codec, AKindThatIsNotKnownIsNothing) {
    // Field 119 of Frame, reserved for peer exchange: a message, a number, fixed numbers.
    const Bytes bodies[] = {{0xba, 0x07, 0x03, 'a', 'b', 'c'},
                            {0xb8, 0x07, 0x7f},
                            {0xbd, 0x07, 1, 2, 3, 4},
                            {0xb9, 0x07, 1, 2, 3, 4, 5, 6, 7, 8}};
    for (const Bytes& body : bodies) {
        const auto decoded = decode_body(body);
        ASSERT_TRUE(decoded) << decoded.error().text();
        EXPECT_FALSE(*decoded);
    }
}

TEST(Codec, AFieldThatIsNotKnownIsIgnored) {
    for (const Message& message : sample::messages()) {
        Bytes body = body_of(message);
        const Bytes unknown = {0xba, 0x07, 0x03, 'a', 'b', 'c'};
        body.insert(body.begin(), unknown.begin(), unknown.end());
        const auto decoded = decode_body(body);
        ASSERT_TRUE(decoded);
        ASSERT_TRUE(*decoded);
        EXPECT_TRUE(**decoded == message);
    }
}

TEST(Codec, NothingAndTooMuchAreRefused) {
    EXPECT_FALSE(decode_body({}));
    EXPECT_FALSE(decode_body(Bytes(kFrameBytesMax + 1)));
}

TEST(Codec, AMessageCutOffAnywhereIsRefusedOrAnotherMessage) {
    for (const Message& message : sample::messages()) {
        const Bytes body = body_of(message);
        for (std::size_t size = 0; size < body.size(); ++size) {
            const auto decoded = decode_body(std::span(body).first(size));
            if (decoded) {
                EXPECT_FALSE(*decoded && **decoded == message) << message_name(message) << size;
            } else {
                EXPECT_EQ(decoded.error().code, ErrorCode::protocol);
            }
        }
    }
}

TEST(Codec, WhateverIsDecodedCanBeEncoded) {
    Prng prng(20261122);
    const std::vector<Message> messages = sample::messages();
    std::size_t decoded_count = 0;
    for (int round = 0; round < 40'000; ++round) {
        Bytes body = body_of(messages[prng.below(messages.size())]);
        for (std::uint64_t changes = 1 + prng.below(4); changes > 0; --changes) {
            const std::size_t at = prng.below(body.size());
            switch (prng.below(4)) {
                case 0:
                    body[at] = static_cast<std::uint8_t>(prng.next());
                    break;
                case 1:
                    body[at] ^= static_cast<std::uint8_t>(1u << prng.below(8));
                    break;
                case 2:
                    body.insert(body.begin() + static_cast<std::ptrdiff_t>(at), 0xff);
                    break;
                default:
                    body.resize(at + 1);
            }
        }
        const auto decoded = decode_body(body);
        if (!decoded || !*decoded) continue;
        ++decoded_count;
        const auto again = decode_body(body_of(**decoded));
        ASSERT_TRUE(again);
        EXPECT_TRUE(**again == **decoded);
    }
    EXPECT_GT(decoded_count, 1000u);
}

TEST(CodecDeathTest, AMessageOfOursBeyondALimitIsABug) {
    EXPECT_DEATH(encode_frame(Hello{}), "bug");
    EXPECT_DEATH(encode_frame(LocateRequest{{1}, "xyz"}), "bug");
    Roster roster;
    roster.members.assign(kRosterMembersMax + 1, sample::member());
    EXPECT_DEATH(encode_frame(roster), "bug");
}

TEST(CodecDeathTest, AFrameAboveTheMaximumIsABug) {
    SearchReply reply;
    reply.seals = {sample::seal()};
    reply.results.assign(kQueryLimitMax, sample::result());
    for (SearchResult& result : reply.results) {
        result.sources.assign(kSourcesPerResultMax, {sample::peer(1), {1}, true});
    }
    EXPECT_LE(encoded_bytes(reply), kFrameBytesMax);
    EXPECT_TRUE(decode_body(body_of(reply)));
    const std::string component(255, 'x');
    for (SearchResult& result : reply.results) {
        result.path = component;
        for (int i = 0; i < 15; ++i) result.path += "/" + component;
    }
    EXPECT_GT(encoded_bytes(reply), kFrameBytesMax);
    EXPECT_DEATH(encode_frame(reply), "bug");
}

}  // namespace
}  // namespace iwant::protocol
