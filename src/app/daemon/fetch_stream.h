#pragma once

// The downloader's side of one bulk stream: takes jobs from a queue, keeps requests under way ahead
// of what it receives, verifies each piece and has it written.

#include <deque>
#include <optional>
#include <span>
#include <vector>

#include "app/daemon/fetcher.h"
#include "io/net/bulk_stream.h"

namespace iwant::daemon {

/// Where a stream's jobs come from; thread-safe.
class JobSource {
  public:
    virtual ~JobSource() = default;
    /// The next job. Without one at hand: nothing when `may_wait` is no; else waits for one, and
    /// gives nothing when the stream should end.
    enum class Wait { no, yes };
    virtual std::optional<FetchJob> take(Wait wait) = 0;
    virtual bool is_cancelled(FetchId fetch) const = 0;
    /// A job that was taken is over.
    virtual void ended(FetchId fetch) = 0;
};

class FetchStream {
  public:
    FetchStream(net::BulkStream& stream, JobSource& jobs, const Fetcher::World& world)
        : stream_(stream), jobs_(jobs), world_(world) {}

    /// Until there are no jobs any more or the stream breaks. All jobs that were taken are ended.
    Result<void> run();

  private:
    struct UnderWay {
        FetchJob job;
        RequestId request;
        std::uint32_t received = 0;
        bool ended = false;  ///< told already; what still comes is dropped
    };

    Result<void> ask_ahead();
    Result<void> ask(FetchJob job);
    Result<void> receive_one();
    Result<void> take_piece(const protocol::PieceHeader& header);
    void take_refusal(const protocol::Refusal& refusal);
    Result<void> receive_bytes(const UnderWay& front, std::span<std::uint8_t> into);
    /// How many of the wanted bytes may be received now; waits for that.
    Result<std::size_t> take_turn(std::size_t wanted);
    Result<void> verify(const FetchJob& job, PieceIndex piece) const;
    void end(UnderWay& under_way, Result<void> outcome, std::uint32_t place = 0);
    void end_all(const Error& error);

    net::BulkStream& stream_;
    JobSource& jobs_;
    const Fetcher::World& world_;
    std::deque<UnderWay> under_way_;
    std::uint64_t bytes_asked_ = 0;  ///< and not received
    std::uint64_t next_request_ = 1;
    std::vector<std::uint8_t> buffer_;
};

}  // namespace iwant::daemon
