#pragma once

// Searches among what peers shared that are away: has an index of their kept folders made whenever
// others are away than before. Event thread; the catalogue's worker makes the index.

#include <functional>
#include <memory>
#include <optional>
#include <set>
#include <vector>

#include "app/daemon/away_index.h"
#include "app/daemon/kept_folders.h"

namespace iwant::daemon {

class AwaySearch {
  public:
    static constexpr std::chrono::seconds kLookEvery{10};
    /// What has become too old leaves the index then.
    static constexpr std::chrono::hours kMadeAnewEvery{24};

    /// `here` are the peers that are online, ourselves among them. References outlive it.
    AwaySearch(KeptFolders& kept, std::function<std::set<PeerId>()> here)
        : kept_(kept), here_(std::move(here)) {}

    /// As daemon::add_away says.
    std::vector<std::optional<UnixSeconds>> add_to(protocol::SearchReply& reply,
                                                   const Query& query) const;
    /// Lets time pass; call about once a second.
    void tick(Time now);

  private:
    KeptFolders& kept_;
    const std::function<std::set<PeerId>()> here_;
    std::shared_ptr<const AwayIndex> index_;  ///< null: nobody is away whose folders are kept
    std::set<PeerId> indexed_;
    std::optional<Time> made_;
    std::optional<Time> next_look_;
    bool making_ = false;
};

}  // namespace iwant::daemon
