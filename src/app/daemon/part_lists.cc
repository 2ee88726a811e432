#include "app/daemon/part_lists.h"

#include <array>
#include <utility>
#include <vector>

namespace iwant::daemon {

namespace {

constexpr std::string_view kListsFile = "lists";
constexpr std::size_t kHeadBytes = 8;
constexpr std::size_t kHashBytes = sizeof(Hash256);

/// A file's number and how many hashes follow.
struct Head {
    std::uint32_t file = 0;
    std::uint32_t count = 0;

    std::array<std::uint8_t, kHeadBytes> encode() const {
        std::array<std::uint8_t, kHeadBytes> bytes{};
        for (unsigned i = 0; i < 4; ++i) {
            bytes[i] = static_cast<std::uint8_t>(file >> 8 * i);
            bytes[4 + i] = static_cast<std::uint8_t>(count >> 8 * i);
        }
        return bytes;
    }
    static Head decode(const std::array<std::uint8_t, kHeadBytes>& bytes) {
        Head head;
        for (unsigned i = 0; i < 4; ++i) {
            head.file |= std::uint32_t{bytes[i]} << 8 * i;
            head.count |= std::uint32_t{bytes[4 + i]} << 8 * i;
        }
        return head;
    }
};

}  // namespace

PartLists::PartLists(const platform::Folder& folder, const swarm::Plan& plan, std::uint64_t inode)
    : folder_(folder), plan_(plan), inode_(inode) {
    if (inode_ == 0) return;
    Result<platform::File> file = folder_.open_file_for_writing(kListsFile);
    const Result<platform::FileInfo> info =
        file ? file->info() : Result<platform::FileInfo>(std::unexpected(file.error()));
    if (!info || info->stamp.inode != inode_) return;
    file_ = std::move(*file);
    read_index();
}

/// As far as it makes sense: what a crash left at its end is written over.
void PartLists::read_index() {
    const Result<platform::FileInfo> info = file_.info();
    if (!info) return;
    std::array<std::uint8_t, kHeadBytes> bytes{};
    while (file_.read_at(end_, bytes).value_or(0) == bytes.size()) {
        const Head head = Head::decode(bytes);
        if (head.file >= plan_.files.size()) return;
        const std::uint64_t pieces = piece_count(plan_.files[head.file].size_bytes);
        const std::uint64_t next = end_ + kHeadBytes + pieces * kHashBytes;
        if (head.count != pieces || next > info->stamp.size_bytes) return;
        offsets_[FileIndex{head.file}] = end_ + kHeadBytes;
        end_ = next;
    }
}

Result<void> PartLists::open() {
    if (file_.is_open()) return {};
    Result<platform::File> file = folder_.create_file(kListsFile, 0600);
    if (!file && file.error().code == ErrorCode::already_exists) {
        if (auto removed = folder_.remove_file(kListsFile); !removed) return removed;
        file = folder_.create_file(kListsFile, 0600);
    }
    if (!file) return failure(std::move(file));
    const Result<platform::FileInfo> info = file->info();
    if (!info) return std::unexpected(info.error());
    inode_ = info->stamp.inode;
    file_ = std::move(*file);
    return {};
}

Result<void> PartLists::add(FileIndex index, const PieceList& list) {
    if (offsets_.contains(index)) return {};
    if (auto opened = open(); !opened) return opened;
    const Head head{index.value, static_cast<std::uint32_t>(list.hashes.size())};
    const auto head_bytes = head.encode();
    std::vector<std::uint8_t> bytes(head_bytes.begin(), head_bytes.end());
    bytes.reserve(kHeadBytes + list.hashes.size() * kHashBytes);
    for (const Hash256& hash : list.hashes) {
        bytes.insert(bytes.end(), hash.bytes.begin(), hash.bytes.end());
    }
    if (auto written = file_.write_at(end_, bytes); !written) return written;
    offsets_[index] = end_ + kHeadBytes;
    end_ += bytes.size();
    return {};
}

std::optional<PieceList> PartLists::find(FileIndex index) {
    const auto kept = offsets_.find(index);
    if (kept == offsets_.end()) return std::nullopt;
    const swarm::PlannedFile& planned = plan_.files[index.value];
    PieceList list{planned.size_bytes, {}};
    std::vector<std::uint8_t> bytes(piece_count(planned.size_bytes) * kHashBytes);
    if (file_.read_at(kept->second, bytes).value_or(0) != bytes.size()) return std::nullopt;
    for (auto from = bytes.begin(); from != bytes.end(); from += kHashBytes) {
        Hash256& hash = list.hashes.emplace_back();
        std::copy_n(from, kHashBytes, hash.bytes.begin());
    }
    if (file_id(list) == planned.file) return list;
    offsets_.erase(kept);  // it is kept anew when it comes again
    return std::nullopt;
}

}  // namespace iwant::daemon
