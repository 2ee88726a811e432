#include "core/protocol/wire_take.h"

// The messages of cluster_messages.h.

namespace iwant::protocol {

bool take(const wire::Member& from, Member& to) {
    to.name = from.name();
    to.online = from.online();
    to.files = from.files();
    to.bytes = from.bytes_shared();
    to.program_version = from.program_version();
    return take(from.peer(), to.peer) && take_list(from.addresses(), to.addresses) &&
           take_or_absent(from.key(), to.key);
}

bool take(const wire::EntryChange& from, EntryChange& to) {
    to.version = from.version();
    to.entry.id.value = from.entry();
    if (from.removed()) {
        to.what = EntryChange::What::removed;
        return true;
    }
    to.entry.path = from.path();
    to.entry.size_bytes = from.size_bytes();
    to.entry.modified = clamp_date(from.modified());
    return take_enum(from.kind(), EntryKind::folder, to.entry.kind) &&
           take_or_absent(from.content(), to.entry.content);
}

bool take(const wire::FollowerRecord& from, FollowerRecord& to) {
    to.epoch = from.epoch();
    to.sequence = from.sequence();
    return take(from.follower(), to.follower) && take(from.signature(), to.signature);
}

bool take(const wire::LeaderClaim& from, LeaderClaim& to) {
    to.followers = from.followers();
    return take(from.view(), to.view);
}

bool take(const wire::LeaderResigns& from, LeaderResigns& to) {
    return take(from.view(), to.view) && take_or_absent(from.successor(), to.successor);
}

bool take(const wire::Register& from, Register& to) {
    to.catalog = catalog_state(from.catalog());
    to.files = from.files();
    to.bytes = from.bytes_shared();
    to.sequence = from.sequence();
    return take(from.view(), to.view) && take_or_absent(from.signature(), to.signature);
}

bool take(const wire::Registered& from, Registered& to) {
    to.have = catalog_state(from.have());
    return take(from.view(), to.view) &&
           take_enum(from.verdict(), Registered::Verdict::full, to.verdict);
}

bool take(const wire::Roster& from, Roster& to) {
    to.revision = from.revision();
    to.first = from.first();
    to.last = from.last();
    return take(from.view(), to.view) && take_list(from.members(), to.members);
}

bool take(const wire::Standbys& from, Standbys& to) {
    return take(from.view(), to.view) && take_list(from.members(), to.members);
}

bool take(const wire::PreVoteRequest& from, PreVoteRequest& to) {
    return take(from.view(), to.view);
}

bool take(const wire::PreVote& from, PreVote& to) {
    to.lost = from.lost();
    return take(from.view(), to.view);
}

bool take(const wire::FollowersRequest& from, FollowersRequest& to) {
    to.positions.assign(from.positions().begin(), from.positions().end());
    return take(from.view(), to.view);
}

bool take(const wire::FollowersProof& from, FollowersProof& to) {
    return take(from.view(), to.view) && take_list(from.records(), to.records);
}

bool take(const wire::CatalogUpdate& from, CatalogUpdate& to) {
    to.delta.catalog_id = from.catalog_id();
    to.delta.since = from.since();
    to.delta.up_to = from.up_to();
    to.delta.more = from.more();
    return take(from.view(), to.view) && take_list(from.changes(), to.delta.changes) &&
           take_or_absent(from.seal(), to.seal);
}

bool take(const wire::CatalogAck& from, CatalogAck& to) {
    to.have = catalog_state(from.have());
    return true;
}

}  // namespace iwant::protocol
