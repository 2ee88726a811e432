#include "app/daemon/clone_guard.h"

#include "app/daemon/warnings.h"
#include "core/protocol/address_text.h"

namespace iwant::daemon {
namespace {

constexpr std::chrono::seconds kAskEvery{10};
constexpr std::chrono::seconds kLookEvery{30};
/// Three looks that found nobody.
constexpr std::chrono::seconds kForgotten{95};

}  // namespace

bool CloneGuard::suspect(Time now) {
    if (asked_ && now - *asked_ < kAskEvery) return false;
    asked_ = now;
    return true;
}

bool CloneGuard::met(const protocol::Address& address, std::uint64_t instance, Time now) {
    const bool news = !present(now) || clone_->instance != instance;
    clone_ = Clone{address, instance, now};
    return news;
}

std::optional<protocol::Address> CloneGuard::look_again(Time now) {
    if (!present(now) || now - clone_->met < kLookEvery) return std::nullopt;
    if (asked_ && now - *asked_ < kLookEvery) return std::nullopt;
    asked_ = now;
    return clone_->address;
}

bool CloneGuard::present(Time now) const {
    return clone_ && now - clone_->met < kForgotten;
}

bool CloneGuard::withdrawn(Time now) const {
    return present(now) && clone_->instance < own_instance_;
}

std::optional<std::string> CloneGuard::warning(Time now) const {
    if (!present(now)) return std::nullopt;
    return "The computer at " + to_string(clone_->address) +
           " uses the same identity as this one, as after copying a disk or a virtual machine. " +
           (withdrawn(now) ? "This one is cut off from the others until that ends."
                           : "That one is cut off from the others until that ends.") +
           " " + kOneIdentityAdvice;
}

}  // namespace iwant::daemon
