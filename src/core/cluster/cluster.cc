#include "core/cluster/cluster.h"

#include <algorithm>
#include <utility>

#include "core/protocol/limits.h"

namespace iwant::cluster {

using std::chrono::milliseconds;
using std::chrono::seconds;

namespace {
constexpr std::size_t kMeshSessions = 32;
constexpr std::size_t kNeededMax = 256;
constexpr std::size_t kHeardMax = 4096;
constexpr Duration kStall = seconds(5);
constexpr Duration kHiccup = milliseconds(500);
constexpr Duration kFollowerFresh = seconds(12);
constexpr Duration kCountGap = milliseconds(250);
constexpr Duration kRegistersWithin = seconds(30);
// What is done with sessions and catalogues has seconds of time.
constexpr Duration kTendGap = milliseconds(200);
constexpr Duration kTendLatest = seconds(5);
constexpr Duration kNeeded = seconds(10);
constexpr Duration kGreaterWaits = milliseconds(250);
}  // namespace

Cluster::Cluster(Self self, const Signatory& signatory, Prng prng, Logger& logger, Time now)
    : self_(std::move(self)),
      signatory_(signatory),
      logger_(logger),
      sessions_(self_.peer),
      dialer_(self_.peer),
      announcer_(prng.split(), now),
      election_(self_.peer, prng.split(), logger, now),
      registrations_(signatory, prng.split()),
      follower_proof_(signatory, members_, prng.split()),
      now_(now),
      leader_since_(now),
      tend_at_(now),
      due_(now) {}

void Cluster::advance(Time now) {
    if (stopped_) return;
    now_ = now;
    if (due_ && now > *due_ + kHiccup) {
        sessions_.excuse_silence(now);
        watch_.excuse(now);
    }
    if (due_ && now > *due_ + kStall) election_.stalled(now);
    if (!due_ || now >= *due_) settle(now);
}

// Runs everything that time or the last event made due, and says when to come back.
void Cluster::settle(Time now) {
    if (stopped_) return;
    now_ = now;
    perform_effects(now);
    tend_due(now);
    watch_leader(now);
    election_.advance(now);
    perform_effects(now);
    appoint_due(now);
    keep_registrations(now);
    registrations_.advance(now);
    collect(registrations_);
    dial_due(now);
    announce_due(now);
    roster_due(now);
    plan_next();
}

// Thousands of sessions cost nothing while nothing is due with them.
void Cluster::tend_due(Time now) {
    if (now < tend_at_) return;
    tend_sessions(now);
    registry_.advance(now);
    collect(registry_);
    tend_at_ = now + kTendLatest;
    for (const auto& due : {sessions_.next_deadline(), registry_.next_deadline()}) {
        if (due) tend_at_ = std::min(tend_at_, std::max(*due, now + kTendGap));
    }
}

void Cluster::dial_due(Time now) {
    const auto touched = dialer_.take_touched_deadline([&](const auto& one) { return wish(one); });
    if (touched && (!dial_at_ || *touched < *dial_at_)) dial_at_ = touched;
    if (!std::exchange(wishes_changed_, false) && (!dial_at_ || now < *dial_at_)) return;
    std::erase_if(needed_until_, [&](const auto& entry) { return entry.second <= now; });
    for (auto& dial : dialer_.due(now, [&](const auto& target) { return wish(target); }))
        actions_.push_back(std::move(dial));
    dial_at_ = dialer_.next_deadline([&](const auto& target) { return wish(target); });
    const auto again = twins_.next_deadline(now);
    if (again && (!dial_at_ || *again < *dial_at_)) dial_at_ = again;
}

void Cluster::announce_due(Time now) {
    if (!announcer_.due(now, members_.size())) return;
    actions_.push_back(Announce{false, election_.view(), followers(), catalog()});
}

Dialer::Wish Cluster::wish(const Dialer::Target& target) const {
    using Wish = Dialer::Wish;
    const bool users = target.source == Dialer::Source::given;
    if (!target.expected) return users ? Wish::needed : Wish::none;
    const PeerId& peer = *target.expected;
    const bool probed = watch_.probing() && peer == election_.view().leader;
    if (peer == self_.peer || (sessions_.of(peer) != nullptr && !probed)) return Wish::none;
    if (twins_.shuns(peer, now_)) return Wish::none;
    const bool needed = users || is_holder(peer) || needed_until_.contains(peer);
    if (needed) return Wish::needed;
    return sessions_.size() < kMeshSessions ? Wish::useful : Wish::none;
}

// Who keeps an index that ours belongs into.
bool Cluster::is_holder(const PeerId& peer) const {
    return peer == election_.view().leader || succession_.contains(peer);
}

void Cluster::need(const PeerId& peer, Time now) {
    wish_for(peer, now);
    settle(now);
}

void Cluster::wish_for(const PeerId& peer, Time now) {
    if (peer == self_.peer || sessions_.of(peer) != nullptr) return;
    if (needed_until_.size() >= kNeededMax) return;
    needed_until_[peer] = now + kNeeded;
    wishes_changed_ = true;
    if (const KnownMember* known = members_.find(peer)) {
        for (const auto& address : known->addresses)
            dialer_.suggested(peer, address, Dialer::Source::heard, now);
    }
    dialer_.hurry(peer, now);
}

void Cluster::learn(const std::vector<protocol::Member>& members) {
    for (const auto& member : members) {
        if (member.peer == self_.peer) continue;
        KnownMember& known = members_.learn(member.peer);
        if (known.name.empty()) known.name = member.name;
        for (const auto& address : member.addresses) members_.said_to_be_at(member.peer, address);
    }
}

void Cluster::handle(const AnnouncementHeard& event, Time now) {
    if (event.peer == self_.peer) {
        if (event.instance != self_.instance)
            logger_.warning("somebody else announces itself with our identity");
        return;
    }
    if (event.goodbye) return;  // the session will tell, if there is one
    auto& instance = heard_instances_[event.peer];
    const bool alone = event.leader.leader.is_zero();
    if (instance != event.instance && alone) announcer_.newcomer_heard(now);
    instance = event.instance;
    if (event.leader.leader != event.peer) announcer_.heard(now);
    if (heard_instances_.size() > kHeardMax) heard_instances_.erase(heard_instances_.begin());
    // Both sides hear each other; the smaller one dials first, so that one dial is enough.
    const bool first = self_.peer < event.peer || event.leader.leader == event.peer;
    const Time from = first ? now : now + kGreaterWaits;
    const bool wanted = sessions_.size() < kMeshSessions || is_holder(event.peer) ||
                        needed_until_.contains(event.peer);
    if (sessions_.of(event.peer) == nullptr) {
        if (wanted) {
            dialer_.heard(event.peer, event.from, now, from);
        } else {
            dialer_.suggested(event.peer, event.from, Dialer::Source::heard, from);
        }
    }
    if (event.leader.leader == event.peer) {
        const bool ours = event.leader == election_.view() && event.instance == leader_instance_;
        if (ours) watch_.beacon(now);
        if (election_.leading()) need(event.peer, now);
        election_.hinted(event.leader, now);
    }
    settle(now);
}

void Cluster::handle(const PeerRemembered& event, Time now) {
    if (event.peer == self_.peer) return;
    KnownMember& known = members_.learn(event.peer);
    if (known.name.empty()) known.name = event.name;
    members_.said_to_be_at(event.peer, event.address);
    dialer_.suggested(event.peer, event.address, Dialer::Source::remembered, now);
    settle(now);
}

void Cluster::handle(const AddressGiven& event, Time now) {
    dialer_.given(event.address, now);
    settle(now);
}

void Cluster::handle(const DialReached& event, Time now) {
    if (event.expected && event.expected == election_.view().leader) watch_.dial_reached(now);
    settle(now);
}

void Cluster::handle(const DialFailed& event, Time now) {
    dialer_.failed(event, now);
    // An answer from somebody else says nothing about the leader; a refusal of its last address
    // does.
    const PeerId leader = election_.view().leader;
    if (event.expected == leader && !dialer_.dialling(leader)) watch_.dial_failed();
    settle(now);
}

void Cluster::handle(const NetworkChanged&, Time now) {
    announcer_.network_changed(now);
    dialer_.network_changed(now);
    settle(now);
}

void Cluster::handle(const CatalogAdvanced& event, Time now) {
    registrations_.advanced(event, now);
    if (leading()) roster_changed(seconds(2), now);
    settle(now);
}

void Cluster::handle(const CatalogRead& event, Time now) {
    registrations_.read(event, now);
    settle(now);
}

void Cluster::handle(const StopAsked&, Time now) {
    if (stopped_) return;
    election_.resign(successor());
    perform_effects(now);
    actions_.push_back(Announce{true, election_.view(), 0, catalog()});
    for (const auto& [id, session] : sessions_.all()) {
        actions_.push_back(Disconnect{id, protocol::Goodbye::Reason::stopping});
        actions_.push_back(SessionGone{id});
    }
    stopped_ = true;
    due_.reset();
}

// The first standby; otherwise who was here longest, by our own measure.
PeerId Cluster::successor() const {
    for (const PeerId& standby : succession_.standbys()) {
        if (sessions_.is_live(standby)) return standby;
    }
    const Session* best = nullptr;
    for (const auto& [id, session] : sessions_.all()) {
        const bool older = best == nullptr || session.opened < best->opened;
        if (older && sessions_.is_live(session.peer)) best = &session;
    }
    return best == nullptr ? PeerId{} : best->peer;
}

void Cluster::count_followers(Time now) {
    if (!leading() || (counted_ && now - *counted_ < kCountGap)) return;
    counted_ = now;
    const auto follows = [&](const auto& entry) {
        const Session& session = entry.second;
        return now - session.heard <= kFollowerFresh && !session.silent && !session.stopping &&
               election_.follows_us(session.peer) && registry_.registered(session.peer);
    };
    followers_ = static_cast<std::uint32_t>(std::ranges::count_if(sessions_.all(), follows));
    election_.set_followers(followers_);
}

// Whoever promises files and does not deliver them, or has a leader and tells it nothing, would
// keep every answer incomplete for ever: after half a minute it counts as if it were not there. But
// who follows another leader tells its changes there.
bool Cluster::counts_as_alive(const Session& session) const {
    if (session.stopping) return false;
    const PeerId leader = election_.leader_of(session.peer);
    const bool tells_another = !leader.is_zero() && leader != election_.view().leader;
    if (tells_another) return true;
    if (registry_.registered(session.peer)) return !registry_.withholds(session.peer, now_);
    const Time could = std::max({session.opened, session.believes_since, leader_since_});
    return !leading() || now_ - could < kRegistersWithin;
}

protocol::Coverage Cluster::coverage() const {
    protocol::Coverage coverage{1, 1};
    for (const auto& [id, session] : sessions_.all()) {
        if (!counts_as_alive(session)) continue;
        ++coverage.known;
        if (registry_.covers(session.peer)) ++coverage.indexed;
    }
    return coverage;
}

std::vector<PeerId> Cluster::covered() const {
    std::vector<PeerId> peers{self_.peer};
    for (const auto& [id, session] : sessions_.all()) {
        if (counts_as_alive(session) && registry_.covers(session.peer))
            peers.push_back(session.peer);
    }
    std::ranges::sort(peers);
    return peers;
}

std::optional<SessionId> Cluster::leader_session() const {
    return election_.following() ? session_to(election_.view().leader) : std::nullopt;
}

std::optional<SessionId> Cluster::session_to(const PeerId& peer) const {
    const Session* session = sessions_.of(peer);
    return session == nullptr ? std::nullopt : std::optional(session->id);
}

std::optional<PeerId> Cluster::peer_of(SessionId session) const {
    const Session* found = sessions_.find(session);
    return found == nullptr ? std::nullopt : std::optional(found->peer);
}

void Cluster::send(SessionId session, protocol::Message message) {
    actions_.push_back(Send{session, std::move(message)});
}

void Cluster::send_to_all(const protocol::Message& message) {
    for (const auto& [id, session] : sessions_.all()) send(id, message);
}

std::vector<Action> Cluster::take_actions() {
    return std::exchange(actions_, {});
}

void Cluster::plan_next() {
    due_ = announcer_.next_deadline();
    for (const auto& time :
         {election_.next_deadline(), watch_.next_deadline(), registrations_.next_deadline(),
          std::optional(tend_at_), dial_at_, appoint_at_, roster_at_}) {
        if (time && *time < *due_) due_ = time;
    }
}

}  // namespace iwant::cluster
