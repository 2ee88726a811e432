// How a part folder ends: moved into place when all is there, or removed.

#include <filesystem>

#include "app/daemon/part_folder.h"
#include "app/daemon/part_folder_copy.h"
#include "base/path.h"

namespace iwant::daemon {

bool PartFolder::has_small_copies(const FindCopy& find) const {
    const std::size_t step = plan_->files.size() / kCopyProbes + 1;
    for (std::size_t i = 0; i < plan_->files.size(); i += step) {
        const swarm::PlannedFile& file = plan_->files[i];
        if (file.size_bytes != 0 && file.size_bytes < kCopyBytesMin && find(file.file)) return true;
    }
    return false;
}

void PartFolder::take_copies(const FindCopy& find, const std::stop_token& stop) {
    const bool small_ones = has_small_copies(find);
    for (std::uint32_t i = 0; i < plan_->files.size(); ++i) {
        const swarm::PlannedFile& file = plan_->files[i];
        const bool worth_it = small_ones || file.size_bytes >= kCopyBytesMin;
        if (file.size_bytes == 0 || !worth_it || stop.stop_requested()) continue;
        const std::optional<std::filesystem::path> path = find(file.file);
        if (!path) continue;
        // A copy that cannot be used is fetched like everything else.
        static_cast<void>(take_copy(FileIndex{i}, *path, stop));
    }
}

Result<bool> PartFolder::take_copy(FileIndex index, const std::filesystem::path& path,
                                   const std::stop_token& stop) {
    const Result<platform::File> from = platform::File::open_for_reading(path);
    if (!from) return std::unexpected(from.error());
    const Result<PartFiles::SharedFile> to = files_.open(index);
    if (!to) return std::unexpected(to.error());
    const swarm::PlannedFile& planned = plan_->files[index.value];
    Result<bool> copied = copy_verified(*from, **to, planned, stop);
    if (!copied || !*copied) return copied;
    for (std::uint32_t piece = 0; piece < piece_count(planned.size_bytes); ++piece) {
        if (auto noted = note_written(index, PieceIndex{piece}, **to, nullptr); !noted) {
            return failure(std::move(noted));
        }
    }
    return true;
}

Result<PartFolder::Done> PartFolder::finish(const std::stop_token& stop) {
    if (!was_moved()) {
        if (auto saved = checkpoint(); !saved) return failure(std::move(saved));
        if (auto checked = check_untouched(stop); !checked) return failure(std::move(checked));
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
    static_cast<void>(remove_from(place_.root, place_.name));
    return done();
}

/// A file that somebody touched since it was whole counts only if its content is right.
Result<void> PartFolder::check_untouched(const std::stop_token& stop) {
    stamps_.clear();
    PartLook look(place_.folder);
    const std::uint64_t before = present_.count();
    for (std::uint32_t i = 0; i < plan_->files.size(); ++i) {
        const FileIndex index{i};
        const swarm::PlannedFile& planned = plan_->files[i];
        const Result<platform::FileInfo> seen = look.info_of(part_path(planned));
        stamps_.push_back(seen ? seen->stamp : platform::FileStamp{});
        if (planned.size_bytes == 0) {
            if (trust(index, seen) == Trust::gone || seen->stamp.size_bytes != 0) {
                // Its content is known: nothing.
                files_.disown(index);
                if (auto made = files_.open(index); !made) return failure(std::move(made));
            }
            continue;
        }
        if (pieces_present(index) != piece_count(planned.size_bytes)) continue;
        switch (trust(index, seen)) {
            case Trust::right:
                break;
            case Trust::doubtful:
                if (auto checked = check(index, seen->stamp, stop); !checked) return checked;
                break;
            case Trust::gone:
                erase(index);
        }
    }
    if (present_.count() == before) return {};
    if (auto saved = save(); !saved) return saved;
    return failure(ErrorCode::io, "finish " + plan_->root_name,
                   "something else changed its files meanwhile; what is wrong is fetched again");
}

PartFolder::Done PartFolder::done() {
    Done done{place_.root.path() + "/" + key_.moving_to, std::move(stamps_)};
    // A file that was moved itself has changed by that; so may those of an earlier call.
    if (done.stamps.size() == plan_->files.size() && plan_->kind == EntryKind::folder) return done;
    done.stamps.clear();
    PartLook look(place_.root);
    for (const swarm::PlannedFile& file : plan_->files) {
        const Result<platform::FileInfo> info = look.info_of(join_path(key_.moving_to, file.path));
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

/// Every name in it durable.
Result<void> PartFolder::make_ready_to_move() {
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
    // Said before it is done: after a crash in between, the content is looked for there.
    const auto say = [this](const std::string& name) {
        key_.moving_to = name;
        return save();
    };
    const Result<std::string> moved = move_to_free_name(place_.folder, std::string(kPartContent),
                                                        place_.root, plan_->root_name, say);
    if (!moved) return std::unexpected(moved.error());
    return {};
}

Result<void> PartFolder::remove_all() {
    files_.close();
    return remove_from(place_.root, place_.name);
}

}  // namespace iwant::daemon
