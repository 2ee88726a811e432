#pragma once

// What is done to the entries of an open folder: listing, renaming without overwriting in portable
// steps, removing a tree. Internal to folder_posix.cc; descriptors are borrowed, names are single
// components.

#include <cstddef>
#include <functional>
#include <string>

#include "io/platform/folder.h"

namespace iwant::platform {

/// Deeper trees than this are not removed: each level takes a descriptor while it is emptied.
inline constexpr std::size_t kRemoveDepthMax = 128;

Result<void> list_folder(int folder, const std::string& path,
                         const std::function<bool(FolderEntry)>& visit);

/// Renames without overwriting by calls that every POSIX system has: a file by link and unlink, a
/// folder by making the target first and moving over it while it is empty. 0 or -1 with errno.
int rename_in_steps(int from_folder, const std::string& from, int to_folder, const std::string& to);

/// Removes the folder `name` and what is in it; a symlink in it is removed, not followed. When
/// `name` itself is no folder nothing happens. 0 or -1 with errno.
int remove_tree_at(int parent, const std::string& name);

}  // namespace iwant::platform
