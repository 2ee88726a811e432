#pragma once

// What every upload passes: a slot for each request, a turn for each piece. One for all streams of
// the bulk server; any thread.

#include <cstdint>
#include <mutex>
#include <optional>

#include "app/daemon/rate_gate.h"
#include "core/swarm/upload_slots.h"

namespace iwant::daemon {

class UploadGate {
  public:
    /// Under a limit so much of it is for each peer served: of ever smaller shares nobody has use.
    static constexpr std::uint64_t kShareMin = std::uint64_t{512} << 10;

    static constexpr std::size_t kSlotsDefault = 16;

    /// Holds a slot for one request.
    class Pass {
      public:
        Pass(UploadGate& gate, const PeerId& peer);
        ~Pass();
        Pass(const Pass&) = delete;
        Pass& operator=(const Pass&) = delete;
        /// 0: go on; else to be told to the peer, which comes back later.
        std::uint32_t place() const { return place_; }

      private:
        UploadGate& gate_;
        const PeerId peer_;
        std::uint32_t place_ = 0;
    };

    /// As those of RateGate.
    bool limited() const { return rate_.limited(); }
    std::size_t turn_bytes() const { return rate_.turn_bytes(); }
    bool wait_turn(const PeerId& peer, std::uint64_t bytes) { return rate_.wait_turn(peer, bytes); }
    /// How many peers are served at a time at most, and bytes per second for all together.
    void set_limits(std::size_t slots, std::optional<std::uint64_t> rate);
    void stop() { rate_.stop(); }

  private:
    RateGate rate_;
    // Requests of all streams meet here, each for a moment.
    std::mutex mutex_;
    swarm::UploadSlots slots_{kSlotsDefault};
};

}  // namespace iwant::daemon
