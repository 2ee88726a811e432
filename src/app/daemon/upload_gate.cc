#include "app/daemon/upload_gate.h"

#include <algorithm>

#include "io/platform/process.h"

namespace iwant::daemon {

void UploadGate::set_limits(std::size_t slots, std::optional<std::uint64_t> rate) {
    rate_.set_rate(rate);
    const std::lock_guard lock(mutex_);
    const std::uint64_t shares = rate ? *rate / kShareMin : slots;
    slots_.set_slots(std::clamp<std::uint64_t>(shares, 1, slots));
}

UploadGate::Pass::Pass(UploadGate& gate, const PeerId& peer) : gate_(gate), peer_(peer) {
    const std::lock_guard lock(gate_.mutex_);
    place_ = gate_.slots_.begin(peer_, platform::now());
}

UploadGate::Pass::~Pass() {
    if (place_ > 0) return;
    const std::lock_guard lock(gate_.mutex_);
    gate_.slots_.end(peer_, platform::now());
}

}  // namespace iwant::daemon
