#include "core/node/holdings.h"

#include <algorithm>
#include <set>
#include <utility>

#include "core/protocol/limits.h"

namespace iwant::node {

void HoldingsBook::told(const PeerId& peer, const protocol::Holdings& holdings) {
    if (holdings.whole) forget(peer);
    for (const Hash256& content : holdings.removed) remove(peer, content);
    for (const protocol::Holding& holding : holdings.added) {
        remove(peer, holding.content);
        auto& own = by_peer_[peer];
        if (own.size() >= protocol::kHoldingsMax || size_ >= protocol::kHoldingsTotalMax) break;
        const auto placed = own.emplace(holding.content, holding).first;
        by_content_[holding.content][peer] = &placed->second;
        ++size_;
    }
}

void HoldingsBook::forget(const PeerId& peer) {
    const auto own = by_peer_.find(peer);
    if (own == by_peer_.end()) return;
    while (!own->second.empty()) remove(peer, Hash256(own->second.begin()->first));
    by_peer_.erase(own);
}

void HoldingsBook::remove(const PeerId& peer, const Hash256& content) {
    const auto own = by_peer_.find(peer);
    if (own == by_peer_.end() || own->second.erase(content) == 0) return;
    --size_;
    const auto holders = by_content_.find(content);
    holders->second.erase(peer);
    if (holders->second.empty()) by_content_.erase(holders);
}

std::vector<protocol::Holder> HoldingsBook::with_prefix(std::string_view hex_digits) const {
    std::vector<protocol::Holder> found;
    std::string lowest(hex_digits);
    lowest.resize(2 * sizeof(Hash256), '0');
    const std::optional<Hash256> from = Hash256::from_hex(lowest);
    if (!from) return found;
    for (auto content = by_content_.lower_bound(*from); content != by_content_.end(); ++content) {
        if (found.size() == protocol::kLocateMatchesMax) break;
        if (!content->first.hex().starts_with(hex_digits)) break;
        protocol::Holder holder{*content->second.begin()->second, {}};
        for (const auto& [peer, holding] : content->second) {
            if (holder.peers.size() == protocol::kHoldersPerContentMax) break;
            holder.peers.push_back(peer);
        }
        found.push_back(std::move(holder));
    }
    return found;
}

void HoldingsTeller::advance(Time now) {
    due_.reset();
    if (giving_ == Giving::no) return;
    if (version_ != swarm_.holdings_version()) look_again();
    if (holdings_.empty() && told_.empty()) return;
    std::set<SessionId> indexes;
    if (const auto leader = cluster_.leader_session()) indexes.insert(*leader);
    for (const SessionId standby : cluster_.standby_sessions()) indexes.insert(standby);
    std::erase_if(told_, [&](const auto& one) { return !indexes.contains(one.first); });
    for (const SessionId session : indexes) told_.try_emplace(session);
    bool sent = false;
    for (auto& [session, told] : told_) {
        if (told == holdings_ || (!told && holdings_.empty())) continue;
        if (told && now < next_) {
            due_ = next_;
            continue;
        }
        tell(session, told);
        sent = true;
    }
    if (sent) next_ = now + kPause;
}

void HoldingsTeller::look_again() {
    version_ = swarm_.holdings_version();
    holdings_.clear();
    protocol::Holdings whole{true, swarm_.holdings(), {}};
    for (const protocol::Holding& holding : whole.added) {
        holdings_.emplace(holding.content, holding);
    }
    book_.told(cluster_.self().peer, whole);
}

void HoldingsTeller::tell(SessionId session, std::optional<Contents>& told) {
    protocol::Holdings message;
    message.whole = !told;
    for (const auto& [content, holding] : holdings_) {
        const auto known = told ? told->find(content) : Contents::iterator{};
        if (!told || known == told->end() || known->second != holding)
            message.added.push_back(holding);
    }
    if (told) {
        for (const auto& [content, holding] : *told) {
            if (!holdings_.contains(content)) message.removed.push_back(content);
        }
    }
    told = holdings_;
    actions_.push_back(Send{session, std::move(message)});
}

std::vector<Action> HoldingsTeller::take_actions() {
    return std::exchange(actions_, {});
}

}  // namespace iwant::node
