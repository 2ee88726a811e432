#pragma once

// The piece lists of files that are there in part, kept beside them in the part folder: with them,
// what may have been changed can be checked piece by piece without asking anybody. Nothing rests on
// them: a list counts only if it is the one that the file's id stands for.

#include <cstdint>
#include <map>
#include <optional>

#include "base/content.h"
#include "base/ids.h"
#include "base/result.h"
#include "core/swarm/types.h"
#include "io/platform/folder.h"

namespace iwant::daemon {

class PartLists {
  public:
    /// Both outlive it. `inode` is of the file that an earlier run left: another one is not touched
    /// but replaced.
    PartLists(const platform::Folder& folder, const swarm::Plan& plan, std::uint64_t inode);

    std::uint64_t inode() const { return inode_; }
    /// Keeps a list, unless it is kept already.
    Result<void> add(FileIndex file, const PieceList& list);
    /// The list of a planned file, right as it is; nothing when it was not kept or is damaged.
    std::optional<PieceList> find(FileIndex file);

  private:
    Result<void> open();
    void read_index();

    const platform::Folder& folder_;
    const swarm::Plan& plan_;
    std::uint64_t inode_;
    platform::File file_;
    std::map<FileIndex, std::uint64_t> offsets_;  ///< of the hashes
    std::uint64_t end_ = 0;
};

}  // namespace iwant::daemon
