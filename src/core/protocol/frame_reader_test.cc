#include <gtest/gtest.h>

#include "core/protocol/codec.h"
#include "core/protocol/limits.h"

namespace iwant::protocol {
namespace {

Bytes frame_of(std::size_t size, std::uint8_t fill) {
    Bytes frame;
    for (int shift = 24; shift >= 0; shift -= 8) {
        frame.push_back(static_cast<std::uint8_t>(size >> shift));
    }
    frame.insert(frame.end(), size, fill);
    return frame;
}

void add(Bytes& stream, const Bytes& more) {
    stream.insert(stream.end(), more.begin(), more.end());
}

/// Takes all complete bodies.
void drain(FrameReader& reader, std::vector<Bytes>& bodies) {
    while (const auto body = reader.next_body()) bodies.emplace_back(body->begin(), body->end());
}

TEST(FrameReader, StreamsAreCutAlikeHoweverTheyArrive) {
    Bytes stream;
    add(stream, frame_of(1, 1));
    add(stream, frame_of(300, 2));
    add(stream, frame_of(7, 3));
    const std::vector<Bytes> expected = {Bytes(1, 1), Bytes(300, 2), Bytes(7, 3)};
    for (std::size_t first = 0; first <= stream.size(); ++first) {
        FrameReader reader;
        std::vector<Bytes> bodies;
        const std::span<const std::uint8_t> bytes = stream;
        ASSERT_TRUE(reader.append(bytes.first(first)));
        drain(reader, bodies);
        ASSERT_TRUE(reader.append(bytes.subspan(first)));
        drain(reader, bodies);
        EXPECT_EQ(bodies, expected) << first;
        EXPECT_FALSE(reader.in_frame());
    }
}

TEST(FrameReader, AByteAtATimeIsEnough) {
    const Bytes stream = frame_of(1000, 9);
    FrameReader reader;
    for (std::size_t i = 0; i < stream.size(); ++i) {
        EXPECT_EQ(reader.in_frame(), i > 0);
        EXPECT_FALSE(reader.next_body());
        ASSERT_TRUE(reader.append(std::span(&stream[i], 1)));
    }
    EXPECT_FALSE(reader.in_frame());
    EXPECT_TRUE(reader.next_body());
    EXPECT_FALSE(reader.next_body());
}

TEST(FrameReader, AThousandFramesMayComeAtOnce) {
    Bytes stream;
    for (int i = 0; i < 1000; ++i) add(stream, frame_of(5, static_cast<std::uint8_t>(i)));
    FrameReader reader;
    ASSERT_TRUE(reader.append(stream));
    std::vector<Bytes> bodies;
    drain(reader, bodies);
    EXPECT_EQ(bodies.size(), 1000u);
}

TEST(FrameReader, FramesTakenOneByOneWhileMoreArriveStayWhole) {
    FrameReader reader;
    std::vector<Bytes> bodies;
    for (int i = 0; i < 500; ++i) {
        Bytes stream = frame_of(100, static_cast<std::uint8_t>(i));
        add(stream, frame_of(50, static_cast<std::uint8_t>(i)));
        ASSERT_TRUE(reader.append(stream));
        const auto body = reader.next_body();
        ASSERT_TRUE(body);
        bodies.emplace_back(body->begin(), body->end());
    }
    drain(reader, bodies);
    ASSERT_EQ(bodies.size(), 1000u);
    for (std::size_t i = 0; i < bodies.size(); ++i) {
        EXPECT_EQ(bodies[i].size(), i % 2 == 0 ? 100u : 50u);
        EXPECT_EQ(bodies[i].front(), static_cast<std::uint8_t>(i / 2));
    }
}

TEST(FrameReader, LengthsFromOneToTheMaximumAreAccepted) {
    for (const std::size_t size : {std::size_t{1}, kFrameBytesMax - 1, kFrameBytesMax}) {
        FrameReader reader;
        ASSERT_TRUE(reader.append(frame_of(size, 1))) << size;
        ASSERT_TRUE(reader.next_body()) << size;
    }
}

TEST(FrameReader, OtherLengthsAreRefusedByTheHeaderAlone) {
    for (const std::size_t size : {std::size_t{0}, kFrameBytesMax + 1, std::size_t{0x7fffffff},
                                   std::size_t{0x80000000}, std::size_t{0xffffffff}}) {
        Bytes header;
        for (int shift = 24; shift >= 0; shift -= 8) {
            header.push_back(static_cast<std::uint8_t>(size >> shift));
        }
        FrameReader reader;
        const Result<void> appended = reader.append(header);
        ASSERT_FALSE(appended) << size;
        EXPECT_EQ(appended.error().code, ErrorCode::protocol);
        EXPECT_FALSE(reader.next_body());
    }
}

TEST(FrameReader, ABadHeaderBehindAGoodFrameIsFoundAfterIt) {
    Bytes stream = frame_of(3, 1);
    add(stream, {0xff, 0xff, 0xff, 0xff});
    FrameReader reader;
    ASSERT_TRUE(reader.append(stream));
    EXPECT_TRUE(reader.next_body());
    EXPECT_FALSE(reader.next_body());
    EXPECT_TRUE(reader.in_frame());
    EXPECT_FALSE(reader.append({}));
}

TEST(FrameReader, RawBytesBehindAFrameAreTakenAsTheyAre) {
    Bytes stream = frame_of(3, 1);
    const Bytes raw(5000, 0xff);
    add(stream, raw);
    FrameReader reader;
    ASSERT_TRUE(reader.append(stream));
    ASSERT_TRUE(reader.next_body());
    EXPECT_EQ(reader.take_rest(), raw);
    EXPECT_EQ(reader.take_rest(), Bytes());
    EXPECT_FALSE(reader.in_frame());
    ASSERT_TRUE(reader.append(frame_of(2, 7)));
    const auto body = reader.next_body();
    ASSERT_TRUE(body);
    EXPECT_EQ(Bytes(body->begin(), body->end()), Bytes(2, 7));
}

}  // namespace
}  // namespace iwant::protocol
