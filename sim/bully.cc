#include "sim/bully.h"

namespace iwant::sim {

using std::chrono::seconds;

namespace {
constexpr Duration kPollMin = seconds(3);
constexpr Duration kPollMax = seconds(6);
constexpr Duration kAnswer = seconds(2);
constexpr unsigned kMissesMax = 3;
constexpr Duration kCallMin = seconds(1);
constexpr Duration kCallMax = seconds(10);
constexpr Duration kAskMin = seconds(3);
constexpr Duration kAskMax = seconds(5);
// An older peer lives: it has so long to say that it leads.
constexpr Duration kPatienceMin = seconds(8);
constexpr Duration kPatienceMax = seconds(10);
}  // namespace

void Bully::start(HostNumber host) {
    poll(host);
}

void Bully::poll(HostNumber host) {
    after(host, between(kPollMin, kPollMax), [this, host] {
        Peer& peer = peers_[host];
        if (peer.leader && *peer.leader != host) {
            peer.answered = false;
            unicast(host, *peer.leader, {What::ping, host, peer.term});
            after(host, kAnswer, [this, host] { answer_due(host); });
        }
        poll(host);
    });
}

void Bully::answer_due(HostNumber host) {
    Peer& peer = peers_[host];
    if (!peer.leader || *peer.leader == host) return;
    peer.misses = peer.answered ? 0 : peer.misses + 1;
    if (peer.misses < kMissesMax) return;
    gives_up(*peer.leader);
    multicast(host, {What::removed, *peer.leader, peer.term});
    remove_leader(host);
}

void Bully::remove_leader(HostNumber host) {
    Peer& peer = peers_[host];
    peer.leader.reset();
    peer.misses = 0;
    const std::uint64_t round = ++peer.round;
    after(host, between(kCallMin, kCallMax), [this, host, round] { call_election(host, round); });
}

void Bully::call_election(HostNumber host, std::uint64_t round) {
    if (peers_[host].leader || peers_[host].round != round) return;
    multicast(host, {What::election, host, round});
    elect(host);
}

void Bully::elect(HostNumber host) {
    Peer& peer = peers_[host];
    peer.leader.reset();
    peer.outranked = false;
    const std::uint64_t round = ++peer.round;
    for (HostNumber older = 0; older < host; ++older)
        unicast(host, older, {What::ask, host, round});
    after(host, between(kAskMin, kAskMax), [this, host, round] {
        Peer& waiting = peers_[host];
        if (waiting.round != round || waiting.leader) return;
        if (waiting.outranked) {
            after(host, between(kPatienceMin, kPatienceMax),
                  [this, host, round] { call_election(host, round); });
            return;
        }
        follow(host, host);
        multicast(host, {What::leads, host, waiting.term});
    });
}

void Bully::follow(HostNumber host, HostNumber leader) {
    Peer& peer = peers_[host];
    if (peer.leader != leader) ++peer.term;
    peer.leader = leader;
    peer.misses = 0;
    ++peer.round;
}

void Bully::hears(HostNumber host, HostNumber from, const Word& word) {
    Peer& peer = peers_[host];
    switch (word.what) {
        case What::ping:
            unicast(host, from, {What::pong, host, word.number});
            break;
        case What::pong:
            if (peer.leader == from) peer.answered = true;
            break;
        case What::removed:
            // From anybody, as the original did.
            if (peer.leader == word.about) remove_leader(host);
            break;
        case What::election:
            elect(host);
            break;
        case What::ask:
            unicast(host, from, {What::alive, host, word.number});
            break;
        case What::alive:
            if (word.number == peer.round) peer.outranked = true;
            break;
        case What::leads:
            follow(host, from);
            break;
        case What::beacon:
            break;
    }
}

}  // namespace iwant::sim
