#include "sim/stranger.h"

#include <limits>
#include <utility>

#include "core/protocol/limits.h"

namespace iwant::sim {

using std::chrono::milliseconds;

namespace {
constexpr Duration kActs = milliseconds(500);
constexpr std::size_t kHeardMax = 64;
constexpr unsigned kSpamMessages = 40;
constexpr std::uint32_t kPretendedFollowers = 1000;
}  // namespace

Stranger::Stranger(HostNumber number, FaultKind kind, std::uint64_t choice, Timeline& timeline,
                   Network& network)
    : number_(number),
      kind_(kind),
      timeline_(timeline),
      network_(network),
      prng_(choice),
      signatory_(choice, 0x57a6),
      peer_(signatory_.peer()) {}

void Stranger::start() {
    instance_ = prng_.next() | 1;
    condition_ = Hosts::Condition::running;
    act();
}

void Stranger::end() {
    if (!running()) return;
    condition_ = Hosts::Condition::stopped;
    sessions_.clear();
    network_.host_down(number_, Hosts::Condition::stopped);
}

protocol::Hello Stranger::hello() const {
    protocol::Hello hello;
    hello.peer = peer_;
    hello.instance = instance_;
    hello.name = "stranger";
    hello.port = 4926;
    hello.program_version = "sim";
    hello.leader = pretended();
    hello.catalog = {instance_, 0};
    return hello;
}

// What it says about who leads.
protocol::LeaderView Stranger::pretended() const {
    constexpr std::uint64_t kMost = std::numeric_limits<std::uint64_t>::max();
    switch (kind_) {
        case FaultKind::fake_leader:
            return {highest_.epoch + 1, peer_};
        case FaultKind::epoch_max:
            return {instance_ % 4 < 2 ? kMost : kMost - instance_ % 1000, peer_};
        case FaultKind::censor:
            return highest_.leader.is_zero() ? protocol::LeaderView{highest_.epoch + 1, peer_}
                                             : highest_;
        case FaultKind::third_party:
            return {highest_.epoch + 1, PeerId{}};
        default:
            return highest_;
    }
}

void Stranger::hear(const protocol::LeaderView& view) {
    const bool absurd = view.epoch > highest_.epoch + protocol::kEpochJumpMax;
    if (!absurd && view.epoch >= highest_.epoch) highest_ = view;
}

void Stranger::act() {
    if (!running()) return;
    announce();
    dial_somebody();
    if (kind_ == FaultKind::replayer) replay();
    for (const SessionId session : std::set(sessions_)) {
        if (kind_ == FaultKind::fake_leader || kind_ == FaultKind::epoch_max ||
            (kind_ == FaultKind::censor && highest_.leader.is_zero()))
            claim(session);
        if (kind_ == FaultKind::third_party) {
            say(session, protocol::LeaderResigns{highest_, peer_});
            say(session, protocol::Ping{1, {highest_.epoch, PeerId{}}});
        }
        if (kind_ == FaultKind::spammer) spam(session);
        if (kind_ == FaultKind::forger) forge(session);
    }
    const std::uint64_t instance = instance_;
    timeline_.after(kActs, [this, instance] {
        if (instance == instance_) act();
    });
}

void Stranger::announce() {
    node::AnnouncementHeard heard;
    heard.peer = peer_;
    heard.from = Network::address_of(number_);
    heard.instance = instance_;
    heard.leader = pretended();
    heard.followers = kPretendedFollowers;
    network_.announce(number_, std::move(heard));
}

void Stranger::dial_somebody() {
    const HostNumber host = prng_.below(network_.size());
    if (host != number_) network_.dial(number_, node::Dial{Network::address_of(host), {}});
}

// The signature is good, so a node sees it; only where it comes from is new.
void Stranger::replay() {
    if (heard_.empty()) return;
    node::AnnouncementHeard old = heard_[prng_.below(heard_.size())];
    old.from = Network::address_of(number_);
    network_.announce(number_, std::move(old));
}

Entry Stranger::made_up_entry() {
    Entry entry;
    entry.id = EntryId{1 + prng_.below(std::uint64_t{50})};
    entry.path = "Shared/forged " + std::to_string(prng_.below(std::uint64_t{1000})) + ".mp4";
    entry.size_bytes = prng_.below(std::uint64_t{1'000'000});
    return entry;
}

void Stranger::spam(SessionId session) {
    Query query;
    query.text = "holiday";
    for (unsigned i = 0; i < kSpamMessages && sessions_.contains(session); ++i) {
        const std::uint64_t version = prng_.below(std::uint64_t{1000});
        const CatalogState catalog{prng_.below(std::uint64_t{4}), version};
        switch (prng_.below(std::uint64_t{5})) {
            case 0:
                say(session, protocol::Register{highest_, catalog, version, version});
                break;
            case 1:
                say(session, protocol::SearchRequest{RequestId{i}, query});
                break;
            case 2: {
                CatalogDelta delta{catalog.catalog_id, 0, version, false, {}};
                delta.changes.push_back({version, EntryChange::What::present, made_up_entry()});
                say(session, protocol::CatalogUpdate{highest_, std::move(delta)});
                break;
            }
            case 3:
                say(session, protocol::LocateRequest{RequestId{i}, "abcdef"});
                break;
            default:
                say(session, protocol::Ping{prng_.next(), highest_});
        }
    }
}

// Tells things that were not asked for, about files that nobody has.
void Stranger::forge(SessionId session) {
    const CatalogState catalog{instance_, 1 + prng_.below(std::uint64_t{9})};
    say(session, protocol::Register{highest_, catalog, 5, 5});
    say(session, protocol::CatalogAck{catalog});
    say(session, protocol::Registered{highest_, protocol::Registered::Verdict::accepted, catalog});
    protocol::SearchReply reply;
    reply.request = RequestId{prng_.below(std::uint64_t{20})};
    reply.view = highest_;
    reply.complete = true;
    say(session, reply);
    if (highest_.leader.is_zero()) return;
    protocol::Roster roster{highest_, 1, true, true, {}};
    roster.members.push_back({highest_.leader, "gone", {}, false, 0, 0, "sim"});
    say(session, std::move(roster));
}

void Stranger::claim(SessionId session) {
    say(session, protocol::LeaderClaim{pretended(), kPretendedFollowers});
}

void Stranger::say(SessionId session, protocol::Message message) {
    network_.send(number_, session, node::MessageReceived{session, std::move(message)});
}

void Stranger::deliver(node::Event event) {
    if (!running()) return;
    if (const auto* heard = std::get_if<node::AnnouncementHeard>(&event)) {
        hear(heard->leader);
        if (heard_.size() < kHeardMax) heard_.push_back(*heard);
    } else if (const auto* opened = std::get_if<node::SessionOpened>(&event)) {
        sessions_.insert(opened->session);
        hear(opened->hello.leader);
    } else if (const auto* closed = std::get_if<node::SessionClosed>(&event)) {
        sessions_.erase(closed->session);
    } else if (const auto* message = std::get_if<node::MessageReceived>(&event)) {
        if (kind_ == FaultKind::mute) return;
        std::visit([&](const auto& one) { receive(message->session, one); }, message->message);
    }
}

void Stranger::receive(SessionId session, const protocol::Ping& message) {
    hear(message.leader);
    say(session, protocol::Pong{message.sequence, pretended()});
}

// As a leader it takes everybody and keeps nothing.
void Stranger::receive(SessionId session, const protocol::Register& message) {
    say(session, protocol::Registered{message.view, protocol::Registered::Verdict::accepted,
                                      message.catalog});
}

void Stranger::receive(SessionId session, const protocol::CatalogUpdate& message) {
    say(session, protocol::CatalogAck{{message.delta.catalog_id, message.delta.up_to}});
}

void Stranger::receive(SessionId session, const protocol::SearchRequest& message) {
    protocol::SearchReply reply;
    reply.request = message.request;
    reply.view = pretended();
    reply.complete = true;
    reply.coverage = {kPretendedFollowers, kPretendedFollowers};
    say(session, std::move(reply));
}

}  // namespace iwant::sim
