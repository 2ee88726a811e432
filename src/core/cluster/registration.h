#pragma once

// The follower's side of announcing a catalogue: tell the leader which version there is, hear which
// one it has, send the changes between in runs. One message is under way at a time; changes that
// come close together travel together.

#include <cstdint>
#include <optional>
#include <vector>

#include "base/time.h"
#include "core/cluster/types.h"

namespace iwant::cluster {

class Registration {
  public:
    /// Our own catalogue, whether or not there is a leader to tell.
    void advanced(const CatalogAdvanced& event, Time now);
    const CatalogState& catalog() const { return catalog_; }
    std::uint64_t files() const { return files_; }
    std::uint64_t bytes() const { return bytes_; }

    /// A leader, or the same one in a new epoch or on a new session: registers from the beginning.
    void leader_found(SessionId session, const protocol::LeaderView& view, Time now);
    void leader_gone();
    /// Where we register.
    std::optional<SessionId> session() const { return session_; }

    void registered(const protocol::Registered& message, Time now);
    void acknowledged(const protocol::CatalogAck& message, Time now);
    void read(const CatalogRead& event, Time now);

    /// Whether the leader has all that we know of.
    bool caught_up() const { return session_ && leader_has_ && *leader_has_ == catalog_; }

    void advance(Time now);
    std::optional<Time> next_deadline() const;
    std::vector<Action> take_actions();

  private:
    void send_register(Time now);
    void go_on(Time now);

    CatalogState catalog_;
    std::uint64_t files_ = 0;
    std::uint64_t bytes_ = 0;

    std::optional<SessionId> session_;
    protocol::LeaderView view_;
    std::optional<CatalogState> leader_has_;
    std::optional<Time> register_at_;  ///< joined changes go out then
    std::optional<Time> register_answer_by_;
    std::optional<Time> update_answer_by_;  ///< a run is being read or was sent
    std::vector<Action> actions_;
};

/// The longest beginning of a run of changes that fits a frame.
CatalogDelta fit_to_frame(const CatalogDelta& delta);

}  // namespace iwant::cluster
