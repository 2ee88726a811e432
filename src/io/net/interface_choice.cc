#include "io/net/interface_choice.h"

#include <algorithm>

#include <boost/asio/ip/address.hpp>
#include <boost/asio/ip/network_v4.hpp>
#include <boost/asio/ip/network_v6.hpp>

#include "base/hex.h"

namespace iwant::net {

namespace asio = boost::asio;

namespace {

constexpr std::size_t kDockerIdDigits = 12;

/// Bridges that container and machine managers make for themselves: docker0, br-<12 hex>, virbr0.
bool is_container_bridge(const std::string& name) {
    if (name == "docker0" || name.starts_with("virbr")) return true;
    return name.starts_with("br-") && name.size() == 3 + kDockerIdDigits && is_hex(name.substr(3));
}

std::string without_scope(const std::string& host) {
    return host.substr(0, host.find('%'));
}

bool is_named(const platform::Interface& interface, const std::vector<std::string>& wanted) {
    return std::ranges::any_of(wanted, [&](const std::string& name) {
        return name == interface.name ||
               std::ranges::any_of(interface.addresses, [&](const auto& address) {
                   return address.address == without_scope(name);
               });
    });
}

std::string why_unusable(const platform::Interface& interface) {
    if (interface.enabled && !interface.up) return "it has no carrier (no cable, no Wi-Fi)";
    if (!interface.up) return "it is down";
    if (interface.addresses.empty()) return "it has no address";
    return {};
}

std::string why_not_by_default(const platform::Interface& interface) {
    if (interface.loopback) return "loopback is used only when it is named";
    if (auto why = why_unusable(interface); !why.empty()) return why;
    if (interface.point_to_point) return "a point-to-point link is used only when it is named";
    if (is_container_bridge(interface.name)) {
        return "a bridge of containers is used only when it is named";
    }
    return {};
}

bool contains(const platform::InterfaceAddress& own, const asio::ip::address& address) {
    boost::system::error_code error;
    const auto parsed = asio::ip::make_address(own.address, error);
    if (error || parsed.is_v6() != address.is_v6()) return false;
    const auto bits = static_cast<unsigned short>(own.prefix_bits);
    if (address.is_v4()) {
        if (bits > 32) return false;
        const asio::ip::network_v4 network(parsed.to_v4(), bits);
        return network.canonical() == asio::ip::network_v4(address.to_v4(), bits).canonical();
    }
    if (bits > 128) return false;
    const asio::ip::address_v6 plain(address.to_v6().to_bytes());
    const asio::ip::network_v6 network(parsed.to_v6(), bits);
    return network.canonical() == asio::ip::network_v6(plain, bits).canonical();
}

}  // namespace

std::vector<InterfaceChoice> choose_interfaces(const std::vector<platform::Interface>& interfaces,
                                               const std::vector<std::string>& wanted) {
    std::vector<InterfaceChoice> choices;
    for (const auto& interface : interfaces) {
        std::string why_not;
        if (wanted.empty()) {
            why_not = why_not_by_default(interface);
        } else {
            why_not = is_named(interface, wanted) ? why_unusable(interface) : "others are named";
        }
        choices.push_back(InterfaceChoice{interface, std::move(why_not)});
    }
    if (!wanted.empty() || std::ranges::any_of(choices, &InterfaceChoice::used)) return choices;
    for (auto& choice : choices) {
        const bool usable = !choice.interface.loopback && why_unusable(choice.interface).empty();
        if (usable) choice.why_not.clear();
    }
    return choices;
}

bool is_on_link(const platform::Interface& interface, const std::string& host) {
    boost::system::error_code error;
    const auto address = asio::ip::make_address(without_scope(host), error);
    if (error || address.is_unspecified() || address.is_multicast()) return false;
    if (address.is_v6() && address.to_v6().is_link_local()) return true;
    return std::ranges::any_of(interface.addresses, [&](const platform::InterfaceAddress& own) {
        return own.broadcast != host && contains(own, address);
    });
}

}  // namespace iwant::net
