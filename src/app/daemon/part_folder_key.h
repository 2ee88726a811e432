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

namespace iwant::daemon {

struct PartKey {
    Hash256 content;                  ///< of the plan
    std::string download_folder;      ///< absolute
    std::uint64_t folder_device = 0;  ///< where that lay; another one means that a disk is missing
    std::uint64_t content_inode = 0;  ///< of the part file, or of the folder under construction
    std::string moving_to;  ///< the name below the download folder that it was being moved to
    /// Inodes of the files that were there in part, by FileIndex: only these are written on.
    std::map<std::uint32_t, std::uint64_t> partial_files;

    bool operator==(const PartKey&) const = default;
    std::vector<std::uint8_t> encode() const;
    /// Nothing when it is damaged or of another version.
    static std::optional<PartKey> decode(std::span<const std::uint8_t> bytes);
};

}  // namespace iwant::daemon
