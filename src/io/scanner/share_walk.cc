#include "io/scanner/share_walk.h"

#include <algorithm>
#include <map>

#include "base/name.h"
#include "base/path.h"
#include "io/platform/paths.h"

namespace iwant::scanner {

namespace {

constexpr std::size_t kPathBytesMax = 4096;
constexpr std::size_t kPathDepthMax = 64;

/// The odd names of one folder that come out as `plain` too; at least one means a closer look.
Result<std::size_t> count_with_plain_name(const platform::Folder& root, const std::string& folder,
                                          const std::string& plain) {
    std::size_t count = 0;
    const auto visit = [&](const platform::FolderEntry& entry) {
        if (is_shared_kind(entry.info.kind) && plain_announced_name(entry.name) == plain) ++count;
        return true;
    };
    if (folder.empty()) {
        auto listed = root.list(visit);
        if (!listed) return failure(std::move(listed));
        return count;
    }
    const auto opened = root.open_folder(folder);
    if (!opened) return std::unexpected(opened.error());
    auto listed = opened->list(visit);
    if (!listed) return failure(std::move(listed));
    return count;
}

}  // namespace

bool is_shared_kind(platform::FileKind kind) {
    return kind == platform::FileKind::file || kind == platform::FileKind::folder;
}

bool is_local(ErrorCode code) {
    return code == ErrorCode::not_found || code == ErrorCode::permission ||
           code == ErrorCode::unsafe_name || code == ErrorCode::invalid_argument;
}

void ShareRules::look_at_excluded() {
    excluded_ids_.clear();
    for (const auto& path : excluded_) {
        if (const auto info = platform::info_of(path)) {
            excluded_ids_.emplace(info->stamp.device, info->stamp.inode);
        }
    }
}

bool ShareRules::excludes(const std::filesystem::path& path, const platform::FileInfo& info) const {
    return excluded_ids_.contains({info.stamp.device, info.stamp.inode}) || excludes_path(path);
}

bool ShareRules::excludes_path(const std::filesystem::path& path) const {
    return std::ranges::any_of(excluded_, [&](const std::filesystem::path& each) {
        return platform::is_same_or_below(path, each);
    });
}

bool fits_limits(const Share& share, std::string_view announced) {
    const auto slashes = static_cast<std::size_t>(std::ranges::count(announced, '/'));
    return share.name.size() + 1 + announced.size() <= kPathBytesMax &&
           slashes + 2 <= kPathDepthMax;
}

std::optional<Place> place_of(const platform::Folder& root, const std::string& disk) {
    Place place;
    if (disk.empty()) return place;
    for (const std::string& name : split_path(disk)) {
        const std::string plain = plain_announced_name(name);
        if (plain != name) {
            const auto count = count_with_plain_name(root, place.disk, plain);
            if (!count || *count > 1) return std::nullopt;
        }
        place.disk = join_path(place.disk, name);
        place.announced = join_path(place.announced, plain);
    }
    return place;
}

Result<void> read_ignore_file(const platform::Folder& folder, const std::string& disk,
                              IgnoreRules& ignores, std::uint64_t walk) {
    const auto file = folder.open_file_for_reading(kIgnoreFileName);
    if (!file && file.error().code == ErrorCode::not_found) {
        ignores.clear(disk);
        return {};
    }
    // What an unreadable file would keep from being shared is not known, and what was shared cannot
    // be taken back: the whole folder is hidden until it can be read.
    if (!file) {
        const ErrorCode code = file.error().code;
        // ErrorCode::changed: it is no file.
        if (!is_local(code) && code != ErrorCode::changed) {
            return failure(ErrorCode::io, file.error().operation, file.error().message);
        }
        ignores.hide(disk, walk);
        return std::unexpected(file.error());
    }
    // One byte more than it may have tells that it has too many.
    std::vector<std::uint8_t> bytes(kIgnoreFileBytesMax + 1);
    const auto got = file->read_at(0, bytes);
    if (!got) return failure(ErrorCode::io, got.error().operation, got.error().message);
    const std::string text(bytes.begin(), bytes.begin() + static_cast<std::ptrdiff_t>(*got));
    return ignores.set(disk, text, walk);
}

Result<void> ShareWalk::run(const Place& start) {
    if (!start.disk.empty()) {
        const auto info = root_.info_of(start.disk);
        if (!info) return std::unexpected(info.error());
        if (!add(start, *info)) return failure(ErrorCode::cancelled, "walk", "stopped");
    } else {
        folders_.push_back(start);
    }
    while (!folders_.empty()) {
        const Place place = std::move(folders_.back());
        folders_.pop_back();
        if (auto read = read_folder(place); !read) return read;
    }
    if (!flush()) return failure(ErrorCode::cancelled, "walk", "stopped");
    return {};
}

Result<void> ShareWalk::read_folder(const Place& place) {
    // Watched before it is read: what is made in between is told twice rather than never.
    visitor_.reading_folder(share_.folder / place.disk);
    if (place.disk.empty()) return list_entries(root_, place);
    const auto folder = root_.open_folder(place.disk);
    auto read =
        folder ? list_entries(*folder, place) : Result<void>(std::unexpected(folder.error()));
    if (read || !is_local(read.error().code)) return read;
    if (read.error().code != ErrorCode::not_found) {
        visitor_.skipped(place.disk, read.error().message);
    }
    return {};
}

Result<void> ShareWalk::list_entries(const platform::Folder& folder, const Place& place) {
    const auto ignores = read_ignore_file(folder, place.disk, ignores_, number_);
    if (!ignores && ignores.error().code == ErrorCode::io) return ignores;
    if (!ignores) visitor_.hidden_folder(place.disk, ignores.error());
    odd_.clear();
    bool goes_on = true;
    auto listed = folder.list([&](platform::FolderEntry entry) {
        goes_on = take_entry(place, std::move(entry));
        return goes_on;
    });
    if (!listed) return listed;
    if (!goes_on || !take_odd_entries(folder, place)) {
        return failure(ErrorCode::cancelled, "walk", "stopped");
    }
    return {};
}

bool ShareWalk::take_entry(const Place& folder, platform::FolderEntry entry) {
    if (!is_shared_kind(entry.info.kind) || is_ignored(folder, entry)) return true;
    if (plain_announced_name(entry.name) != entry.name) {
        odd_.push_back(std::move(entry));
        return true;
    }
    return add({join_path(folder.disk, entry.name), join_path(folder.announced, entry.name)},
               entry.info);
}

bool ShareWalk::is_ignored(const Place& folder, const platform::FolderEntry& entry) {
    if (entry.name == kIgnoreFileName || rules_.ignore().match(entry.name)) return true;
    if (!ignores_.ignores_entry(folder.disk, entry.name, entry.info.kind)) return false;
    if (entry.info.kind == platform::FileKind::folder) {
        visitor_.ignored_folder(share_.folder / join_path(folder.disk, entry.name));
    }
    return true;
}

/// Names that are announced by another come last, when it can be told which are free.
bool ShareWalk::take_odd_entries(const platform::Folder& folder, const Place& place) {
    if (odd_.empty()) return true;
    std::map<std::string, platform::FileInfo> infos;
    std::vector<std::string> names;
    for (platform::FolderEntry& entry : odd_) {
        names.push_back(entry.name);
        infos.emplace(std::move(entry.name), entry.info);
    }
    const auto is_taken = [&](const std::string& name) {
        const auto info = folder.info_of(name);
        return info && is_shared_kind(info->kind) && !infos.contains(name);
    };
    for (const OddName& name : announce_odd_names(std::move(names), is_taken)) {
        const Place named{join_path(place.disk, name.disk),
                          join_path(place.announced, name.announced)};
        visitor_.odd_name(join_path(place.announced, plain_announced_name(name.disk)),
                          named.announced);
        if (!add(named, infos[name.disk])) return false;
    }
    return true;
}

bool ShareWalk::add(const Place& place, const platform::FileInfo& info) {
    const bool is_folder = info.kind == platform::FileKind::folder;
    if (is_folder && rules_.excludes(share_.folder / place.disk, info)) return true;
    if (!fits_limits(share_, place.announced)) {
        visitor_.skipped(place.disk, "its path is too long or too deep");
        return true;
    }
    if (is_folder) folders_.push_back(place);
    batch_.push_back({place.announced, place.disk, info});
    return batch_.size() < kBatchEntries || flush();
}

bool ShareWalk::flush() {
    std::vector<Found> batch;
    batch.swap(batch_);
    return visitor_.found(std::move(batch));
}

}  // namespace iwant::scanner
