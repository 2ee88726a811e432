#pragma once

// The names of what peers shared that are away, for searches. It belongs to one thread at a time.

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "core/protocol/messages.h"
#include "core/search/index.h"
#include "io/catalog/kept_pages.h"

namespace iwant::daemon {

class AwayIndex {
  public:
    /// Of all peers together: about 15 MB.
    static constexpr std::size_t kEntriesMax = 100'000;

    struct Found {
        std::uint64_t total = 0;
        struct Result {
            protocol::SearchResult result;  ///< its sources are offline and have no entry id
            UnixSeconds as_of = 0;          ///< the latest word of it
        };
        std::vector<Result> results;
        std::string did_you_mean;
    };

    void add(const PeerId& peer, const std::vector<catalog::KeptEntry>& entries);
    /// Those of peers that `is_away` says are away.
    Found search(const Query& query, const std::function<bool(const PeerId&)>& is_away) const;

  private:
    search::Index index_;
    std::vector<UnixSeconds> as_of_;  ///< by entry id, from 1
};

/// Puts what was found among peers that are away into an answer: behind what is equally good of
/// those that are here, and never twice. Returns of when each result of the answer then is; nothing
/// for those that are here. The answer is as complete as it was.
std::vector<std::optional<UnixSeconds>> add_away(protocol::SearchReply& reply,
                                                 AwayIndex::Found found, std::uint32_t limit);

}  // namespace iwant::daemon
