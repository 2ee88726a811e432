#include "core/cluster/pre_vote.h"

#include <algorithm>

namespace iwant::cluster {

using std::chrono::milliseconds;

namespace {
// Several round trips of a bad Wi-Fi; nobody waits for it longer than for a search.
constexpr Duration kPatience = milliseconds(300);
}  // namespace

void PreVote::begin(const std::vector<PeerId>& voters, Time now) {
    voters_.clear();
    for (const PeerId& voter : voters) voters_[voter];
    open_until_ = now + kPatience;
}

std::vector<PeerId> PreVote::again(Time now) {
    std::vector<PeerId> asked;
    for (auto& [voter, answer] : voters_) {
        if (answer == Answer::lost) continue;
        answer.reset();
        asked.push_back(voter);
    }
    open_until_ = now + kPatience;
    return asked;
}

void PreVote::answered(const PeerId& voter, Answer answer) {
    const auto found = voters_.find(voter);
    if (found != voters_.end()) found->second = answer;
}

void PreVote::voter_gone(const PeerId& voter) {
    voters_.erase(voter);
}

PreVote::Verdict PreVote::verdict(Time now) const {
    const auto count = [&](Answer answer) {
        return static_cast<std::size_t>(std::ranges::count_if(
            voters_, [&](const auto& entry) { return entry.second == answer; }));
    };
    const std::size_t lost = count(Answer::lost);
    const std::size_t content = count(Answer::content);
    if (lost * 2 > voters_.size() || voters_.empty()) return Verdict::granted;
    if (content * 2 >= voters_.size()) return Verdict::denied;
    if (open_until_ && now < *open_until_) return Verdict::open;
    return lost > content || lost + content == 0 ? Verdict::granted : Verdict::denied;
}

}  // namespace iwant::cluster
