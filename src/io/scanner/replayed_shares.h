#pragma once

// For tests: a sink that keeps what a catalogue would keep after the scanner's reports, and waits
// for it to become what it should be.

#include <chrono>
#include <condition_variable>
#include <map>
#include <mutex>
#include <set>
#include <string>

#include "io/scanner/scanner.h"

namespace iwant::scanner {

/// Path to size, or -1 for a folder.
using Listing = std::map<std::string, std::int64_t>;

class ReplayedShares final : public ScanSink {
  public:
    void subtree_seen(Subtree subtree) override {
        const std::lock_guard lock(mutex_);
        auto& entries = shares_[subtree.share];
        for (Found& found : subtree.found) {
            const bool is_folder = found.info.kind == platform::FileKind::folder;
            const auto size = static_cast<std::int64_t>(found.info.stamp.size_bytes);
            max_batch_ = std::max(max_batch_, subtree.found.size());
            entries[found.path] = {is_folder ? -1 : size, subtree.walk, found.disk_path};
        }
        if (subtree.complete) {
            drop_untold(entries, subtree);
            unreadable_.erase(subtree.share);
        }
        ++reports_;
        changed_.notify_all();
    }

    void share_unreadable(const std::string& share, const Error& error) override {
        const std::lock_guard lock(mutex_);
        unreadable_[share] = error;
        changed_.notify_all();
    }

    void share_walked(const std::string&, std::uint64_t inode) override {
        const std::lock_guard lock(mutex_);
        inode_ = inode;
    }

    void first_walk_done() override {
        const std::lock_guard lock(mutex_);
        ++first_walks_;
        changed_.notify_all();
    }

    Listing listing(const std::string& share = "s") const {
        const std::lock_guard lock(mutex_);
        return listing_locked(share);
    }
    std::string disk_path(const std::string& path) const {
        const std::lock_guard lock(mutex_);
        const auto& entries = shares_.at("s");
        const auto found = entries.find(path);
        return found == entries.end() ? "(none)" : found->second.disk_path;
    }
    /// Of the folder that was walked last.
    std::uint64_t inode() const {
        const std::lock_guard lock(mutex_);
        return inode_;
    }
    std::map<std::string, Error> unreadable() const {
        const std::lock_guard lock(mutex_);
        return unreadable_;
    }
    std::size_t max_batch() const { return max_batch_; }
    std::size_t reports() const {
        const std::lock_guard lock(mutex_);
        return reports_;
    }

    bool wait_for_first_walk(int times = 1) {
        return wait([&] { return first_walks_ >= times; });
    }
    bool wait_for_unreadable(const std::string& share = "s") {
        return wait([&] { return unreadable_.contains(share); });
    }
    bool wait_for_all_readable() {
        return wait([&] { return unreadable_.empty(); });
    }
    /// Waits until the share is listed like this; false, after some seconds, when it never was.
    bool wait_for(const Listing& expected, const std::string& share = "s") {
        return wait([&] {
            return shares_[share].size() == expected.size() && listing_locked(share) == expected;
        });
    }

  private:
    struct Kept {
        std::int64_t size = 0;
        std::uint64_t walk = 0;
        std::string disk_path;
    };

    using Entries = std::map<std::string, Kept>;

    static void drop_untold(Entries& entries, const Subtree& subtree) {
        const std::string& prefix = subtree.prefix;
        const auto drop = [&](auto begin, auto end) {
            while (begin != end) {
                begin =
                    begin->second.walk != subtree.walk ? entries.erase(begin) : std::next(begin);
            }
        };
        if (prefix.empty()) return drop(entries.begin(), entries.end());
        const auto itself = entries.equal_range(prefix);
        drop(itself.first, itself.second);
        // '0' follows '/', so this is every path that starts with "prefix/".
        drop(entries.lower_bound(prefix + "/"), entries.lower_bound(prefix + "0"));
    }

    Listing listing_locked(const std::string& share) const {
        Listing listing;
        const auto found = shares_.find(share);
        if (found == shares_.end()) return listing;
        for (const auto& [path, kept] : found->second) listing[path] = kept.size;
        return listing;
    }

    template <class Condition>
    bool wait(Condition condition) {
        std::unique_lock lock(mutex_);
        return changed_.wait_for(lock, std::chrono::seconds(20), condition);
    }

    mutable std::mutex mutex_;
    std::condition_variable changed_;
    std::map<std::string, Entries> shares_;
    std::map<std::string, Error> unreadable_;
    int first_walks_ = 0;
    std::uint64_t inode_ = 0;
    std::size_t max_batch_ = 0;
    std::size_t reports_ = 0;
};

}  // namespace iwant::scanner
