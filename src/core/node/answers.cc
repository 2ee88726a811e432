#include "core/node/answers.h"

#include <algorithm>
#include <set>
#include <utility>
#include <vector>

#include "core/cluster/roster.h"
#include "core/node/proofs.h"
#include "core/protocol/limits.h"

namespace iwant::node {

namespace {

// Of a frame three eighths for results, one for their proofs, half for their owners, by generous
// estimates.
constexpr std::size_t kResultsBytesMax = protocol::kFrameBytesMax * 3 / 8 - 8192 -
                                         protocol::kCoveredPerReplyMax * sizeof(protocol::PeerMark);
constexpr std::size_t kOwnersMax = 512;
constexpr std::size_t kResultOverheadBytes = 128;
constexpr std::size_t kSourceBytes = 64;

bool online(const cluster::Cluster& cluster, const PeerId& peer) {
    return peer == cluster.self().peer || cluster.is_live(peer);
}

protocol::SearchResult to_result(const cluster::Cluster& cluster, search::Match match) {
    protocol::SearchResult result;
    result.kind = match.kind;
    result.content = match.content;
    result.path = std::move(match.path);
    result.size_bytes = match.size_bytes;
    result.modified = match.modified;
    result.score = match.score;
    for (const auto& source : match.sources) {
        if (result.sources.size() == protocol::kSourcesPerResultMax) break;
        result.sources.push_back({source.owner, source.entry, online(cluster, source.owner)});
    }
    return result;
}

protocol::Member to_member(const cluster::Cluster& cluster, const PeerId& peer) {
    protocol::Member member;
    if (peer == cluster.self().peer) {
        member.peer = peer;
        member.name = cluster.self().name;
        member.program_version = cluster.self().program_version;
        member.files = cluster.files();
        member.bytes = cluster.bytes();
        return member;
    }
    const cluster::KnownMember* known = cluster.members().find(peer);
    member = cluster::describe(peer, known == nullptr ? cluster::KnownMember{} : *known);
    member.online = online(cluster, peer);
    return member;
}

struct Content {
    std::vector<protocol::SearchResult> results;
    std::vector<protocol::Member> owners;
    std::vector<protocol::Seal> seals;
};

Content to_content(const cluster::Cluster& cluster, const search::Index& index,
                   std::vector<search::Match> matches) {
    Content content;
    std::set<PeerId> owners;
    std::size_t bytes = 0;
    for (auto& match : matches) {
        auto result = to_result(cluster, std::move(match));
        bytes += result.path.size() + kResultOverheadBytes + result.sources.size() * kSourceBytes;
        if (bytes > kResultsBytesMax) break;
        for (const auto& source : result.sources) {
            if (owners.size() < kOwnersMax) owners.insert(source.owner);
        }
        content.results.push_back(std::move(result));
    }
    for (const PeerId& owner : owners) content.owners.push_back(to_member(cluster, owner));
    content.seals =
        attach_proofs(cluster.registry().seals(), index, cluster.self().peer, content.results);
    return content;
}

bool complete(const cluster::Cluster& cluster) {
    const auto coverage = cluster.coverage();
    // What the leader announced while its session broke is not in a standby's index.
    const bool holds_replica =
        cluster.leading() || (cluster.is_standby() && !cluster.regaining_leader());
    return holds_replica && coverage.indexed >= coverage.known;
}

// Who asks a standby has no leader that would tell it who is here: it compares with whom it knows.
// Beyond the limit nobody is named, and who asks will not take the answer for complete.
template <class Reply>
std::vector<protocol::PeerMark> whom_it_covers(const cluster::Cluster& cluster,
                                               const Reply& reply) {
    std::vector<protocol::PeerMark> marks;
    if (cluster.leading() || !reply.complete) return marks;
    const auto covered = cluster.covered();
    if (covered.size() > protocol::kCoveredPerReplyMax) return marks;
    for (const PeerId& peer : covered) marks.push_back(protocol::mark_of(peer));
    return marks;
}

}  // namespace

protocol::SearchReply answer_search(const cluster::Cluster& cluster, const search::Index& index,
                                    const Query& query) {
    Query bounded = query;
    bounded.limit = std::min(bounded.limit, protocol::kQueryLimitMax);
    search::Answer answer = index.search(bounded);
    Content content = to_content(cluster, index, std::move(answer.matches));
    protocol::SearchReply reply;
    reply.view = cluster.leader_view();
    reply.complete = complete(cluster);
    reply.coverage = cluster.coverage();
    reply.total = answer.total;
    reply.results = std::move(content.results);
    reply.owners = std::move(content.owners);
    reply.seals = std::move(content.seals);
    reply.covered = whom_it_covers(cluster, reply);
    reply.did_you_mean = std::move(answer.did_you_mean);
    return reply;
}

protocol::LocateReply answer_locate(const cluster::Cluster& cluster, const search::Index& index,
                                    std::string_view prefix) {
    Content content =
        to_content(cluster, index, index.with_content_prefix(prefix, protocol::kLocateMatchesMax));
    protocol::LocateReply reply;
    reply.view = cluster.leader_view();
    reply.complete = complete(cluster);
    reply.matches = std::move(content.results);
    reply.owners = std::move(content.owners);
    reply.seals = std::move(content.seals);
    reply.covered = whom_it_covers(cluster, reply);
    return reply;
}

}  // namespace iwant::node
