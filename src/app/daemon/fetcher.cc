#include "app/daemon/fetcher.h"

#include <algorithm>
#include <condition_variable>
#include <list>
#include <mutex>
#include <optional>
#include <stop_token>
#include <thread>
#include <utility>

#include "app/daemon/fetch_queue.h"
#include "app/daemon/fetch_stream.h"

namespace iwant::daemon {
namespace {

/// A stream without work is kept for so long, then closed.
constexpr std::chrono::seconds kIdleStream{20};

}  // namespace

std::uint64_t bytes_of(const FetchJob& job, std::uint32_t received) {
    const std::uint64_t piece_size = piece_size_for(job.size_bytes);
    const auto place_of = [&](std::uint64_t piece) {
        return std::min(job.size_bytes, piece * piece_size);
    };
    const std::uint64_t first = job.first.value;
    return place_of(first + job.count) - place_of(first + received);
}

// The jobs of one peer, and the streams that do them. Streams end when idle and are opened again
// with work.
class Fetcher::PeerQueue {
  public:
    PeerQueue(const net::TlsContext& tls, PeerId peer, const World& world, Logger& logger)
        : tls_(tls), peer_(peer), world_(world), logger_(logger) {}
    ~PeerQueue();

    void add(FetchJob job, const protocol::Hello& hello,
             const std::vector<protocol::Address>& addresses);
    void cancel(FetchId fetch);
    void hurry(FetchId fetch);
    /// Makes all streams end soon; the destructor waits for them.
    void request_stop();
    /// Whether neither job nor stream is left.
    bool is_idle();

  private:
    /// One stream, as it sees the queue.
    struct Stream final : JobSource {
        Stream(PeerQueue& owner, FetchQueue::StreamNumber ours) : queue(owner), number(ours) {}

        std::optional<FetchJob> take(Wait wait, std::uint64_t bytes_max) override {
            return queue.take(number, wait, bytes_max);
        }
        void put_back(FetchJob rest) override { queue.put_back(std::move(rest)); }
        bool is_cancelled(FetchId fetch) const override { return queue.is_cancelled(fetch); }
        void ended(FetchId fetch, Result<void> outcome, std::uint32_t place) override {
            queue.ended(fetch, std::move(outcome), place);
        }

        PeerQueue& queue;
        const FetchQueue::StreamNumber number;
        std::shared_ptr<net::BulkStream> stream;  ///< null while it dials
        bool over = false;                        ///< the thread can be joined
        std::thread thread;
    };

    std::optional<FetchJob> take(FetchQueue::StreamNumber stream, JobSource::Wait wait,
                                 std::uint64_t bytes_max);
    void put_back(FetchJob rest);
    bool is_cancelled(FetchId fetch) const;
    void ended(FetchId fetch, Result<void> outcome, std::uint32_t place);

    void run(Stream& stream, const protocol::Hello& hello,
             const std::vector<protocol::Address>& addresses);
    Result<FetchStream::Ending> converse(Stream& stream, const protocol::Hello& hello,
                                         const std::vector<protocol::Address>& addresses);
    bool goes_on(const Stream& stream);
    void forget_ended();
    void tell(std::optional<swarm::FetchEnded> end);

    const net::TlsContext& tls_;
    const PeerId peer_;
    const World& world_;
    Logger& logger_;

