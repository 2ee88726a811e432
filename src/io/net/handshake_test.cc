// Who is let in and who is not: attackers with other keys, certificates, versions and protocols.

#include <future>

#include <csignal>
#include <gtest/gtest.h>

#include "core/protocol/codec.h"
#include "io/net/raw_client.h"
#include "io/net/test_support.h"

namespace iwant::net {
namespace {

class HandshakeTest : public testing::Test {
  protected:
    // The attacker's own writes to a closed socket.
    static void SetUpTestSuite() { std::signal(SIGPIPE, SIG_IGN); }

    static protocol::Bytes hello_of(const EVP_PKEY* key) {
        protocol::Hello hello;
        hello.peer = peer_id_of(raw_public_key(key).value_or(PublicKey{1}));
        hello.name = "mallory";
        hello.port = 4926;
        return protocol::encode_frame(hello);
    }

    /// Whether a client that says a proper Hello hears anything at all in answer.
    bool is_answered(EVP_PKEY* key, const RawClient::Configure& configure = {}) {
        auto answered = std::async(std::launch::async, [&] {
            RawClient client(host_.port, key, configure);
            if (!client.handshake()) return false;
            client.write(hello_of(key));
            return client.read() > 0;
        });
        run_until(context_, [&] {
            return answered.wait_for(std::chrono::milliseconds(0)) == std::future_status::ready;
        });
        return answered.get();
    }

    boost::asio::io_context context_;
    TestPeer host_{context_};
    KeyPointer key_ = make_key("ED25519");
};

TEST_F(HandshakeTest, ProperClientIsLetIn) {
    EXPECT_TRUE(is_answered(key_.get()));
    EXPECT_EQ(1u, host_.listener.opened.size());
}

TEST_F(HandshakeTest, ClientWithoutCertificateIsRefused) {
    EXPECT_FALSE(is_answered(nullptr));
    EXPECT_TRUE(host_.listener.opened.empty());
}

TEST_F(HandshakeTest, KeysOfOtherKindsAreRefused) {
    for (const char* kind : {"RSA", "P-256", "ED448"}) {
        const auto key = make_key(kind);
        EXPECT_FALSE(is_answered(key.get())) << kind;
    }
    EXPECT_TRUE(host_.listener.opened.empty());
}

TEST_F(HandshakeTest, MoreThanOneCertificateIsRefused) {
    for (const int extra : {1, 500}) {
        EXPECT_FALSE(is_answered(key_.get(), [&](SSL_CTX* context) {
            for (int i = 0; i < extra; ++i) {
                auto certificate = make_test_certificate(key_.get(), 0, 3600);
                SSL_CTX_add_extra_chain_cert(context, certificate.release());
            }
        })) << extra;
    }
    EXPECT_TRUE(host_.listener.opened.empty());
}

TEST_F(HandshakeTest, DatesOfACertificateMeanNothing) {
    for (const auto& [begins, ends] : {std::pair{-7200L, -3600L}, std::pair{3600L, 7200L}}) {
        EXPECT_TRUE(is_answered(key_.get(), [&, from = begins, to = ends](SSL_CTX* context) {
            const auto certificate = make_test_certificate(key_.get(), from, to);
            SSL_CTX_use_certificate(context, certificate.get());
        }));
    }
}

TEST_F(HandshakeTest, OlderTlsIsRefused) {
    EXPECT_FALSE(is_answered(key_.get(), [](SSL_CTX* context) {
        SSL_CTX_set_max_proto_version(context, TLS1_2_VERSION);
    }));
}

TEST_F(HandshakeTest, OtherProtocolsAreRefused) {
    for (const char* name : {"http/1.1", "iwant/10", "iwant/", "iwant/2", "IWANT/1"}) {
        EXPECT_FALSE(is_answered(key_.get(), [&](SSL_CTX* context) { set_alpn(context, name); }))
            << name;
    }
    EXPECT_FALSE(is_answered(key_.get(), [](SSL_CTX* context) {
        SSL_CTX_set_alpn_protos(context, nullptr, 0);
    })) << "none at all";
    EXPECT_TRUE(host_.listener.opened.empty());
}

TEST_F(HandshakeTest, OurProtocolIsFoundAmongOthers) {
    EXPECT_TRUE(is_answered(key_.get(), [](SSL_CTX* context) {
        const unsigned char list[] = "\x02h2\x07iwant/1\x01x";
        SSL_CTX_set_alpn_protos(context, list, sizeof list - 1);
    }));
}

TEST_F(HandshakeTest, OtherKeyExchangesAreRefused) {
    EXPECT_FALSE(is_answered(key_.get(),
                             [](SSL_CTX* context) { SSL_CTX_set1_groups_list(context, "P-256"); }));
}

TEST_F(HandshakeTest, SessionsAreNeverResumed) {
    auto resumed = std::async(std::launch::async, [&] {
        RawClient first(host_.port, key_.get());
        if (!first.handshake() || !first.write(hello_of(key_.get())) || first.read() == 0)
            return -1;
        SSL_SESSION* session = SSL_get1_session(first.ssl());
        const int resumable = SSL_SESSION_is_resumable(session);
        SSL_SESSION_free(session);
        return resumable;
    });
    ASSERT_TRUE(run_until(context_, [&] {
        return resumed.wait_for(std::chrono::milliseconds(0)) == std::future_status::ready;
    }));
    EXPECT_EQ(0, resumed.get());
}

/// Accepts one connection as a TLS server of ours would, but for ALPN.
void serve_without_alpn(int listening, EVP_PKEY* key) {
    const int descriptor = ::accept(listening, nullptr, nullptr);
    const SslContextPointer context(SSL_CTX_new(TLS_server_method()));
    const auto certificate = make_test_certificate(key, 0, 3600);
    SSL_CTX_use_certificate(context.get(), certificate.get());
    SSL_CTX_use_PrivateKey(context.get(), key);
    const SslPointer ssl(SSL_new(context.get()));
    SSL_set_fd(ssl.get(), descriptor);
    std::uint8_t byte = 0;
    // A client that says Hello to this server would be heard here.
    const bool spoken = SSL_accept(ssl.get()) == 1 && SSL_read(ssl.get(), &byte, 1) == 1;
    ERR_clear_error();
    ::close(descriptor);
    if (spoken) std::abort();
}

TEST_F(HandshakeTest, ServerThatDoesNotAgreeOnOurProtocolIsLeft) {
    const int listening = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof address;
    auto* generic = reinterpret_cast<sockaddr*>(&address);
    ASSERT_EQ(0, ::bind(listening, generic, size));
    ASSERT_EQ(0, ::listen(listening, 1));
    ASSERT_EQ(0, ::getsockname(listening, generic, &size));
    auto served =
        std::async(std::launch::async, [&] { serve_without_alpn(listening, key_.get()); });
    host_.transport.dial({"127.0.0.1", ntohs(address.sin_port)}, std::nullopt);
    ASSERT_TRUE(run_until(context_, [&] { return !host_.listener.failed.empty(); }));
    EXPECT_NE(std::string::npos, host_.listener.failed[0].error.message.find("iwant/1"));
    served.get();
    ::close(listening);
}

}  // namespace
}  // namespace iwant::net
