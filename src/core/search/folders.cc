#include "core/search/folders.h"

#include <algorithm>
#include <array>
#include <cstring>

namespace iwant::search {

FolderId Folders::enter(std::string_view path) {
    if (path.empty()) return kNoFolder;
    if (last_folder_ == kNoFolder || path != last_path_) {
        FolderId folder = kNoFolder;
        for (std::size_t at = 0; at < path.size();) {
            const std::size_t slash = std::min(path.find('/', at), path.size());
            folder = find_or_add(folder, path.substr(at, slash - at));
            at = slash + 1;
        }
        last_folder_ = folder;
        last_path_ = path;
    }
    ++nodes_[last_folder_].uses;
    return last_folder_;
}

void Folders::leave(FolderId folder) {
    while (folder != kNoFolder && --nodes_[folder].uses == 0) {
        const FolderId parent = nodes_[folder].parent;
        by_name_.erase(hash_of(folder), folder, [this](FolderId one) { return hash_of(one); });
        arena_.give_back(nodes_[folder].name, packed_name(folder).size());
        nodes_.give_back(folder);
        ++departures_;
        last_folder_ = kNoFolder;
        folder = parent;
    }
}

void Folders::append_name(FolderId folder, std::string& text) const {
    packer_.unpack(arena_.at(nodes_[folder].name), text);
}

void Folders::append_path(FolderId folder, std::string& text) const {
    std::array<FolderId, 64> above;
    std::size_t depth = 0;
    for (; folder != kNoFolder && depth < above.size(); folder = nodes_[folder].parent) {
        above[depth++] = folder;
    }
    if (folder != kNoFolder) append_path(folder, text);
    while (depth > 0) {
        append_name(above[--depth], text);
        text.push_back('/');
    }
}

FolderId Folders::find_or_add(FolderId parent, std::string_view name) {
    packed_.clear();
    packer_.pack(name, packed_);
    const std::uint64_t hash = hash_(packed_, parent);
    const auto known = by_name_.find(hash, [&](FolderId folder) {
        return nodes_[folder].parent == parent && packed_name(folder) == packed_;
    });
    if (known) return *known;
    const FolderId folder = nodes_.take();
    Node& node = nodes_[folder];
    node.parent = parent;
    node.name = arena_.take(packed_.size());
    std::memcpy(arena_.at(node.name), packed_.data(), packed_.size());
    by_name_.insert(hash, folder, [this](FolderId one) { return hash_of(one); });
    if (parent != kNoFolder) ++nodes_[parent].uses;
    return folder;
}

std::string_view Folders::packed_name(FolderId folder) const {
    const std::uint8_t* bytes = arena_.at(nodes_[folder].name);
    return {reinterpret_cast<const char*>(bytes), TextPacker::packed_size(bytes)};
}

std::uint64_t Folders::hash_of(FolderId folder) const {
    return hash_(packed_name(folder), nodes_[folder].parent);
}

}  // namespace iwant::search
