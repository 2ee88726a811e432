#pragma once

// What downloads under way can give to others: pieces that were verified and written, and the
// verified listings and piece lists that tell what they are pieces of. Every piece is verified once
// more when it is read, because the disk is not ours alone: no unverified byte is ever served.
//
// Any thread.

#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <span>
#include <vector>

#include "base/content.h"
#include "base/result.h"
#include "core/protocol/messages.h"
#include "core/swarm/types.h"

namespace iwant::daemon {

class HeldFiles {
  public:
    /// Reads a written piece from a part folder, as PartStore::read_piece does.
    using Read =
        std::function<Result<void>(DownloadId, FileIndex, PieceIndex, std::span<std::uint8_t>)>;

    /// Piece lists of more than this are not kept; their files are served when they are finished.
    static constexpr std::size_t kListBytesMax = std::size_t{64} << 20;

    /// One file of a download under way.
    struct Held {
        DownloadId download;
        FileIndex index;
        FileId file;
        std::uint64_t size_bytes = 0;
        SharedPieceList list;  ///< null: one piece, or not known (yet)
    };

    explicit HeldFiles(Read read) : read_(std::move(read)) {}

    /// The parts of a download are there from now on, until let_go.
    void hold(DownloadId download, swarm::SharedPlan plan);
    /// A list that was verified against its FileId.
    void note_list(DownloadId download, const FileId& file, const SharedPieceList& list);
    void let_go(DownloadId download);

    std::optional<Held> find(const FileId& file) const;
    /// The list that this download verified; null when it is not known.
    SharedPieceList list_of(DownloadId download, const FileId& file) const;
    std::optional<TreeListing> listing_of(const TreeId& tree) const;
    /// Reads a piece and verifies it; a reason when it cannot be given. `into` becomes as long as
    /// the piece, which must be one of the file's.
    std::optional<protocol::RefusalCode> read(const Held& held, PieceIndex piece,
                                              std::vector<std::uint8_t>& into) const;

  private:
    using Trees = std::map<TreeId, TreeListing>;
    struct Download {
        swarm::SharedPlan plan;
        std::vector<FileIndex> by_id;  ///< in order of FileId
        std::map<FileId, SharedPieceList> lists;
        std::shared_ptr<const Trees> trees;  ///< made when somebody asks for one
    };

    std::shared_ptr<const Trees> trees_of(DownloadId download) const;

    const Read read_;
    // Upload threads look here while the event thread's downloads come and go.
    mutable std::mutex mutex_;
    mutable std::map<DownloadId, Download> downloads_;
    std::size_t list_bytes_ = 0;
};

/// Whether these bytes are that piece of the file, by its list or, if it has one piece only, by its
/// id.
bool is_piece_of(const FileId& file, std::uint64_t size_bytes, const SharedPieceList& list,
                 PieceIndex piece, std::span<const std::uint8_t> bytes);

}  // namespace iwant::daemon
