#pragma once

// Tells when something below some folders changes. One interface, one source per system
// (watch_linux.cc: inotify); a change is told as the path that should be looked at again, never as
// what happened to it.

#include <chrono>
#include <cstddef>
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "base/result.h"

namespace iwant::platform {

struct WatchEvent {
    enum class What {
        changed,   ///< look at this file or folder (it may be gone); `deep`: and at all below it
        overflow,  ///< events were lost: look at everything (`path` is empty)
    };
    What what = What::changed;
    std::filesystem::path path;
    bool deep = false;
    bool closed = false;  ///< a writer closed it or it came by a rename: it is probably whole
};

class Watch {
  public:
    static Result<std::unique_ptr<Watch>> open();
    virtual ~Watch() = default;

    /// Watches one folder, not what is below it. Fails with ErrorCode::limit when the system has no
    /// more watches; the caller then polls that folder.
    virtual Result<void> add_folder(const std::filesystem::path& folder) = 0;
    /// Stops watching it and all below.
    virtual void remove_tree(const std::filesystem::path& folder) = 0;
    /// Waits for events, at most this long; empty after that. One thread.
    virtual Result<std::vector<WatchEvent>> wait(std::chrono::milliseconds timeout) = 0;
    /// Makes wait() return at once. Any thread.
    virtual void wake() = 0;
    virtual std::size_t folders_watched() const = 0;
};

}  // namespace iwant::platform
