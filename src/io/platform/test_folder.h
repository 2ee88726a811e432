#pragma once

// For tests: a folder of its own for each test, removed when the test ends, and short ways to put
// things into it.

#include <array>
#include <filesystem>
#include <fstream>
#include <string>
#include <string_view>

#include "base/hex.h"
#include "io/platform/process.h"

namespace iwant::platform {

/// Memory-backed where there is such a place, for tests that are about order and not about disks.
inline std::filesystem::path fast_folder() {
    if (std::filesystem::is_directory("/dev/shm")) return "/dev/shm";
    return std::filesystem::temp_directory_path();
}

class TestFolder {
  public:
    TestFolder() : TestFolder(std::filesystem::temp_directory_path()) {}
    explicit TestFolder(const std::filesystem::path& parent) {
        std::array<std::uint8_t, 8> random{};
        fill_random(random.data(), random.size());
        path_ = std::filesystem::canonical(parent) / ("iwant-test-" + to_hex(random));
        std::filesystem::create_directories(path_);
    }
    ~TestFolder() {
        std::error_code ignored;
        std::filesystem::remove_all(path_, ignored);
    }
    TestFolder(const TestFolder&) = delete;
    TestFolder& operator=(const TestFolder&) = delete;

    const std::filesystem::path& path() const { return path_; }
    std::filesystem::path operator/(std::string_view relative) const { return path_ / relative; }

    void make(std::string_view relative) const {
        std::filesystem::create_directories(path_ / relative);
    }
    void write(std::string_view relative, std::string_view content) const {
        std::filesystem::create_directories((path_ / relative).parent_path());
        std::ofstream(path_ / relative, std::ios::binary) << content;
    }
    std::string read(std::string_view relative) const {
        std::ifstream file(path_ / relative, std::ios::binary);
        return {std::istreambuf_iterator<char>(file), {}};
    }
    bool has(std::string_view relative) const {
        return std::filesystem::exists(std::filesystem::symlink_status(path_ / relative));
    }

  private:
    std::filesystem::path path_;
};

}  // namespace iwant::platform
