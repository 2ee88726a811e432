#include <array>

#include <linux/netlink.h>
#include <linux/rtnetlink.h>
#include <sys/socket.h>

#include "io/platform/interfaces.h"
#include "io/platform/posix_calls.h"

namespace iwant::platform {

Result<InterfaceWatch> InterfaceWatch::open() {
    const int type = SOCK_RAW | SOCK_CLOEXEC | SOCK_NONBLOCK;
    Descriptor socket(::socket(AF_NETLINK, type, NETLINK_ROUTE));
    if (!socket.is_open()) return last_error("watch the network interfaces");
    sockaddr_nl address{};
    address.nl_family = AF_NETLINK;
    address.nl_groups = RTMGRP_LINK | RTMGRP_IPV4_IFADDR | RTMGRP_IPV6_IFADDR;
    if (::bind(socket.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0) {
        return last_error("watch the network interfaces");
    }
    return InterfaceWatch(socket.release());
}

InterfaceWatch::~InterfaceWatch() {
    if (descriptor_ >= 0) ::close(descriptor_);
}

InterfaceWatch::InterfaceWatch(InterfaceWatch&& other) noexcept
    : descriptor_(std::exchange(other.descriptor_, -1)) {}

void InterfaceWatch::drain() {
    std::array<char, 8192> buffer{};
    // ENOBUFS says that messages were lost, which is a change as well; more may follow it.
    while (true) {
        const ssize_t got = ::recv(descriptor_, buffer.data(), buffer.size(), MSG_DONTWAIT);
        if (got < 0 && errno != EINTR && errno != ENOBUFS) return;
        if (got == 0) return;
    }
}

}  // namespace iwant::platform
