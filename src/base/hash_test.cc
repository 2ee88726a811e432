#include "base/hash.h"

#include <vector>

#include <gtest/gtest.h>

namespace iwant {
namespace {

/// The input of the official test vectors: bytes 0 to 250, again and again.
std::vector<std::uint8_t> vector_input(std::size_t size) {
    std::vector<std::uint8_t> bytes(size);
    for (std::size_t i = 0; i < size; ++i) bytes[i] = static_cast<std::uint8_t>(i % 251);
    return bytes;
}

// Expected values: test_vectors.json of the BLAKE3 repository.

TEST(Hash, IsBlake3) {
    EXPECT_EQ(hash_bytes(vector_input(0)).hex(),
              "af1349b9f5f9a1a6a0404dea36dcc9499bcb25c9adc112b7cc9a93cae41f3262");
    EXPECT_EQ(hash_bytes(vector_input(1)).hex(),
              "2d3adedff11b61f14c886e35afa036736dcd87a74d27b5c1510225d0f592e213");
    EXPECT_EQ(hash_bytes(vector_input(1024)).hex(),
              "42214739f095a406f3fc83deb889744ac00df831c10daa55189b5d121c855af7");
}

TEST(Hash, OneContextHashesLikeTheOfficialOne) {
    Hasher hasher("BLAKE3 2019-12-27 16:29:52 test vectors context");
    hasher.update(vector_input(0));
    EXPECT_EQ(hasher.digest().hex(),
              "2cc39783c223154fea8dfb7c1b1660f2ac2dcbd1c1de8277b0b0dd39b7e50d7d");
}

TEST(Hash, PartsGiveTheSameAsTheWhole) {
    const std::vector<std::uint8_t> bytes = vector_input(100'000);
    for (const std::size_t cut : {0u, 1u, 1023u, 1024u, 1025u, 65536u, 100'000u}) {
        Hasher hasher;
        hasher.update(std::span(bytes).first(cut)).update(std::span(bytes).subspan(cut));
        EXPECT_EQ(hasher.digest(), hash_bytes(bytes)) << cut;
    }
}

TEST(Hash, ADigestDoesNotEndTheHasher) {
    Hasher hasher;
    hasher.update("a");
    EXPECT_EQ(hasher.digest(), hasher.digest());
    hasher.update("b");
    Hasher whole;
    whole.update("ab");
    EXPECT_EQ(hasher.digest(), whole.digest());
}

TEST(Hash, NumbersAreEightBytesLittleEndian) {
    Hasher number;
    number.update_u64(0x0102030405060708);
    Hasher bytes;
    bytes.update(std::vector<std::uint8_t>{8, 7, 6, 5, 4, 3, 2, 1});
    EXPECT_EQ(number.digest(), bytes.digest());
}

TEST(Hash, AMovedHasherGoesOn) {
    Hasher first;
    first.update("a");
    Hasher second = std::move(first);
    second.update("b");
    Hasher whole;
    whole.update("ab");
    EXPECT_EQ(second.digest(), whole.digest());
}

}  // namespace
}  // namespace iwant
