#include <algorithm>
#include <utility>

#include "base/hash.h"
#include "core/protocol/limits.h"
#include "sim/host.h"

// The part of Host that plays the catalogue: what is shared, how that changes, and what others are
// told of it.

namespace iwant::sim {

namespace {
std::uint64_t digest_of(std::uint64_t number, std::string_view text) {
    std::uint64_t digest = 0xcbf29ce484222325u ^ number;
    for (const char sign : text)
        digest = (digest ^ static_cast<std::uint8_t>(sign)) * 0x100000001b3u;
    return Prng(digest).next();
}

// A change that was never made counts as a removal.
std::uint64_t digest_of(const EntryChange& change) {
    const bool present = change.version > 0 && change.what == EntryChange::What::present;
    return present ? entry_digest(change.entry.path, change.entry.size_bytes) : 0;
}
}  // namespace

std::uint64_t entry_digest(std::string_view path, std::uint64_t size_bytes) {
    return digest_of(size_bytes, path);
}

std::uint64_t entry_name_digest(EntryId id, std::string_view path) {
    return digest_of(~id.value, path);
}

// Numbers are not used again, not even by another catalogue.
EntryId Host::next_entry() {
    return EntryId{++entries_made_};
}

void Host::share(const Item& item) {
    Entry entry;
    entry.id = next_entry();
    entry.kind = item.kind;
    entry.path = world_.library().random_path(prng_);
    entry.size_bytes = item.size_bytes;
    entry.content = item.content;
    if (prng_.chance(1, 10)) {
        catalog_.unhashed[entry.id] = item.content;
        entry.content.reset();
    }
    catalog_.items[entry.id] = item;
    put(entry, EntryChange::What::present);
    backup_ = catalog_;
}

void Host::share_names(std::size_t count) {
    for (std::size_t i = 0; i < count; ++i) {
        Entry entry;
        entry.id = next_entry();
        entry.path = world_.library().random_path(prng_);
        entry.size_bytes = prng_.below(std::uint64_t{1000000});
        put(entry, EntryChange::What::present);
    }
    backup_ = catalog_;
}

// One change as users make them: something new without content that matters, a new name, or a
// removal.
void Host::change_catalog(std::uint64_t seed) {
    Prng prng(seed);
    if (prng.chance(1, 4)) backup_ = catalog_;
    const std::uint64_t choice = prng.below(std::uint64_t{3});
    std::vector<EntryId> extra;
    for (const auto& [id, change] : catalog_.entries) {
        if (change.what == EntryChange::What::present && !catalog_.items.contains(id))
            extra.push_back(id);
    }
    if (choice == 0 || extra.empty()) {
        Entry entry;
        entry.id = next_entry();
        entry.path = world_.library().random_path(prng);
        entry.size_bytes = prng.below(std::uint64_t{1000000});
        put(entry, EntryChange::What::present);
        return;
    }
    Entry entry = catalog_.entries.at(extra[prng.below(extra.size())]).entry;
    entry.path = world_.library().random_path(prng);
    put(entry, choice == 1 ? EntryChange::What::present : EntryChange::What::removed);
}

void Host::put(const Entry& entry, EntryChange::What what) {
    const std::uint64_t since = catalog_.version;
    const EntryChange change{++catalog_.version, what, entry};
    EntryChange& kept = catalog_.entries[entry.id];
    digest_ += digest_of(change) - digest_of(kept);
    kept = change;
    ever_had_.insert(entry_name_digest(entry.id, entry.path));
    note_moment();
    if (!node_) return;
    node::CatalogAdvanced advanced;
    advanced.delta = {catalog_.id, since, catalog_.version, false, {change}};
    advanced.files = catalog_.entries.size();
    deliver(std::move(advanced));
}

void Host::note_moment() {
    moments_[{catalog_.id, catalog_.version}] = digests_.size();
    digests_.push_back(digest_);
}

std::optional<Moment> Host::moment_of(const CatalogState& state) const {
    const auto found = moments_.find({state.catalog_id, state.version});
    return found == moments_.end() ? std::nullopt : std::optional(found->second);
}

bool Host::consisted_of(std::uint64_t digest, Moment since) const {
    return std::find(digests_.begin() + static_cast<std::ptrdiff_t>(since), digests_.end(),
                     digest) != digests_.end();
}

// The files are still there, so everything is found again, under other numbers.
void Host::lose_disk() {
    ++losses_;
    const Catalog old = std::exchange(catalog_, {});
    catalog_.id = prng_.next();
    digest_ = 0;
    note_moment();
    for (const auto& [id, change] : old.entries) {
        if (change.what != EntryChange::What::present) continue;
        Entry entry = change.entry;
        entry.id = next_entry();
        if (const auto item = old.items.find(id); item != old.items.end())
            catalog_.items[entry.id] = item->second;
        if (const auto content = old.unhashed.find(id); content != old.unhashed.end())
            catalog_.unhashed[entry.id] = content->second;
        put(entry, EntryChange::What::present);
    }
    backup_ = catalog_;
    remembered_.clear();
    records_.clear();
    parts_.clear();
    saved_.clear();
    wanted_.clear();
}

void Host::restore_old_catalog() {
    ++losses_;
    catalog_ = backup_;
    catalog_.id = prng_.next();
    backup_ = catalog_;
    digest_ = 0;
    for (const auto& [id, change] : catalog_.entries) digest_ += digest_of(change);
    note_moment();
}

void Host::copy_disk(const Host& original) {
    catalog_ = original.catalog_;
    digest_ = original.digest_;
    moments_ = original.moments_;
    digests_ = original.digests_;
    ever_had_ = original.ever_had_;
    remembered_ = original.remembered_;
}

CatalogDelta Host::changes_after(std::uint64_t since) const {
    CatalogDelta delta{catalog_.id, since, catalog_.version, false, {}};
    for (const auto& [id, change] : catalog_.entries) {
        if (change.version > since) delta.changes.push_back(change);
    }
    std::ranges::sort(delta.changes, {}, &EntryChange::version);
    return delta;
}

void Host::tell_whole_catalog() {
    node::CatalogAdvanced advanced;
    advanced.delta = changes_after(0);
    advanced.files = catalog_.entries.size();
    deliver(std::move(advanced));
}

bool Host::shares(const FileId& file) const {
    return std::ranges::any_of(catalog_.items, [&](const auto& entry) {
        return world_.library().holds(entry.second, file);
    });
}

bool Host::shares(const Hash256& content) const {
    return entry_of(content).has_value();
}

std::optional<EntryId> Host::entry_of(const Hash256& content) const {
    for (const auto& [id, item] : catalog_.items) {
        if (item.content == content) return id;
    }
    return std::nullopt;
}

void Host::search(const Query& query, node::Ticket ticket) {
    deliver(node::SearchAsked{ticket, query});
}

protocol::Message Host::answer(const protocol::HashRequest& request) const {
    const auto found = catalog_.items.find(request.entry);
    if (found == catalog_.items.end())
        return protocol::Refusal{request.request, protocol::RefusalCode::not_shared};
    const Item& item = found->second;
    return protocol::HashReply{request.request, item.kind, item.content, item.size_bytes};
}

protocol::Message Host::answer(const protocol::TreeRequest& request) const {
    const TreeListing* tree = world_.library().listing(request.tree);
    if (tree == nullptr || !shares(request.tree.hash))
        return protocol::Refusal{request.request, protocol::RefusalCode::not_shared};
    protocol::TreeReply reply{request.request, request.first, 0, {}};
    reply.total = static_cast<std::uint32_t>(tree->entries.size());
    for (std::size_t i = request.first; i < tree->entries.size(); ++i)
        reply.entries.push_back(tree->entries[i]);
    return reply;
}

protocol::Message Host::answer(const protocol::PieceListRequest& request) const {
    const SharedPieceList list = world_.library().pieces(request.file);
    if (list == nullptr || !shares(request.file))
        return protocol::Refusal{request.request, protocol::RefusalCode::not_shared};
    protocol::PieceListReply reply{request.request, list->size_bytes, request.first, {}};
    for (std::size_t i = request.first.value; i < list->hashes.size(); ++i)
        reply.hashes.push_back(list->hashes[i]);
    return reply;
}

}  // namespace iwant::sim
