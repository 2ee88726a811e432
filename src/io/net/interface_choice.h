#pragma once

// Which interfaces announcements go out on, and whether a datagram's source is really on the link
// it came in by. Pure decisions over the list of interfaces.

#include <string>
#include <vector>

#include "io/platform/interfaces.h"

namespace iwant::net {

struct InterfaceChoice {
    platform::Interface interface;
    std::string why_not;  ///< empty: used

    bool used() const { return why_not.empty(); }
};

/// With `wanted` (names or addresses): those and nothing else, loopback too. Without: every
/// interface that is up and has an address, but not loopback; VPNs and container bridges only when
/// there is nothing else.
std::vector<InterfaceChoice> choose_interfaces(const std::vector<platform::Interface>& interfaces,
                                               const std::vector<std::string>& wanted);

/// Whether `host` (numeric, maybe with a scope) can be a neighbour on this interface: inside one of
/// its prefixes, or IPv6 link-local.
bool is_on_link(const platform::Interface& interface, const std::string& host);

}  // namespace iwant::net
