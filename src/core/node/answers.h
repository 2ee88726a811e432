#pragma once

// Answers from our own index, with the honest word on how much of the network they speak for.

#include <string_view>

#include "core/cluster/cluster.h"
#include "core/protocol/messages.h"
#include "core/search/index.h"

namespace iwant::node {

/// `complete` only when we lead, or stand by, and have indexed what every live peer announced. At
/// most what fits a frame.
protocol::SearchReply answer_search(const cluster::Cluster& cluster, const search::Index& index,
                                    const Query& query);
protocol::LocateReply answer_locate(const cluster::Cluster& cluster, const search::Index& index,
                                    std::string_view prefix);

}  // namespace iwant::node
