#include "io/net/signature.h"

#include <vector>

#include <gtest/gtest.h>

#include "io/net/test_support.h"

namespace iwant::net {
namespace {

const std::vector<std::uint8_t> kBytes = {1, 2, 3, 4};

TEST(ASignatureChecker, tells_right_from_wrong_also_with_a_key_that_it_kept) {
    const Identity ann = make_identity();
    const Identity bob = make_identity();
    SignatureChecker checker;
    for (int round = 0; round < 3; ++round) {
        EXPECT_TRUE(checker.verify(ann.public_key(), kBytes, ann.sign(kBytes)));
        EXPECT_FALSE(checker.verify(ann.public_key(), kBytes, bob.sign(kBytes)));
        EXPECT_FALSE(checker.verify(ann.public_key(), {}, ann.sign(kBytes)));
    }
    EXPECT_EQ(checker.keys_kept(), 1u);
}

TEST(ASignatureChecker, keeps_no_key_of_a_forger) {
    SignatureChecker checker;
    EXPECT_FALSE(checker.verify(make_identity().public_key(), kBytes, Signature{}));
    EXPECT_FALSE(checker.verify(PublicKey{}, kBytes, Signature{}));
    EXPECT_EQ(checker.keys_kept(), 0u);
}

TEST(ASignatureChecker, keeps_so_many_keys_and_no_more) {
    SignatureChecker checker;
    for (std::size_t i = 0; i < SignatureChecker::kKeysKept + 5; ++i) {
        const Identity peer = make_identity();
        EXPECT_TRUE(checker.verify(peer.public_key(), kBytes, peer.sign(kBytes)));
    }
    EXPECT_EQ(checker.keys_kept(), SignatureChecker::kKeysKept);
}

}  // namespace
}  // namespace iwant::net
