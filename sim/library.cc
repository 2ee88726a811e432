#include "sim/library.h"

#include <algorithm>

namespace iwant::sim {

namespace {
constexpr const char* kWords[] = {"silicon", "valley", "beatles",  "yesterday",
                                  "holiday", "report", "summer",   "lecture",
                                  "budget",  "kernel", "symphony", "map"};
constexpr const char* kEndings[] = {".mp4", ".mp3", ".pdf", ".zip", ".jpg", ".iso"};
}  // namespace

Library::Library(Prng prng, std::size_t items) : prng_(prng) {
    while (items_.size() < items) {
        if (prng_.chance(1, 4)) {
            make_folder();
            continue;
        }
        const TreeEntry file = make_file("file");
        items_.push_back({EntryKind::file, file.content, file.size_bytes});
    }
}

TreeEntry Library::make_file(const std::string& name) {
    PieceList list;
    list.size_bytes = 1 + prng_.below(4 * kPieceSizeMin);
    for (std::uint64_t i = 0; i < piece_count(list.size_bytes); ++i) {
        Hash256 hash;
        for (auto& byte : hash.bytes) byte = static_cast<std::uint8_t>(prng_.next());
        list.hashes.push_back(hash);
    }
    const FileId id = file_id(list);
    TreeEntry entry{name, EntryKind::file, false, list.size_bytes, id.hash};
    files_[id] = std::make_shared<const PieceList>(std::move(list));
    return entry;
}

void Library::make_folder() {
    TreeListing listing;
    std::uint64_t size_bytes = 0;
    for (std::uint64_t i = 0, count = 1 + prng_.below(std::uint64_t{4}); i < count; ++i) {
        listing.entries.push_back(make_file("part" + std::to_string(i)));
        size_bytes += listing.entries.back().size_bytes;
    }
    sort_listing(listing);
    const TreeId id = tree_id(listing);
    trees_[id] = std::move(listing);
    items_.push_back({EntryKind::folder, id.hash, size_bytes});
}

SharedPieceList Library::pieces(const FileId& file) const {
    const auto found = files_.find(file);
    return found == files_.end() ? nullptr : found->second;
}

const TreeListing* Library::listing(const TreeId& tree) const {
    const auto found = trees_.find(tree);
    return found == trees_.end() ? nullptr : &found->second;
}

bool Library::holds(const Item& item, const FileId& file) const {
    if (item.kind == EntryKind::file) return item.content == file.hash;
    const TreeListing* tree = listing(TreeId{item.content});
    return tree != nullptr && std::ranges::any_of(tree->entries, [&](const TreeEntry& entry) {
               return entry.content == file.hash;
           });
}

std::string Library::random_path(Prng& prng) const {
    std::string path = "Shared/";
    path += kWords[prng.below(std::uint64_t{std::size(kWords)})];
    path += ' ';
    path += kWords[prng.below(std::uint64_t{std::size(kWords)})];
    path += ' ' + std::to_string(prng.below(std::uint64_t{100000}));
    return path + kEndings[prng.below(std::uint64_t{std::size(kEndings)})];
}

}  // namespace iwant::sim
