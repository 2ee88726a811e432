#include "app/daemon/away_search.h"

#include <algorithm>
#include <iterator>
#include <utility>

namespace iwant::daemon {

std::vector<std::optional<UnixSeconds>> AwaySearch::add_to(protocol::SearchReply& reply,
                                                           const Query& query) const {
    if (index_ == nullptr) return std::vector<std::optional<UnixSeconds>>(reply.results.size());
    const std::set<PeerId> here = here_();
    const auto is_away = [&](const PeerId& peer) { return !here.contains(peer); };
    return add_away(reply, index_->search(query, is_away), query.limit);
}

void AwaySearch::tick(Time now) {
    if (making_ || !kept_.owners() || (next_look_ && now < *next_look_)) return;
    next_look_ = now + kLookEvery;
    const std::set<PeerId> here = here_();
    std::set<PeerId> away;
    std::ranges::set_difference(*kept_.owners(), here, std::inserter(away, away.end()));
    if (away == indexed_ && (!made_ || now - *made_ < kMadeAnewEvery)) return;
    made_ = now;
    if (away.empty()) {
        indexed_.clear();
        return index_.reset();
    }
    making_ = true;
    kept_.index(away, [this, away](Result<std::shared_ptr<AwayIndex>> made) {
        making_ = false;
        if (!made) return;
        index_ = std::move(*made);
        indexed_ = away;
    });
}

}  // namespace iwant::daemon
