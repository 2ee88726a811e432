#include "app/daemon/reports.h"

#include <algorithm>
#include <map>
#include <set>

#include "app/daemon/stream_cache.h"
#include "base/path.h"
#include "base/text.h"
#include "core/protocol/address_text.h"

namespace iwant::daemon {
namespace {

using Names = std::map<PeerId, std::string>;

control::ResultReport result_report(const protocol::SearchResult& result, std::uint64_t row,
                                    const Names& names) {
    control::ResultReport report;
    report.row = row;
    if (result.content) report.hash = result.content->hex();
    report.kind = result.kind;
    report.name = last_component(result.path);
    report.path = result.path;
    report.size_bytes = result.size_bytes;
    report.modified = result.modified;
    report.score = result.score;
    for (const protocol::ResultSource& source : result.sources) {
        const auto name = names.find(source.owner);
        report.sources.push_back(
            {{source.owner.hex(), name == names.end() ? "" : name->second}, source.online});
    }
    return report;
}

std::string name_of(node::AnswerSource source) {
    switch (source) {
        case node::AnswerSource::leader:
            return "leader";
        case node::AnswerSource::standby:
            return "standby";
        case node::AnswerSource::peers:
            return "peers";
        case node::AnswerSource::own:
            return "own";
    }
    return "own";
}

control::VerifyReport verify_report(const node::Verification& verification, const Names& names,
                                    const node::Node& node) {
    control::VerifyReport report;
    if (!verification.with.is_zero())
        report.with = {verification.with.hex(), node.name_of(verification.with)};
    for (const protocol::SearchResult& result : verification.missing)
        report.missing.push_back(result_report(result, 0, names));
    return report;
}

std::optional<std::uint64_t> seconds_left(const swarm::DownloadStatus& status) {
    if (status.rate == 0 || status.state != swarm::DownloadState::transferring) return std::nullopt;
    const std::uint64_t left = status.bytes_total - std::min(status.bytes_done, status.bytes_total);
    return (left + status.rate - 1) / status.rate;
}

std::vector<control::SourceProgress> source_reports(const swarm::DownloadStatus& status,
                                                    const node::Node& node) {
    std::set<PeerId> peers(status.active_sources.begin(), status.active_sources.end());
    for (const auto& [peer, bytes] : status.bytes_by_source) peers.insert(peer);
    for (const auto& [peer, place] : status.place_by_source) peers.insert(peer);
    const auto value_of = [](const auto& values, const PeerId& peer) {
        const auto found = values.find(peer);
        return found == values.end() ? 0 : found->second;
    };
    std::vector<control::SourceProgress> reports;
    for (const PeerId& peer : peers) {
        reports.push_back({peer_ref(node, peer), value_of(status.bytes_by_source, peer),
                           value_of(status.rate_by_source, peer),
                           value_of(status.place_by_source, peer)});
    }
    return reports;
}

/// "place 3 at laptop, place 1 at ann"
std::string places_text(const swarm::DownloadStatus& status, const node::Node& node) {
    std::string text;
    for (const auto& [peer, place] : status.place_by_source) {
        const std::string name = node.name_of(peer);
        text += (text.empty() ? "" : ", ") + ("place " + std::to_string(place) + " at ") +
                (name.empty() ? peer.brief() : escape_for_display(name));
    }
    return text;
}

}  // namespace

control::PeerRef peer_ref(const node::Node& node, const PeerId& peer) {
    return {peer.hex(), node.name_of(peer)};
}

std::optional<control::LeaderRef> leader_ref(const node::Node& node,
                                             const protocol::LeaderView& view, const PeerId& self) {
    if (view.leader.is_zero()) return std::nullopt;
    return control::LeaderRef{peer_ref(node, view.leader), view.leader == self, view.epoch};
}

control::SearchReport search_report(const control::SearchRequest& request,
                                    const node::AnswerSearch& answer,
                                    const std::vector<std::optional<UnixSeconds>>& as_of,
                                    Duration took, const node::Node& node, const PeerId& self) {
    const protocol::SearchReply& reply = answer.reply;
    control::SearchReport report;
    report.source = name_of(answer.source);
    report.asked = answer.asked;
    report.answered = answer.answered;
    report.query = request.typed;
    report.remarks = request.remarks;
    if (!reply.did_you_mean.empty()) report.did_you_mean = reply.did_you_mean;
    report.complete = reply.complete;
    report.known = reply.coverage.known;
    report.indexed = reply.coverage.indexed;
    report.leader = leader_ref(node, reply.view, self);
    report.epoch = reply.view.epoch;
    report.took_ms = std::chrono::duration<double, std::milli>(took).count();
    report.total = reply.total;
    Names names;
    for (const protocol::Member& owner : reply.owners) names[owner.peer] = owner.name;
    for (std::size_t i = 0; i < reply.results.size(); ++i) {
        const protocol::SearchResult& result = reply.results[i];
        for (const protocol::ResultSource& source : result.sources) {
            if (!names.contains(source.owner)) names[source.owner] = node.name_of(source.owner);
        }
        report.results.push_back(result_report(result, request.follows ? 0 : i + 1, names));
        report.results.back().as_of = as_of.at(i);
    }
    if (answer.verification) report.verification = verify_report(*answer.verification, names, node);
    return report;
}

control::DownloadReport download_report(const swarm::DownloadStatus& status,
                                        const node::Node& node) {
    control::DownloadReport report;
    report.id = status.id.value;
    if (status.content) report.hash = status.content->hex();
    report.kind = status.kind;
    report.name = status.name;
    report.folder = status.folder;
    report.state = swarm::to_string(status.state);
    report.bytes_done = status.bytes_done;
    report.bytes_total = status.bytes_total;
    report.rate = status.rate;
    report.seconds_left = seconds_left(status);
    report.files_done = status.files_done;
    report.files_total = status.files_total;
    report.seconds = std::chrono::duration<double>(status.elapsed).count();
    report.sources = source_reports(status, node);
    if (status.place > 0) report.place = status.place;
    report.active_sources = status.active_sources.size();
    if (status.error) report.code = std::string(iwant::to_string(*status.error));
    report.message = status.message;
    if (status.state == swarm::DownloadState::waiting && !status.place_by_source.empty()) {
        report.message = places_text(status, node);
    }
    report.path = status.final_path;
    report.verified = status.state == swarm::DownloadState::done;
    report.streamed = is_stream_folder(status.folder);
    return report;
}

control::PeerReport peer_report(const node::PeerView& peer, UnixSeconds now) {
    control::PeerReport report;
    report.peer = {peer.peer.hex(), peer.name};
    if (!peer.addresses.empty()) report.address = to_string(peer.addresses.front());
    report.self = peer.self;
    report.online = peer.online;
    report.leader = peer.leader;
    report.files = peer.files;
    report.bytes = peer.bytes;
    report.version = peer.program_version;
    if (peer.since_seen) {
        report.last_seen =
            now - std::chrono::duration_cast<std::chrono::seconds>(*peer.since_seen).count();
    }
    if (peer.ban_left) {
        report.banned_until =
            now + std::chrono::duration_cast<std::chrono::seconds>(*peer.ban_left).count();
    }
    return report;
}

void mark_same_names(std::vector<control::PeerReport>& peers) {
    std::map<std::string, std::size_t> bearers;
    for (const auto& peer : peers) ++bearers[fold_name(peer.peer.name)];
    for (auto& peer : peers) {
        if (peer.peer.name.empty()) continue;
        peer.same_name = bearers.at(fold_name(peer.peer.name)) > 1;
    }
}

}  // namespace iwant::daemon
