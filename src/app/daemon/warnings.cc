#include "app/daemon/warnings.h"

#include <string>

#include "base/text.h"
#include "core/node/node.h"
#include "core/protocol/address_text.h"

namespace iwant::daemon {
namespace {

std::string called(const node::Node& node, const PeerId& peer) {
    const std::string name = node.name_of(peer);
    const auto addresses = node.addresses_of(peer);
    const std::string at = addresses.empty() ? peer.brief() : to_string(addresses.front());
    return (name.empty() ? "The peer" : escape_for_display(name)) + " (" + at + ")";
}

}  // namespace

std::vector<control::Warning> network_warnings(const node::Node& node) {
    std::vector<control::Warning> warnings;
    if (const auto by = node.told_of_twin()) {
        warnings.push_back({called(node, *by) +
                                " says that another computer uses the same identity as this one, "
                                "as after copying a disk or a virtual machine, and lets only one "
                                "of them in. " +
                                kOneIdentityAdvice,
                            "iwanto stop"});
    }
    return warnings;
}

}  // namespace iwant::daemon
