#include "core/search/folders.h"

#include <algorithm>
#include <array>
#include <cstring>

namespace iwant::search {

FolderId Folders::enter(std::string_view path) {
    if (path.empty()) return kNoFolder;
    if (last_folder_ == kNoFolder || path != last_path_) {
        last_folder_ = find_or_add(path.substr(0, path.size() - 1));
        last_path_ = path;
    }
    ++nodes_[last_folder_].uses;
    return last_folder_;
}

void Folders::leave(FolderId folder) {
    while (folder != kNoFolder && --nodes_[folder].uses == 0) {
        const FolderId parent = nodes_[folder].parent;
        by_path_.erase(hash_of(folder), folder, [this](FolderId one) { return hash_of(one); });
        const std::uint8_t* const name = arena_.at(nodes_[folder].name);
        arena_.give_back(nodes_[folder].name, TextPacker::packed_size(name));
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

// Mostly it is known; else those above it that are not are made first, from the top.
FolderId Folders::find_or_add(std::string_view path) {
    const auto find = [this](std::uint64_t hash) {
        return by_path_.find(hash, [&](FolderId folder) { return hash_of(folder) == hash; });
    };
    const std::uint64_t hash = hash_(path);
    if (const auto known = find(hash)) return *known;
    FolderId folder = kNoFolder;
    std::size_t end = 0;
    do {
        const std::size_t start = folder == kNoFolder ? 0 : end + 1;
        end = std::min(path.find('/', start), path.size());
        const std::uint64_t here = hash_(path.substr(0, end));
        const auto known = find(here);
        folder = known ? *known : add(folder, path.substr(start, end - start), here);
    } while (end != path.size());
    return folder;
}

FolderId Folders::add(FolderId parent, std::string_view name, std::uint64_t hash) {
    packer_.observe(name);
    packed_.clear();
    packer_.pack(name, packed_);
    const FolderId folder = nodes_.take();
    Node& node = nodes_[folder];
    node.parent = parent;
    node.name = arena_.take(packed_.size());
    node.hash = {static_cast<std::uint32_t>(hash), static_cast<std::uint32_t>(hash >> 32)};
    std::memcpy(arena_.at(node.name), packed_.data(), packed_.size());
    by_path_.insert(hash, folder, [this](FolderId one) { return hash_of(one); });
    if (parent != kNoFolder) ++nodes_[parent].uses;
    return folder;
}

}  // namespace iwant::search
