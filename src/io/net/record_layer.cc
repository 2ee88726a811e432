#include "io/net/record_layer.h"

#include <algorithm>
#include <system_error>
#include <utility>

#include "base/assert.h"
#include "io/net/socket_bytes.h"

namespace iwant::net {
namespace {

/// Several records for each call of the system, and still within the processor's cache
/// (doc/benchmarks.md).
constexpr std::size_t kTogetherBytes = 128 * 1024;
constexpr std::uint32_t kEmptyRecordsMax = 32;

// Handshake messages: a type, three bytes of length, and for a key update one byte: whether the
// peer should change its own key as well (RFC 8446, 4.6.3).
constexpr std::uint8_t kKeyUpdate = 24;
constexpr std::uint8_t kKeyUpdateMessage[] = {kKeyUpdate, 0, 0, 1, 0};
constexpr std::uint8_t kCloseNotify = 0;

constexpr char kTalk[] = "talk TLS to the peer";

std::unexpected<Error> broken(const char* what) {
    return failure(ErrorCode::protocol, kTalk, what);
}

std::unexpected<Error> gone(const Moved& moved) {
    return failure(
        ErrorCode::network, "talk to the peer",
        moved.error == 0 ? "the connection was cut" : std::generic_category().message(moved.error));
}

}  // namespace

RecordWriter::RecordWriter(int descriptor, RecordCipher cipher, std::uint64_t records_per_key)
    : descriptor_(descriptor),
      cipher_(std::move(cipher)),
      records_per_key_(records_per_key),
      records_(kTogetherBytes + 2 * (kRecordContentMax + kRecordOverhead)) {}

Result<Tls::Progress> RecordWriter::write(std::span<const std::uint8_t> bytes) {
    ASSERT(!bytes.empty());
    if (filled_ >= kTogetherBytes) {
        const auto wait = flush();
        if (!wait) return std::unexpected(wait.error());
        if (*wait != Tls::Wait::nothing) return Tls::Progress{0, *wait};
    }
    if (key_is_due_ || cipher_.records_with_key() >= records_per_key_) {
        put(RecordType::handshake, kKeyUpdateMessage);
        cipher_.update_key();
        key_is_due_ = false;
    }
    const auto content = bytes.first(std::min(bytes.size(), kRecordContentMax));
    put(RecordType::application_data, content);
    return Tls::Progress{content.size(), Tls::Wait::nothing};
}

void RecordWriter::put(RecordType type, std::span<const std::uint8_t> content) {
    cipher_.seal(type, content, records_.data() + filled_);
    filled_ += content.size() + kRecordOverhead;
}

Result<Tls::Wait> RecordWriter::flush() {
    while (sent_ < filled_) {
        const Moved put =
            send_some(descriptor_, std::span(records_).subspan(sent_, filled_ - sent_));
        if (put.error != 0) return gone(put);
        if (put.bytes == 0) return Tls::Wait::writable;
        sent_ += put.bytes;
    }
    filled_ = sent_ = 0;
    return Tls::Wait::nothing;
}

RecordReader::RecordReader(int descriptor, RecordCipher cipher, std::vector<std::uint8_t> content)
    : descriptor_(descriptor),
      cipher_(std::move(cipher)),
      content_(std::move(content)),
      received_(kTogetherBytes) {}

Result<Tls::Progress> RecordReader::read(std::span<std::uint8_t> into) {
    ASSERT(!into.empty());
    std::size_t done = take_content(into);
    while (done < into.size() && !failed_) {
        const auto record = next_record();
        if (!record) {
            failed_ = record.error();
        } else if (!record->empty()) {
            begin_ += record->size();
            done += open_next(*record, into.subspan(done));
        } else if (done > 0) {
            break;
        } else if (const auto wait = receive(); !wait) {
            failed_ = wait.error();
        } else if (*wait != Tls::Wait::nothing) {
            return Tls::Progress{0, *wait};
        }
    }
    // What came before the end is not lost by it.
    if (done == 0) return std::unexpected(*failed_);
    return Tls::Progress{done, Tls::Wait::nothing};
}

bool RecordReader::take_key_request() {
    return std::exchange(key_requested_, false);
}

std::size_t RecordReader::take_content(std::span<std::uint8_t> into) {
    const auto left = std::span(content_).subspan(content_taken_);
    const std::size_t size = std::min(left.size(), into.size());
    std::ranges::copy(left.first(size), into.begin());
    content_taken_ += size;
    return size;
}

/// With its header; empty when it is not here as a whole.
Result<std::span<const std::uint8_t>> RecordReader::next_record() const {
    const auto here = std::span(received_).subspan(begin_, end_ - begin_);
    if (here.size() < kRecordHeaderBytes) return std::span<const std::uint8_t>();
    const std::size_t body = std::size_t{here[3]} << 8 | here[4];
    const bool encrypted = here[0] == static_cast<std::uint8_t>(RecordType::application_data);
    if (!encrypted || body > kRecordBodyMax) return broken("it sent what is not a record");
    const std::size_t size = kRecordHeaderBytes + body;
    return here.size() < size ? std::span<const std::uint8_t>() : here.first(size);
}

Result<Tls::Wait> RecordReader::receive() {
    if (begin_ == end_) begin_ = end_ = 0;
    if (received_.size() - begin_ < kRecordHeaderBytes + kRecordBodyMax) {
        std::copy(received_.begin() + static_cast<std::ptrdiff_t>(begin_),
                  received_.begin() + static_cast<std::ptrdiff_t>(end_), received_.begin());
        end_ -= std::exchange(begin_, 0);
    }
    const Moved got = receive_some(descriptor_, std::span(received_).subspan(end_));
    if (got.error != 0 || got.at_end) return gone(got);
    end_ += got.bytes;
    return got.bytes == 0 ? Tls::Wait::readable : Tls::Wait::nothing;
}

/// How many bytes of content came to `into`; what has no room there is kept.
std::size_t RecordReader::open_next(std::span<const std::uint8_t> record,
                                    std::span<std::uint8_t> into) {
    const std::size_t most = record.size() - std::min(record.size(), kRecordOverhead);
    const bool fits = most <= into.size();
    if (!fits) content_.resize(most);
    std::uint8_t* const place = fits ? into.data() : content_.data();
    const auto opened = cipher_.open(record, place);
    if (!opened) return fail("a record was changed on its way");
    const std::span content(place, opened->size);
    if (opened->type == RecordType::application_data) {
        empty_records_ = content.empty() ? empty_records_ + 1 : 0;
        if (empty_records_ > kEmptyRecordsMax) return fail("it sends records of nothing");
        if (fits) return content.size();
        content_.resize(content.size());
        content_taken_ = 0;
        return take_content(into);
    }
    content_taken_ = content_.size();
    if (opened->type == RecordType::handshake) return handshake(content);
    const bool closed = content.size() == 2 && content[1] == kCloseNotify;
    if (!closed) return fail("it ended the connection with an alert");
    failed_ = Error{ErrorCode::network, "talk to the peer", "the peer closed the connection"};
    return 0;
}

std::size_t RecordReader::fail(const char* what) {
    // Of a record that is not right nothing may be read, though all of it was decrypted.
    content_.clear();
    content_taken_ = 0;
    failed_ = broken(what).error();
    return 0;
}

std::size_t RecordReader::handshake(std::span<const std::uint8_t> message) {
    const bool updates = message.size() == sizeof kKeyUpdateMessage &&
                         std::equal(message.begin(), message.end() - 1, kKeyUpdateMessage) &&
                         message.back() <= 1;
    if (!updates) return fail("it shakes hands again");
    if (++key_updates_ > kKeyUpdatesMax) return fail("the peer changes its keys without end");
    if (message.back() == 1) key_requested_ = true;
    cipher_.update_key();
    return 0;
}

Result<Tls::Progress> RecordLayer::read(std::span<std::uint8_t> into) {
    auto progress = reader_.read(into);
    if (reader_.take_key_request()) writer_.change_key();
    return progress;
}

}  // namespace iwant::net
