#include "app/daemon/dial_rules.h"

#include <algorithm>
#include <cstdint>
#include <span>

#include <boost/asio/ip/address.hpp>

namespace iwant::daemon {
namespace {

namespace ip = boost::asio::ip;

bool same_prefix(std::span<const std::uint8_t> one, std::span<const std::uint8_t> other,
                 unsigned bits) {
    for (std::size_t i = 0; i < one.size() && bits > 0; ++i) {
        const unsigned here = std::min(bits, 8u);
        if ((one[i] ^ other[i]) >> (8 - here) != 0) return false;
        bits -= here;
    }
    return true;
}

bool is_on_link(const ip::address& host, const platform::InterfaceAddress& own) {
    boost::system::error_code error;
    const ip::address address = ip::make_address(own.address, error);
    if (error || address.is_v4() != host.is_v4()) return false;
    if (host.is_v4()) {
        return same_prefix(host.to_v4().to_bytes(), address.to_v4().to_bytes(), own.prefix_bits);
    }
    return same_prefix(host.to_v6().to_bytes(), address.to_v6().to_bytes(), own.prefix_bits);
}

bool is_on_link(const ip::address& host, const platform::Interface& interface) {
    // A link-local address says itself which link it is on.
    if (host.is_v6() && host.to_v6().is_link_local()) {
        return host.to_v6().scope_id() == interface.index;
    }
    return std::ranges::any_of(interface.addresses,
                               [&](const auto& own) { return is_on_link(host, own); });
}

}  // namespace

bool is_named(const platform::Interface& interface, const std::string& name) {
    return interface.name == name ||
           std::ranges::find(interface.addresses, name, &platform::InterfaceAddress::address) !=
               interface.addresses.end();
}

bool may_dial(const std::string& host, const std::vector<std::string>& named,
              const std::vector<platform::Interface>& interfaces) {
    boost::system::error_code error;
    const ip::address address = ip::make_address(host, error);
    if (named.empty() || error) return true;
    bool on_another_link = false;
    bool leads_further = false;
    for (const platform::Interface& interface : interfaces) {
        const bool ours = std::ranges::any_of(
            named, [&](const std::string& name) { return is_named(interface, name); });
        const bool on_link = is_on_link(address, interface);
        if (ours && on_link) return true;
        on_another_link = on_another_link || on_link;
        leads_further = leads_further || (ours && !interface.loopback);
    }
    return leads_further && !on_another_link;
}

}  // namespace iwant::daemon
