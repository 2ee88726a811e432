#include "io/net/identity.h"

#include <algorithm>
#include <fstream>
#include <string>

#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include "io/net/signature.h"
#include "io/net/test_support.h"
#include "io/platform/test_trace.h"

namespace iwant::net {
namespace {

class IdentityTest : public testing::Test {
  protected:
    std::filesystem::path key_file() const { return folder_.path() / "identity.key"; }

    void write_key_file(const std::string& content, mode_t mode) const {
        std::ofstream(key_file()) << content;
        ASSERT_EQ(0, ::chmod(key_file().c_str(), mode));
    }

    std::string content() const {
        std::ifstream file(key_file());
        return {std::istreambuf_iterator<char>(file), {}};
    }

    /// Loading fails with words that name the path and this fix, and leaves the file as it is.
    void expect_refused(ErrorCode code, const std::string& fix) const {
        const std::string before = content();
        const auto loaded = Identity::load_or_create(key_file());
        ASSERT_FALSE(loaded.has_value());
        EXPECT_EQ(code, loaded.error().code);
        const std::string text = loaded.error().text();
        EXPECT_NE(std::string::npos, text.find(key_file().string())) << text;
        EXPECT_NE(std::string::npos, text.find(fix)) << text;
        EXPECT_EQ(before, content());
    }

