#include "app/daemon/fetcher.h"

#include <algorithm>
#include <condition_variable>
#include <deque>
#include <list>
#include <mutex>
#include <optional>
#include <set>
#include <stop_token>
#include <thread>
#include <utility>

#include "app/daemon/fetch_stream.h"

namespace iwant::daemon {
namespace {

/// A stream without work is kept for so long, then closed.
constexpr std::chrono::seconds kIdleStream{20};

}  // namespace

// The jobs of one peer, and the streams that do them. Streams end when idle and are opened again
// with work.
class Fetcher::PeerQueue final : public JobSource {
  public:
    PeerQueue(const net::TlsContext& tls, PeerId peer, const World& world, Logger& logger)
        : tls_(tls), peer_(peer), world_(world), logger_(logger) {}
    ~PeerQueue() override;

    void add(FetchJob job, const protocol::Hello& hello,
             const std::vector<protocol::Address>& addresses);
    void cancel(FetchId fetch);
    /// Makes all streams end soon; the destructor waits for them.
    void request_stop();
    /// Whether neither job nor stream is left.
    bool is_idle();

    std::optional<FetchJob> take(Wait wait) override;
    bool is_cancelled(FetchId fetch) const override;
    void ended(FetchId fetch) override;

  private:
    struct Stream {
        std::shared_ptr<net::BulkStream> stream;  ///< null while it dials
        bool over = false;                        ///< the thread can be joined
        std::thread thread;
    };

    void run(Stream& stream, const protocol::Hello& hello,
             const std::vector<protocol::Address>& addresses);
    Result<void> converse(Stream& stream, const protocol::Hello& hello,
                          const std::vector<protocol::Address>& addresses);
    void fail_queued(const Error& error);
    void forget_ended();

    const net::TlsContext& tls_;
    const PeerId peer_;
    const World& world_;
    Logger& logger_;

