// Records over a real pair of sockets, and bulk streams whose other side is OpenSSL itself.

#include "io/net/record_layer.h"

#include <future>
#include <numeric>

#include <gtest/gtest.h>
#include <poll.h>
#include <sys/socket.h>

#include "core/protocol/codec.h"
#include "io/net/raw_client.h"
#include "io/net/socket.h"
#include "io/net/test_support.h"

namespace iwant::net {
namespace {

using std::chrono::seconds;
using Bytes = std::vector<std::uint8_t>;

Bytes counting(std::size_t size) {
    Bytes bytes(size);
    std::iota(bytes.begin(), bytes.end(), std::uint8_t{0});
    return bytes;
}

RecordCipher cipher(Direction direction) {
    return {EVP_aes_128_gcm(), nullptr, {EVP_sha256(), Bytes(32, 7)}, direction, 0};
}

class RecordLayerTest : public testing::Test {
  protected:
    RecordLayerTest() {
        int pair[2] = {};
        if (::socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, pair) != 0) std::abort();
        ours_ = Socket(pair[0]);
        theirs_ = Socket(pair[1]);
    }

    /// What comes until the stream waits or fails.
    Result<Bytes> read_all(RecordReader& reader, std::size_t at_once) const {
        Bytes all;
        for (;;) {
            Bytes some(at_once);
            const auto progress = reader.read(some);
            if (!progress) return std::unexpected(progress.error());
            if (progress->bytes == 0) return all;
            all.insert(all.end(), some.begin(), some.begin() + static_cast<long>(progress->bytes));
        }
    }
    void send_record(RecordCipher& sealer, RecordType type, const Bytes& content) const {
        Bytes record(content.size() + kRecordOverhead);
        sealer.seal(type, content, record.data());
        send_bytes(record);
    }
    void send_bytes(const Bytes& bytes) const {
        ASSERT_EQ(::send(ours_.descriptor(), bytes.data(), bytes.size(), MSG_NOSIGNAL),
                  static_cast<ssize_t>(bytes.size()));
    }
    std::string error_of(RecordReader& reader) const {
        const auto all = read_all(reader, 1000);
        return all ? "none" : all.error().text();
    }

