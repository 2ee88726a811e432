#include "core/search/text_packer.h"

#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "base/prng.h"

namespace iwant::search {
namespace {

std::string unpacked(const TextPacker& packer, const std::string& packed) {
    std::string text;
    const auto* bytes = reinterpret_cast<const std::uint8_t*>(packed.data());
    EXPECT_EQ(packer.unpack(bytes, text), packed.size());
    EXPECT_EQ(TextPacker::packed_size(bytes), packed.size());
    return text;
}

std::string name_number(std::uint64_t number) {
    constexpr const char* kWords[] = {"Silicon", "Valley", "Holiday", "Report", "Winter", "The"};
    Prng prng(number);
    std::string name;
    for (int i = 0; i < 3; ++i) name += std::string(kWords[prng.below(std::uint64_t{6})]) + " ";
    return name + "S0" + std::to_string(prng.below(std::uint64_t{9})) + ".1080p.mkv";
}

TEST(TextPacker, GivesBackWhatItPackedHoweverMuchItLearntSince) {
    std::vector<std::string> texts{"", "a", std::string(300, 'x'), "\xff\xfe\x80", "東京物語"};
    for (std::uint64_t i = 0; i < 400; ++i) texts.push_back(name_number(i));
    TextPacker learning;
    std::vector<std::string> packed;
    for (const std::string& text : texts) {
        packed.emplace_back();
        learning.pack(text, packed.back());
        for (std::uint64_t i = 0; i < 100; ++i) learning.observe(name_number(i));
    }
    for (std::size_t i = 0; i < texts.size(); ++i)
        EXPECT_EQ(unpacked(learning, packed[i]), texts[i]);
}

TEST(TextPacker, HalvesNamesLikeThoseItSaw) {
    TextPacker packer;
    std::size_t before = 0;
    std::size_t after = 0;
    for (std::uint64_t i = 0; i < 3000; ++i) {
        packer.observe(name_number(i));
        std::string packed;
        packer.pack(name_number(i), packed);
        if (i < 2000) continue;
        before += name_number(i).size();
        after += packed.size();
    }
    EXPECT_LT(2 * after, before);
}

TEST(TextPacker, NeverMakesATextMuchLonger) {
    TextPacker packer;
    for (std::uint64_t i = 0; i < 3000; ++i) packer.observe(name_number(i));
    Prng prng(1);
    for (int i = 0; i < 500; ++i) {
        std::string text;
        for (std::uint64_t n = prng.below(std::uint64_t{400}); n > 0; --n) {
            text.push_back(static_cast<char>(prng.next()));
        }
        std::string packed;
        packer.pack(text, packed);
        ASSERT_LE(packed.size(), text.size() + 3);
        ASSERT_EQ(unpacked(packer, packed), text);
    }
}

}  // namespace
}  // namespace iwant::search
