#include "app/daemon/hash_pool.h"

#include <utility>

#include "io/platform/process.h"

namespace iwant::daemon {
namespace {

/// Jobs that wait: enough that storing what came of the last ones does not leave the threads idle.
constexpr std::size_t kWaitingMax = 1024;
constexpr std::uint64_t kWaitingBytesMax = std::uint64_t{64} << 20;

}  // namespace

HashPool::HashPool(unsigned threads, Done done) : threads_(threads), done_(std::move(done)) {
    for (unsigned i = 0; i < threads; ++i) {
        workers_.push_back(std::make_unique<Worker>("hash"));
        workers_.back()->post(platform::lower_thread_priority);
    }
}

HashPool::~HashPool() {
    stop();
}

std::size_t HashPool::room() const {
    const std::size_t unfinished = unfinished_;
    const bool busy = unfinished > kWaitingMax / 2 || unfinished_bytes_ > kWaitingBytesMax / 2;
    return busy ? 0 : kWaitingMax - unfinished;
}

bool HashPool::is_full() const {
    return unfinished_bytes_ >= kWaitingBytesMax;
}

void HashPool::hash(const catalog::HashJob& job, Turn turn) {
    ++unfinished_;
    unfinished_bytes_ += job.stamp.size_bytes;
    const std::size_t number =
        job.stamp.size_bytes >= kLargeFileBytes ? 0 : next_++ % workers_.size();
    workers_[number]->post([this, job] { run(job); }, turn);
}

void HashPool::run(const catalog::HashJob& job) {
    const unsigned threads = job.stamp.size_bytes >= kLargeFileBytes ? threads_ : 1;
    Result<scanner::HashedFile> hashed =
        scanner::hash_file(job.disk_path, job.stamp, threads, stop_);
    unfinished_bytes_ -= job.stamp.size_bytes;
    --unfinished_;
    done_(job, std::move(hashed));
}

void HashPool::stop() {
    // The workers stay, ended: who fills the pool may be about to hand over one more job.
    stop_ = true;
    for (const std::unique_ptr<Worker>& worker : workers_) worker->stop();
}

}  // namespace iwant::daemon
