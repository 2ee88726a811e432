#pragma once

// A question before a claim: "have you lost the leader, too?" (Ongaro, "Consensus: Bridging Theory
// and Practice", 9.6). A peer whose own link broke hears that the others are content, and keeps
// still instead of deposing a leader that serves everybody else.

#include <cstdint>
#include <map>
#include <optional>
#include <vector>

#include "base/ids.h"
#include "base/time.h"

namespace iwant::cluster {

class PreVote {
  public:
    /// Whom to ask at most.
    static constexpr std::size_t kVotersMax = 5;

    void begin(const std::vector<PeerId>& voters, Time now);
    /// Asks the same voters once more, but for those who agreed; who is to be asked now.
    std::vector<PeerId> again(Time now);
    void end() { open_until_.reset(); }
    bool open() const { return open_until_.has_value(); }

    enum class Answer : std::uint8_t { lost, content };
    void answered(const PeerId& voter, Answer answer);
    void voter_gone(const PeerId& voter);

    /// Granted by more than half of the voters, or, when time is over, by more of those who
    /// answered than denied it, or because nobody is there to answer. A tie denies.
    enum class Verdict : std::uint8_t { open, granted, denied };
    Verdict verdict(Time now) const;
    /// When verdict() is not open any more, whatever else happens.
    std::optional<Time> deadline() const { return open_until_; }

  private:
    std::map<PeerId, std::optional<Answer>> voters_;
    std::optional<Time> open_until_;
};

}  // namespace iwant::cluster
