#pragma once

// The downloader's side of one bulk stream: takes parts of fetches from a queue, keeps requests
// under way ahead of what it receives, verifies each piece and has it written. No more is asked for
// than comes within a moment, so that little comes in vain when it is not wanted any more; where
// even that would take long, the stream is left instead.

#include <deque>
#include <optional>
#include <span>

#include "app/daemon/block_bytes.h"
#include "app/daemon/fetcher.h"
#include "core/swarm/rate.h"
#include "io/net/bulk_stream.h"

namespace iwant::daemon {

/// Where the jobs of one stream come from; thread-safe.
class JobSource {
  public:
    virtual ~JobSource() = default;
    /// The next request, of at most so many bytes, but a piece. Without one at hand: nothing when
    /// `may_wait` is no; else waits for one, and gives nothing when the stream should end.
    enum class Wait { no, yes };
    virtual std::optional<FetchJob> take(Wait wait, std::uint64_t bytes_max) = 0;
    /// What of a job that was taken is left to others.
    virtual void put_back(FetchJob rest) = 0;
    /// Of a job that was taken.
    virtual bool is_cancelled(FetchId fetch) const = 0;
    /// A job that was taken is over. `place`: in the queue of a peer that is busy.
    virtual void ended(FetchId fetch, Result<void> outcome, std::uint32_t place) = 0;
};

class FetchStream {
  public:
    FetchStream(net::BulkStream& stream, JobSource& jobs, const Fetcher::World& world)
        : stream_(stream), jobs_(jobs), world_(world) {}

    /// Asked for and not received: enough to fill a 10 Gbit/s wire for several milliseconds.
    static constexpr std::uint64_t kBytesAheadMax = std::uint64_t{16} << 20;
    static constexpr std::uint64_t kBytesAheadMin = std::uint64_t{64} << 10;
    /// What is asked ahead comes within this time at the measured rate, but for a piece.
    static constexpr Duration kTimeAhead = std::chrono::milliseconds(500);
    /// While the rate is not known.
    static constexpr std::uint64_t kBytesAheadAtFirst = kPieceSizeMin;
    /// What is not wanted any more and takes longer to come is not waited for.
    static constexpr Duration kVainMax = std::chrono::seconds(2);

    enum class Ending {
        no_jobs,
        left,  ///< there may be jobs, but this stream is of no use any more
    };
    /// Until there are no jobs any more, or the stream breaks or is left. All jobs that were taken
    /// are ended or put back.
    Result<Ending> run();

  private:
    struct UnderWay {
        FetchJob job;
        RequestId request;
        std::uint32_t received = 0;
        bool ended = false;  ///< told already; what still comes is dropped
    };

    Result<void> ask_ahead();
    std::uint64_t bytes_ahead() const;
    Result<void> ask(FetchJob job);
    Result<void> receive_one();
    Result<void> take_piece(const protocol::PieceHeader& header);
    void take_refusal(const protocol::Refusal& refusal);
    Result<void> receive_bytes(std::span<std::uint8_t> into);
    /// How many of the wanted bytes may be received now; waits for that.
    Result<std::size_t> take_turn(std::size_t wanted);
    Result<void> verify(const FetchJob& job, PieceIndex piece) const;
    void end(UnderWay& under_way, Result<void> outcome, std::uint32_t place = 0);
    void end_all(const Error& error);
    void end_cancelled();
    /// Whether what comes next is not wanted and takes too long.
    bool comes_in_vain(std::uint64_t received_bytes) const;
    void leave();

    net::BulkStream& stream_;
    JobSource& jobs_;
    const Fetcher::World& world_;
    std::deque<UnderWay> under_way_;
    std::uint64_t bytes_asked_ = 0;  ///< and not received
    swarm::RateMeter meter_;
    Time measured_since_{};
    bool left_ = false;
    std::uint64_t next_request_ = 1;
    BlockBytes buffer_;  ///< one piece
};

}  // namespace iwant::daemon
