#pragma once

// A thread with a queue: how work that may block leaves the event thread. Tasks run in order. What
// they find out they post back to the event loop as values.

#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <mutex>
#include <string>
#include <thread>

namespace iwant::daemon {

using Task = std::function<void()>;

/// Runs a task on the event thread; callable from any thread.
using Post = std::function<void(Task)>;

class Worker {
  public:
    /// More waiting tasks than this are a bug of the poster, or room is waited for.
    static constexpr std::size_t kTasksMax = 200'000;
    static constexpr std::size_t kRoomTasks = 8;
    /// With more than this waiting, nothing is taken on for others.
    static constexpr std::size_t kForeignTasksMax = 4096;

    explicit Worker(std::string name);
    /// Waits for the task that runs; tasks that wait are dropped.
    ~Worker();
    Worker(const Worker&) = delete;
    Worker& operator=(const Worker&) = delete;

    enum class Turn : std::uint8_t { in_order, first };
    /// Behind all that wait or before them. Never blocks.
    void post(Task task, Turn turn = Turn::in_order);
    /// For what other peers cause, which has to have an end: false, and the task is dropped, when
    /// too much waits already or the worker stops. Never blocks.
    [[nodiscard]] bool try_post(Task task);
    /// Waits until fewer than kRoomTasks are queued: for producers that are faster than the worker.
    /// Returns without posting when the worker stops.
    void post_when_room(Task task);
    /// Runs what is queued, then ends the thread. Later posts are dropped.
    void finish();
    /// Ends the thread after the task that runs; tasks that wait and later posts are dropped.
    void stop();

  private:
    void run();

    const std::string name_;
    // A queue between threads cannot itself be handed over by a post.
    std::mutex mutex_;
    std::condition_variable changed_;
    std::deque<Task> tasks_;
    bool stopping_ = false;
    std::thread thread_;
};

}  // namespace iwant::daemon
