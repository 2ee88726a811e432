#pragma once

// All downloads of this peer as one pure state machine: which piece from whom. It never sees a byte
// of a file; workers move, verify and write them and report back (types.h has the whole
// conversation).

#include <memory>
#include <optional>
#include <utility>
#include <vector>

#include "base/log.h"
#include "base/prng.h"
#include "base/time.h"
#include "core/protocol/messages.h"
#include "core/swarm/types.h"

namespace iwant::swarm {

struct Options {
    std::size_t parallel_max = 3;  ///< downloads that transfer at the same time; others are queued
};

class Swarm {
  public:
    /// `logger` must outlive the swarm.
    Swarm(Options options, Prng prng, Logger& logger);
    ~Swarm();
    Swarm(const Swarm&) = delete;
    Swarm& operator=(const Swarm&) = delete;

    void handle(Event event, Time now);
    /// Lets time pass; call when next_deadline() is reached.
    void tick(Time now);
    /// What is to be done now, in order; empties the list.
    std::vector<Action> take_actions();
    std::optional<Time> next_deadline() const;

    /// In the order in which they get their turn. `now` is for rates.
    std::vector<DownloadStatus> downloads(Time now) const;
    std::optional<DownloadStatus> download(DownloadId id, Time now) const;
    /// At most `count` of its files from there on; none while it is not known what it consists of.
    std::vector<FileProgress> files(DownloadId id, std::size_t first, std::size_t count) const;
    /// The download of this content that is not cancelled, if there is one.
    std::optional<DownloadId> find(const Hash256& content) const;

    /// What others can have: downloads under way and done, the newest kHoldingsMax.
    std::vector<protocol::Holding> holdings() const;
    /// Changes whenever holdings() does.
    std::uint64_t holdings_version() const;
    struct Present {
        bool complete = false;
        const PieceSet* pieces = nullptr;  ///< over all pieces of the plan; null when complete
    };
    std::optional<Present> present(const Hash256& content) const;
    /// Peers that went on sending wrong data, and until when nothing is fetched from them.
    std::vector<std::pair<PeerId, Time>> banned(Time now) const;

    /// Where a file comes as (a part of) a download whose plan is known.
    struct Place {
        DownloadId download;
        SharedPlan plan;
        FileIndex file;
    };
    std::optional<Place> find_file(const FileId& file) const;
    /// Whether a piece of the plan is verified and written.
    bool has_piece(DownloadId id, std::uint64_t plan_piece) const;
    /// Null when it is not known, or not any more.
    SharedPieceList piece_list(DownloadId id, const FileId& file) const;

  private:
    struct State;
    std::unique_ptr<State> state_;
};

}  // namespace iwant::swarm
