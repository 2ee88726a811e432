#pragma once

// Bytes in memory that is aligned like a disk's blocks, so that platform::File can write them past
// the system's cache.

#include <cstdint>
#include <vector>

#include <boost/align/aligned_allocator.hpp>

#include "io/platform/file.h"

namespace iwant::daemon {

using BlockBytes =
    std::vector<std::uint8_t,
                boost::alignment::aligned_allocator<std::uint8_t, platform::kBlockBytesMax>>;

}  // namespace iwant::daemon