    // Streams take jobs when they have room: a queue that several threads pull from.
    mutable std::mutex mutex_;
    std::condition_variable changed_;
    std::deque<FetchJob> jobs_;
    std::set<FetchId> taken_;
    std::set<FetchId> cancelled_;
    std::list<Stream> streams_;
    std::size_t working_ = 0;  ///< streams that dial or will still take jobs
    bool stopping_ = false;
    std::stop_source stop_;  ///< ends dials
};

Fetcher::PeerQueue::~PeerQueue() {
    request_stop();
    for (Stream& stream : streams_) stream.thread.join();
}

void Fetcher::PeerQueue::add(FetchJob job, const protocol::Hello& hello,
                             const std::vector<protocol::Address>& addresses) {
    const std::lock_guard lock(mutex_);
    forget_ended();
    // Behind what is as urgent already.
    const auto place = job.urgency == FetchJob::Urgency::usual
                           ? jobs_.end()
                           : std::ranges::find(jobs_, FetchJob::Urgency::usual, &FetchJob::urgency);
    jobs_.insert(place, std::move(job));
    if (working_ < kStreamsPerPeer) {
        ++working_;
        Stream& stream = streams_.emplace_back();
        stream.thread =
            std::thread([this, &stream, hello, addresses] { run(stream, hello, addresses); });
    }
    changed_.notify_one();
}

void Fetcher::PeerQueue::forget_ended() {
    std::erase_if(streams_, [](Stream& stream) {
        if (stream.over) stream.thread.join();
        return stream.over;
    });
}

bool Fetcher::PeerQueue::is_idle() {
    const std::lock_guard lock(mutex_);
    forget_ended();
    return jobs_.empty() && streams_.empty();
}

void Fetcher::PeerQueue::run(Stream& stream, const protocol::Hello& hello,
                             const std::vector<protocol::Address>& addresses) {
    const Result<void> ended = converse(stream, hello, addresses);
    const std::lock_guard lock(mutex_);
    if (!ended) {
        logger_.debug("a download stream ended peer=" + peer_.brief() + ": " +
                      ended.error().text());
        --working_;
        if (working_ == 0) fail_queued(ended.error());
    }
    stream.over = true;
}

Result<void> Fetcher::PeerQueue::converse(Stream& stream, const protocol::Hello& hello,
                                          const std::vector<protocol::Address>& addresses) {
    Result<std::shared_ptr<net::BulkStream>> dialled =
        failure(ErrorCode::network, "dial peer " + peer_.brief(), "no address of it is known");
    for (const protocol::Address& address : addresses) {
        dialled = net::BulkStream::dial(tls_, address, peer_, hello, stop_.get_token());
        if (dialled || stop_.stop_requested()) break;
    }
    if (!dialled) return failure(std::move(dialled));
    {
        const std::lock_guard lock(mutex_);
        stream.stream = *dialled;
        if (stopping_) return failure(ErrorCode::cancelled, "fetch", "stopping");
    }
    Result<void> ended = FetchStream(**dialled, *this, world_).run();
    (*dialled)->shut_down();
    return ended;
}

void Fetcher::PeerQueue::fail_queued(const Error& error) {
    for (const FetchJob& job : jobs_) {
        world_.tell(swarm::FetchEnded{job.fetch,
                                      failure(ErrorCode::network, error.operation, error.message)});
    }
    jobs_.clear();
}

std::optional<FetchJob> Fetcher::PeerQueue::take(Wait wait) {
    std::unique_lock lock(mutex_);
    if (wait == Wait::yes) {
        changed_.wait_for(lock, kIdleStream, [this] { return stopping_ || !jobs_.empty(); });
        if (stopping_ || jobs_.empty()) {
            // From now on the stream takes nothing, so that work that comes opens a new one.
            --working_;
            return std::nullopt;
        }
    }
    if (jobs_.empty()) return std::nullopt;
    FetchJob job = std::move(jobs_.front());
    jobs_.pop_front();
    taken_.insert(job.fetch);
    return job;
}

void Fetcher::PeerQueue::cancel(FetchId fetch) {
    const std::lock_guard lock(mutex_);
    if (taken_.contains(fetch)) cancelled_.insert(fetch);
    const auto queued = std::ranges::find(jobs_, fetch, &FetchJob::fetch);
    if (queued == jobs_.end()) return;
    jobs_.erase(queued);
    world_.tell(swarm::FetchEnded{fetch, failure(ErrorCode::cancelled, "fetch", "cancelled")});
}

bool Fetcher::PeerQueue::is_cancelled(FetchId fetch) const {
    const std::lock_guard lock(mutex_);
    return cancelled_.contains(fetch);
}

void Fetcher::PeerQueue::ended(FetchId fetch) {
    const std::lock_guard lock(mutex_);
    taken_.erase(fetch);
    cancelled_.erase(fetch);
}

void Fetcher::PeerQueue::request_stop() {
    stop_.request_stop();
    const std::lock_guard lock(mutex_);
    stopping_ = true;
    for (const Stream& stream : streams_) {
        if (stream.stream) stream.stream->shut_down();
    }
    changed_.notify_all();
}

Fetcher::Fetcher(const net::TlsContext& tls, World world, Logger& logger)
    : tls_(tls), world_(std::move(world)), logger_(logger) {}

Fetcher::~Fetcher() {
    stop();
}

void Fetcher::fetch(const PeerId& peer, FetchJob job, const protocol::Hello& hello,
                    const std::vector<protocol::Address>& addresses) {
    auto queue = peers_.find(peer);
    if (queue == peers_.end()) {
        // Peers come and go for as long as the daemon runs; whoever is not asked any more is
        // forgotten.
        std::erase_if(peers_, [](const auto& other) { return other.second->is_idle(); });
        auto made = std::make_unique<PeerQueue>(tls_, peer, world_, logger_);
        queue = peers_.emplace(peer, std::move(made)).first;
    }
    queue->second->add(std::move(job), hello, addresses);
}

void Fetcher::cancel(FetchId fetch) {
    for (const auto& [peer, queue] : peers_) queue->cancel(fetch);
}

void Fetcher::stop() {
    // All are told before one is waited for.
    for (const auto& [peer, queue] : peers_) queue->request_stop();
    peers_.clear();
}

}  // namespace iwant::daemon
