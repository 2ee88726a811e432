#pragma once

// Answers what other peers look for from our own index, no faster than the limit. The leader and
// its standbys speak for everybody, all others for themselves.

#include <vector>

#include "base/time.h"
#include "core/cluster/cluster.h"
#include "core/node/action.h"
#include "core/node/holdings.h"
#include "core/node/query_buckets.h"
#include "core/search/index.h"

namespace iwant::node {

class SearchServer {
  public:
    /// All must outlive the server.
    SearchServer(const cluster::Cluster& cluster, const search::Index& index,
                 const HoldingsBook& book)
        : cluster_(cluster), index_(index), book_(book) {}

    void serve(SessionId session, const protocol::SearchRequest& request, Time now);
    void serve(SessionId session, const protocol::LocateRequest& request, Time now);

    std::vector<Action> take_actions();

  private:
    bool allowed(SessionId session, RequestId request, Time now);

    const cluster::Cluster& cluster_;
    const search::Index& index_;
    const HoldingsBook& book_;
    QueryBuckets buckets_;
    std::vector<Action> actions_;
};

}  // namespace iwant::node
