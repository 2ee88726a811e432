#pragma once

// The words that downloads are told in: what is wanted, how it is laid out, where it stands; and
// the events and actions of the swarm. core/node makes these part of its own Event and Action.

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "base/content.h"
#include "base/ids.h"
#include "base/result.h"
#include "base/time.h"
#include "core/swarm/piece_set.h"
#include "core/swarm/range_set.h"

namespace iwant::swarm {

/// Somebody who has what is wanted, and which of its entries it is (for what is not hashed yet).
struct Source {
    PeerId peer;
    EntryId entry;  ///< zero: it does not share it, but gives what it has downloaded of it
    bool partial() const { return entry == EntryId{}; }
    bool operator==(const Source&) const = default;
};

/// What is wanted. Without `content` it is hashed first, by its first source that can.
struct Target {
    EntryKind kind = EntryKind::file;
    std::optional<Hash256> content;
    std::string name;  ///< as its owner calls it; unchecked
    std::uint64_t size_bytes = 0;
    std::vector<Source> sources;
};

/// One file of a plan. `path` is relative to the plan's root ("" when the root is the file itself),
/// each component passed check_wire_name and storable_name.
struct PlannedFile {
    std::string path;
    std::uint64_t size_bytes = 0;
    FileId file;
    bool executable = false;
    std::uint64_t first_piece = 0;  ///< number of the file's first piece within the whole plan
};

/// Everything that a download will make, known and checked before the first of it is made.
struct Plan {
    EntryKind kind = EntryKind::file;
    Hash256 content;
    std::string root_name;             ///< storable
    std::vector<PlannedFile> files;    ///< in order of path
    std::vector<std::string> folders;  ///< below the root, parents first
    std::uint64_t size_bytes = 0;
    std::uint64_t pieces = 0;  ///< of all files together
};
using SharedPlan = std::shared_ptr<const Plan>;

enum class DownloadState : std::uint8_t {
    queued,   ///< others go first
    finding,  ///< asking who has it and what it consists of
    hashing,  ///< its owner is hashing it
    transferring,
    checking,  ///< reading what was there before
    moving,    ///< into its final place
    paused,    ///< by the user
    waiting,   ///< for a source, or for the disk; goes on by itself
    failed,    ///< cannot go on by itself; the message says why
    done,
};
std::string_view to_string(DownloadState state);

/// What is kept of a download over a restart. `state` is paused, failed, done or (for all others)
/// queued.
struct DownloadRecord {
    DownloadId id;
    Target target;
    std::string folder;  ///< absolute: where it will be put
    DownloadState state = DownloadState::queued;
    std::string final_path;  ///< when done
    std::string message;
    std::int64_t rank = 0;  ///< its order among all downloads: lower ones go first
    /// Where it goes on to when it is done: it was asked for in another folder meanwhile. Mostly
    /// empty.
    std::string next_folder = {};
};

/// How far one file of a download is.
struct FileProgress {
    std::string path;  ///< below the download; empty: the download is this file
    std::uint64_t size_bytes = 0;
    std::uint64_t bytes_done = 0;
};

/// Where one download stands, for people.
struct DownloadStatus {
    DownloadId id;
    EntryKind kind = EntryKind::file;
    std::optional<Hash256> content;
    std::string name;
    std::string folder;
    DownloadState state = DownloadState::queued;
    std::uint64_t bytes_done = 0;  ///< verified and written
    std::uint64_t bytes_total = 0;
    std::uint64_t rate = 0;   ///< bytes per second over the last 3 s
    std::uint64_t place = 0;  ///< while it is queued: 1 is next; else 0
    std::uint64_t files_done = 0;
    std::uint64_t files_total = 0;
    Duration elapsed{};                               ///< of this run, while not paused
    std::map<PeerId, std::uint64_t> bytes_by_source;  ///< of this run
    std::map<PeerId, std::uint64_t> rate_by_source;   ///< of active ones, over the last 3 s
    std::map<PeerId, std::uint32_t> place_by_source;  ///< in the queues of sources that are busy
    std::vector<PeerId> active_sources;
    std::optional<ErrorCode> error;  ///< of a failed or waiting one
    std::string message;
    std::string final_path;
};

// Events: what happened to a download, told by node (from users and peers) and by workers.

/// A user wants it. The id is new.
struct DownloadAsked {
    DownloadId id;
    Target target;
    std::string folder;
};
/// A download of an earlier run; told once at start.
struct DownloadRestored {
    DownloadRecord record;
};
struct PauseAsked {
    DownloadId id;
};
struct ResumeAsked {
    DownloadId id;
};
struct CancelAsked {
    DownloadId id;
};

/// Where in the order of downloads: before all others, before the one that is ahead, and so on.
enum class QueuePlace : std::uint8_t { first, up, down, last };
struct MoveAsked {
    DownloadId id;
    QueuePlace to = QueuePlace::first;
};

/// Somebody reads a download while it comes: these pieces of the plan are fetched before all
/// others, in this order. Replaces what was wanted first before.
struct WantFirst {
    DownloadId id;
    std::vector<Range> pieces;
};

/// Who has a content now, as the leader (or the node's own knowledge) says; may be empty.
struct SourcesFound {
    Hash256 content;
    std::vector<Source> sources;
};
struct PeerArrived {
    PeerId peer;
};  ///< it can be asked
struct PeerLeft {
    PeerId peer;
};  ///< it cannot be asked any more; its fetches end by themselves

/// This peer downloads the same content, and gives what it has of it.
struct HolderMet {
    Hash256 content;
    PeerId peer;
};
/// More pieces of a content are at this peer.
struct PiecesGained {
    Hash256 content;
    PeerId peer;
    std::vector<std::uint32_t> pieces;  ///< of the plan
};
/// Answers AskPieces.
struct PiecesTold {
    struct Report {
        bool complete = false;
        std::uint32_t pieces = 0;  ///< in all; 0 when complete
        std::vector<std::uint8_t> bitmap;
    };
    DownloadId id;
    PeerId peer;
    Result<Report> answer;
};

/// Answers to AskHash, AskTree, AskPieceList. `answer` fails with not_found, changed, busy,
/// unavailable...
struct HashAnswered {
    DownloadId id;
    PeerId peer;
    Result<Hash256> answer;
    std::uint64_t size_bytes = 0;
};
struct TreePart {
    std::uint32_t first = 0;
    std::uint32_t total = 0;
    std::vector<TreeEntry> entries;
};
struct TreeAnswered {
    DownloadId id;
    PeerId peer;
    TreeId tree;
    Result<TreePart> answer;
};
struct PieceListPart {
    std::uint64_t size_bytes = 0;
    PieceIndex first;
    std::vector<Hash256> hashes;
};
struct PieceListAnswered {
    DownloadId id;
    PeerId peer;
    FileId file;
    Result<PieceListPart> answer;
};

/// The part folder is there, with these pieces of the plan verified and present (from an earlier
/// run), or the content was found complete at `final_path` already.
struct Prepared {
    struct Ready {
        PieceSet present;                       ///< over all pieces of the plan
        std::optional<std::string> final_path;  ///< set: nothing to do
    };
    DownloadId id;
    Result<Ready> outcome;  ///< no_space, permission, io... are waited for and tried again
};

/// A worker got a piece, verified it, and wrote it.
struct PieceStored {
    FetchId fetch;
    PieceIndex piece;
    std::uint32_t length_bytes = 0;
};

/// Bytes of pieces that are coming are here; told some times a second while a piece takes long,
/// so that a slow source is not taken for a silent one.
struct PieceProgress {
    FetchId fetch;
    std::uint32_t bytes = 0;  ///< since the last time
};

/// The run is over; what was not stored before was not fetched. `corrupt`: the peer sent wrong
/// bytes. `not_found` and `changed`: the peer does not have it any more. `no_space`, `permission`,
/// `io`: our disk. `network`, `timeout`: the peer went silent. `busy`: it asks to come later.
/// `cancelled`: by CancelFetch.
struct FetchEnded {
    FetchId fetch;
    Result<void> outcome;
    std::uint32_t place = 0;  ///< of a busy peer that said so: how far we are in its queue
};

/// The download is in its final place.
struct Finished {
    DownloadId id;
    Result<std::string> final_path;
};

using Event = std::variant<DownloadAsked, DownloadRestored, PauseAsked, ResumeAsked, CancelAsked,
                           MoveAsked, WantFirst, SourcesFound, PeerArrived, PeerLeft, HashAnswered,
                           TreeAnswered, PieceListAnswered, Prepared, PieceStored, PieceProgress,
                           FetchEnded, Finished, HolderMet, PiecesGained, PiecesTold>;

// Actions: what the swarm wants done.

/// Find out who has this content; answered by SourcesFound.
struct AskSources {
    DownloadId id;
    Hash256 content;
};
struct AskHash {
    DownloadId id;
    Source source;
};
struct AskTree {
    DownloadId id;
    PeerId peer;
    TreeId tree;
    std::uint32_t first = 0;
};
struct AskPieceList {
    DownloadId id;
    PeerId peer;
    FileId file;
    PieceIndex first;
};

/// Ask a peer that downloads the same which pieces it has; it tells of new ones from then on.
struct AskPieces {
    DownloadId id;
    PeerId peer;
    Hash256 content;
};

/// Make (or find again) the part folder for the plan below `folder`; answered by Prepared.
struct Prepare {
    DownloadId id;
    SharedPlan plan;
    std::string folder;
    std::string earlier_path = {};  ///< where it was put before, in another folder; mostly empty
};

/// Fetch pieces [first, first + count) of a file from a peer, verify each and write it; answered by
/// PieceStored for each and one FetchEnded. Without a list the file has one piece, which is
/// verified through the FileId itself.
struct StartFetch {
    FetchId fetch;
    DownloadId id;
    PeerId peer;
    FileIndex file;  ///< in the plan given to Prepare
    PieceIndex first;
    std::uint32_t count = 0;
    SharedPieceList pieces;  ///< may be null
    enum class Urgency : std::uint8_t { usual, first } urgency = Urgency::usual;
};
struct CancelFetch {
    FetchId fetch;
};
/// What is left of it has become urgent.
struct HurryFetch {
    FetchId fetch;
};

/// Everything is there: make it durable and move it into place; answered by Finished.
struct Finish {
    DownloadId id;
};
/// Give the part folder up and remove it (cancel), or only close it (pause, fail).
struct Release {
    enum class Parts : std::uint8_t { keep, remove };
    DownloadId id;
    Parts parts = Parts::keep;
};
struct SaveDownload {
    DownloadRecord record;
};
struct ForgetDownload {
    DownloadId id;
};

using Action =
    std::variant<AskSources, AskHash, AskTree, AskPieceList, AskPieces, Prepare, StartFetch,
                 CancelFetch, HurryFetch, Finish, Release, SaveDownload, ForgetDownload>;

}  // namespace iwant::swarm
