#pragma once

// Hashes the content of one file into its piece list, from beginning to end with bounded memory;
// large files with several threads.

#include <atomic>
#include <cstdint>
#include <filesystem>
#include <functional>

#include "base/content.h"
#include "base/result.h"
#include "io/platform/file.h"

namespace iwant::scanner {

struct HashedFile {
    PieceList pieces;
    platform::FileStamp stamp;  ///< the same before and after: the hash is of one state of the file
};

/// ErrorCode::changed when the file is not what `expected` says or changes while it is read: then
/// look again later. `threads` >= 1. Stops soon with ErrorCode::cancelled when `stop` becomes true.
/// `progress` is told bytes read so far, from any thread; may be empty.
Result<HashedFile> hash_file(const std::filesystem::path& path, const platform::FileStamp& expected,
                             unsigned threads, const std::atomic<bool>& stop,
                             const std::function<void(std::uint64_t)>& progress = {});

}  // namespace iwant::scanner
