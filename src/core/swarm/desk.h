#pragma once

// What all downloads of a swarm share: where actions are put, the numbering of fetches, the log.

#include <cstdint>
#include <unordered_map>
#include <vector>

#include "base/log.h"
#include "core/swarm/bans.h"
#include "core/swarm/types.h"

namespace iwant::swarm {

struct Desk {
    Logger& logger;
    std::vector<Action> actions;
    std::uint64_t fetches_issued = 0;
    /// Of fetches that have not ended; only looked up, never iterated.
    std::unordered_map<FetchId, DownloadId> owners;
    Bans bans{};

    FetchId issue_fetch(DownloadId download) {
        const FetchId fetch{++fetches_issued};
        owners.emplace(fetch, download);
        return fetch;
    }
};

}  // namespace iwant::swarm
