#pragma once

// The local API in types: what can be asked of a running service and what it answers. The HTTP
// server (server.h) turns requests into calls of Backend and answers into JSON; doc/openapi.yaml
// has the routes. CLI and page have no other door.

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/ids.h"
#include "base/query.h"
#include "base/result.h"
#include "base/time.h"
#include "io/control/doctor_report.h"

namespace iwant::control {

struct PeerRef {
    std::string id;  ///< 64 digits
    std::string name;
};

struct LeaderRef {
    PeerRef peer;
    bool self = false;
    std::uint64_t epoch = 0;
};

struct InterfaceReport {
    std::string name;
    std::vector<std::string> addresses;
    bool used = false;
    std::string why_not;
};

struct StatusReport {
    PeerRef peer;
    std::string version;
    std::uint64_t uptime_s = 0;
    std::uint16_t port = 0;
    std::uint16_t web_port = 0;  ///< 0: off
    std::optional<LeaderRef> leader;
    std::vector<PeerRef> standbys;  ///< in order of succession
    std::uint64_t known = 1;        ///< peers known to be alive, with this one
    std::uint64_t indexed = 1;      ///< those of them that a search covers
    std::uint64_t peers = 0;        ///< online, without this one
    struct Shared {
        std::vector<std::string> folders;
        std::uint64_t files = 0;
        std::uint64_t bytes = 0;
        std::uint64_t unhashed = 0;
        bool scanning = false;
        std::string advice;  ///< what would make watching better; empty when all is well
        std::vector<std::string> unreadable;
    } shared;
    struct Downloads {
        std::string folder;
        std::uint64_t active = 0;
        std::uint64_t waiting = 0;
        std::uint64_t done = 0;
        std::uint64_t failed = 0;
    } downloads;
    std::vector<InterfaceReport> interfaces;
    std::vector<Warning> warnings;
};

struct PeerReport {
    PeerRef peer;
    std::string address;  ///< "192.0.2.7:4926"; empty when unknown
    bool self = false;
    bool online = false;
    bool leader = false;
    std::uint64_t files = 0;
    std::uint64_t bytes = 0;
    std::string version;
    std::optional<UnixSeconds> last_seen;
    std::optional<UnixSeconds> banned_until;  ///< it sent wrong data
    bool same_name = false;  ///< another peer, with another identity, is called the same
};

struct SourceReport {
    PeerRef peer;
    bool online = true;
};

struct ResultReport {
    std::uint64_t row = 0;  ///< from 1; downloads it until the next search
    std::optional<std::string> hash;
    EntryKind kind = EntryKind::file;
    std::string name;  ///< last component of path
    std::string path;
    std::uint64_t size_bytes = 0;
    UnixSeconds modified = 0;
    double score = 0;
    std::vector<SourceReport> sources;
    std::optional<UnixSeconds> as_of;  ///< its sources are away: what they told then
};

/// What came of comparing the leader's answer with another's.
struct VerifyReport {
    std::optional<PeerRef> with;        ///< nothing: there was no second complete answer
    std::vector<ResultReport> missing;  ///< what the leader leaves out, with those sources only
};

struct SearchReport {
    std::string query;  ///< as it was typed
    bool complete = false;
    std::uint64_t known = 0;
    std::uint64_t indexed = 0;
    std::optional<LeaderRef> leader;
    std::uint64_t epoch = 0;
    double took_ms = 0;
    std::uint64_t total = 0;
    std::vector<ResultReport> results;
    std::string source;       ///< whose word it is: leader|standby|peers|own
    std::uint64_t asked = 0;  ///< peers that were asked
    std::uint64_t answered = 0;
    std::optional<VerifyReport> verification;  ///< when it was asked for
    std::vector<std::string> remarks;          ///< sentences on what was typed to no effect
    std::optional<std::string> did_you_mean;   ///< when the best result has another spelling
};

/// A part of a peer's shared folder.
struct BrowseRequest {
    PeerId peer;
    std::string path;   ///< empty: its shares
    std::string after;  ///< name of the entry that the part follows; empty: from the first on
    EntryKind after_kind = EntryKind::folder;
};
struct BrowseReport {
    struct Item {
        std::string name;
        EntryKind kind = EntryKind::file;
        std::uint64_t size_bytes = 0;
        UnixSeconds modified = 0;
        std::optional<std::string> hash;
        std::uint64_t files = 0;  ///< of a folder, at any depth
    };
    PeerRef peer;
    std::optional<UnixSeconds> as_of;  ///< the peer is away: what it told then; else its word now
    std::string path;
    std::uint64_t files = 0;  ///< in it, at any depth
    std::uint64_t bytes = 0;
    bool more = false;
    std::vector<Item> entries;  ///< folders first, both kinds in order of name
};

struct SourceProgress {
    PeerRef peer;
    std::uint64_t bytes = 0;
    std::uint64_t rate = 0;   ///< bytes per second
    std::uint32_t place = 0;  ///< in its queue; 0: in none
};

struct DownloadReport {
    std::uint64_t id = 0;
    std::optional<std::string> hash;
    EntryKind kind = EntryKind::file;
    std::string name;
    std::string folder;  ///< where it will be put
    std::string
        state;  ///< queued|finding|hashing|transferring|checking|moving|paused|waiting|failed|done
    std::uint64_t bytes_done = 0;
    std::uint64_t bytes_total = 0;
    std::uint64_t rate = 0;              ///< bytes per second
    std::optional<std::uint64_t> place;  ///< of a queued one: 1 is next
    std::optional<std::uint64_t> seconds_left;
    std::uint64_t files_done = 0;
    std::uint64_t files_total = 0;
    double seconds = 0;                   ///< of transfer so far
    std::vector<SourceProgress> sources;  ///< active ones, or with bytes
    std::uint64_t active_sources = 0;
    std::optional<std::string> code;  ///< of a failed or waiting one: "no_space", "unavailable"
    std::string message;
    std::string path;  ///< when done
    bool verified = false;
    bool streamed = false;  ///< for players only: kept while there is room
};

/// A part of the files of a download.
struct FilesReport {
    static constexpr std::size_t kFilesMax = 1000;  ///< in one report
    struct File {
        std::string path;
        std::uint64_t size = 0;
        std::uint64_t bytes_done = 0;
    };
    DownloadReport download;
    std::uint64_t first = 0;
    std::vector<File> files;
};

/// What `view config` shows; precedence is settled already.
struct ConfigReport {
    std::string home;
    std::string config_file;
    std::string name;
    std::vector<std::string> shared_folders;
    std::string download_folder;
    std::uint16_t port = 0;
    std::uint16_t web_port = 0;
};

/// Where a download is moved to among the others.
enum class QueuePlace { first, up, down, last };

/// How fast it may be. A setting is a rate ("5 MB/s"), "none", or several by time of day.
struct LimitsReport {
    struct Limit {
        std::string setting;
        std::optional<std::uint64_t> now;  ///< bytes per second
    };
    Limit upload;
    Limit download;
};
struct LimitsChange {
    std::optional<std::string> upload;
    std::optional<std::string> download;
};

struct SearchRequest {
    std::string typed;  ///< the text that `query` was read from, flags aside
    Query query;
    std::vector<std::string> remarks;  ///< as TypedQuery has them
    bool follows = false;              ///< one of many: the rows of the last search stay
    Duration wait{};                   ///< for a complete answer
    bool verify = false;               ///< compare the leader's answer with another's
};

/// What to download: "7" (row of the last search), a hash, or 6 or more of its first digits.
struct DownloadRequest {
    std::string what;
    std::optional<std::string> folder;  ///< absolute; the configured one when absent
    bool only_to_play = false;          ///< kept only while there is room
};

/// A file as a player reads it. It left when the last pointer to this is gone.
class FileReader {
  public:
    virtual ~FileReader() = default;
    /// At least one verified byte from there, at most so many; later when they have to be fetched.
    /// One read at a time; `offset` is below the size.
    virtual void read(std::uint64_t offset, std::size_t bytes_max,
                      std::function<void(Result<std::string>)> reply) = 0;
};

struct OpenFile {
    std::string hash;  ///< 64 digits
    std::string name;
    std::uint64_t size_bytes = 0;
    std::shared_ptr<FileReader> reader;
};

/// What to play: as DownloadRequest has it. What is not here yet begins to come.
struct StreamReport {
    std::string hash;
    std::string name;
    std::uint64_t size_bytes = 0;
};

/// Answers go through `Reply`, once, on the event thread, then or later.
template <class T>
using Reply = std::function<void(Result<T>)>;

/// The service behind the API. All calls on the event thread.
class Backend {
  public:
    virtual ~Backend() = default;

