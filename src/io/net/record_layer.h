#pragma once

// The records of a bulk stream, once OpenSSL has shaken hands: the same bytes on the wire as its
// own would be (RFC 8446, 5), with fewer copies and, where the processor has them, faster
// instructions. OpenSSL 3.0 decrypts in one buffer and copies from there, one record a call;
// doc/benchmarks.md has what that costs. Private to io/net.

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "base/result.h"
#include "io/net/record_cipher.h"
#include "io/net/tls.h"

namespace iwant::net {

/// Seals what is written and sends several records at a time.
class RecordWriter {
  public:
    RecordWriter(int descriptor, RecordCipher cipher, std::uint64_t records_per_key);

    /// Takes some of `bytes`, or says what to wait for.
    Result<Tls::Progress> write(std::span<const std::uint8_t> bytes);
    /// Sends what was taken, or says what to wait for.
    Result<Tls::Wait> flush();
    /// The next record is one that says so, those after it have another key.
    void change_key() { key_is_due_ = true; }

  private:
    void put(RecordType type, std::span<const std::uint8_t> content);

    int descriptor_;
    RecordCipher cipher_;
    std::uint64_t records_per_key_;
    bool key_is_due_ = false;
    std::vector<std::uint8_t> records_;
    std::size_t filled_ = 0;  ///< of `records_`
    std::size_t sent_ = 0;    ///< of those
};

/// Receives several records at a time and opens them where the caller wants their content, if it
/// has room for it.
class RecordReader {
  public:
    /// `content` was read already and comes first.
    RecordReader(int descriptor, RecordCipher cipher, std::vector<std::uint8_t> content);

    /// At least one byte, or what to wait for. The end of the stream is an error (network).
    Result<Tls::Progress> read(std::span<std::uint8_t> into);
    /// Whether the peer asked for a key update of ours since the last call.
    bool take_key_request();

  private:
    std::size_t take_content(std::span<std::uint8_t> into);
    Result<std::span<const std::uint8_t>> next_record() const;
    Result<Tls::Wait> receive();
    std::size_t open_next(std::span<const std::uint8_t> record, std::span<std::uint8_t> into);
    std::size_t handshake(std::span<const std::uint8_t> message);
    std::size_t fail(const char* what);

    int descriptor_;
    RecordCipher cipher_;
    std::vector<std::uint8_t> content_;  ///< of a record that did not fit where it was wanted
    std::size_t content_taken_ = 0;
    std::vector<std::uint8_t> received_;
    std::size_t begin_ = 0;  ///< of what is not opened yet
    std::size_t end_ = 0;
    std::uint32_t key_updates_ = 0;
    std::uint32_t empty_records_ = 0;  ///< in a row
    bool key_requested_ = false;
    std::optional<Error> failed_;  ///< what every later call returns
};

class RecordLayer {
  public:
    RecordLayer(RecordWriter writer, RecordReader reader)
        : writer_(std::move(writer)), reader_(std::move(reader)) {}

    Result<Tls::Progress> read(std::span<std::uint8_t> into);
    Result<Tls::Progress> write(std::span<const std::uint8_t> bytes) {
        return writer_.write(bytes);
    }
    Result<Tls::Wait> flush() { return writer_.flush(); }

  private:
    RecordWriter writer_;
    RecordReader reader_;
};

}  // namespace iwant::net
