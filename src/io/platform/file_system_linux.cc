#include <algorithm>
#include <array>

#include <sys/vfs.h>

#include "io/platform/file_system.h"

namespace iwant::platform {

namespace {

struct RemoteType {
    std::uint32_t number;
    const char* name;
};

// linux/magic.h has most of them, older ones lack some.
constexpr std::array<RemoteType, 12> kRemoteTypes{{{0x00006969, "nfs"},
                                                   {0xff534d42, "cifs"},
                                                   {0xfe534d42, "smb"},
                                                   {0x0000517b, "smb"},
                                                   {0x01021997, "9p"},
                                                   // sshfs, rclone, glusterfs and many others.
                                                   {0x65735546, "fuse"},
                                                   {0x5346414f, "afs"},
                                                   {0x6b414653, "afs"},
                                                   {0x73757245, "coda"},
                                                   {0x00c36400, "ceph"},
                                                   {0x0bd00bd0, "lustre"},
                                                   {0x786f4256, "vboxsf"}}};

}  // namespace

std::optional<std::string> remote_file_system_of_type(std::uint32_t type) {
    const auto known = std::ranges::find(kRemoteTypes, type, &RemoteType::number);
    if (known == kRemoteTypes.end()) return std::nullopt;
    return known->name;
}

std::optional<std::string> remote_file_system(const std::filesystem::path& folder) {
    struct statfs about{};
    if (::statfs(folder.c_str(), &about) != 0) return std::nullopt;
    return remote_file_system_of_type(static_cast<std::uint32_t>(about.f_type));
}

}  // namespace iwant::platform
