#include "app/daemon/part_folder_key.h"

#include <gtest/gtest.h>

#include "base/hash.h"

namespace iwant::daemon {
namespace {

TEST(APartKey, is_read_as_it_was_written_and_refused_when_cut) {
    PartKey key;
    key.content = hash_bytes({});
    key.download_folder = "/home/ann/Downloads";
    key.folder_device = 1;
    key.content_inode = 1ull << 63;
    key.moving_to = "film (1).mkv";
    key.lists_inode = 9;
    key.use = PartKey::Use::closed;
    key.partial_files[1] = {2, -3, 4};
    key.partial_files[5] = {6, 7, 8};
    key.whole_files = {{2, 3}, {4, 5}};
    const std::vector<std::uint8_t> bytes = key.encode();
    EXPECT_EQ(PartKey::decode(bytes), key);
    for (std::size_t size = 0; size < bytes.size(); ++size) {
        EXPECT_FALSE(PartKey::decode(std::span(bytes).first(size))) << size;
    }
}

}  // namespace
}  // namespace iwant::daemon
