#pragma once

// Gets pieces from peers: a few bulk streams to each peer that is asked, each with its thread, that
// ask, receive, verify and hand on. Requests are sent ahead, so that the wire never waits for a
// round trip. Downloads that fetch from the same peer, or share a limit, get about the same of it.

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <span>
#include <vector>

#include "app/daemon/rate_gate.h"
#include "app/daemon/worker.h"
#include "base/content.h"
#include "base/log.h"
#include "base/time.h"
#include "core/protocol/messages.h"
#include "core/swarm/types.h"
#include "io/net/transport.h"
#include "io/platform/process.h"

namespace iwant::daemon {

/// One run of pieces of one file, to be asked of one peer.
struct FetchJob {
    FetchId fetch;
    DownloadId download;
    FileIndex file_index;
    FileId file;
    std::uint64_t size_bytes = 0;
    PieceIndex first;
    std::uint32_t count = 0;
    SharedPieceList pieces;  ///< null: one piece, verified through the FileId
    using Urgency = swarm::StartFetch::Urgency;
    Urgency urgency = Urgency::usual;
};

/// Of the pieces of a job but the first `received`.
std::uint64_t bytes_of(const FetchJob& job, std::uint32_t received = 0);

class Fetcher {
  public:
    struct World {
        /// Any thread. Writes a verified piece; an error ends the fetch.
        std::function<Result<void>(const FetchJob&, PieceIndex, std::span<const std::uint8_t>)>
            write;
        /// Any thread.
        std::function<void(swarm::Event)> tell;
        /// Of all downloads together; borrowed.
        RateGate* limit = nullptr;
        std::function<Time()> now = platform::now;
    };

    /// All references outlive the fetcher.
    Fetcher(const net::TlsContext& tls, World world, Logger& logger);
    ~Fetcher();

    /// Event thread. `hello` and `addresses` are used when a stream has to be opened.
    void fetch(const PeerId& peer, FetchJob job, const protocol::Hello& hello,
               const std::vector<protocol::Address>& addresses);
    void cancel(FetchId fetch);
    /// What is queued of it comes before what is not urgent.
    void hurry(FetchId fetch);
    void stop();

  private:
    class PeerQueue;
    const net::TlsContext& tls_;
    const World world_;
    Logger& logger_;
    std::map<PeerId, std::unique_ptr<PeerQueue>> peers_;
};

}  // namespace iwant::daemon
