#include "core/cluster/succession.h"

#include <algorithm>
#include <utility>

#include "core/protocol/limits.h"

namespace iwant::cluster {

bool Succession::contains(const PeerId& peer) const {
    return std::ranges::find(standbys_, peer) != standbys_.end();
}

bool Succession::appoint(std::vector<Candidate> candidates) {
    std::ranges::sort(candidates, [](const Candidate& a, const Candidate& b) {
        return std::pair(a.since, a.peer) < std::pair(b.since, b.peer);
    });
    std::vector<PeerId> chosen;
    for (const PeerId& peer : standbys_) {
        if (std::ranges::find(candidates, peer, &Candidate::peer) != candidates.end())
            chosen.push_back(peer);
    }
    for (const Candidate& candidate : candidates) {
        if (chosen.size() >= protocol::kStandbysMax) break;
        if (std::ranges::find(chosen, candidate.peer) == chosen.end())
            chosen.push_back(candidate.peer);
    }
    return told(std::move(chosen));
}

bool Succession::told(std::vector<PeerId> standbys) {
    if (standbys.size() > protocol::kStandbysMax) standbys.resize(protocol::kStandbysMax);
    if (standbys == standbys_) return false;
    standbys_ = std::move(standbys);
    return true;
}

}  // namespace iwant::cluster
