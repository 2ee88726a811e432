#include "io/control/peer_choice.h"

#include <algorithm>

#include "base/ascii.h"
#include "base/hex.h"
#include "base/text.h"

namespace iwant::control {

namespace {

constexpr std::size_t kCandidatesShownMax = 5;

std::vector<PeerRef> candidates(const std::vector<PeerReport>& peers, std::string_view typed) {
    std::vector<PeerRef> found;
    const std::string folded = fold_name(typed);
    for (const PeerReport& peer : peers) {
        if (fold_name(peer.peer.name) == folded) found.push_back(peer.peer);
    }
    if (!found.empty() || typed.size() < kPeerPrefixMin || !is_hex(typed)) return found;
    const std::string prefix = lowered(typed);
    for (const PeerReport& peer : peers) {
        if (peer.peer.id.starts_with(prefix)) found.push_back(peer.peer);
    }
    return found;
}

}  // namespace

Result<PeerId> choose_peer(const std::vector<PeerReport>& peers, std::string_view typed) {
    if (const auto whole = Hash256::from_hex(typed)) return PeerId{*whole};
    const std::vector<PeerRef> found = candidates(peers, typed);
    const std::string shown = "\"" + escape_for_display(typed) + "\"";
    if (found.empty()) {
        return failure(ErrorCode::not_found, "",
                       "No peer is called " + shown + ". 'iwanto peers' lists them.");
    }
    if (found.size() > 1) {
        std::string message = "Several peers are meant by " + shown + ":";
        for (std::size_t i = 0; i < std::min(found.size(), kCandidatesShownMax); ++i) {
            message +=
                " " + escape_for_display(found[i].name) + " (" + found[i].id.substr(0, 12) + ")";
        }
        return failure(ErrorCode::invalid_argument, "", message + ". Use more digits of the id.");
    }
    const auto id = Hash256::from_hex(found.front().id);
    if (!id) return failure(ErrorCode::not_found, "", "The id of " + shown + " is not known yet.");
    return PeerId{*id};
}

}  // namespace iwant::control
