// How a part folder ends: moved into place when all is there, or removed.

#include <filesystem>

#include "app/daemon/part_folder.h"
#include "app/daemon/part_folder_copy.h"
#include "base/name.h"

namespace iwant::daemon {

void PartFolder::take_copies(
    const std::function<std::optional<std::filesystem::path>(const FileId&)>& find,
    const std::stop_token& stop) {
    for (std::uint32_t i = 0; i < plan_->files.size(); ++i) {
        const swarm::PlannedFile& file = plan_->files[i];
        const bool worth_it = plan_->kind == EntryKind::file || file.size_bytes >= kCopyBytesMin;
        if (file.size_bytes == 0 || !worth_it) continue;
        const std::optional<std::filesystem::path> path = find(file.file);
        if (!path) continue;
        // A copy that cannot be used is fetched like everything else.
        const Result<bool> taken = take_copy(FileIndex{i}, *path, stop);
        if (!taken || !*taken) continue;
        const std::lock_guard lock(mutex_);
        const std::uint64_t pieces = piece_count(file.size_bytes);
        for (std::uint64_t piece = 0; piece < pieces; ++piece) {
            written_.pieces.push_back(file.first_piece + piece);
            readable_.insert(file.first_piece + piece);
        }
        written_.files.insert(FileIndex{i});
        written_.bytes += file.size_bytes;
    }
}

Result<bool> PartFolder::take_copy(FileIndex index, const std::filesystem::path& path,
                                   const std::stop_token& stop) {
    const Result<platform::File> from = platform::File::open_for_reading(path);
    if (!from) return std::unexpected(from.error());
    const Result<PartFiles::SharedFile> to = files_.open(index);
    if (!to) return std::unexpected(to.error());
    return copy_verified(*from, **to, plan_->files[index.value], stop);
}

Result<PartFolder::Done> PartFolder::finish() {
    if (!was_moved()) {
        if (auto saved = checkpoint(); !saved) return failure(std::move(saved));
        if (!present_.complete()) {
            return failure(ErrorCode::io, "finish " + plan_->root_name,
                           "pieces are missing; they are fetched again");
        }
        if (auto ready = make_ready_to_move(); !ready) return failure(std::move(ready));
        if (auto moved = move_into_place(); !moved) return failure(std::move(moved));
    }
    if (auto synced = place_.root.sync(); !synced) return failure(std::move(synced));
    files_.close();
    // What is left is an empty folder of ours; a failure to remove it harms nobody.
    static_cast<void>(place_.root.remove_tree(place_.name));
    return done();
}

PartFolder::Done PartFolder::done() const {
    Done done{place_.root.path() + "/" + key_.moving_to, {}};
    for (const swarm::PlannedFile& file : plan_->files) {
        const std::string path =
            file.path.empty() ? key_.moving_to : key_.moving_to + "/" + file.path;
        const Result<platform::FileInfo> info = place_.root.info_of(path);
        done.stamps.push_back(info ? info->stamp : platform::FileStamp{});
    }
    return done;
}

/// An earlier call got as far as the move.
bool PartFolder::was_moved() const {
    if (key_.moving_to.empty() || place_.folder.info_of(kPartContent)) return false;
    const Result<platform::FileInfo> target = place_.root.info_of(key_.moving_to);
    return target && target->stamp.inode == key_.content_inode;
}

/// Executable where it should be, and every name in it durable.
Result<void> PartFolder::make_ready_to_move() {
    for (const swarm::PlannedFile& file : plan_->files) {
        if (!file.executable) continue;
        if (auto made = place_.folder.set_executable(part_path(file)); !made) return made;
    }
    if (plan_->kind == EntryKind::file) return {};
    std::vector<std::string> folders{std::string(kPartContent)};
    for (const std::string& path : plan_->folders) folders.push_back(folders.front() + "/" + path);
    for (const std::string& path : folders) {
        const Result<platform::Folder> folder = place_.folder.open_folder(path);
        if (!folder) return std::unexpected(folder.error());
        if (auto synced = folder->sync(); !synced) return synced;
    }
    return {};
}

Result<void> PartFolder::move_into_place() {
    for (unsigned attempt = 0; attempt <= kNamesMax; ++attempt) {
        const std::string name =
            attempt == 0 ? plan_->root_name : alternative_name(plan_->root_name, attempt);
        if (place_.root.info_of(name)) continue;
        // Said before it is done: after a crash in between, the content is looked for there.
        key_.moving_to = name;
        if (auto saved = save(); !saved) return saved;
        const Result<void> moved = place_.folder.move_to(kPartContent, place_.root, name);
        if (moved || moved.error().code != ErrorCode::already_exists) return moved;
    }
    return failure(ErrorCode::already_exists, "finish " + plan_->root_name,
                   "there are too many files of this name in " + place_.root.path());
}

Result<void> PartFolder::remove_all() {
    files_.close();
    return place_.root.remove_tree(place_.name);
}

}  // namespace iwant::daemon
