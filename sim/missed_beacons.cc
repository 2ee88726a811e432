#include "sim/missed_beacons.h"

namespace iwant::sim {

using std::chrono::milliseconds;
using std::chrono::seconds;

namespace {
constexpr Duration kBeacon = seconds(1);
constexpr Duration kThreeMissed = milliseconds(3200);
constexpr Duration kLook = milliseconds(100);
constexpr Duration kJitter = milliseconds(500);
}  // namespace

void MissedBeacons::start(HostNumber host) {
    if (host == 0) beacon(host, 1);
    after(host, kLook, [this, host] { look(host); });
}

void MissedBeacons::beacon(HostNumber host, std::uint64_t epoch) {
    const Peer& peer = peers_[host];
    if (peer.leader != host || peer.epoch != epoch) return;
    multicast(host, {What::beacon, host, epoch});
    after(host, kBeacon, [this, host, epoch] { beacon(host, epoch); });
}

void MissedBeacons::hears(HostNumber host, HostNumber from, const Word& word) {
    Peer& peer = peers_[host];
    const bool same = word.number == peer.epoch && (!peer.leader || from <= *peer.leader);
    if (word.number < peer.epoch || (word.number == peer.epoch && !same)) return;
    peer.epoch = word.number;
    peer.leader = from;
    peer.heard = now();
}

void MissedBeacons::look(HostNumber host) {
    after(host, kLook, [this, host] { look(host); });
    Peer& peer = peers_[host];
    if (!peer.leader || *peer.leader == host || now() - peer.heard < kThreeMissed) return;
    gives_up(*peer.leader);
    peer.leader.reset();
    const std::uint64_t epoch = peer.epoch + 1;
    after(host, between({}, kJitter), [this, host, epoch] {
        Peer& candidate = peers_[host];
        if (candidate.leader) return;
        candidate.epoch = epoch;
        candidate.leader = host;
        beacon(host, epoch);
    });
}

}  // namespace iwant::sim
