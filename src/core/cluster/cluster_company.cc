#include "core/cluster/cluster.h"

// The part of Cluster that says whom else one can ask.

namespace iwant::cluster {

// No leader appoints standbys yet.
std::vector<SessionId> Cluster::standby_sessions() const {
    return {};
}

bool Cluster::is_standby() const {
    return false;
}

std::vector<SessionId> Cluster::fan_out(std::size_t most) const {
    std::vector<SessionId> sessions;
    for (const auto& [id, session] : sessions_.all()) {
        if (sessions.size() >= most) break;
        if (!session.silent && !session.stopping) sessions.push_back(id);
    }
    return sessions;
}

bool Cluster::leader_knows_all() const {
    for (const auto& [id, session] : sessions_.all()) {
        if (session.silent || session.stopping) continue;
        if (session.peer == election_.view().leader) continue;
        const KnownMember* known = members_.find(session.peer);
        if (known == nullptr || !known->online_at_leader) return false;
    }
    return true;
}

void Cluster::distrust(const PeerId& leader, std::string why) {
    logger_.warning("the leader hides what others share leader=" + leader.brief() + " why=" + why);
}

}  // namespace iwant::cluster
