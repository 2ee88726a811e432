#include "core/protocol/announcement.h"

#include <algorithm>
#include <string_view>

#include "core/protocol/limits.h"

namespace iwant::protocol {
namespace {

constexpr std::string_view kMagic = "iWnt";
constexpr std::uint8_t kVersion = 1;

constexpr std::size_t kBodyBytes = 4 + 1 + 1 + 2 + 32 + 8 + 8 + 8 + 32 + 4 + 8 + 8;
static_assert(kBodyBytes + kSignatureBytes <= 400);

/// Big-endian, as the network has it.
class Writer {
  public:
    Writer() { bytes_.reserve(kBodyBytes); }

    template <class Number>
    void number(Number value) {
        for (std::size_t shift = sizeof value; shift-- > 0;) {
            bytes_.push_back(static_cast<std::uint8_t>(value >> (8 * shift)));
        }
    }

    template <class Range>
    void raw(const Range& range) {
        bytes_.insert(bytes_.end(), range.begin(), range.end());
    }

    Bytes take() { return std::move(bytes_); }

  private:
    Bytes bytes_;
};

/// Reads what Writer wrote; the length has been checked before.
class Reader {
  public:
    explicit Reader(std::span<const std::uint8_t> bytes) : bytes_(bytes) {}

    template <class Number>
    void number(Number& value) {
        std::uint64_t wide = 0;
        for (const std::uint8_t byte : next(sizeof value)) wide = wide << 8 | byte;
        value = static_cast<Number>(wide);
    }

    template <std::size_t N>
    void raw(std::array<std::uint8_t, N>& value) {
        std::ranges::copy(next(N), value.begin());
    }

  private:
    std::span<const std::uint8_t> next(std::size_t count) {
        const std::span<const std::uint8_t> taken = bytes_.first(count);
        bytes_ = bytes_.subspan(count);
        return taken;
    }

    std::span<const std::uint8_t> bytes_;
};

std::unexpected<Error> refused(const char* problem) {
    return failure(ErrorCode::protocol, "read an announcement", problem);
}

}  // namespace

Bytes encode_announcement(const Announcement& announcement) {
    Writer writer;
    writer.raw(kMagic);
    writer.number(kVersion);
    writer.number(static_cast<std::uint8_t>(announcement.what));
    writer.number(announcement.port);
    writer.raw(announcement.public_key);
    writer.number(announcement.instance);
    writer.number(announcement.sequence);
    writer.number(announcement.leader.epoch);
    writer.raw(announcement.leader.leader.hash.bytes);
    writer.number(announcement.followers);
    writer.number(announcement.catalog.catalog_id);
    writer.number(announcement.catalog.version);
    return writer.take();
}

Result<Announcement> decode_announcement(std::span<const std::uint8_t> datagram) {
    if (datagram.size() != kBodyBytes + kSignatureBytes) return refused("it has another length");
    Reader reader(datagram);
    std::array<std::uint8_t, 4> magic{};
    std::uint8_t version = 0;
    std::uint8_t what = 0;
    Announcement announcement;
    reader.raw(magic);
    if (!std::ranges::equal(magic, kMagic)) return refused("it is from another program");
    reader.number(version);
    if (version != kVersion) return refused("it has another version");
    reader.number(what);
    if (what > static_cast<std::uint8_t>(Announcement::What::goodbye)) {
        return refused("it says neither here nor goodbye");
    }
    announcement.what = static_cast<Announcement::What>(what);
    reader.number(announcement.port);
    if (announcement.port == 0) return refused("its port is zero");
    reader.raw(announcement.public_key);
    reader.number(announcement.instance);
    reader.number(announcement.sequence);
    reader.number(announcement.leader.epoch);
    reader.raw(announcement.leader.leader.hash.bytes);
    reader.number(announcement.followers);
    reader.number(announcement.catalog.catalog_id);
    reader.number(announcement.catalog.version);
    return announcement;
}

}  // namespace iwant::protocol
