#include "core/swarm/plan_trees.h"

#include <string_view>

#include "base/path.h"

namespace iwant::swarm {
namespace {

/// By path. The root's is empty.
using Folders = std::map<std::string, TreeListing, std::less<>>;

TreeListing& listing_around(Folders& folders, std::string_view path) {
    return folders[std::string(parent_of(path))];
}

std::string name_of(std::string_view path) {
    return std::string(last_component(path));
}

std::uint64_t size_of(const TreeListing& listing) {
    std::uint64_t bytes = 0;
    for (const TreeEntry& entry : listing.entries) bytes += entry.size_bytes;
    return bytes;
}

}  // namespace

std::map<TreeId, TreeListing> listings_of(const Plan& plan) {
    std::map<TreeId, TreeListing> trees;
    if (plan.kind != EntryKind::folder) return trees;
    Folders folders{{"", {}}};
    for (const std::string& path : plan.folders) folders[path];
    for (const PlannedFile& file : plan.files) {
        listing_around(folders, file.path)
            .entries.push_back({name_of(file.path), EntryKind::file, file.executable,
                                file.size_bytes, file.file.hash});
    }
    // Children before their parents: a path that begins with another one comes after it.
    for (auto folder = folders.rbegin(); folder != folders.rend(); ++folder) {
        TreeListing& listing = folder->second;
        sort_listing(listing);
        const TreeId tree = tree_id(listing);
        if (!folder->first.empty()) {
            listing_around(folders, folder->first)
                .entries.push_back({name_of(folder->first), EntryKind::folder, false,
                                    size_of(listing), tree.hash});
        }
        trees.emplace(tree, std::move(listing));
    }
    return trees;
}

}  // namespace iwant::swarm
