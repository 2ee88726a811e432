#pragma once

// What tells after a restart whether a part folder still is what this download left behind; stored
// opaquely beside the download's record.

#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "base/ids.h"
#include "io/platform/file.h"

namespace iwant::daemon {

/// What a file that was there in part looked like at a checkpoint.
struct PartStamp {
    std::uint64_t inode = 0;
    std::int64_t modified_ns = 0;
    std::int64_t changed_ns = 0;
    bool operator==(const PartStamp&) const = default;
};
PartStamp part_stamp(const platform::FileStamp& stamp);

/// What is remembered of a whole file: equal as long as nobody touches it, never 0.
std::uint64_t mark_of(const platform::FileStamp& stamp);

struct PartKey {
    /// Whether whoever saved it was about to write, or had ended: only then are stamps exact.
    enum class Use : std::uint8_t { closed, open };
    struct Whole {
        std::uint32_t file = 0;  ///< FileIndex
        std::uint64_t mark = 0;
        bool operator==(const Whole&) const = default;
    };

    Hash256 content;                  ///< of the plan
    std::string download_folder;      ///< absolute
    std::uint64_t folder_device = 0;  ///< where that lay; another one means that a disk is missing
    std::uint64_t content_inode = 0;  ///< of the part file, or of the folder under construction
    std::uint64_t lists_inode = 0;    ///< of the kept piece lists; 0 when there are none
    std::string moving_to;  ///< the name below the download folder that it was being moved to
    Use use = Use::open;
    /// Files that were there in part, by FileIndex: only these are written on.
    std::map<std::uint32_t, PartStamp> partial_files;
    std::vector<Whole> whole_files;

    bool operator==(const PartKey&) const = default;
    std::vector<std::uint8_t> encode() const;
    /// Nothing when it is damaged or of another version.
    static std::optional<PartKey> decode(std::span<const std::uint8_t> bytes);
};

}  // namespace iwant::daemon
