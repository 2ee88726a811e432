#include "app/daemon/hash_pool.h"

#include <utility>

#include "io/platform/process.h"

namespace iwant::daemon {
namespace {

/// Jobs waiting for each thread: enough that none of them idles, few enough that an urgent one is
/// soon done.
constexpr std::size_t kQueuedPerThread = 16;

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
    const std::size_t most = kQueuedPerThread * threads_;
    const std::size_t unfinished = unfinished_;
    return unfinished <= most / 2 ? most - unfinished : 0;
}

void HashPool::hash(const catalog::HashJob& job) {
    ++unfinished_;
    const std::size_t worker =
        job.stamp.size_bytes >= kLargeFileBytes ? 0 : next_++ % workers_.size();
    workers_[worker]->post([this, job] { run(job); });
}

void HashPool::run(const catalog::HashJob& job) {
    const unsigned threads = job.stamp.size_bytes >= kLargeFileBytes ? threads_ : 1;
    Result<scanner::HashedFile> hashed =
        scanner::hash_file(job.disk_path, job.stamp, threads, stop_);
    --unfinished_;
    done_(job, std::move(hashed));
}

void HashPool::stop() {
    // The workers stay, ended: who fills the pool may be about to hand over one more job.
    stop_ = true;
    for (const std::unique_ptr<Worker>& worker : workers_) worker->stop();
}

}  // namespace iwant::daemon
