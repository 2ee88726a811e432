#include "core/swarm/plan_trees.h"

#include <string_view>

namespace iwant::swarm {
namespace {

std::string parent_of(std::string_view path) {
    const std::size_t slash = path.rfind('/');
    return std::string(slash == std::string_view::npos ? "" : path.substr(0, slash));
}

std::string name_of(std::string_view path) {
    const std::size_t slash = path.rfind('/');
    return std::string(slash == std::string_view::npos ? path : path.substr(slash + 1));
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
    std::map<std::string, TreeListing> folders{{"", {}}};
    for (const std::string& path : plan.folders) folders[path];
    for (const PlannedFile& file : plan.files) {
        folders[parent_of(file.path)].entries.push_back({name_of(file.path), EntryKind::file,
                                                         file.executable, file.size_bytes,
                                                         file.file.hash});
    }
    // Children before their parents: a path that begins with another one comes after it.
    for (auto folder = folders.rbegin(); folder != folders.rend(); ++folder) {
        TreeListing& listing = folder->second;
        sort_listing(listing);
        const TreeId tree = tree_id(listing);
        if (!folder->first.empty()) {
            folders[parent_of(folder->first)].entries.push_back(
                {name_of(folder->first), EntryKind::folder, false, size_of(listing), tree.hash});
        }
        trees.emplace(tree, std::move(listing));
    }
    return trees;
}

}  // namespace iwant::swarm
