#pragma once

// The folders that entries lie in, as a tree: each folder's own name once, however many files it
// has. A folder lives as long as something is in it.

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "core/search/arena.h"
#include "core/search/keyed_hash.h"
#include "core/search/slabs.h"
#include "core/search/tag_table.h"
#include "core/search/text_packer.h"

namespace iwant::search {

using FolderId = std::uint32_t;  ///< used again after the folder left
inline constexpr FolderId kNoFolder = 0xFFFFFFFF;

/// Not thread-safe. Borrows the arena. A folder is found by the hash of its path alone: it is keyed
/// and has 64 bits, so equal ones are taken for equal paths.
class Folders {
  public:
    Folders(Arena& arena, std::uint64_t key) : arena_(arena), hash_(key) {}

    /// Fetches into the processor's cache what enter will read first.
    void prefetch(std::string_view path) const {
        if (!path.empty()) by_path_.prefetch(hash_(path.substr(0, path.size() - 1)));
    }
    /// The folder of this path ("a/b/", with a slash at the end; empty: kNoFolder), with one more
    /// use.
    FolderId enter(std::string_view path);
    /// One use less.
    void leave(FolderId folder);

    FolderId parent(FolderId folder) const { return nodes_[folder].parent; }
    void append_name(FolderId folder, std::string& text) const;
    /// Appends the path with a slash at the end; nothing for kNoFolder.
    void append_path(FolderId folder, std::string& text) const;

    /// Rises when a FolderId becomes free to mean another folder.
    std::uint64_t departures() const { return departures_; }
    std::size_t memory_bytes() const {
        return nodes_.memory_bytes() + by_path_.memory_bytes() + packer_.memory_bytes();
    }

  private:
    struct Node {
        FolderId parent = kNoFolder;
        Arena::Ref name = Arena::kNone;
        std::uint32_t uses = 0;               ///< entries and folders in it
        std::array<std::uint32_t, 2> hash{};  ///< of its path; in halves, so that a node is small
    };

    /// The folder of a path without a slash at the end.
    FolderId find_or_add(std::string_view path);
    FolderId add(FolderId parent, std::string_view name, std::uint64_t hash);
    std::uint64_t hash_of(FolderId folder) const {
        const auto& halves = nodes_[folder].hash;
        return std::uint64_t{halves[1]} << 32 | halves[0];
    }

    Arena& arena_;
    TextPacker packer_;  ///< of their own: folders are named otherwise than what lies in them
    KeyedHash hash_;
    Pool<Node> nodes_;
    TagTable by_path_;
    std::uint64_t departures_ = 0;
    std::string packed_;     ///< kept for its memory
    std::string last_path_;  ///< entries of one folder mostly come together
    FolderId last_folder_ = kNoFolder;
};

}  // namespace iwant::search
