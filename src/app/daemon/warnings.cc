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

std::vector<control::Warning> network_warnings(const node::Node& node, Time now) {
    std::vector<control::Warning> warnings;
    if (const auto by = node.told_of_twin()) {
        warnings.push_back({called(node, *by) +
                                " says that another computer uses the same identity as this one, "
                                "as after copying a disk or a virtual machine, and lets only one "
                                "of them in. " +
                                kOneIdentityAdvice,
                            "iwanto stop"});
    }
    if (const auto cut_off = node.out_of_reach()) {
        warnings.push_back({"No connection comes about to " + called(node, cut_off->leader) +
                                ", which leads this network and which " +
                                called(node, cut_off->follower) +
                                " reaches: a firewall or the client isolation of the Wi-Fi keeps "
                                "the two apart, and searches are not complete. Open the port "
                                "there.",
                            "sudo ufw allow 4926"});
    }
    for (const auto& [peer, what] : node.false_answers(now)) {
        warnings.push_back({called(node, peer) + " answers searches falsely: " + what +
                                ". Its answers are compared with those of others now and then; "
                                "to do so at once, search with --verify.",
                            "iwanto search --verify WORDS"});
    }
    if (const std::size_t owners = node.owners_cut_short(); owners > 0) {
        warnings.push_back({"The index of this computer has no room for all that " +
                                std::to_string(owners) +
                                " of the others share; the rest is asked of them directly.",
                            ""});
    }
    return warnings;
}

}  // namespace iwant::daemon
