#pragma once

// What an owner announces of one shared file or folder. This is the one description that catalogue,
// wire and search index have in common.

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/ids.h"
#include "base/time.h"

namespace iwant {

/// One shared file or folder. `id` is stable for as long as the entry is shared.
struct Entry {
    EntryId id;
    EntryKind kind = EntryKind::file;
    /// Relative, '/' between components, starting with the shared folder's own name. UTF-8 in NFC.
    std::string path;
    std::uint64_t size_bytes = 0;  ///< of a folder: the sum of its files
    UnixSeconds modified = 0;
    std::optional<Hash256> content;  ///< FileId or TreeId; absent until hashed

    bool operator==(const Entry&) const = default;
};

/// An entry of a shared folder as people look through it, hashed or not.
struct FolderItem {
    std::string name;
    EntryKind kind = EntryKind::file;
    std::uint64_t size_bytes = 0;
    UnixSeconds modified = 0;
    std::optional<Hash256> content;
    std::uint64_t files = 0;  ///< of a folder, at any depth
    bool operator==(const FolderItem&) const = default;
};

/// One step in the life of a catalogue. Versions rise by any amount; each change has its own.
struct EntryChange {
    enum class What : std::uint8_t { present, removed };

    std::uint64_t version = 0;
    What what = What::present;
    Entry entry;  ///< of a removed one only the id counts

    bool operator==(const EntryChange&) const = default;
};

/// Which catalogue at which version. A catalogue restored or made anew has another id, so a version
/// that went back is never mistaken for one that is known.
struct CatalogState {
    std::uint64_t catalog_id = 0;
    std::uint64_t version = 0;

    bool operator==(const CatalogState&) const = default;
};

/// Changes after version `since`, in order of version, up to and including `up_to`.
struct CatalogDelta {
    std::uint64_t catalog_id = 0;
    std::uint64_t since = 0;
    std::uint64_t up_to = 0;
    bool more = false;  ///< the catalogue already has changes after `up_to`
    std::vector<EntryChange> changes;

    bool operator==(const CatalogDelta&) const = default;
};

}  // namespace iwant
