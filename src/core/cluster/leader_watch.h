#pragma once

// Whether the leader that we follow still lives. Three signs are watched: what comes over the
// session, the leader's beacons (datagrams), and whether its machine takes a new connection. Losing
// datagrams is normal, so one channel that speaks is enough; a process that stands still for some
// seconds is told from a machine that is gone by its kernel, which answers a connection for it.

#include <cstdint>
#include <optional>

#include "base/time.h"

namespace iwant::cluster {

class LeaderWatch {
  public:
    /// Follows a leader over an open session.
    void begin(Time now);
    void end() { state_ = State::off; }
    bool watching() const { return state_ != State::off; }

    void heard(Time now);
    void beacon(Time now) { beacon_ = now; }
    /// The session ended without a goodbye; a new dial to the leader goes out now.
    void session_broke(Time now);
    /// A new session to the same run of the leader.
    void session_back(Time now);
    /// The leader's machine took a connection.
    void dial_reached(Time now);
    /// No address of the leader is left to try.
    void dial_failed();
    /// This peer stood still; nobody's silence meant anything.
    void excuse(Time now);

    enum class Need : std::uint8_t { nothing, ping, probe, give_up };
    /// What is to be done now. `ping` and `probe` are asked for once per interval.
    Need due(Time now);
    /// Whether the leader seems well enough not to be left for another one.
    bool doubtful(Time now) const;
    /// Whether it is missed rather than waited for: the session broke, or it was given up.
    bool missed() const;
    /// Whether the session broke and it is not known yet whether the leader lives.
    bool regaining() const { return state_ == State::regaining || state_ == State::reached; }
    /// Whether a session that is open already is to be dialled again.
    bool probing() const { return state_ == State::probing; }
    std::optional<Time> next_deadline() const;

  private:
    enum class State : std::uint8_t {
        off,
        content,    ///< one channel or the other speaks
        probing,    ///< both are silent: does its machine answer?
        stuck,      ///< it does: the process may come back
        regaining,  ///< the session broke: dialling
        reached,    ///< its machine answers the dial
        lost
    };
    Time silent_at() const;
    Time stuck_until() const;
    Time ping_at() const;

    State state_ = State::off;
    Time heard_;
    Time beacon_;
    Time pinged_;
    Time since_;  ///< of the state
};

}  // namespace iwant::cluster