    virtual StatusReport status() = 0;
    virtual std::vector<PeerReport> peers() = 0;
    virtual ConfigReport config() = 0;

    virtual void search(SearchRequest request, Reply<SearchReport> reply) = 0;

    virtual void browse(BrowseRequest request, Reply<BrowseReport> reply) = 0;

    virtual void download(DownloadRequest request, Reply<DownloadReport> reply) = 0;
    virtual std::vector<DownloadReport> downloads() = 0;
    virtual std::optional<DownloadReport> download(std::uint64_t id) = 0;
    /// `what` is a hash or prefix among the downloads, or "#id". Ambiguous ones fail and list
    /// candidates.
    virtual Result<FilesReport> files(const std::string& what, std::uint64_t first) = 0;
    virtual Result<DownloadReport> pause(const std::string& what) = 0;
    virtual Result<DownloadReport> resume(const std::string& what) = 0;
    virtual Result<DownloadReport> cancel(const std::string& what) = 0;
    virtual Result<DownloadReport> move(const std::string& what, QueuePlace to) = 0;
    /// Those that it makes sense for: they are answered as they are then.
    virtual std::vector<DownloadReport> pause_all() = 0;
    virtual std::vector<DownloadReport> resume_all() = 0;
    /// Those that are done stay in the list.
    virtual std::vector<DownloadReport> cancel_all() = 0;

    /// Prepares what is to be played: it is shared or downloaded here, or its download begins.
    virtual void stream(const std::string& what, Reply<StreamReport> reply) = 0;
    /// A file by its whole hash.
    virtual void open_file(const std::string& hash, Reply<OpenFile> reply) = 0;

    /// Settings; they are written to config.toml and take effect at once.
    virtual Result<ConfigReport> share(const std::string& folder, bool add) = 0;
    virtual Result<ConfigReport> unshare(const std::string& folder) = 0;
    virtual Result<ConfigReport> set_download_folder(const std::string& folder) = 0;

    virtual LimitsReport limits() = 0;
    virtual Result<LimitsReport> set_limits(const LimitsChange& change) = 0;

    virtual Result<void> connect(const std::string& host_and_port) = 0;
    /// Why peers do not see each other; `who` as for a search, an address, or empty for everybody.
    /// Takes some seconds.
    virtual void doctor(const std::string& who, Reply<DoctorReport> reply) = 0;
    /// Begins an orderly stop; the answer is sent first.
    virtual void stop() = 0;
};

}  // namespace iwant::control