    // Streams take jobs when they have room: a queue that several threads pull from.
    mutable std::mutex mutex_;
    std::condition_variable changed_;
    FetchQueue jobs_;
    std::list<Stream> streams_;
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
    const DownloadId download = job.download;
    jobs_.add(std::move(job));
    if (jobs_.wants_stream(download)) {
        Stream& stream = streams_.emplace_back(*this, jobs_.open_stream(download));
        stream.thread =
            std::thread([this, &stream, hello, addresses] { run(stream, hello, addresses); });
    }
    changed_.notify_all();  // whose turn it is hangs on what all of them do
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
    return jobs_.downloads() == 0 && streams_.empty();
}

void Fetcher::PeerQueue::run(Stream& stream, const protocol::Hello& hello,
                             const std::vector<protocol::Address>& addresses) {
    Result<FetchStream::Ending> ended = converse(stream, hello, addresses);
    while (ended && *ended == FetchStream::Ending::left && goes_on(stream)) {
        ended = converse(stream, hello, addresses);
    }
    const std::lock_guard lock(mutex_);
    if (!ended) {
        logger_.debug("a download stream ended peer=" + peer_.brief() + ": " +
                      ended.error().text());
        jobs_.close_stream(stream.number);
        if (jobs_.streams() == 0) {
            const Error& error = ended.error();
            for (auto& end : jobs_.end_all({ErrorCode::network, error.operation, error.message})) {
                tell(std::move(end));
            }
        }
        changed_.notify_all();  // others do its work
    }
    stream.over = true;
}

/// Whether a stream that was left is opened anew.
bool Fetcher::PeerQueue::goes_on(const Stream& stream) {
    const std::lock_guard lock(mutex_);
    if (!stopping_ && jobs_.has_work_for(stream.number)) return true;
    // From now on it takes nothing, so that work that comes opens a new one.
    jobs_.close_stream(stream.number);
    return false;
}

Result<FetchStream::Ending> Fetcher::PeerQueue::converse(
    Stream& stream, const protocol::Hello& hello, const std::vector<protocol::Address>& addresses) {
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
    Result<FetchStream::Ending> ended = FetchStream(**dialled, stream, world_).run();
    (*dialled)->shut_down();
    return ended;
}

std::optional<FetchJob> Fetcher::PeerQueue::take(FetchQueue::StreamNumber stream,
                                                 JobSource::Wait wait, std::uint64_t bytes_max) {
    std::unique_lock lock(mutex_);
    if (wait == JobSource::Wait::yes) {
        jobs_.rest(stream);
        const auto has_work = [&] { return jobs_.has_work_for(stream); };
        changed_.wait_for(lock, kIdleStream, [&] { return stopping_ || has_work(); });
        if (stopping_ || !has_work()) {
            // From now on the stream takes nothing, so that work that comes opens a new one.
            jobs_.close_stream(stream);
            return std::nullopt;
        }
    }
    return jobs_.take(stream, bytes_max);
}

void Fetcher::PeerQueue::put_back(FetchJob rest) {
    const std::lock_guard lock(mutex_);
    tell(jobs_.put_back(std::move(rest)));
    changed_.notify_all();  // whose turn it is hangs on what all of them do
}

void Fetcher::PeerQueue::cancel(FetchId fetch) {
    const std::lock_guard lock(mutex_);
    tell(jobs_.cancel(fetch));
    changed_.notify_all();
}

void Fetcher::PeerQueue::hurry(FetchId fetch) {
    const std::lock_guard lock(mutex_);
    jobs_.hurry(fetch);
}

bool Fetcher::PeerQueue::is_cancelled(FetchId fetch) const {
    const std::lock_guard lock(mutex_);
    return jobs_.is_cancelled(fetch);
}

void Fetcher::PeerQueue::ended(FetchId fetch, Result<void> outcome, std::uint32_t place) {
    const std::lock_guard lock(mutex_);
    const std::size_t downloads = jobs_.downloads();
    tell(jobs_.ended(fetch, std::move(outcome), place));
    // Streams at rest may help those that are left.
    if (jobs_.downloads() < downloads) changed_.notify_all();
}

void Fetcher::PeerQueue::tell(std::optional<swarm::FetchEnded> end) {
    if (end) world_.tell(*std::move(end));
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

void Fetcher::hurry(FetchId fetch) {
    for (const auto& [peer, queue] : peers_) queue->hurry(fetch);
}

void Fetcher::stop() {
    // All are told before one is waited for.
    for (const auto& [peer, queue] : peers_) queue->request_stop();
    peers_.clear();
}

}  // namespace iwant::daemon
