#pragma once

// What the node knows, put into the local API's words.

#include <map>
#include <vector>

#include "core/node/node.h"
#include "io/control/api.h"

namespace iwant::daemon {

control::PeerRef peer_ref(const node::Node& node, const PeerId& peer);
std::optional<control::LeaderRef> leader_ref(const node::Node& node,
                                             const protocol::LeaderView& view, const PeerId& self);
/// `took` is the time from the user's question to the answer; `as_of`, for each result, of when it
/// is if nobody who has it is here.
control::SearchReport search_report(const control::SearchRequest& request,
                                    const node::AnswerSearch& answer,
                                    const std::vector<std::optional<UnixSeconds>>& as_of,
                                    Duration took, const node::Node& node, const PeerId& self);
control::DownloadReport download_report(const swarm::DownloadStatus& status,
                                        const node::Node& node);
control::PeerReport peer_report(const node::PeerView& peer, UnixSeconds now);
/// Marks those that people cannot tell apart by name. Nothing is ever taken over from one of them
/// to another: a peer is its key.
void mark_same_names(std::vector<control::PeerReport>& peers);

}  // namespace iwant::daemon
