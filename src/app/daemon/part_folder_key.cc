#include "app/daemon/part_folder_key.h"

#include <algorithm>

namespace iwant::daemon {

namespace {

constexpr std::uint8_t kVersion = 1;

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

}  // namespace

std::vector<std::uint8_t> PartKey::encode() const {
    Writer writer;
    writer.bytes.insert(writer.bytes.end(), content.bytes.begin(), content.bytes.end());
    writer.text(download_folder);
    writer.number(folder_device);
    writer.number(content_inode);
    writer.text(moving_to);
    for (const auto& [file, inode] : partial_files) {
        writer.number(file);
        writer.number(inode);
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
    key.moving_to = reader.text();
    while (!reader.failed && !reader.at_end()) {
        const auto file = static_cast<std::uint32_t>(reader.number());
        key.partial_files[file] = reader.number();
    }
    if (!reader.at_end()) return {};
    return key;
}

}  // namespace iwant::daemon
