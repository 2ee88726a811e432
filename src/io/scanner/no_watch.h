#pragma once

// Stands in where the system cannot watch at all: every folder is polled, and says why.

#include <condition_variable>
#include <mutex>

#include "io/platform/watch.h"

namespace iwant::scanner {

class NoWatch final : public platform::Watch {
  public:
    explicit NoWatch(Error error) : error_(std::move(error)) {}

    Result<void> add_folder(const std::filesystem::path&) override {
        return failure(ErrorCode::limit, error_.operation, error_.message);
    }
    void remove_tree(const std::filesystem::path&) override {}
    Result<std::vector<platform::WatchEvent>> wait(std::chrono::milliseconds timeout) override {
        std::unique_lock lock(mutex_);
        woken_.wait_for(lock, timeout, [this] { return is_woken_; });
        is_woken_ = false;
        return std::vector<platform::WatchEvent>{};
    }
    void wake() override {
        const std::lock_guard lock(mutex_);
        is_woken_ = true;
        woken_.notify_one();
    }
    std::size_t folders_watched() const override { return 0; }

  private:
    Error error_;
    /// There is nothing to wait for but wake().
    std::mutex mutex_;
    std::condition_variable woken_;
    bool is_woken_ = false;
};

}  // namespace iwant::scanner
