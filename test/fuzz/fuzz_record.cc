// Records of a bulk stream from a peer that has the keys and may send whatever it likes: what is
// read is what was sent up to the first thing that is wrong, and nothing after it, however the
// bytes arrive and in whatever sizes they are asked for.

#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include <sys/socket.h>

#include "base/assert.h"
#include "input.h"
#include "io/net/record_layer.h"
#include "io/net/socket.h"

namespace {

using iwant::fuzz::Input;
using iwant::net::Direction;
using iwant::net::RecordCipher;
using iwant::net::RecordReader;
using iwant::net::RecordType;
using iwant::net::Socket;
using iwant::net::WideAesGcm;
using Bytes = std::vector<std::uint8_t>;

constexpr std::size_t kStreamBytesMax = std::size_t{32} << 10;  // a pair of sockets holds it
constexpr std::size_t kContentMax = iwant::net::kRecordContentMax - 256;  // with its padding
constexpr unsigned kFew = 8;  // key updates and records of nothing that any reader takes

RecordCipher cipher(Direction direction, std::shared_ptr<const WideAesGcm> wide = nullptr) {
    return {EVP_aes_128_gcm(), std::move(wide), {EVP_sha256(), Bytes(32, 7)}, direction, 0};
}

/// What a peer sends, and what of it has to be read.
struct Stream {
    Bytes bytes;
    Bytes content;             ///< before the first thing that is wrong
    bool is_broken = false;    ///< something is
    bool is_doubtful = false;  ///< more of something than readers have to take
};

class Sender {
  public:
    Stream send(Input& input) {
        while (!input.is_empty() && stream_.bytes.size() < kStreamBytesMax) step(input);
        return std::move(stream_);
    }

  private:
    void step(Input& input) {
        const std::uint8_t what = input.byte();
        switch (what % 8) {
            case 0:
                return send_plain(input);
            case 1:
                return send_changed(input);
            case 2:
                return update_key(what / 8 % 2);
            case 3:
                return send_other(input);
            default:
                return send_content(input);
        }
    }

    static Bytes content_of(Input& input) {
        std::size_t size = input.byte();
        size *= 1 + input.byte() % 65;
        const std::uint8_t first = input.byte();
        Bytes content(std::min(size, kContentMax));
        for (std::size_t i = 0; i < content.size(); ++i) {
            content[i] = static_cast<std::uint8_t>(first + i * i);
        }
        return content;
    }

    Bytes sealed(RecordType type, const Bytes& content) {
        Bytes record(content.size() + iwant::net::kRecordOverhead);
        sealer_.seal(type, content, record.data());
        return record;
    }
    void put(const Bytes& bytes) {
        stream_.bytes.insert(stream_.bytes.end(), bytes.begin(), bytes.end());
    }

    void send_content(Input& input) {
        const Bytes content = content_of(input);
        // The type, then zeros that are no content: the sealed type is one of them.
        Bytes padded = content;
        padded.push_back(static_cast<std::uint8_t>(RecordType::application_data));
        padded.resize(padded.size() + input.byte() % 200);
        put(sealed(RecordType{0}, padded));
        empty_in_a_row_ = content.empty() ? empty_in_a_row_ + 1 : 0;
        stream_.is_doubtful |= empty_in_a_row_ > kFew;
        if (stream_.is_broken) return;
        stream_.content.insert(stream_.content.end(), content.begin(), content.end());
    }
    void update_key(std::uint8_t asks_for_ours) {
        put(sealed(RecordType::handshake, {24, 0, 0, 1, asks_for_ours}));
        sealer_.update_key();
        stream_.is_doubtful |= ++key_updates_ > kFew;
    }
    /// Anything that is no content: a reader goes on behind a key update only.
    void send_other(Input& input) {
        Bytes content = content_of(input);
        content.push_back(99);  // no key update
        put(sealed(input.byte() % 2 == 0 ? RecordType::alert : RecordType::handshake, content));
        stream_.is_broken = true;
    }
    void send_changed(Input& input) {
        Bytes record = sealed(RecordType::application_data, content_of(input));
        std::size_t at = input.byte();
        at = at * 256 + input.byte();
        record[at % record.size()] ^= static_cast<std::uint8_t>(1 << input.byte() % 8);
        put(record);
        stream_.is_broken = true;
    }
    void send_plain(Input& input) {
        const std::string text = input.up_to('\n') + '\n';
        put({text.begin(), text.end()});
        stream_.is_broken = true;
    }

    RecordCipher sealer_ = cipher(Direction::seal);
    Stream stream_;
    unsigned key_updates_ = 0;
    unsigned empty_in_a_row_ = 0;
};

/// What is read until it fails, as it has to in the end.
Bytes read_all(const Stream& stream, std::size_t sent_at_once, std::size_t read_at_once,
               std::shared_ptr<const WideAesGcm> wide) {
    int pair[2] = {};
    if (::socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, pair) != 0) std::abort();
    std::optional<Socket> theirs{Socket(pair[0])};
    const Socket ours(pair[1]);
    RecordReader reader(ours.descriptor(), cipher(Direction::open, std::move(wide)), {});
    Bytes all;
    std::span<const std::uint8_t> left = stream.bytes;
    Bytes some(read_at_once);
    for (;;) {
        const auto progress = reader.read(some);
        if (!progress) {
            ASSERT(!reader.read(some));
            return all;
        }
        ASSERT(progress->bytes <= some.size());
        all.insert(all.end(), some.begin(), some.begin() + static_cast<long>(progress->bytes));
        if (progress->bytes > 0) continue;
        const auto part = left.first(std::min(sent_at_once, left.size()));
        left = left.subspan(part.size());
        if (part.empty()) {
            theirs.reset();
        } else if (::send(theirs->descriptor(), part.data(), part.size(), MSG_NOSIGNAL) !=
                   static_cast<ssize_t>(part.size())) {
            std::abort();
        }
    }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    static const auto wide = WideAesGcm::find();
    Input input(data, size);
    const std::size_t sent_at_once = 1 + input.byte() * std::size_t{97};
    const std::size_t read_at_once = 1 + input.byte() * std::size_t{97};
    const Stream stream = Sender().send(input);
    const Bytes read = read_all(stream, 2 * kStreamBytesMax, 2 * kStreamBytesMax, nullptr);
    ASSERT(read.size() <= stream.content.size());
    ASSERT(std::equal(read.begin(), read.end(), stream.content.begin()));
    ASSERT(stream.is_doubtful || read == stream.content);
    ASSERT(read_all(stream, sent_at_once, read_at_once, wide) == read);
    return 0;
}
