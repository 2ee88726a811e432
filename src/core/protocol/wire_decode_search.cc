#include "core/protocol/wire_take.h"

// The messages of search_messages.h.

namespace iwant::protocol {
namespace {

bool take(const wire::SourceProof& from, SourceProof& to) {
    to.seal = from.seal();
    to.position = from.position();
    return take_or_absent(from.place(), to.place) && take_all(from.siblings(), to.siblings);
}

bool take(const wire::Query& from, Query& to) {
    to.text = from.text();
    if (from.has_size_min()) to.size_min = from.size_min();
    if (from.has_size_max()) to.size_max = from.size_max();
    to.extensions.assign(from.extensions().begin(), from.extensions().end());
    to.exact = from.exact();
    to.limit = from.limit();
    if (from.has_modified_min()) to.modified_min = from.modified_min();
    if (from.has_modified_max()) to.modified_max = from.modified_max();
    to.phrases.assign(from.phrases().begin(), from.phrases().end());
    to.excluded.assign(from.excluded().begin(), from.excluded().end());
    to.folders.assign(from.folders().begin(), from.folders().end());
    const std::optional<FileTypes> types = FileTypes::from_bits(from.types());
    to.types = types.value_or(FileTypes());
    return types && take_or_absent(from.owner(), to.owner);
}

}  // namespace

bool take(const wire::ResultSource& from, ResultSource& to) {
    to.entry.value = from.entry();
    to.online = from.online();
    return take(from.owner(), to.owner) &&
           (!from.has_proof() || take(from.proof(), to.proof.emplace()));
}

bool take(const wire::Seal& from, Seal& to) {
    to.catalog_id = from.catalog_id();
    to.since = from.since();
    to.up_to = from.up_to();
    to.changes = from.changes();
    return take(from.owner(), to.owner) && take(from.signature(), to.signature);
}

bool take(const wire::SearchResult& from, SearchResult& to) {
    to.path = from.path();
    to.size_bytes = from.size_bytes();
    to.modified = clamp_date(from.modified());
    to.score = from.score();
    return take_enum(from.kind(), EntryKind::folder, to.kind) &&
           take_or_absent(from.content(), to.content) && take_list(from.sources(), to.sources);
}

bool take(const wire::Holder& from, Holder& to) {
    return take(from.holding(), to.holding) && take_list(from.peers(), to.peers);
}

bool take(const wire::SearchRequest& from, SearchRequest& to) {
    to.request.value = from.request();
    return take(from.query(), to.query);
}

bool take(const wire::SearchReply& from, SearchReply& to) {
    to.request.value = from.request();
    to.complete = from.complete();
    to.coverage = {from.known(), from.indexed()};
    to.total = from.total();
    to.did_you_mean = from.did_you_mean();
    return take(from.view(), to.view) && take_list(from.results(), to.results) &&
           take_list(from.owners(), to.owners) && take_list(from.seals(), to.seals) &&
           take_all(from.covered(), to.covered);
}

bool take(const wire::LocateRequest& from, LocateRequest& to) {
    to.request.value = from.request();
    to.prefix = from.prefix();
    return true;
}

bool take(const wire::LocateReply& from, LocateReply& to) {
    to.request.value = from.request();
    to.complete = from.complete();
    return take(from.view(), to.view) && take_list(from.matches(), to.matches) &&
           take_list(from.owners(), to.owners) && take_list(from.seals(), to.seals) &&
           take_list(from.holders(), to.holders) && take_all(from.covered(), to.covered);
}

bool take(const wire::BrowseEntry& from, FolderItem& to) {
    to.name = from.name();
    to.size_bytes = from.size_bytes();
    to.modified = clamp_date(from.modified());
    to.files = from.files();
    return take_enum(from.kind(), EntryKind::folder, to.kind) &&
           take_or_absent(from.content(), to.content);
}

bool take(const wire::BrowseRequest& from, BrowseRequest& to) {
    to.request.value = from.request();
    to.path = from.path();
    to.after = from.after();
    return take_enum(from.after_kind(), EntryKind::folder, to.after_kind);
}

bool take(const wire::BrowseReply& from, BrowseReply& to) {
    to.request.value = from.request();
    to.path = from.path();
    to.files = from.files();
    to.size_bytes = from.size_bytes();
    to.more = from.more();
    return take_list(from.entries(), to.entries);
}

}  // namespace iwant::protocol
