// How pieces get into a part folder, and when they count as present.

#include <algorithm>
#include <utility>

#include "app/daemon/part_folder.h"
#include "base/assert.h"

namespace iwant::daemon {

namespace {

/// The content was moved into place, or the download given up, while a reader came.
bool has_left(ErrorCode code) {
    return code == ErrorCode::not_found || code == ErrorCode::cancelled;
}

}  // namespace

Result<void> PartFolder::write_piece(FileIndex index, PieceIndex piece,
                                     std::span<const std::uint8_t> bytes,
                                     const SharedPieceList& list) {
    ASSERT(index.value < plan_->files.size());
    const swarm::PlannedFile& planned = plan_->files[index.value];
    ASSERT(bytes.size() == piece_length(planned.size_bytes, piece));
    {
        const std::lock_guard lock(mutex_);
        if (failed_) return std::unexpected(*failed_);
        // A whole file is left as it is: its mark tells whether anybody touches it.
        if (readable_.contains(planned.first_piece + piece.value)) return {};
    }
    const Result<PartFiles::SharedFile> file = files_.open(index);
    if (!file) return std::unexpected(disk_error(file.error()));
    const std::uint64_t offset = piece.value * piece_size_for(planned.size_bytes);
    if (const auto written = (*file)->write_at(offset, bytes); !written) {
        return std::unexpected(disk_error(written.error()));
    }
    return note_written(index, piece, **file, list);
}

Result<void> PartFolder::note_written(FileIndex index, PieceIndex piece,
                                      const platform::File& opened, const SharedPieceList& list) {
    const swarm::PlannedFile& planned = plan_->files[index.value];
    {
        const std::lock_guard lock(mutex_);
        if (!readable_.insert(planned.first_piece + piece.value)) return {};
        written_.pieces.push_back(planned.first_piece + piece.value);
        written_.files.insert(index);
        written_.bytes += piece_length(planned.size_bytes, piece);
        if (list) written_.lists[index] = list;
        if (--missing_[index.value] != 0) return {};
    }
    files_.put_away(index);
    const Result<platform::FileInfo> info = opened.info();
    if (!info) return std::unexpected(disk_error(info.error()));
    const std::lock_guard lock(mutex_);
    marks_[index.value] = mark_of(info->stamp);
    return {};
}

Result<void> PartFolder::read_piece(FileIndex index, PieceIndex piece,
                                    std::span<std::uint8_t> into) {
    ASSERT(index.value < plan_->files.size());
    const swarm::PlannedFile& planned = plan_->files[index.value];
    ASSERT(into.size() == piece_length(planned.size_bytes, piece));
    {
        const std::lock_guard lock(mutex_);
        if (failed_) return std::unexpected(*failed_);
        if (!readable_.contains(planned.first_piece + piece.value)) {
            return failure(ErrorCode::not_found, "read a piece", "it is not here yet");
        }
    }
    const Result<PartFiles::SharedFile> file = files_.open(index);
    if (!file && has_left(file.error().code)) {
        return failure(ErrorCode::not_found, "read a piece", "it is not here any more");
    }
    if (!file) return std::unexpected(disk_error(file.error()));
    const std::uint64_t offset = piece.value * piece_size_for(planned.size_bytes);
    const Result<std::size_t> read = (*file)->read_at(offset, into);
    if (!read) return std::unexpected(disk_error(read.error()));
    if (*read == into.size()) return {};
    return failure(ErrorCode::changed, "read a piece", "its file was cut short");
}

bool PartFolder::checkpoint_due(Time now) {
    const std::lock_guard lock(mutex_);
    if (failed_ || written_.pieces.empty()) return false;
    if (!written_.since) written_.since = now;
    return written_.bytes >= kCheckpointBytes || now - *written_.since >= kCheckpointTime;
}

Result<void> PartFolder::checkpoint() {
    Written written;
    {
        const std::lock_guard lock(mutex_);
        if (failed_) return std::unexpected(*failed_);
        std::swap(written, written_);
    }
    if (written.pieces.empty() && !unsaved_) return {};
    if (!place_.root.is_still_at_its_path()) return fail(folder_gone(place_.root));
    keep_lists(written);
    if (auto durable = make_durable(written); !durable) return fail(durable.error());
    unsaved_ = true;
    return save();
}

Result<void> PartFolder::close() {
    key_.use = PartKey::Use::closed;
    unsaved_ = true;
    Result<void> saved = checkpoint();
    files_.close();
    return saved;
}

/// Only of what is still there in part: a whole file is checked through its id. Whatever goes wrong
/// costs a later check its list, nothing else.
void PartFolder::keep_lists(const Written& written) {
    for (const auto& [index, list] : written.lists) {
        {
            const std::lock_guard lock(mutex_);
            if (missing_[index.value] == 0) continue;
        }
        static_cast<void>(lists_.add(index, *list));
    }
    key_.lists_inode = lists_.inode();
}

/// What the files hold counts as present from then on.
Result<void> PartFolder::make_durable(const Written& written) {
    // Nobody sees this before it is saved, and after a failure that never happens.
    for (const std::uint64_t piece : written.pieces) present_.insert(piece);
    bool all = false;
    if (written.files.size() > kSyncFilesMax) {
        Result<bool> synced = place_.folder.sync_file_system();
        if (!synced) return failure(std::move(synced));
        all = *synced;
    }
    for (const FileIndex index : written.files) {
        if (!all) {
            const Result<PartFiles::SharedFile> file = files_.open(index);
            if (!file) return std::unexpected(file.error());
            if (auto synced = (*file)->sync(); !synced) return synced;
        }
        if (auto noted = note_partial(index); !noted) return noted;
    }
    return {};
}

/// What a file that is there in part looks like now.
Result<void> PartFolder::note_partial(FileIndex index) {
    {
        const std::lock_guard lock(mutex_);
        if (missing_[index.value] == 0 && marks_[index.value] != 0) {
            key_.partial_files.erase(index.value);
            return {};
        }
    }
    const Result<PartFiles::SharedFile> file = files_.open(index);
    if (!file) return std::unexpected(file.error());
    const Result<platform::FileInfo> info = (*file)->info();
    if (!info) return std::unexpected(info.error());
    key_.partial_files[index.value] = part_stamp(info->stamp);
    return {};
}

Result<void> PartFolder::save() {
    key_.whole_files.clear();
    {
        const std::lock_guard lock(mutex_);
        for (std::uint32_t i = 0; i < marks_.size(); ++i) {
            if (marks_[i] != 0) key_.whole_files.push_back({i, marks_[i]});
        }
    }
    PartRecord record{place_.name, key_.encode(), present_.to_bytes()};
    Result<void> saved = save_(record);
    unsaved_ = !saved;
    if (saved) saved_ = std::move(record);
    return saved;
}

Result<void> PartFolder::fail(Error error) {
    error = disk_error(std::move(error));
    const std::lock_guard lock(mutex_);
    failed_ = error;
    return std::unexpected(std::move(error));
}

}  // namespace iwant::daemon
