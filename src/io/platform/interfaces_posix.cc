#include <array>
#include <bit>
#include <cstring>
#include <memory>

#include <arpa/inet.h>
#include <ifaddrs.h>
#include <net/if.h>
#include <netinet/in.h>

#include "io/platform/interfaces.h"
#include "io/platform/posix_calls.h"

namespace iwant::platform {

namespace {

struct FreeAddresses {
    void operator()(ifaddrs* list) const { ::freeifaddrs(list); }
};

/// The bytes of the numeric address in a sockaddr; empty for other families.
std::span<const std::uint8_t> address_bytes(const sockaddr* address) {
    if (address == nullptr) return {};
    const auto* bytes = reinterpret_cast<const std::uint8_t*>(address);
    if (address->sa_family == AF_INET) return {bytes + offsetof(sockaddr_in, sin_addr), 4};
    if (address->sa_family == AF_INET6) return {bytes + offsetof(sockaddr_in6, sin6_addr), 16};
    return {};
}

std::string numeric(const sockaddr* address) {
    std::array<char, INET6_ADDRSTRLEN> text{};
    const auto bytes = address_bytes(address);
    if (bytes.empty()) return {};
    ::inet_ntop(address->sa_family, bytes.data(), text.data(), text.size());
    return text.data();
}

unsigned prefix_bits(const sockaddr* mask) {
    unsigned bits = 0;
    for (const std::uint8_t byte : address_bytes(mask)) {
        bits += static_cast<unsigned>(std::popcount(byte));
    }
    return bits;
}

InterfaceAddress to_address(const ifaddrs& found) {
    InterfaceAddress address;
    address.address = numeric(found.ifa_addr);
    address.ipv6 = found.ifa_addr->sa_family == AF_INET6;
    address.prefix_bits = prefix_bits(found.ifa_netmask);
    if (!address.ipv6 && (found.ifa_flags & IFF_BROADCAST) != 0) {
        address.broadcast = numeric(found.ifa_broadaddr);
    }
    return address;
}

Interface& interface_named(std::vector<Interface>& interfaces, const ifaddrs& found) {
    for (Interface& known : interfaces) {
        if (known.name == found.ifa_name) return known;
    }
    Interface& added = interfaces.emplace_back();
    added.name = found.ifa_name;
    added.index = ::if_nametoindex(found.ifa_name);
    added.enabled = (found.ifa_flags & IFF_UP) != 0;
    added.up = added.enabled && (found.ifa_flags & IFF_RUNNING) != 0;
    added.loopback = (found.ifa_flags & IFF_LOOPBACK) != 0;
    added.multicast = (found.ifa_flags & IFF_MULTICAST) != 0;
    added.point_to_point = (found.ifa_flags & IFF_POINTOPOINT) != 0;
    return added;
}

}  // namespace

Result<std::vector<Interface>> list_interfaces() {
    ifaddrs* first = nullptr;
    if (::getifaddrs(&first) != 0) return last_error("list the network interfaces");
    const std::unique_ptr<ifaddrs, FreeAddresses> list(first);
    std::vector<Interface> interfaces;
    for (const ifaddrs* found = first; found != nullptr; found = found->ifa_next) {
        Interface& interface = interface_named(interfaces, *found);
        if (!address_bytes(found->ifa_addr).empty()) {
            interface.addresses.push_back(to_address(*found));
        }
    }
    return interfaces;
}

}  // namespace iwant::platform
