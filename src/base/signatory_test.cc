#include "base/signatory.h"

#include <vector>

#include <gtest/gtest.h>

#include "base/test_signatory.h"

namespace iwant {
namespace {

TEST(Signatory, APeersIdFollowsFromItsKey) {
    PublicKey key{};
    EXPECT_EQ(peer_id_of(key), peer_id_of(PublicKey{}));
    key[31] = 1;
    EXPECT_NE(peer_id_of(key), peer_id_of(PublicKey{}));
}

TEST(TestSignatory, SignsForItsBytesAndKeyOnly) {
    const TestSignatory ann(1, 1);
    const TestSignatory bob(1, 2);
    EXPECT_NE(ann.peer(), bob.peer());
    std::vector<std::uint8_t> bytes = {1, 2, 3};
    Signature signature = ann.sign(bytes);
    EXPECT_TRUE(bob.verify(ann.public_key(), bytes, signature));
    EXPECT_FALSE(bob.verify(bob.public_key(), bytes, signature));
    signature[63] ^= 1;
    EXPECT_FALSE(bob.verify(ann.public_key(), bytes, signature));
    signature[63] ^= 1;
    bytes.push_back(4);
    EXPECT_FALSE(bob.verify(ann.public_key(), bytes, signature));
}

TEST(TestSignatory, PeersOrderByTheirNumbers) {
    for (std::uint8_t number = 0; number < 20; ++number) {
        const PeerId peer = TestSignatory::numbered(number).peer();
        EXPECT_EQ(peer.hash.bytes[0], number);
        EXPECT_EQ(peer, TestSignatory::numbered(number).peer());
    }
}

}  // namespace
}  // namespace iwant
