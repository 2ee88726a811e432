#pragma once

// What one peer is to be asked for, and which stream asks for what. A fetch is given out in parts,
// as large as a stream has room for, so that downloads that go on at the same time come in at about
// the same rate, whichever began first and however much each wants at once: each has one stream,
// and where there are not enough the one that was given least comes next (start-time fair queueing:
// Goyal, Vin, Cheng, 1996). One that is alone has several. Knows no threads.

#include <cstddef>
#include <cstdint>
#include <deque>
#include <map>
#include <optional>
#include <vector>

#include "app/daemon/fetcher.h"
#include "core/protocol/limits.h"

namespace iwant::daemon {

class FetchQueue {
  public:
    using StreamNumber = std::uint64_t;
    /// For a download that is alone: some threads decrypt while others wait for the wire or the
    /// disk (measured: doc/benchmarks.md, "swarm").
    static constexpr std::size_t kStreamsAlone = 4;
    /// Beside the control session.
    static constexpr std::size_t kStreamsMax = protocol::kSessionsPerPeerMax - 1;

    /// The id is new. Behind what is as urgent already.
    void add(FetchJob job);
    /// Whether a stream should be opened for what a download has queued: none is at rest.
    bool wants_stream(DownloadId download) const;
    /// From now on until close_stream() it is expected to take parts.
    StreamNumber open_stream(DownloadId download);
    /// Nothing that it took is under way.
    void rest(StreamNumber stream) { streams_.at(stream).reset(); }
    void close_stream(StreamNumber stream) { streams_.erase(stream); }
    std::size_t streams() const { return streams_.size(); }

    /// The part that a stream asks for next: of what is urgent, else of a download that no other
    /// stream serves, else of the one that was given least. At most `bytes_max`, but a piece.
    /// Nothing also when other streams do for all that is queued.
    std::optional<FetchJob> take(StreamNumber stream, std::uint64_t bytes_max);
    bool has_work_for(StreamNumber stream) const;
    /// What of a part was not received; it is the next that its download gets. Gives the end of the
    /// fetch as ended() does when it was cancelled meanwhile.
    std::optional<swarm::FetchEnded> put_back(FetchJob part);
    /// A part is over. Gives the end of its fetch, once: with the last part, or with the first
    /// error, which makes the others worthless; only a busy peer still sends what it has begun.
    std::optional<swarm::FetchEnded> ended(FetchId fetch, Result<void> outcome,
                                           std::uint32_t place);
    /// What is queued of it has become urgent. Nothing happens to one that is over.
    void hurry(FetchId fetch);
    /// Gives the end of the fetch when nothing of it is taken.
    std::optional<swarm::FetchEnded> cancel(FetchId fetch);
    /// Nothing more of it is wanted. Of fetches that are taken.
    bool is_cancelled(FetchId fetch) const { return fetches_.at(fetch).cancelled; }
    /// Everything that is queued, when nobody is left to ask for it.
    std::vector<swarm::FetchEnded> end_all(const Error& error);

    /// How many downloads have something queued or taken.
    std::size_t downloads() const { return shares_.size(); }

  private:
    struct Share {
        std::deque<FetchJob> parts;  ///< urgent ones first
        std::size_t taken = 0;
        std::uint64_t given = 0;  ///< bytes, beginning with what the others had been given
    };
    struct Fetch {
        DownloadId download;
        std::size_t queued = 1;
        std::size_t taken = 0;
        bool cancelled = false;
        bool told = false;
        swarm::FetchEnded end;
    };
    using Shares = std::map<DownloadId, Share>;
    using Fetches = std::map<FetchId, Fetch>;

    std::optional<DownloadId> next_for(StreamNumber stream) const;
    std::size_t streams_on(DownloadId download, StreamNumber from, StreamNumber to) const;
    void drop_queued(Fetches::iterator fetch);
    /// Gives its end unless that was told, and forgets it when nobody works for it.
    std::optional<swarm::FetchEnded> conclude(Fetches::iterator fetch);
    void forget_idle(DownloadId download);

    Shares shares_;
    Fetches fetches_;
    /// What each took last; nothing: it is at rest.
    std::map<StreamNumber, std::optional<DownloadId>> streams_;
    StreamNumber last_stream_ = 0;
    std::uint64_t virtual_time_ = 0;
};

}  // namespace iwant::daemon
