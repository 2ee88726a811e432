#pragma once

// Finds out whether something on the disk is already what a download would make, by reading it.
// Reading ends soon when a stop is requested; the answer is then no.

#include <functional>
#include <stop_token>
#include <string>

#include "core/swarm/types.h"
#include "io/platform/folder.h"

namespace iwant::daemon {

/// Names that are tried when the first is taken.
inline constexpr unsigned kNamesMax = 999;

/// Whether `name` below `folder` is complete: every folder there, every file of the planned size
/// and content. Reads all of it only when all sizes are right. What cannot be read is not complete.
bool is_complete_copy(const platform::Folder& folder, const std::string& name,
                      const swarm::Plan& plan, const std::stop_token& stop);

/// Whether a file below `folder` has the planned content.
bool has_content(const platform::Folder& folder, const std::string& path,
                 const swarm::PlannedFile& planned, const std::stop_token& stop);

/// Whether one piece of a file is what its list says.
bool has_piece(const platform::File& file, const PieceList& list, PieceIndex piece);

/// Moves a file or folder to this name below `root`, or the next free one; nothing is ever
/// overwritten. `before` is told each name just before it is tried. Returns the name.
Result<std::string> move_to_free_name(
    const platform::Folder& from, const std::string& from_name, const platform::Folder& root,
    const std::string& name, const std::function<Result<void>(const std::string&)>& before);

/// Copies a file whose content should be `planned` and says whether it was; the bytes that were
/// written are worth nothing when not.
Result<bool> copy_verified(const platform::File& from, const platform::File& to,
                           const swarm::PlannedFile& planned, const std::stop_token& stop);

}  // namespace iwant::daemon
