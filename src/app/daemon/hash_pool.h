#pragma once

// Threads that hash files. Small files go one to a thread; a large one gets all of them to itself,
// since one disk and one file are read best in order. Jobs are brought by the hundred, so that what
// comes of them is stored by the hundred: a transaction costs as much as several small files.

#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>
#include <vector>

#include "app/daemon/worker.h"
#include "base/result.h"
#include "io/catalog/catalog.h"
#include "io/scanner/file_hasher.h"

namespace iwant::daemon {

class HashPool {
  public:
    using Done = std::function<void(const catalog::HashJob&, Result<scanner::HashedFile>)>;

    /// Jobs of at least this many bytes are hashed by all threads together.
    static constexpr std::uint64_t kLargeFileBytes = std::uint64_t{64} << 20;

    /// `done` is called on the pool's threads.
    HashPool(unsigned threads, Done done);
    ~HashPool();

    using Turn = Worker::Turn;

    /// Jobs that were taken and are not hashed yet.
    std::size_t unfinished() const { return unfinished_; }
    /// How many jobs to bring now; none while half of what keeps the threads busy is there.
    std::size_t room() const;
    /// Whether that many jobs are not too many bytes: ends the bringing.
    bool is_full() const;
    /// Somebody waits for a job that takes the first turn.
    void hash(const catalog::HashJob& job, Turn turn = Turn::in_order);
    /// Jobs under way end with ErrorCode::cancelled; those that wait and later ones are dropped.
    /// Any thread but the pool's.
    void stop();

  private:
    void run(const catalog::HashJob& job);

    const unsigned threads_;
    const Done done_;
    std::atomic<bool> stop_ = false;
    std::atomic<std::size_t> unfinished_ = 0;
    std::atomic<std::uint64_t> unfinished_bytes_ = 0;
    std::size_t next_ = 0;
    std::vector<std::unique_ptr<Worker>> workers_;
};

}  // namespace iwant::daemon
