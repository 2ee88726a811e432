#pragma once

// For tests: a disk of its own, of so many bytes, over a folder, for as long as this lives. Root
// only.

#include <filesystem>
#include <string>
#include <utility>

#include <sys/mount.h>

namespace iwant::platform {

class TestDisk {
  public:
    TestDisk(std::filesystem::path folder, std::uint64_t size_bytes) : folder_(std::move(folder)) {
        std::filesystem::create_directories(folder_);
        const std::string size = "size=" + std::to_string(size_bytes);
        mounted_ = ::mount("none", folder_.c_str(), "tmpfs", 0, size.c_str()) == 0;
    }
    ~TestDisk() {
        if (mounted_) ::umount2(folder_.c_str(), MNT_DETACH);
    }
    TestDisk(const TestDisk&) = delete;
    TestDisk& operator=(const TestDisk&) = delete;

    bool is_there() const { return mounted_; }

  private:
    const std::filesystem::path folder_;
    bool mounted_ = false;
};

}  // namespace iwant::platform
