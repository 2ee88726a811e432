#pragma once

// Two computers with one key, as after copying a disk, that do not see each other but meet at a
// third one. At each start a peer draws an instance; one that takes the place of another is a
// restart. But an instance that comes back while its successor is still here proves that there are
// two. Then the third one tells both (Goodbye{IDENTITY}) and from now on keeps the smaller
// instance, as everybody else does who meets them, so that they do not push each other out for
// ever.
//
// The word of one peer that we have a twin changes nothing but whom we dial how often.

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>

#include "base/ids.h"
#include "base/time.h"

namespace iwant::cluster {

class Twins {
  public:
    enum class Verdict : std::uint8_t {
        restart,   ///< the new session takes the place of the old one
        proven,    ///< both have to go, to be told
        keep_old,  ///< known twins: the new session has to go
        keep_new,  ///< known twins: the old session has to go
    };
    /// `peer` has a session of one instance and opens one of another.
    Verdict meet(const PeerId& peer, std::uint64_t old, std::uint64_t incoming, Time now);

    /// Whether two instances of this peer are known to go on side by side.
    bool known(const PeerId& peer) const;

    /// `by` said that another computer has our key, and ended the session.
    void told(const PeerId& by, Time now);
    /// Who said so last, in the last quarter of an hour.
    std::optional<PeerId> told_by(Time now) const;
    /// Whether this peer, that said so, is left alone for now: 10 s at first, up to 1 min.
    bool shuns(const PeerId& peer, Time now) const;
    /// When somebody may be dialled again.
    std::optional<Time> next_deadline(Time now) const;
    std::size_t size() const { return met_.size() + told_.size(); }

  private:
    struct Met {
        std::uint64_t replaced = 0;  ///< an instance whose place `stayed` took
        std::uint64_t stayed = 0;
        bool proven = false;
        Time when;
    };
    struct Told {
        Time when;
        Time until;
        unsigned times = 0;
    };
    std::map<PeerId, Met> met_;
    std::map<PeerId, Told> told_;
};

}  // namespace iwant::cluster
