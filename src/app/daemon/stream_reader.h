#pragma once

// One player at one file: a file of this computer, or one that is still coming. It holds one piece,
// so that a player's small reads cost one look at the disk and one hash. Private to Streams.

#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "app/daemon/node_driver.h"
#include "app/daemon/worker.h"
#include "io/catalog/catalog.h"
#include "io/control/api.h"

namespace iwant::daemon {

class StreamReader;

/// A complete file on this computer.
struct FileOnDisk {
    std::filesystem::path path;
    std::uint64_t size_bytes = 0;
    std::optional<platform::FileStamp> stamp;  ///< as it was hashed
};

struct StreamWorld {
    /// Any thread. A piece of a download under way, as PartStore reads it.
    std::function<Result<void>(DownloadId, FileIndex, PieceIndex, std::span<std::uint8_t>)>
        read_piece;
    Post post;  ///< to the event thread
};

/// What all readers share. Event thread, but for what is said of the worker.
struct StreamDesk {
    struct Opening {
        FileId file;
        control::Reply<control::OpenFile> reply;
        Time since;
    };

    StreamDesk(NodeDriver& node_driver, std::unique_ptr<catalog::CatalogReader> catalog_reader,
               StreamWorld given)
        : driver(node_driver), catalog(std::move(catalog_reader)), world(std::move(given)) {}

    const swarm::Swarm& swarm() const { return driver.node().swarm(); }
    /// Tells the swarm what the readers of a download need next.
    void want_first(DownloadId download);
    /// A file that an earlier run downloaded.
    std::optional<FileOnDisk> find_done(const FileId& file) const;

    NodeDriver& driver;
    std::unique_ptr<catalog::CatalogReader> catalog;  ///< the worker's
    const StreamWorld world;
    std::vector<StreamReader*> readers;
    std::vector<Opening> opening;  ///< wait until it is known what they consist of
    bool stopped = false;
    Worker worker{"stream"};
};

/// Reads on the worker keep nothing but the desk alive; what comes for a player that left is
/// dropped.
class StreamReader final : public control::FileReader,
                           public std::enable_shared_from_this<StreamReader> {
  public:
    /// Fetched ahead of each reader.
    static constexpr std::uint64_t kWindowBytes = std::uint64_t{32} << 20;
    /// A reader that gets nothing for so long is told so.
    static constexpr Duration kPatience = std::chrono::seconds(60);

    StreamReader(std::shared_ptr<StreamDesk> desk, FileId file, std::uint64_t size_bytes);
    ~StreamReader() override;

    void set_on_disk(FileOnDisk on_disk) { on_disk_ = std::move(on_disk); }
    void set_place(swarm::Swarm::Place place) { place_ = std::move(place); }

    void read(std::uint64_t offset, std::size_t bytes_max,
              control::Reply<std::string> reply) override;
    /// Serves what waits, if that can be done now.
    void look();
    void tick(Time now);

    const FileId& file() const { return file_; }
    std::optional<DownloadId> download() const;
    /// What it needs next, in pieces of the plan.
    swarm::Range window() const;

  private:
    using Bytes = std::vector<std::uint8_t>;
    struct Waiting {
        std::uint64_t offset = 0;
        std::size_t bytes_max = 0;
        control::Reply<std::string> reply;
        Time since;
    };

    void look_at_download(PieceIndex piece);
    template <class Task, class Then>
    void run(Task task, Then then);
    void read_disk();
    void look_elsewhere(const Error& error);
    void read_piece(PieceIndex piece);
    void answer_from(const Bytes& piece);
    void answer(Result<std::string> outcome);
    const swarm::PlannedFile& planned() const { return place_->plan->files[place_->file.value]; }

    const std::shared_ptr<StreamDesk> desk_;
    const FileId file_;
    const std::uint64_t size_bytes_;
    std::optional<FileOnDisk> on_disk_;
    std::optional<swarm::Swarm::Place> place_;
    SharedPieceList list_;
    std::optional<Waiting> waiting_;
    bool reading_ = false;
    std::optional<PieceIndex> at_;       ///< where it reads
    std::shared_ptr<const Bytes> held_;  ///< verified
    PieceIndex held_piece_{};
};

}  // namespace iwant::daemon
