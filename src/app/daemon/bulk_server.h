#pragma once

// Gives pieces to whoever asks: one thread for each bulk stream that was accepted. A file is
// checked against its announced stamp after each piece is read and before it is sent, so a file
// that changed is noticed before a wrong byte leaves.

#include <atomic>
#include <filesystem>
#include <memory>
#include <thread>
#include <vector>

#include "base/log.h"
#include "io/net/bulk_stream.h"

namespace iwant::daemon {

class BulkServer {
  public:
    /// Streams beyond this are closed at once; the downloader comes back.
    static constexpr std::size_t kStreamsMax = 64;

    /// `database` is the catalogue's file; each stream reads it through a reader of its own.
    BulkServer(std::filesystem::path database, Logger& logger);
    ~BulkServer();

    /// Event thread.
    void serve(std::shared_ptr<net::BulkStream> stream);
    /// Ends all streams and waits for their threads.
    void stop();

  private:
    struct Serving {
        std::shared_ptr<net::BulkStream> stream;
        std::shared_ptr<std::atomic<bool>> over;
        std::thread thread;
    };
    void forget_ended();

    const std::filesystem::path database_;
    Logger& logger_;
    std::vector<Serving> serving_;
};

}  // namespace iwant::daemon
