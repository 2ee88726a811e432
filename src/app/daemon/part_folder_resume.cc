// How a part folder is found again, and which of its pieces are believed: those of files that look
// as they did when we last wrote them. What somebody else touched is read again.

#include <utility>

#include "app/daemon/part_folder.h"
#include "app/daemon/part_folder_copy.h"

namespace iwant::daemon {

namespace {

/// Not there, or something else in its place.
bool is_absence(ErrorCode code) {
    return code == ErrorCode::not_found || code == ErrorCode::unsafe_name ||
           code == ErrorCode::changed;
}

}  // namespace

Result<std::shared_ptr<PartFolder>> PartFolder::resume(swarm::SharedPlan plan,
                                                       platform::Folder root,
                                                       const PartRecord& record, PartKey key,
                                                       Save save, const std::stop_token& stop) {
    if (key.content != plan->content || !is_part_name(record.part_folder)) return nullptr;
    Result<platform::Folder> folder = root.open_folder(record.part_folder);
    if (!folder) {
        if (!is_absence(folder.error().code)) return failure(std::move(folder));
        const Result<platform::FileInfo> info = root.info();
        const bool other_disk = info && info->stamp.device != key.folder_device;
        if (other_disk) return std::unexpected(folder_gone(root));
        return nullptr;
    }
    const Result<platform::FileInfo> content = folder->info_of(kPartContent);
    const auto kind =
        plan->kind == EntryKind::file ? platform::FileKind::file : platform::FileKind::folder;
    if (!content || content->kind != kind || content->stamp.inode != key.content_inode) {
        return nullptr;
    }
    auto part = std::make_shared<PartFolder>(
        std::move(plan), Place{std::move(root), std::move(*folder), record.part_folder},
        std::move(key), std::move(save));
    part->saved_ = record;
    if (auto read = part->read_present(record, stop); !read) return failure(std::move(read));
    if (auto space = part->check_space(); !space) return failure(std::move(space));
    if (auto made = part->make_empty_parts(); !made) return failure(std::move(made));
    // From here on what changes may have been changed by us.
    part->key_.use = PartKey::Use::open;
    if (auto saved = part->save(); !saved) return failure(std::move(saved));
    return part;
}

/// Takes over the bitmap as far as the files bear it out.
Result<void> PartFolder::read_present(const PartRecord& record, const std::stop_token& stop) {
    present_ = swarm::PieceSet::from_bytes(plan_->pieces, record.present);
    for (const PartKey::Whole& whole : key_.whole_files) {
        if (whole.file < marks_.size()) marks_[whole.file] = whole.mark;
    }
    count_present();
    PartLook look(place_.folder);
    for (std::uint32_t i = 0; i < plan_->files.size(); ++i) {
        const FileIndex index{i};
        const bool whole_content = plan_->kind == EntryKind::file;
        if (pieces_present(index) == 0 && !whole_content) {
            erase(index);
            continue;
        }
        const Result<platform::FileInfo> seen = look.info_of(part_path(plan_->files[i]));
        switch (trust(index, seen)) {
            case Trust::right:
                files_.recognise(index);
                break;
            case Trust::doubtful:
                if (auto checked = check(index, seen->stamp, stop); !checked) return checked;
                break;
            case Trust::gone:
                erase(index);
        }
    }
    return {};
}

PartFolder::Trust PartFolder::trust(FileIndex index, const Result<platform::FileInfo>& seen) const {
    const swarm::PlannedFile& planned = plan_->files[index.value];
    if (!seen || seen->kind != platform::FileKind::file) return Trust::gone;
    const bool ours = is_ours(index, seen->stamp);
    const bool right_size = seen->stamp.size_bytes == planned.size_bytes;
    if (pieces_present(index) == piece_count(planned.size_bytes)) {
        const std::uint64_t mark = marks_[index.value];
        if (mark != 0 && mark == mark_of(seen->stamp)) return Trust::right;
        return right_size || ours ? Trust::doubtful : Trust::gone;
    }
    if (!ours) return Trust::gone;
    const auto known = key_.partial_files.find(index.value);
    if (known == key_.partial_files.end() || !right_size) return Trust::doubtful;
    if (known->second == part_stamp(seen->stamp)) return Trust::right;
    const std::int64_t later = seen->stamp.changed_ns - known->second.changed_ns;
    const bool by_us = key_.use == PartKey::Use::open && later >= 0 && later <= kOwnWrites.count();
    return by_us ? Trust::right : Trust::doubtful;
}

/// Whether it may be written on, whatever its content: nobody put another file in its place.
bool PartFolder::is_ours(FileIndex index, const platform::FileStamp& seen) const {
    if (plan_->kind == EntryKind::file) return seen.inode == key_.content_inode;
    const auto known = key_.partial_files.find(index.value);
    return known != key_.partial_files.end() && known->second.inode == seen.inode;
}

/// Reads what should be there of a file, and forgets what is wrong.
Result<void> PartFolder::check(FileIndex index, const platform::FileStamp& seen,
                               const std::stop_token& stop) {
    const swarm::PlannedFile& planned = plan_->files[index.value];
    const bool whole = pieces_present(index) == piece_count(planned.size_bytes);
    if (whole && has_content(place_.folder, part_path(planned), planned, stop)) {
        files_.recognise(index);
        const std::lock_guard lock(mutex_);
        marks_[index.value] = mark_of(seen);
        return {};
    }
    if (stop.stop_requested()) {
        return failure(ErrorCode::cancelled, "check " + planned.path, "the service is stopping");
    }
    if (!is_ours(index, seen)) {
        erase(index);
        return {};
    }
    return keep_right_pieces(index, stop);
}

Result<void> PartFolder::keep_right_pieces(FileIndex index, const std::stop_token& stop) {
    const swarm::PlannedFile& planned = plan_->files[index.value];
    files_.recognise(index);
    const Result<PartFiles::SharedFile> file = files_.open(index);
    if (!file) return std::unexpected(disk_error(file.error()));
    // It may have been cut, or something was added.
    if (auto sized = (*file)->resize(planned.size_bytes); !sized) {
        return std::unexpected(disk_error(sized.error()));
    }
    const std::optional<PieceList> list = lists_.find(index);
    const std::uint64_t pieces = piece_count(planned.size_bytes);
    for (std::uint32_t i = 0; i < pieces; ++i) {
        if (stop.stop_requested()) {
            return failure(ErrorCode::cancelled, "check " + planned.path,
                           "the service is stopping");
        }
        const std::uint64_t piece = planned.first_piece + i;
        if (!present_.contains(piece)) continue;
        if (!list || !has_piece(**file, *list, PieceIndex{i})) erase_piece(index, piece);
    }
    return {};
}

std::uint64_t PartFolder::pieces_present(FileIndex index) const {
    const swarm::PlannedFile& file = plan_->files[index.value];
    std::uint64_t count = 0;
    const std::uint64_t end = file.first_piece + piece_count(file.size_bytes);
    for (std::uint64_t piece = file.first_piece; piece < end; ++piece) {
        if (present_.contains(piece)) ++count;
    }
    return count;
}

/// Before any piece is written.
void PartFolder::count_present() {
    const std::lock_guard lock(mutex_);
    readable_ = present_;
    missing_.clear();
    for (std::uint32_t i = 0; i < plan_->files.size(); ++i) {
        const std::uint64_t pieces = piece_count(plan_->files[i].size_bytes);
        const std::uint64_t missing = pieces - pieces_present(FileIndex{i});
        missing_.push_back(static_cast<std::uint32_t>(missing));
    }
}

void PartFolder::erase(FileIndex index) {
    const swarm::PlannedFile& file = plan_->files[index.value];
    files_.disown(index);
    key_.partial_files.erase(index.value);
    const std::uint64_t end = file.first_piece + piece_count(file.size_bytes);
    for (std::uint64_t piece = file.first_piece; piece < end; ++piece) erase_piece(index, piece);
}

void PartFolder::erase_piece(FileIndex index, std::uint64_t piece) {
    present_.erase(piece);
    const std::lock_guard lock(mutex_);
    if (readable_.erase(piece)) ++missing_[index.value];
    marks_[index.value] = 0;
}

}  // namespace iwant::daemon
