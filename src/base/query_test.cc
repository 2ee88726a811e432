#include "base/query.h"

#include <gtest/gtest.h>

namespace iwant {
namespace {

TEST(FileType, ComesFromTheExtensionInAnyCase) {
    EXPECT_EQ(type_of_name("film.mkv"), FileType::video);
    EXPECT_EQ(type_of_name("Song.FLAC"), FileType::audio);
    EXPECT_EQ(type_of_name("photo.Heic"), FileType::image);
    EXPECT_EQ(type_of_name("Größe.pdf"), FileType::document);
    EXPECT_EQ(type_of_name("src.tar.gz"), FileType::archive);
    EXPECT_EQ(type_of_name("setup.exe"), FileType::program);
    EXPECT_EQ(type_of_name("a.3g2"), FileType::video);
    EXPECT_EQ(type_of_name("a.zst"), FileType::archive);
    EXPECT_EQ(type_of_name("a.AppImage"), FileType::program);
}

TEST(FileType, IsAnyWithoutAKnownExtension) {
    for (const char* name : {"", ".", "README", ".mp3", "a.", "a.mp3x", "a.mp", "mp3", "a.mp3 ",
                             "a.averylongextensionindeed", "a.\xff\xff"}) {
        EXPECT_EQ(type_of_name(name), FileType::any) << name;
    }
}

TEST(FileType, EveryTypeHasAWordThatIsReadBack) {
    for (int i = 0; i <= static_cast<int>(FileType::folder); ++i) {
        const auto type = static_cast<FileType>(i);
        EXPECT_EQ(parse_file_type(to_string(type)), type);
    }
    EXPECT_EQ(parse_file_type("video"), FileType::video);
    EXPECT_FALSE(parse_file_type("Video"));
    EXPECT_FALSE(parse_file_type(""));
    EXPECT_FALSE(parse_file_type("films"));
}

TEST(FileTypes, AreReadBackFromTheirNumberAndNoOther) {
    FileTypes types = FileType::audio;
    types.add(FileType::folder);
    EXPECT_EQ(types.bits(), 0b1000'0100u);
    EXPECT_EQ(FileTypes::from_bits(types.bits()), types);
    EXPECT_EQ(FileTypes::from_bits(0), FileTypes());
    for (const std::uint32_t wrong : {1u, 0b1000'0101u, 256u, 0xFFFFFFFFu}) {
        EXPECT_FALSE(FileTypes::from_bits(wrong)) << wrong;
    }
}

TEST(FileTypes, HoldWhatWasAdded) {
    FileTypes types = FileType::any;
    EXPECT_TRUE(types.is_empty());
    types.add(FileType::video);
    EXPECT_TRUE(types.contains(FileType::video));
    EXPECT_FALSE(types.contains(FileType::audio));
    EXPECT_FALSE(types.contains(FileType::any));
}

}  // namespace
}  // namespace iwant
