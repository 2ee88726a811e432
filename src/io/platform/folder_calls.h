#pragma once

// The two system calls that make a held folder safe in one step, where the system has them. Both
// return false when it has not; the caller then takes the portable way. Internal to
// folder_posix.cc.

#include <optional>
#include <string>

namespace iwant::platform {

/// Opens `relative` below the folder `root` without following any symlink. The descriptor or -1
/// with errno; nothing when the system cannot do it in one step.
std::optional<int> open_beneath_in_one_step(int root, const std::string& relative, int flags,
                                            unsigned mode);

/// Renames only if nothing is at the target. 0 or -1 with errno; nothing when the system or this
/// file system cannot do it in one step.
std::optional<int> rename_in_one_step(int from_folder, const std::string& from, int to_folder,
                                      const std::string& to);

/// Writes out the file system that `folder` lies on. 0 or -1 with errno; nothing when the system
/// has no call for that.
std::optional<int> sync_file_system_of(int folder);

}  // namespace iwant::platform
