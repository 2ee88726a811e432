#pragma once

// Gives pieces of shared files and of downloads to whoever asks: one thread for each bulk stream
// that was accepted. A file is
// checked against its announced stamp after each piece is read and before it is sent, so a file
// that changed is noticed before a wrong byte leaves.

#include <atomic>
#include <filesystem>
#include <memory>
#include <thread>
#include <vector>

#include "app/daemon/held_files.h"
#include "app/daemon/upload_gate.h"
#include "base/log.h"
#include "io/net/bulk_stream.h"

namespace iwant::daemon {

class BulkServer {
  public:
    /// Streams beyond this are closed at once; the downloader comes back. Enough for 32 that fetch
    /// one file each.
    static constexpr std::size_t kStreamsMax = 128;

    /// `database` is the catalogue's file; each stream reads it through a reader of its own. `held`
    /// are downloads under way; null: nothing that came or comes by download is given. The
    /// references outlive the server.
    BulkServer(std::filesystem::path database, const HeldFiles* held, Logger& logger);
    ~BulkServer();

    /// Event thread.
    void serve(std::shared_ptr<net::BulkStream> stream);
    /// Slots and rate of uploads.
    UploadGate& gate() { return gate_; }
    /// Ends all streams and waits for their threads.
    void stop();

  private:
    struct Serving {
        std::weak_ptr<net::BulkStream> stream;  ///< which its thread closes at the end
        std::shared_ptr<std::atomic<bool>> over;
        std::thread thread;
    };
    void forget_ended();

    const std::filesystem::path database_;
    const HeldFiles* const held_;
    Logger& logger_;
    UploadGate gate_;
    std::vector<Serving> serving_;
};

}  // namespace iwant::daemon
