// When the source of randomness fails, nothing is made of the numbers that it did not give.

#include <gtest/gtest.h>

// The only way to make OpenSSL's randomness fail from outside.
#define OPENSSL_SUPPRESS_DEPRECATED
#include <openssl/rand.h>

#include "io/net/test_support.h"

namespace iwant::net {
namespace {

int give_nothing(unsigned char*, int) {
    return 0;
}
int not_seeded() {
    return 0;
}

/// For its lifetime there is no randomness.
class NoRandomness {
  public:
    NoRandomness() { RAND_set_rand_method(&kMethod); }
    ~NoRandomness() { RAND_set_rand_method(nullptr); }
    NoRandomness(const NoRandomness&) = delete;
    NoRandomness& operator=(const NoRandomness&) = delete;

  private:
    static constexpr RAND_METHOD kMethod{nullptr, give_nothing, nullptr,
                                         nullptr, give_nothing, not_seeded};
};

TEST(Randomness, WithoutItNoKeyIsMade) {
    const TemporaryFolder folder;
    const auto file = folder.path() / "identity.key";
    {
        const NoRandomness fails;
        EXPECT_FALSE(Identity::load_or_create(file));
        EXPECT_FALSE(std::filesystem::exists(file));
    }
    EXPECT_TRUE(Identity::load_or_create(file));
}

TEST(Randomness, WithoutItNoCertificateIsMade) {
    const Identity identity = make_identity();
    const NoRandomness fails;
    EXPECT_FALSE(TlsContext::create(identity, 1));
}

TEST(Randomness, WithoutItNoSessionComesAbout) {
    boost::asio::io_context context;
    TestPeer ann(context);
    TestPeer bob(context);
    {
        const NoRandomness fails;
        ann.transport.dial(bob.address(), bob.identity.peer());
        ASSERT_TRUE(run_until(context, [&] { return !ann.listener.failed.empty(); }));
        EXPECT_TRUE(ann.listener.opened.empty() && bob.listener.opened.empty());
    }
    ann.transport.dial(bob.address(), bob.identity.peer());
    EXPECT_TRUE(run_until(context, [&] { return !bob.listener.opened.empty(); }));
}

}  // namespace
}  // namespace iwant::net
