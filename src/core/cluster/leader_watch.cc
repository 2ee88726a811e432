#include "core/cluster/leader_watch.h"

#include <algorithm>

namespace iwant::cluster {

using std::chrono::milliseconds;
using std::chrono::seconds;

namespace {
// Beacons come every second: three in a row are lost in 1 of 8000 tries at 5 % loss, and then the
// session must have been silent as well, although it was pinged.
constexpr Duration kSilence = seconds(3);
constexpr Duration kBeaconMissed = milliseconds(1500);
constexpr Duration kPingGap = seconds(1);
// With beacons coming, the session is only asked often enough to notice that the leader cannot
// hear.
constexpr Duration kSessionPing = seconds(4);
constexpr Duration kDeaf = seconds(12);
// A local network answers a connection within milliseconds.
constexpr Duration kProbeAnswer = milliseconds(400);
// Longer than a process is paused by a full disk, a debugger or memory pressure; more and the
// leader is replaced.
constexpr Duration kStuck = seconds(10);
constexpr Duration kRegain = milliseconds(300);
constexpr Duration kHandshake = seconds(2);
constexpr Duration kDoubt = milliseconds(1500);
}  // namespace

void LeaderWatch::begin(Time now) {
    state_ = State::content;
    heard_ = beacon_ = pinged_ = since_ = now;
}

void LeaderWatch::heard(Time now) {
    heard_ = now;
    if (state_ == State::probing || state_ == State::stuck) state_ = State::content;
}

void LeaderWatch::session_broke(Time now) {
    if (state_ == State::off || state_ == State::lost) return;
    state_ = State::regaining;
    since_ = now;
}

void LeaderWatch::session_back(Time now) {
    if (state_ == State::off) return;
    state_ = State::content;
    heard_ = pinged_ = since_ = now;
}

void LeaderWatch::dial_reached(Time now) {
    if (state_ == State::probing) state_ = State::stuck;
    if (state_ != State::regaining) return;
    state_ = State::reached;
    since_ = now;
}

void LeaderWatch::dial_failed() {
    const bool decisive = state_ == State::probing || state_ == State::stuck ||
                          state_ == State::regaining || state_ == State::reached;
    if (decisive) state_ = State::lost;
}

void LeaderWatch::excuse(Time now) {
    if (state_ == State::off) return;
    heard_ = std::max(heard_, now - kBeaconMissed);
    beacon_ = std::max(beacon_, now - kBeaconMissed);
    if (state_ == State::probing || state_ == State::stuck) state_ = State::content;
}

// When both channels will have been silent for long enough, or the session alone for much longer.
Time LeaderWatch::silent_at() const {
    return std::min(std::max(heard_, beacon_) + kSilence, heard_ + kDeaf);
}

Time LeaderWatch::stuck_until() const {
    return std::max(heard_, beacon_) + kStuck;
}

Time LeaderWatch::ping_at() const {
    const Time wanted = std::min(heard_ + kSessionPing, std::max(heard_, beacon_) + kBeaconMissed);
    return std::max(wanted, pinged_ + kPingGap);
}

LeaderWatch::Need LeaderWatch::due(Time now) {
    switch (state_) {
        case State::off:
            return Need::nothing;
        case State::content:
            if (now >= silent_at()) {
                state_ = now >= heard_ + kDeaf ? State::lost : State::probing;
                since_ = now;
                return state_ == State::lost ? Need::give_up : Need::probe;
            }
            if (now < ping_at()) return Need::nothing;
            pinged_ = now;
            return Need::ping;
        case State::probing:
            if (now >= since_ + kProbeAnswer) state_ = State::lost;
            break;
        case State::stuck:
            if (now >= stuck_until()) state_ = State::lost;
            break;
        case State::regaining:
            if (now >= since_ + kRegain) state_ = State::lost;
            break;
        case State::reached:
            if (now >= since_ + kHandshake) state_ = State::lost;
            break;
        case State::lost:
            break;
    }
    return state_ == State::lost ? Need::give_up : Need::nothing;
}

bool LeaderWatch::missed() const {
    return state_ != State::content && state_ != State::probing && state_ != State::stuck;
}

bool LeaderWatch::doubtful(Time now) const {
    if (state_ == State::off) return true;
    if (state_ != State::content) return true;
    return now - std::max(heard_, beacon_) > kDoubt;
}

std::optional<Time> LeaderWatch::next_deadline() const {
    switch (state_) {
        case State::off:
            return std::nullopt;
        case State::content:
            return std::min(silent_at(), ping_at());
        case State::probing:
            return since_ + kProbeAnswer;
        case State::stuck:
            return stuck_until();
        case State::regaining:
            return since_ + kRegain;
        case State::reached:
            return since_ + kHandshake;
        case State::lost:
            return since_;
    }
    return std::nullopt;
}

}  // namespace iwant::cluster
