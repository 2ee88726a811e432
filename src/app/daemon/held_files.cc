#include "app/daemon/held_files.h"

#include <algorithm>
#include <utility>

#include "base/hash.h"
#include "core/swarm/plan_trees.h"

namespace iwant::daemon {
namespace {

using protocol::RefusalCode;

std::size_t bytes_of(const PieceList& list) {
    return list.hashes.size() * sizeof(Hash256);
}

}  // namespace

std::optional<RefusalCode> HeldFiles::read(const Held& held, PieceIndex piece,
                                           std::vector<std::uint8_t>& into) const {
    if (held.list == nullptr && piece_count(held.size_bytes) != 1) return RefusalCode::not_yet;
    into.resize(piece_length(held.size_bytes, piece));
    if (const Result<void> got = read_(held.download, held.index, piece, into); !got) {
        const bool missing =
            got.error().code == ErrorCode::not_found || got.error().code == ErrorCode::cancelled;
        return missing ? RefusalCode::not_yet : RefusalCode::failed;
    }
    if (is_piece_of(held.file, held.size_bytes, held.list, piece, into)) return std::nullopt;
    return RefusalCode::changed;
}

void HeldFiles::hold(DownloadId download, swarm::SharedPlan plan) {
    Download held;
    held.by_id.resize(plan->files.size());
    for (std::size_t i = 0; i < held.by_id.size(); ++i) {
        held.by_id[i] = FileIndex{static_cast<std::uint32_t>(i)};
    }
    std::ranges::sort(held.by_id, {}, [&](FileIndex index) {
        return std::pair(plan->files[index.value].file, index);
    });
    held.plan = std::move(plan);
    let_go(download);
    const std::lock_guard lock(mutex_);
    downloads_[download] = std::move(held);
}

void HeldFiles::note_list(DownloadId download, const FileId& file, const SharedPieceList& list) {
    if (list == nullptr) return;
    const std::lock_guard lock(mutex_);
    const auto found = downloads_.find(download);
    if (found == downloads_.end() || list_bytes_ + bytes_of(*list) > kListBytesMax) return;
    if (found->second.lists.emplace(file, list).second) list_bytes_ += bytes_of(*list);
}

void HeldFiles::let_go(DownloadId download) {
    const std::lock_guard lock(mutex_);
    const auto found = downloads_.find(download);
    if (found == downloads_.end()) return;
    for (const auto& [file, list] : found->second.lists) list_bytes_ -= bytes_of(*list);
    downloads_.erase(found);
}

std::optional<HeldFiles::Held> HeldFiles::find(const FileId& file) const {
    const std::lock_guard lock(mutex_);
    for (const auto& [id, download] : downloads_) {
        const auto& files = download.plan->files;
        const auto at = std::ranges::lower_bound(
            download.by_id, file, {}, [&](FileIndex index) { return files[index.value].file; });
        if (at == download.by_id.end() || files[at->value].file != file) continue;
        const auto list = download.lists.find(file);
        return Held{id, *at, file, files[at->value].size_bytes,
                    list == download.lists.end() ? nullptr : list->second};
    }
    return std::nullopt;
}

SharedPieceList HeldFiles::list_of(DownloadId download, const FileId& file) const {
    const std::lock_guard lock(mutex_);
    const auto found = downloads_.find(download);
    if (found == downloads_.end()) return nullptr;
    const auto list = found->second.lists.find(file);
    return list == found->second.lists.end() ? nullptr : list->second;
}

std::optional<TreeListing> HeldFiles::listing_of(const TreeId& tree) const {
    std::vector<DownloadId> ids;
    {
        const std::lock_guard lock(mutex_);
        for (const auto& [id, download] : downloads_) {
            if (download.plan->kind == EntryKind::folder) ids.push_back(id);
        }
    }
    for (const DownloadId id : ids) {
        const std::shared_ptr<const Trees> trees = trees_of(id);
        if (trees == nullptr) continue;
        if (const auto found = trees->find(tree); found != trees->end()) return found->second;
    }
    return std::nullopt;
}

// Hashing a million names takes a while; nobody waits at the lock for it.
std::shared_ptr<const HeldFiles::Trees> HeldFiles::trees_of(DownloadId id) const {
    swarm::SharedPlan plan;
    {
        const std::lock_guard lock(mutex_);
        const auto found = downloads_.find(id);
        if (found == downloads_.end()) return nullptr;
        if (found->second.trees != nullptr) return found->second.trees;
        plan = found->second.plan;
    }
    auto trees = std::make_shared<const Trees>(swarm::listings_of(*plan));
    const std::lock_guard lock(mutex_);
    const auto found = downloads_.find(id);
    if (found != downloads_.end() && found->second.plan == plan) found->second.trees = trees;
    return trees;
}

bool is_piece_of(const FileId& file, std::uint64_t size_bytes, const SharedPieceList& list,
                 PieceIndex piece, std::span<const std::uint8_t> bytes) {
    const Hash256 hash = hash_bytes(bytes);
    // Two files of one listing may claim the same content with different sizes; the list is right
    // for one of them only.
    if (list != nullptr && list->size_bytes == size_bytes)
        return piece.value < list->hashes.size() && list->hashes[piece.value] == hash;
    return piece_count(size_bytes) == 1 && file_id(PieceList{size_bytes, {hash}}) == file;
}

}  // namespace iwant::daemon
