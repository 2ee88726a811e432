#include "app/daemon/listen_addresses.h"

#include <algorithm>

#include "app/daemon/dial_rules.h"
#include "io/platform/interfaces.h"

namespace iwant::daemon {
namespace {

bool is_link_local6(const platform::InterfaceAddress& address) {
    return address.ipv6 && address.address.starts_with("fe80:");
}

}  // namespace

Result<std::vector<std::string>> listen_addresses(const std::vector<std::string>& interfaces) {
    std::vector<std::string> addresses;
    if (interfaces.empty()) return addresses;
    const Result<std::vector<platform::Interface>> all = platform::list_interfaces();
    if (!all) return std::unexpected(all.error());
    for (const std::string& name : interfaces) {
        const auto found = std::ranges::find_if(
            *all, [&](const auto& interface) { return is_named(interface, name); });
        if (found == all->end()) {
            std::string known;
            for (const platform::Interface& interface : *all) known += " " + interface.name;
            return failure(ErrorCode::not_found, "use interface " + name,
                           "this computer has:" + known);
        }
        // An empty list would mean all interfaces.
        if (found->addresses.empty()) {
            return failure(ErrorCode::unavailable, "use interface " + name,
                           "it has no address now; connect it first");
        }
        for (const platform::InterfaceAddress& address : found->addresses) {
            const std::string scope = is_link_local6(address) ? "%" + found->name : "";
            const std::string numeric = address.address + scope;
            if (std::ranges::find(addresses, numeric) == addresses.end())
                addresses.push_back(numeric);
        }
    }
    return addresses;
}

}  // namespace iwant::daemon
