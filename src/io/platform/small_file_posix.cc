#include <cstdio>

#include <fcntl.h>

#include "base/hex.h"
#include "io/platform/posix_calls.h"
#include "io/platform/process.h"

namespace iwant::platform {

namespace {

std::span<const std::uint8_t> bytes_of(std::string_view text) {
    return {reinterpret_cast<const std::uint8_t*>(text.data()), text.size()};
}

/// A name beside `path` that nobody else uses.
std::filesystem::path temporary_beside(const std::filesystem::path& path) {
    std::array<std::uint8_t, 8> random{};
    fill_random(random.data(), random.size());
    std::filesystem::path temporary = path;
    temporary += "." + to_hex(random) + ".new";
    return temporary;
}

Result<void> write_new(const std::filesystem::path& path, std::string_view content, unsigned mode) {
    const int flags = O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC;
    const int descriptor = restarted([&] { return ::open(path.c_str(), flags, 0600); });
    if (descriptor < 0) return last_error("create " + path.string());
    const File file(descriptor, path.string());
    if (auto written = file.write_at(0, bytes_of(content)); !written) return written;
    // The umask has no say in the mode of our own files.
    if (::fchmod(descriptor, mode) != 0) return last_error("create " + path.string());
    return file.sync();
}

Result<void> sync_folder(const std::filesystem::path& folder) {
    const Descriptor descriptor(
        restarted([&] { return ::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC); }));
    // Some file systems cannot sync a folder; the rename is then as durable as it gets.
    if (!descriptor.is_open()) return last_error("save " + folder.string());
    if (restarted([&] { return ::fsync(descriptor.get()); }) != 0 && errno != EINVAL) {
        return last_error("save " + folder.string());
    }
    return {};
}

}  // namespace

Result<std::string> read_small_file(const std::filesystem::path& path, std::size_t bytes_max) {
    const int flags = O_RDONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC;
    Descriptor descriptor(restarted([&] { return ::open(path.c_str(), flags); }));
    if (!descriptor.is_open()) return last_error("read " + path.string());
    auto file = regular_file(std::move(descriptor), path.string());
    if (!file) return failure(std::move(file));
    // One byte more than allowed tells a file that is too large, whatever its size claims to be.
    std::vector<std::uint8_t> bytes(bytes_max + 1);
    const auto size = file->read_at(0, bytes);
    if (!size) return std::unexpected(size.error());
    if (*size > bytes_max) {
        return failure(ErrorCode::limit, "read " + path.string(),
                       "it has more than " + std::to_string(bytes_max) + " bytes");
    }
    return std::string(bytes.begin(), bytes.begin() + static_cast<std::ptrdiff_t>(*size));
}

Result<void> replace_file(const std::filesystem::path& path, std::string_view content,
                          unsigned mode) {
    const auto temporary = temporary_beside(path);
    if (auto written = write_new(temporary, content, mode); !written) {
        ::unlink(temporary.c_str());
        return written;
    }
    if (std::rename(temporary.c_str(), path.c_str()) != 0) {
        const auto error = last_error("replace " + path.string());
        ::unlink(temporary.c_str());
        return error;
    }
    const auto parent = path.parent_path();
    return sync_folder(parent.empty() ? "." : parent);
}

}  // namespace iwant::platform
