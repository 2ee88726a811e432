#include "app/daemon/part_folder_key.h"

#include <algorithm>

#include "base/hash.h"

namespace iwant::daemon {

namespace {

constexpr std::uint8_t kVersion = 2;
constexpr std::size_t kWholeBytes = 16;

class Writer {
  public:
    void number(std::uint64_t value) {
        for (int shift = 0; shift < 64; shift += 8) {
            bytes.push_back(static_cast<std::uint8_t>(value >> shift));
        }
    }
    void text(const std::string& value) {
        number(value.size());
        bytes.insert(bytes.end(), value.begin(), value.end());
    }
    std::vector<std::uint8_t> bytes{kVersion};
};

/// Reads zeros beyond the end and remembers that it did.
class Reader {
  public:
    explicit Reader(std::span<const std::uint8_t> bytes) : rest_(bytes) {}

    std::span<const std::uint8_t> take(std::uint64_t count) {
        if (count > rest_.size()) {
            failed = true;
            return {};
        }
        const std::span<const std::uint8_t> taken = rest_.first(count);
        rest_ = rest_.subspan(count);
        return taken;
    }
    std::uint64_t number() {
        std::uint64_t value = 0;
        int shift = 0;
        for (const std::uint8_t byte : take(8)) {
            value |= std::uint64_t{byte} << shift;
            shift += 8;
        }
        return value;
    }
    std::string text() {
        const std::span<const std::uint8_t> taken = take(number());
        return {taken.begin(), taken.end()};
    }
    bool at_end() const { return rest_.empty() && !failed; }

    bool failed = false;

  private:
    std::span<const std::uint8_t> rest_;
};

void write(Writer& writer, const PartStamp& stamp) {
    writer.number(stamp.inode);
    writer.number(static_cast<std::uint64_t>(stamp.modified_ns));
    writer.number(static_cast<std::uint64_t>(stamp.changed_ns));
}

PartStamp read_stamp(Reader& reader) {
    PartStamp stamp;
    stamp.inode = reader.number();
    stamp.modified_ns = static_cast<std::int64_t>(reader.number());
    stamp.changed_ns = static_cast<std::int64_t>(reader.number());
    return stamp;
}

}  // namespace

PartStamp part_stamp(const platform::FileStamp& stamp) {
    return {stamp.inode, stamp.modified_ns, stamp.changed_ns};
}

std::uint64_t mark_of(const platform::FileStamp& stamp) {
    Writer writer;
    write(writer, part_stamp(stamp));
    writer.number(stamp.size_bytes);
    const Hash256 hash = hash_bytes(writer.bytes);
    const std::uint64_t mark = Reader(hash.bytes).number();
    return mark != 0 ? mark : 1;
}

std::vector<std::uint8_t> PartKey::encode() const {
    Writer writer;
    writer.bytes.insert(writer.bytes.end(), content.bytes.begin(), content.bytes.end());
    writer.text(download_folder);
    writer.number(folder_device);
    writer.number(content_inode);
    writer.number(lists_inode);
    writer.text(moving_to);
    writer.number(static_cast<std::uint64_t>(use));
    writer.number(partial_files.size());
    for (const auto& [file, stamp] : partial_files) {
        writer.number(file);
        write(writer, stamp);
    }
    writer.number(whole_files.size());
    writer.bytes.reserve(writer.bytes.size() + whole_files.size() * kWholeBytes);
    for (const Whole& whole : whole_files) {
        writer.number(whole.file);
        writer.number(whole.mark);
    }
    return std::move(writer.bytes);
}

std::optional<PartKey> PartKey::decode(std::span<const std::uint8_t> bytes) {
    Reader reader(bytes);
    const std::span<const std::uint8_t> version = reader.take(1);
    if (version.empty() || version.front() != kVersion) return {};
    PartKey key;
    std::ranges::copy(reader.take(key.content.bytes.size()), key.content.bytes.begin());
    key.download_folder = reader.text();
    key.folder_device = reader.number();
    key.content_inode = reader.number();
    key.lists_inode = reader.number();
    key.moving_to = reader.text();
    key.use = reader.number() == 0 ? Use::closed : Use::open;
    for (std::uint64_t left = reader.number(); left > 0 && !reader.failed; --left) {
        const auto file = static_cast<std::uint32_t>(reader.number());
        key.partial_files[file] = read_stamp(reader);
    }
    for (std::uint64_t left = reader.number(); left > 0 && !reader.failed; --left) {
        const auto file = static_cast<std::uint32_t>(reader.number());
        key.whole_files.push_back({file, reader.number()});
    }
    if (!reader.at_end()) return {};
    return key;
}

}  // namespace iwant::daemon
