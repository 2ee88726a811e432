#include <algorithm>
#include <bit>
#include <string>

#include <fcntl.h>

#include "io/platform/posix_calls.h"

namespace iwant::platform {

bool File::bypass_cache() {
    if (past_cache_ >= 0) return true;
    struct statx status{};
    if (::statx(descriptor_, "", AT_EMPTY_PATH, STATX_DIOALIGN, &status) != 0) return false;
    const std::size_t block = std::max(status.stx_dio_offset_align, status.stx_dio_mem_align);
    // 0: not by this file system, or a kernel before 6.1 does not know.
    if (!std::has_single_bit(block) || block > kBlockBytesMax) return false;
    // Not a duplicate, whose flags would be those of the first.
    const std::string self = "/proc/self/fd/" + std::to_string(descriptor_);
    past_cache_ = restarted([&] { return ::open(self.c_str(), O_WRONLY | O_DIRECT | O_CLOEXEC); });
    block_bytes_ = block;
    return past_cache_ >= 0;
}

void File::take_space(std::uint64_t size_bytes) const {
    ::fallocate(descriptor_, 0, 0, static_cast<off_t>(size_bytes));
}

}  // namespace iwant::platform