    TemporaryFolder folder_;
};

TEST_F(IdentityTest, IsMadeOnceAndThenStaysTheSame) {
    const auto first = Identity::load_or_create(key_file());
    const auto second = Identity::load_or_create(key_file());
    ASSERT_TRUE(first.has_value() && second.has_value());
    EXPECT_EQ(first->peer(), second->peer());
    EXPECT_EQ(peer_id_of(first->public_key()), first->peer());
    EXPECT_FALSE(first->peer().is_zero());
}

TEST_F(IdentityTest, IsWholeWhereverThePeerIsKilledWhenItMakesIt) {
    const auto make = [&] { static_cast<void>(Identity::load_or_create(key_file())); };
    const std::uint64_t calls = platform::TestTrace::at_each_call(
        platform::TestTrace::Kill{}, make, [&](std::uint64_t call) {
            const std::string left = content();
            const auto identity = Identity::load_or_create(key_file());
            ASSERT_TRUE(identity) << "killed at call " << call << ": " << identity.error().text();
            EXPECT_TRUE(left.empty() || left == content()) << "what was told to others stays";
            std::filesystem::remove(key_file());
        });
    EXPECT_GE(calls, 4u) << "create, write, sync, link";
}

TEST_F(IdentityTest, TwoPeersDiffer) {
    EXPECT_NE(make_identity().peer(), make_identity().peer());
}

TEST_F(IdentityTest, IsMadeForThisUserAloneWhateverTheUmask) {
    const mode_t before = ::umask(0);
    const auto made = Identity::load_or_create(key_file());
    ::umask(before);
    ASSERT_TRUE(made.has_value());
    struct stat info{};
    ASSERT_EQ(0, ::stat(key_file().c_str(), &info));
    EXPECT_EQ(0600u, info.st_mode & 07777u);
    const auto files = std::filesystem::directory_iterator(folder_.path());
    EXPECT_EQ(1, std::distance(begin(files), end(files))) << "nothing is left over";
}

TEST_F(IdentityTest, KeyThatOthersMayReadIsRefused) {
    ASSERT_TRUE(Identity::load_or_create(key_file()).has_value());
    for (const mode_t mode : {0644, 0640, 0604, 0620}) {
        ASSERT_EQ(0, ::chmod(key_file().c_str(), mode));
        expect_refused(ErrorCode::permission, "chmod 600");
    }
}

TEST_F(IdentityTest, GarbageIsRefusedAndNeverReplaced) {
    write_key_file("this is no key", 0600);
    expect_refused(ErrorCode::corrupt, "mv ");
    write_key_file("", 0600);
    expect_refused(ErrorCode::corrupt, "backup");
}

TEST_F(IdentityTest, TruncatedKeyIsRefused) {
    ASSERT_TRUE(Identity::load_or_create(key_file()).has_value());
    const std::string whole = content();
    for (const std::size_t size : {std::size_t{1}, whole.size() / 2, whole.size() - 30}) {
        write_key_file(whole.substr(0, size), 0600);
        expect_refused(ErrorCode::corrupt, "damaged");
    }
}

TEST_F(IdentityTest, KeyOfAnotherKindIsRefused) {
    // X25519, which is not for signatures.
    write_key_file(
        "-----BEGIN PRIVATE KEY-----\n"
        "MC4CAQAwBQYDK2VuBCIEIHgHbe1SBMFnrSGRRdZRpSbCR0eGvE0HqZ0hmNTSY6BL\n"
        "-----END PRIVATE KEY-----\n",
        0600);
    expect_refused(ErrorCode::corrupt, "not an Ed25519 key");
}

TEST_F(IdentityTest, HugeFileIsRefused) {
    write_key_file(std::string(100'000, 'x'), 0600);
    expect_refused(ErrorCode::permission, "too large");
}

TEST_F(IdentityTest, SymbolicLinkIsNotFollowed) {
    const auto elsewhere = folder_.path() / "elsewhere.key";
    ASSERT_TRUE(Identity::load_or_create(elsewhere).has_value());
    std::filesystem::create_symlink(elsewhere, key_file());
    expect_refused(ErrorCode::permission, "symbolic link");
    std::filesystem::remove(elsewhere);
    const auto loaded = Identity::load_or_create(key_file());
    EXPECT_FALSE(loaded.has_value());
    EXPECT_FALSE(std::filesystem::exists(elsewhere)) << "a dangling link makes no file";
}

TEST_F(IdentityTest, FolderAndPipeAreRefusedWithoutBlocking) {
    ASSERT_TRUE(std::filesystem::create_directory(key_file()));
    EXPECT_FALSE(Identity::load_or_create(key_file()).has_value());
    std::filesystem::remove(key_file());
    ASSERT_EQ(0, ::mkfifo(key_file().c_str(), 0600));
    EXPECT_FALSE(Identity::load_or_create(key_file()).has_value());
}

TEST_F(IdentityTest, KeyOfAnotherUserIsRefused) {
    if (::geteuid() != 0) GTEST_SKIP() << "skipped: needs root";
    ASSERT_TRUE(Identity::load_or_create(key_file()).has_value());
    ASSERT_EQ(0, ::chown(key_file().c_str(), 12345, 12345));
    expect_refused(ErrorCode::permission, "chown");
}

TEST_F(IdentityTest, MissingFolderFailsWithThePath) {
    const auto path = folder_.path() / "nowhere" / "identity.key";
    const auto made = Identity::load_or_create(path);
    ASSERT_FALSE(made.has_value());
    EXPECT_NE(std::string::npos, made.error().text().find(path.string()));
}

TEST_F(IdentityTest, SignatureHoldsForItsBytesAndKeyOnly) {
    const Identity identity = make_identity();
    std::vector<std::uint8_t> bytes = {1, 2, 3, 4};
    Signature signature = identity.sign(bytes);
    EXPECT_TRUE(verify_signature(identity.public_key(), bytes, signature));
    EXPECT_FALSE(verify_signature(make_identity().public_key(), bytes, signature));
    EXPECT_FALSE(verify_signature(PublicKey{}, bytes, signature));
    bytes[0] ^= 1;
    EXPECT_FALSE(verify_signature(identity.public_key(), bytes, signature));
    bytes[0] ^= 1;
    signature[63] ^= 0x20;
    EXPECT_FALSE(verify_signature(identity.public_key(), bytes, signature));
}

TEST_F(IdentityTest, EmptyMessageCanBeSigned) {
    const Identity identity = make_identity();
    EXPECT_TRUE(verify_signature(identity.public_key(), {}, identity.sign({})));
}

}  // namespace
}  // namespace iwant::net