    Socket ours_;
    Socket theirs_;
};

TEST_F(RecordLayerTest, ContentArrivesWhateverSizesItIsWrittenAndReadIn) {
    for (const std::size_t written : {1u, 5000u, 16384u, 40'000u}) {
        for (const std::size_t at_once : {1u, 100u, 16383u, 50'000u}) {
            RecordWriter writer(ours_.descriptor(), cipher(Direction::seal), 1000);
            RecordReader reader(theirs_.descriptor(), cipher(Direction::open), {});
            const Bytes content = counting(written);
            std::span<const std::uint8_t> left = content;
            while (!left.empty()) left = left.subspan(writer.write(left)->bytes);
            ASSERT_EQ(writer.flush().value(), Tls::Wait::nothing);
            EXPECT_EQ(read_all(reader, at_once).value(), content) << written << " " << at_once;
        }
    }
}

TEST_F(RecordLayerTest, NothingOfAChangedRecordIsEverRead) {
    for (const std::size_t at_once : {1u, 98u, 500u}) {
        RecordReader reader(theirs_.descriptor(), cipher(Direction::open), {});
        RecordCipher sealer = cipher(Direction::seal);
        send_record(sealer, RecordType::application_data, counting(30));
        Bytes record(90 + kRecordOverhead);
        sealer.seal(RecordType::application_data, counting(90), record.data());
        record[20] ^= 1;
        send_bytes(record);
        Bytes all;
        Bytes some(at_once);
        while (const auto progress = reader.read(some)) {
            all.insert(all.end(), some.begin(), some.begin() + static_cast<long>(progress->bytes));
        }
        EXPECT_EQ(all, counting(30)) << at_once;
    }
}

TEST_F(RecordLayerTest, WhatWasReadBeforeComesFirst) {
    RecordReader reader(theirs_.descriptor(), cipher(Direction::open), {1, 2, 3});
    RecordCipher sealer = cipher(Direction::seal);
    send_record(sealer, RecordType::application_data, {4, 5});
    EXPECT_EQ(read_all(reader, 2).value(), (Bytes{1, 2, 3, 4, 5}));
}

TEST_F(RecordLayerTest, WriterWaitsWhenNobodyReadsAndGoesOn) {
    RecordWriter writer(ours_.descriptor(), cipher(Direction::seal), 1'000'000);
    RecordReader reader(theirs_.descriptor(), cipher(Direction::open), {});
    const Bytes content = counting(10'000);
    std::size_t records = 0;
    while (writer.write(content)->wait == Tls::Wait::nothing) ASSERT_LT(++records, 10'000u);
    std::size_t read = read_all(reader, 10'000)->size();
    while (*writer.flush() == Tls::Wait::writable) read += read_all(reader, 10'000)->size();
    EXPECT_EQ(read + read_all(reader, 10'000)->size(), records * content.size());
}

TEST_F(RecordLayerTest, KeysChangeAfterTheirRecordsAndOnRequest) {
    RecordWriter writer(ours_.descriptor(), cipher(Direction::seal), 2);
    RecordReader reader(theirs_.descriptor(), cipher(Direction::open), {});
    const Bytes content = counting(100);
    for (int i = 0; i < 10; ++i) {
        if (i == 5) writer.change_key();
        ASSERT_EQ(writer.write(content)->bytes, content.size());
    }
    ASSERT_TRUE(writer.flush());
    EXPECT_EQ(read_all(reader, 100)->size(), 1000u);
    RecordReader without_updates(theirs_.descriptor(), cipher(Direction::open), {});
    EXPECT_FALSE(without_updates.take_key_request());
}

TEST_F(RecordLayerTest, TellsOfARequestForAKeyOnce) {
    RecordReader reader(theirs_.descriptor(), cipher(Direction::open), {});
    RecordCipher sealer = cipher(Direction::seal);
    send_record(sealer, RecordType::handshake, {24, 0, 0, 1, 1});
    EXPECT_TRUE(read_all(reader, 10)->empty());
    EXPECT_TRUE(reader.take_key_request());
    EXPECT_FALSE(reader.take_key_request());
}

TEST_F(RecordLayerTest, WhatCameBeforeTheEndIsNotLostByIt) {
    RecordReader reader(theirs_.descriptor(), cipher(Direction::open), {});
    RecordCipher sealer = cipher(Direction::seal);
    send_record(sealer, RecordType::application_data, {1, 2, 3});
    send_record(sealer, RecordType::alert, {1, 0});
    Bytes into(100);
    EXPECT_EQ(reader.read(into)->bytes, 3u);
    const auto end = reader.read(into);
    ASSERT_FALSE(end);
    EXPECT_EQ(end.error().code, ErrorCode::network);
    EXPECT_FALSE(reader.read(into)) << "it stays at its end";
}

TEST_F(RecordLayerTest, WhatIsNoneOfOursIsRefused) {
    const std::vector<std::pair<RecordType, Bytes>> bad = {
        {RecordType::alert, {2, 40}},              // handshake failure
        {RecordType::handshake, {4, 0, 0, 1, 0}},  // a ticket
        {RecordType::handshake, {24, 0, 0, 1, 2}},
        {RecordType::handshake, {24, 0, 0, 1}},
    };
    for (const auto& [type, content] : bad) {
        RecordReader reader(theirs_.descriptor(), cipher(Direction::open), {});
        RecordCipher sealer = cipher(Direction::seal);
        send_record(sealer, type, content);
        const auto all = read_all(reader, 1000);
        ASSERT_FALSE(all);
        EXPECT_EQ(all.error().code, ErrorCode::protocol);
    }
}

TEST_F(RecordLayerTest, WhatIsNoRecordIsRefusedByItsHeader) {
    for (const Bytes& bytes : {Bytes{22, 3, 3, 0, 40}, Bytes{23, 3, 3, 0xff, 0xff}}) {
        RecordReader reader(theirs_.descriptor(), cipher(Direction::open), {});
        send_bytes(bytes);
        EXPECT_NE(error_of(reader).find("not a record"), std::string::npos);
    }
}

TEST_F(RecordLayerTest, ForgedRecordsAreRefused) {
    RecordReader reader(theirs_.descriptor(), cipher(Direction::open), {});
    Bytes forged(100, 9);
    forged[0] = 23, forged[1] = 3, forged[2] = 3, forged[3] = 0, forged[4] = 95;
    send_bytes(forged);
    EXPECT_NE(error_of(reader).find("changed on its way"), std::string::npos);
}

TEST_F(RecordLayerTest, RecordsOfNothingAndKeysWithoutEndAreCutOff) {
    RecordReader reader(theirs_.descriptor(), cipher(Direction::open), {});
    RecordCipher sealer = cipher(Direction::seal);
    for (int i = 0; i < 40; ++i) send_record(sealer, RecordType::application_data, {});
    EXPECT_NE(error_of(reader).find("records of nothing"), std::string::npos);
    RecordReader other(theirs_.descriptor(), cipher(Direction::open), {});
    RecordCipher updater = cipher(Direction::seal);
    for (std::uint32_t i = 0; i <= kKeyUpdatesMax; ++i) {
        send_record(updater, RecordType::handshake, {24, 0, 0, 1, 0});
        updater.update_key();
        if (i == kKeyUpdatesMax) break;
        ASSERT_TRUE(read_all(other, 10)) << i;
    }
    EXPECT_NE(error_of(other).find("without end"), std::string::npos);
}

/// A peer whose bulk stream is OpenSSL's: what we put on the wire is TLS 1.3, nothing of our own.
class OpensslBulkTest : public testing::Test {
  protected:
    /// Dials, greets, and does `rest` with the connection, on a thread of its own.
    template <class Rest>
    auto dial(Rest rest) {
        return std::async(std::launch::async, [this, rest] {
            RawClient client(host_.port, key_.get(), configure_);
            protocol::Hello hello;
            hello.peer = peer_id_of(*raw_public_key(key_.get()));
            hello.port = 4926;
            hello.purpose = protocol::StreamPurpose::bulk;
            Bytes first = protocol::encode_frame(hello);
            first.insert(first.end(), with_hello_.begin(), with_hello_.end());
            if (!client.handshake() || !client.write(first) || client.read() == 0) return false;
            return rest(client);
        });
    }
    std::shared_ptr<BulkStream> accepted() {
        EXPECT_TRUE(run_until(context_, [&] { return !host_.listener.bulks.empty(); }));
        return host_.listener.bulks.empty() ? nullptr : host_.listener.bulks[0];
    }
    static protocol::Ping ping(std::uint64_t number) { return {number, {}}; }

    boost::asio::io_context context_;
    TestPeer host_{context_};
    const KeyPointer key_ = make_key("ED25519");
    RawClient::Configure configure_;
    Bytes with_hello_;  ///< in the same record
};

TEST_F(OpensslBulkTest, UnderstandsUsAndIsUnderstoodWithEachSuiteAndThroughKeyUpdates) {
    for (const char* suite :
         {"TLS_AES_128_GCM_SHA256", "TLS_CHACHA20_POLY1305_SHA256", "TLS_AES_256_GCM_SHA384"}) {
        configure_ = [suite](SSL_CTX* context) { SSL_CTX_set_ciphersuites(context, suite); };
        host_.listener.bulks.clear();
        auto openssl = dial([](RawClient& client) {
            for (std::uint64_t i = 0; i < 6; ++i) {
                const int request =
                    i % 2 == 0 ? SSL_KEY_UPDATE_REQUESTED : SSL_KEY_UPDATE_NOT_REQUESTED;
                if (SSL_key_update(client.ssl(), request) != 1) return false;
                if (!client.write(protocol::encode_frame(ping(i)))) return false;
                if (client.read() == 0) return false;
            }
            return SSL_shutdown(client.ssl()) >= 0;
        });
        const auto stream = accepted();
        ASSERT_TRUE(stream) << suite;
        for (std::uint64_t i = 0; i < 6; ++i) {
            const auto message = stream->receive(seconds(20));
            ASSERT_TRUE(message) << suite << ": " << message.error().text();
            EXPECT_EQ(*message, protocol::Message(ping(i)));
            ASSERT_TRUE(stream->send(ping(i)));
            ASSERT_TRUE(stream->flush());
        }
        const auto end = stream->receive(seconds(20));
        ASSERT_FALSE(end);
        EXPECT_NE(end.error().text().find("closed the connection"), std::string::npos)
            << end.error().text();
        EXPECT_TRUE(openssl.get()) << suite;
    }
}

TEST_F(OpensslBulkTest, MayPutItsFirstRequestIntoTheRecordOfItsHello) {
    with_hello_ = protocol::encode_frame(ping(7));
    auto openssl = dial([](RawClient& client) { return client.read() > 0; });
    const auto stream = accepted();
    ASSERT_TRUE(stream);
    const auto message = stream->receive(seconds(20));
    ASSERT_TRUE(message) << message.error().text();
    EXPECT_EQ(*message, protocol::Message(ping(7)));
    ASSERT_TRUE(stream->send(ping(8)));
    ASSERT_TRUE(stream->flush());
    EXPECT_TRUE(openssl.get());
}

TEST_F(OpensslBulkTest, AKeyUpdateBeforeTheHelloRefusesTheStream) {
    auto openssl = std::async(std::launch::async, [this] {
        RawClient client(host_.port, key_.get());
        protocol::Hello hello;
        hello.peer = peer_id_of(*raw_public_key(key_.get()));
        hello.port = 4926;
        hello.purpose = protocol::StreamPurpose::bulk;
        if (!client.handshake() || SSL_key_update(client.ssl(), SSL_KEY_UPDATE_NOT_REQUESTED) != 1)
            return false;
        if (!client.write(protocol::encode_frame(hello))) return false;
        while (client.read() > 0) {
        }
        return true;
    });
    EXPECT_TRUE(run_until(context_, [&] {
        return openssl.wait_for(std::chrono::milliseconds(0)) == std::future_status::ready;
    }));
    EXPECT_TRUE(openssl.get());
    EXPECT_TRUE(host_.listener.bulks.empty());
}

}  // namespace
}  // namespace iwant::net
