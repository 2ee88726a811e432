// Against the traces of RFC 8448 and against OpenSSL's own ciphers.

#include "io/net/record_cipher.h"

#include <string>
#include <string_view>

#include <gtest/gtest.h>

#include "base/hex.h"

namespace iwant::net {
namespace {

using Bytes = std::vector<std::uint8_t>;

Bytes from_hex(std::string_view digits) {
    Bytes bytes(digits.size() / 2);
    EXPECT_TRUE(hex_decode(digits, bytes));
    return bytes;
}

Bytes counting(std::size_t size) {
    Bytes bytes(size);
    for (std::size_t i = 0; i < size; ++i) bytes[i] = static_cast<std::uint8_t>(i);
    return bytes;
}

// RFC 8448, 3: client_application_traffic_secret_0.
constexpr std::string_view kSecret =
    "9e40646ce79a7f9dc05af8889bce6552875afa0b06df0087f792ebb7c17504a5";

TrafficSecret secret_of_the_rfc() {
    return {EVP_sha256(), from_hex(kSecret)};
}

RecordCipher cipher_of_the_rfc(Direction direction, std::uint64_t sequence = 0) {
    return {EVP_aes_128_gcm(), nullptr, secret_of_the_rfc(), direction, sequence};
}

TEST(TrafficSecret, GivesTheKeyAndTheNonceOfTheRfc) {
    EXPECT_EQ(secret_of_the_rfc().expand("key", 16), from_hex("17422dda596ed5d9acd890e3c63f5051"));
    EXPECT_EQ(secret_of_the_rfc().expand("iv", 12), from_hex("5b78923dee08579033e523d9"));
}

TEST(RecordCipher, SealsTheRecordOfTheRfc) {
    const Bytes content = counting(50);
    Bytes record(content.size() + kRecordOverhead);
    cipher_of_the_rfc(Direction::seal).seal(RecordType::application_data, content, record.data());
    EXPECT_EQ(record, from_hex("1703030043a23f7054b62c94d0affafe8228ba55cbefacea42f914aa66bcab3f2b"
                               "9819a8a5b46b395bd54a9a20441e2b62974e1f5a6292a2977014bd1e3deae63aee"
                               "bb21694915e4"));
}

class RecordCipherTest : public testing::TestWithParam<const EVP_CIPHER* (*)()> {
  protected:
    static RecordCipher make(Direction direction, const std::shared_ptr<const WideAesGcm>& wide) {
        return {GetParam()(), wide, secret_of_the_rfc(), direction, 7};
    }
    static Bytes sealed(RecordCipher& cipher, const Bytes& content) {
        Bytes record(content.size() + kRecordOverhead);
        cipher.seal(RecordType::application_data, content, record.data());
        return record;
    }
    const std::shared_ptr<const WideAesGcm> wide_ = WideAesGcm::find();
};

TEST_P(RecordCipherTest, OpensWhatItSealedWithWideInstructionsAndWithout) {
    for (const auto& sealer : {wide_, std::shared_ptr<const WideAesGcm>()}) {
        for (const auto& opener : {wide_, std::shared_ptr<const WideAesGcm>()}) {
            RecordCipher seal = make(Direction::seal, sealer);
            RecordCipher open = make(Direction::open, opener);
            for (const std::size_t size : {0u, 1u, 15u, 16u, 17u, 1000u, 16384u}) {
                const Bytes content = counting(size);
                const Bytes record = sealed(seal, content);
                Bytes out(size + 1);
                const auto opened = open.open(record, out.data());
                ASSERT_TRUE(opened) << size;
                EXPECT_EQ(opened->type, RecordType::application_data);
                out.resize(opened->size);
                EXPECT_EQ(out, content);
            }
        }
    }
}

TEST_P(RecordCipherTest, RefusesWhatWasChangedReorderedOrRepeated) {
    for (const auto& opener : {wide_, std::shared_ptr<const WideAesGcm>()}) {
        RecordCipher seal = make(Direction::seal, nullptr);
        const Bytes first = sealed(seal, counting(100));
        const Bytes second = sealed(seal, counting(100));
        Bytes out(100);
        EXPECT_FALSE(make(Direction::open, opener).open(second, out.data()));
        RecordCipher open = make(Direction::open, opener);
        EXPECT_TRUE(open.open(first, out.data()));
        EXPECT_FALSE(open.open(first, out.data()));
        for (const std::size_t at : {0u, 4u, 5u, 60u, 105u, 106u, 121u}) {
            Bytes changed = first;
            changed[at] ^= 1;
            EXPECT_FALSE(make(Direction::open, opener).open(changed, out.data())) << at;
        }
        EXPECT_FALSE(make(Direction::open, opener).open(std::span(first).first(20), out.data()));
    }
}

TEST_P(RecordCipherTest, GoesOnWithANewKey) {
    RecordCipher seal = make(Direction::seal, wide_);
    RecordCipher open = make(Direction::open, nullptr);
    Bytes out(10);
    EXPECT_TRUE(open.open(sealed(seal, counting(10)), out.data()));
    EXPECT_EQ(seal.records_with_key(), 8u);
    seal.update_key();
    EXPECT_EQ(seal.records_with_key(), 0u);
    RecordCipher behind = make(Direction::open, nullptr);
    const Bytes record = sealed(seal, counting(10));
    EXPECT_FALSE(behind.open(record, out.data()));
    open.update_key();
    EXPECT_TRUE(open.open(record, out.data()));
}

INSTANTIATE_TEST_SUITE_P(EachSuite, RecordCipherTest,
                         testing::Values(&EVP_aes_128_gcm, &EVP_chacha20_poly1305,
                                         &EVP_aes_256_gcm));

TEST(RecordCipher, TakesPaddingOff) {
    // A record whose "type" is zero is padded: the type is the last byte that is not.
    const Bytes inner = {'h', 'i', static_cast<std::uint8_t>(RecordType::application_data), 0, 0};
    Bytes record(inner.size() + kRecordOverhead);
    cipher_of_the_rfc(Direction::seal).seal(RecordType{0}, inner, record.data());
    Bytes out(inner.size());
    const auto opened = cipher_of_the_rfc(Direction::open).open(record, out.data());
    ASSERT_TRUE(opened);
    EXPECT_EQ(opened->type, RecordType::application_data);
    EXPECT_EQ(std::string(out.begin(), out.begin() + static_cast<long>(opened->size)), "hi");
}

TEST(RecordCipher, RefusesARecordOfPaddingOnly) {
    const Bytes inner(5, 0);
    Bytes record(inner.size() + kRecordOverhead);
    cipher_of_the_rfc(Direction::seal).seal(RecordType{0}, inner, record.data());
    Bytes out(inner.size());
    EXPECT_FALSE(cipher_of_the_rfc(Direction::open).open(record, out.data()));
}

}  // namespace
}  // namespace iwant::net
