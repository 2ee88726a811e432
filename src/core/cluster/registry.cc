#include "core/cluster/registry.h"

#include <algorithm>
#include <utility>

#include "core/protocol/limits.h"

namespace iwant::cluster {

using std::chrono::seconds;

namespace {
constexpr Duration kGrace = seconds(10);
constexpr Duration kKept = seconds(60);
constexpr Duration kDelivery = seconds(30);
// Fewer changes than this in a run are progress only when they are the last.
constexpr std::size_t kProgressChanges = 20;
}  // namespace

void Registry::begin(Time now) {
    for (auto& [peer, owner] : owners_) {
        if (!owner.registered) owner.remove_at = now + kGrace;
    }
}

void Registry::end(Time now) {
    for (auto& [peer, owner] : owners_) {
        owner.registered = false;
        owner.remove_at = now + kKept;
    }
}

void Registry::forget(std::map<PeerId, Owner>::iterator owner) {
    if (owner->second.indexed > 0) actions_.push_back(IndexForget{owner->first});
    seals_.forget(owner->first);
    owners_.erase(owner);
}

protocol::Registered Registry::enroll(const PeerId& peer, const protocol::Register& message,
                                      const protocol::LeaderView& view, Time now) {
    protocol::Registered answer;
    answer.view = view;
    const auto known = owners_.find(peer);
    if (known == owners_.end() && owners_.size() >= protocol::kMembersMax) {
        answer.verdict = protocol::Registered::Verdict::full;
        return answer;
    }
    Owner& owner = owners_[peer];
    const bool another = owner.have.catalog_id != message.catalog.catalog_id ||
                         owner.indexed > message.catalog.version;
    if (another) {
        if (owner.indexed > 0) actions_.push_back(IndexForget{peer});
        seals_.forget(peer);
        owner.have = {message.catalog.catalog_id, 0};
        owner.indexed = 0;
        owner.cut_short = false;
    }
    owner.files = message.files;
    owner.bytes = message.bytes;
    if (!owner.registered || owner.have == owner.announced) owner.progressed = now;
    owner.announced = message.catalog;
    owner.registered = true;
    owner.remove_at.reset();
    answer.have = owner.have;
    return answer;
}

std::optional<protocol::CatalogAck> Registry::update(const PeerId& peer,
                                                     const protocol::CatalogUpdate& message,
                                                     protocol::SealedRun sealed, Time now) {
    const auto found = owners_.find(peer);
    if (found == owners_.end() || !found->second.registered) return std::nullopt;
    Owner& owner = found->second;
    const CatalogDelta& delta = message.delta;
    const bool fits = delta.catalog_id == owner.have.catalog_id &&
                      delta.since <= owner.have.version && delta.up_to >= owner.have.version;
    if (!fits) return protocol::CatalogAck{owner.have};
    IndexChanges fresh{peer, {}};
    for (const EntryChange& change : delta.changes) {
        const bool in_range = change.version > owner.have.version && change.version <= delta.up_to;
        if (in_range) fresh.changes.push_back(change);
    }
    if (!fresh.changes.empty()) actions_.push_back(std::move(fresh));
    const bool much = delta.changes.size() >= kProgressChanges;
    owner.have.version = delta.up_to;
    owner.indexed = std::max(owner.indexed, delta.up_to);
    owner.announced.version = std::max(owner.announced.version, delta.up_to);
    if (much || owner.have == owner.announced) owner.progressed = now;
    seals_.put(peer, std::move(sealed));
    // Told anew it fits a few large runs. Its entries stay in the index meanwhile.
    if (owner.have == owner.announced && seals_.wants_fresh(peer)) owner.have.version = 0;
    return protocol::CatalogAck{owner.have};
}

void Registry::left(const PeerId& peer, Leaving how, Time now) {
    const auto found = owners_.find(peer);
    if (found == owners_.end()) return;
    found->second.registered = false;
    found->second.record.reset();  // who comes back is told everything anew
    if (how == Leaving::goodbye) {
        forget(found);
    } else {
        found->second.remove_at = now + kGrace;
    }
}

void Registry::moved_on(const PeerId& peer) {
    const auto found = owners_.find(peer);
    if (found == owners_.end()) return;
    found->second.registered = false;
    found->second.record.reset();
}

bool Registry::registered(const PeerId& peer) const {
    const auto found = owners_.find(peer);
    return found != owners_.end() && found->second.registered;
}

bool Registry::signed_up(const PeerId& peer, const protocol::FollowerRecord& record) {
    const auto found = owners_.find(peer);
    if (found == owners_.end()) return false;
    auto& known = found->second.record;
    const bool first = !known || known->epoch != record.epoch;
    known = record;
    return first;
}

std::vector<protocol::FollowerRecord> Registry::records() const {
    std::vector<protocol::FollowerRecord> all;
    for (const auto& [peer, owner] : owners_) {
        if (owner.registered && owner.record) all.push_back(*owner.record);
    }
    return all;
}

bool Registry::withholds(const PeerId& peer, Time now) const {
    const auto found = owners_.find(peer);
    if (found == owners_.end() || !found->second.registered) return false;
    const Owner& owner = found->second;
    return owner.have != owner.announced && now - owner.progressed >= kDelivery;
}

void Registry::cut_short(const PeerId& owner) {
    const auto found = owners_.find(owner);
    if (found != owners_.end()) found->second.cut_short = true;
}

std::size_t Registry::owners_cut_short() const {
    return static_cast<std::size_t>(
        std::ranges::count_if(owners_, [](const auto& entry) { return entry.second.cut_short; }));
}

bool Registry::covers(const PeerId& peer) const {
    const auto found = owners_.find(peer);
    return found != owners_.end() && !found->second.cut_short && found->second.registered &&
           found->second.have == found->second.announced;
}

void Registry::advance(Time now) {
    for (auto owner = owners_.begin(); owner != owners_.end();) {
        const auto next = std::next(owner);
        if (owner->second.remove_at && *owner->second.remove_at <= now) forget(owner);
        owner = next;
    }
}

std::optional<Time> Registry::next_deadline() const {
    std::optional<Time> earliest;
    for (const auto& [peer, owner] : owners_) {
        if (owner.remove_at && (!earliest || *owner.remove_at < *earliest))
            earliest = owner.remove_at;
    }
    return earliest;
}

std::vector<Action> Registry::take_actions() {
    return std::exchange(actions_, {});
}

}  // namespace iwant::cluster
