#pragma once

// The owner's side of announcing a catalogue to one peer that keeps an index, the leader or a
// standby: tell it which version there is, hear which one it has, send the changes between in runs.
// One message is under way at a time; changes that come close together travel together.

#include <cstdint>
#include <optional>
#include <vector>

#include "base/signatory.h"
#include "base/time.h"
#include "core/cluster/types.h"

namespace iwant::cluster {

class Registration {
  public:
    /// `signatory` must outlive the registration.
    explicit Registration(const Signatory& signatory) : signatory_(signatory) {}

    /// Our own catalogue, whether or not there is a leader to tell.
    void advanced(const CatalogAdvanced& event, Time now);
    const CatalogState& catalog() const { return catalog_; }
    std::uint64_t files() const { return files_; }
    std::uint64_t bytes() const { return bytes_; }

    /// A holder to register with, or the same one in a new epoch or on a new session: from the
    /// beginning, at `when`.
    void begin(SessionId session, const protocol::LeaderView& view, Time when);
    /// Another leader, or the same in a later epoch; this holder is a standby still. It would take
    /// what we say in an old view for a change of mind.
    void moved_to(const protocol::LeaderView& view);
    void end();
    /// Where we register, and in which view.
    std::optional<SessionId> session() const { return session_; }
    const protocol::LeaderView& view() const { return view_; }

    void registered(const protocol::Registered& message, Time now);
    void acknowledged(const protocol::CatalogAck& message, Time now);
    void read(const CatalogRead& event, Time now);

    /// Whether it keeps our catalogue, be it complete or not.
    bool accepted() const { return session_ && holder_has_; }
    /// Whether it has all that we know of.
    bool caught_up() const { return accepted() && *holder_has_ == catalog_; }

    void advance(Time now);
    std::optional<Time> next_deadline() const;
    std::vector<Action> take_actions();

  private:
    void send_register(Time now);
    void go_on(Time now);
    Duration join(Time now) const;

    const Signatory& signatory_;
    CatalogState catalog_;
    std::uint64_t files_ = 0;
    std::uint64_t bytes_ = 0;

    std::optional<SessionId> session_;
    protocol::LeaderView view_;
    std::optional<CatalogState> holder_has_;
    std::optional<Time> register_at_;  ///< joined changes go out then
    std::uint64_t sequence_ = 0;
    unsigned refused_ = 0;  ///< in a row
    Time earned_until_{};   ///< registrations so far at one each kEarned; ahead of now when many
    std::optional<Time> register_answer_by_;
    std::optional<Time> update_answer_by_;  ///< a run is being read or was sent
    std::vector<Action> actions_;
};

/// The longest beginning of a run of changes that fits a frame.
CatalogDelta fit_to_frame(const CatalogDelta& delta);

}  // namespace iwant::cluster
