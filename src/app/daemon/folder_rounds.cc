#include "app/daemon/folder_rounds.h"

#include <algorithm>
#include <utility>

#include "base/path.h"
#include "core/protocol/check.h"

namespace iwant::daemon {
namespace {

/// Peers that were here some time ago are forgotten above this number.
constexpr std::size_t kKnownMax = 256;

}  // namespace

void FolderRounds::tick(Time now) {
    now_ = now;
    budget_ = kPartsPerSecond;
    if (!next_look_ || now >= *next_look_) {
        next_look_ = now + kLookEvery;
        look(now);
    }
    go_on();
}

void FolderRounds::look(Time now) {
    const std::vector<Peer> here = world_.here();
    const auto is_here = [&](const PeerId& peer) {
        return std::ranges::find(here, peer, &Peer::peer) != here.end();
    };
    for (auto& [peer, known] : known_) {
        if (!is_here(peer)) known.since.reset();
    }
    if (known_.size() > kKnownMax)
        std::erase_if(known_, [](const auto& each) { return !each.second.since; });
    if (here.size() > kPeersMax) return;
    for (const Peer& peer : here) {
        Known& known = known_[peer.peer];
        if (!known.since) known.since = now;
        if (round_ || !is_due(known, peer, now)) continue;
        round_ = Round{};
        round_->peer = peer;
        add_part({}, false);
    }
}

bool FolderRounds::is_due(const Known& known, const Peer& peer, Time now) const {
    if (now - *known.since < kSettled) return false;
    if (!known.last) return true;
    return now - *known.last >= (known.shared == peer ? Duration(kRefresh) : Duration(kAgain));
}

void FolderRounds::go_on() {
    if (!round_ || round_->asking) return;
    if (round_->parts.empty() || round_->parts_left == 0) return end();
    if (budget_ == 0) return;
    --budget_;
    --round_->parts_left;
    round_->asking = true;
    const protocol::BrowseRequest part = std::move(round_->parts.front());
    round_->parts.pop_front();
    world_.browse(round_->peer.peer, part, [this, part](const Result<protocol::BrowseReply>& told) {
        this->told(part, told);
    });
}

void FolderRounds::told(const protocol::BrowseRequest& asked,
                        const Result<protocol::BrowseReply>& answer) {
    round_->asking = false;
    if (answer) {
        world_.keep(round_->peer.peer, asked, *answer);
        add_parts(asked, *answer);
    } else if (answer.error().code != ErrorCode::not_found) {
        round_->final = false;
        return end();
    }
    go_on();
}

// The names come from another computer: what cannot be asked for is passed over.
void FolderRounds::add_parts(const protocol::BrowseRequest& asked,
                             const protocol::BrowseReply& answer) {
    if (answer.entries.empty()) return;
    const FolderItem& last = answer.entries.back();
    if (answer.more) add_part({{}, asked.path, last.name, last.kind}, true);
    for (const FolderItem& entry : answer.entries) {
        if (!entry.content) round_->final = false;
        if (entry.kind != EntryKind::folder) continue;
        add_part({{}, join_path(answer.path, entry.name), "", EntryKind::folder}, false);
    }
}

void FolderRounds::add_part(protocol::BrowseRequest part, bool first) {
    if (round_->parts.size() >= round_->parts_left) return;
    if (!protocol::check_message(part)) return;
    round_->parts.insert(first ? round_->parts.begin() : round_->parts.end(), std::move(part));
}

void FolderRounds::end() {
    Known& known = known_[round_->peer.peer];
    known.last = now_;
    known.shared.reset();
    if (round_->final) known.shared = round_->peer;
    round_.reset();
}

}  // namespace iwant::daemon
