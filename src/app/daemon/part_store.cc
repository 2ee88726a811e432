#include "app/daemon/part_store.h"

#include <utility>

#include "app/daemon/part_folder_copy.h"
#include "app/daemon/stream_cache.h"
#include "base/text.h"

namespace iwant::daemon {

namespace {

/// Swarm waits for these and tries again; whatever else a disk comes up with is io to it.
Error waitable(Error error) {
    if (error.code != ErrorCode::no_space && error.code != ErrorCode::permission) {
        error.code = ErrorCode::io;
    }
    return error;
}

// What was looked at before a stop is not known; the next run looks again.
std::unexpected<Error> stopping() {
    return failure(ErrorCode::cancelled, "prepare a download", "the service is stopping");
}

}  // namespace

PartStore::PartStore(Save save, FindCopy find_copy, Logger& logger)
    : save_(std::move(save)), find_copy_(std::move(find_copy)), logger_(logger) {}

PartStore::~PartStore() = default;

Result<swarm::Prepared::Ready> PartStore::prepare(const swarm::Prepare& action, PartRecord record) {
    if (const std::shared_ptr<PartFolder> open = take(action.id)) {
        close(*open);
        record = open->record();
    }
    Result<Ready> ready = go_on(action, record);
    if (!ready) return std::unexpected(waitable(ready.error()));
    return ready;
}

Result<PartStore::Ready> PartStore::go_on(const swarm::Prepare& action, const PartRecord& record) {
    std::optional<PartKey> key = PartKey::decode(record.part_key);
    const bool went_on_here =
        key && key->content == action.plan->content && key->download_folder == action.folder;
    // A folder that downloads are in already is not made again: it may be the empty place of a
    // missing disk.
    Result<platform::Folder> root = went_on_here ? platform::Folder::open(action.folder)
                                                 : platform::Folder::open_or_create(action.folder);
    if (!root) return failure(std::move(root));
    if (!went_on_here) return start(action, std::move(*root));
    if (!key->moving_to.empty() &&
        is_complete_copy(*root, key->moving_to, *action.plan, stop_.get_token())) {
        // The last run was cut off, or ended, after the move.
        const std::string path = action.folder + "/" + key->moving_to;
        if (auto removed = PartFolder::remove(record); !removed) {
            logger_.warning(removed.error().text());
        }
        return Ready{.present = {}, .final_path = path};
    }
    if (stop_.stop_requested()) return stopping();
    if (key->content_inode == 0) {
        // The last run ended while it made the folder.
        if (auto removed = PartFolder::remove(record); !removed) return failure(std::move(removed));
        return start(action, std::move(*root));
    }
    Result<std::shared_ptr<PartFolder>> resumed =
        PartFolder::resume(action.plan, std::move(*root), record, std::move(*key),
                           save_for(action.id), stop_.get_token());
    if (!resumed) return failure(std::move(resumed));
    if (*resumed) return keep(action.id, std::move(*resumed));
    logger_.info("the parts of a download are gone or were changed, it starts again name=" +
                 escape_for_display(action.plan->root_name));
    root = platform::Folder::open(action.folder);
    if (!root) return failure(std::move(root));
    return start(action, std::move(*root));
}

Result<PartStore::Ready> PartStore::start(const swarm::Prepare& action, platform::Folder root) {
    if (is_complete_copy(root, action.plan->root_name, *action.plan, stop_.get_token())) {
        return Ready{.present = {}, .final_path = root.path() + "/" + action.plan->root_name};
    }
    if (stop_.stop_requested()) return stopping();
    if (auto path = take_stream(action, root)) {
        return Ready{.present = {}, .final_path = std::move(path)};
    }
    Result<std::shared_ptr<PartFolder>> made =
        PartFolder::make(action.plan, std::move(root), save_for(action.id));
    if (!made) return failure(std::move(made));
    (*made)->take_copies(find_copy_, stop_.get_token());
    if (auto saved = (*made)->checkpoint(); !saved) return failure(std::move(saved));
    return keep(action.id, std::move(*made));
}

// What was only played lies in a folder of ours, complete: it is moved instead of copied. Where
// that cannot be, between two disks, it is found like any other copy.
std::optional<std::string> PartStore::take_stream(const swarm::Prepare& action,
                                                  const platform::Folder& root) {
    const std::filesystem::path path = action.earlier_path;
    if (!is_stream_folder(path.parent_path())) return std::nullopt;
    const Result<platform::Folder> folder = platform::Folder::open(path.parent_path());
    const std::string name = path.filename();
    if (!folder || !is_complete_copy(*folder, name, *action.plan, stop_.get_token())) {
        return std::nullopt;
    }
    const Result<std::string> moved =
        move_to_free_name(*folder, name, root, action.plan->root_name,
                          [](const std::string&) { return Result<void>(); });
    if (!moved || !root.sync()) return std::nullopt;
    return root.path() + "/" + *moved;
}

PartStore::Ready PartStore::keep(DownloadId download, std::shared_ptr<PartFolder> folder) {
    Ready ready{.present = folder->present(), .final_path = {}};
    const std::lock_guard lock(mutex_);
    folders_[download] = std::move(folder);
    return ready;
}

Result<void> PartStore::write_piece(DownloadId download, FileIndex file, PieceIndex piece,
                                    std::span<const std::uint8_t> bytes,
                                    const SharedPieceList& list) {
    const std::shared_ptr<PartFolder> folder = find(download);
    if (!folder) {
        return failure(ErrorCode::cancelled, "write a piece", "the download is not under way");
    }
    return folder->write_piece(file, piece, bytes, list);
}

Result<void> PartStore::read_piece(DownloadId download, FileIndex file, PieceIndex piece,
                                   std::span<std::uint8_t> into) {
    const std::shared_ptr<PartFolder> folder = find(download);
    if (folder) return folder->read_piece(file, piece, into);
    return failure(ErrorCode::not_found, "read a piece", "the download is not under way");
}

void PartStore::checkpoint(Time now) {
    for (const std::shared_ptr<PartFolder>& folder : all()) {
        if (folder->checkpoint_due(now)) save_now(*folder);
    }
}

void PartStore::checkpoint_all() {
    for (const std::shared_ptr<PartFolder>& folder : all()) save_now(*folder);
}

void PartStore::close_all() {
    for (const std::shared_ptr<PartFolder>& folder : all()) close(*folder);
}

Result<PartFolder::Done> PartStore::finish(DownloadId download) {
    const std::shared_ptr<PartFolder> folder = find(download);
    if (!folder) {
        return failure(ErrorCode::io, "finish a download", "its parts are not open any more");
    }
    Result<PartFolder::Done> done = folder->finish(stop_.get_token());
    if (!done) return std::unexpected(waitable(done.error()));
    take(download);
    return done;
}

void PartStore::release(DownloadId download, swarm::Release::Parts parts,
                        const PartRecord& record) {
    const std::shared_ptr<PartFolder> folder = take(download);
    Result<void> released;
    if (parts == swarm::Release::Parts::remove) {
        released = folder ? folder->remove_all() : PartFolder::remove(record);
    } else if (folder) {
        released = folder->close();
    }
    if (!released) logger_.warning(released.error().text());
}

std::shared_ptr<PartFolder> PartStore::find(DownloadId download) const {
    const std::lock_guard lock(mutex_);
    const auto found = folders_.find(download);
    return found == folders_.end() ? nullptr : found->second;
}

std::shared_ptr<PartFolder> PartStore::take(DownloadId download) {
    const std::lock_guard lock(mutex_);
    auto node = folders_.extract(download);
    return node.empty() ? nullptr : std::move(node.mapped());
}

std::vector<std::shared_ptr<PartFolder>> PartStore::all() const {
    std::vector<std::shared_ptr<PartFolder>> folders;
    const std::lock_guard lock(mutex_);
    for (const auto& [id, folder] : folders_) folders.push_back(folder);
    return folders;
}

PartFolder::Save PartStore::save_for(DownloadId download) const {
    return [this, download](const PartRecord& record) { return save_(download, record); };
}

void PartStore::close(PartFolder& folder) {
    if (auto closed = folder.close(); !closed) logger_.warning(closed.error().text());
}

void PartStore::save_now(PartFolder& folder) {
    if (auto saved = folder.checkpoint(); !saved) logger_.warning(saved.error().text());
}

}  // namespace iwant::daemon
