#include "app/daemon/worker.h"

#include <utility>

#include "base/assert.h"

namespace iwant::daemon {

Worker::Worker(std::string name) : name_(std::move(name)), thread_([this] { run(); }) {}

Worker::~Worker() {
    stop();
}

void Worker::post(Task task, Turn turn) {
    const std::lock_guard lock(mutex_);
    if (stopping_) return;
    ASSERT(tasks_.size() < kTasksMax);
    tasks_.insert(turn == Turn::first ? tasks_.begin() : tasks_.end(), std::move(task));
    changed_.notify_all();
}

bool Worker::try_post(Task task) {
    const std::lock_guard lock(mutex_);
    if (stopping_ || tasks_.size() >= kForeignTasksMax) return false;
    tasks_.push_back(std::move(task));
    changed_.notify_all();
    return true;
}

void Worker::post_when_room(Task task) {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [this] { return stopping_ || tasks_.size() < kRoomTasks; });
    if (stopping_) return;
    tasks_.push_back(std::move(task));
    changed_.notify_all();
}

void Worker::finish() {
    {
        const std::lock_guard lock(mutex_);
        stopping_ = true;
        changed_.notify_all();
    }
    if (thread_.joinable()) thread_.join();
}

void Worker::stop() {
    {
        // What tasks own may post when it goes: they go without the lock.
        std::deque<Task> dropped;
        const std::lock_guard lock(mutex_);
        stopping_ = true;
        dropped.swap(tasks_);
        changed_.notify_all();
    }
    if (thread_.joinable()) thread_.join();
}

void Worker::run() {
    std::unique_lock lock(mutex_);
    while (true) {
        changed_.wait(lock, [this] { return stopping_ || !tasks_.empty(); });
        if (tasks_.empty()) return;
        {
            const Task task = std::move(tasks_.front());
            tasks_.pop_front();
            changed_.notify_all();
            lock.unlock();
            task();
        }
        lock.lock();
    }
}

}  // namespace iwant::daemon
