#include "app/daemon/part_folder.h"

#include <algorithm>
#include <array>
#include <utility>

#include "app/daemon/part_folder_copy.h"
#include "base/assert.h"
#include "base/hex.h"
#include "base/name.h"
#include "base/text.h"
#include "io/platform/process.h"

namespace iwant::daemon {

namespace {

constexpr std::string_view kPartsFolder = ".iwant-parts";
constexpr std::size_t kNameBytes = 8;

std::string random_name() {
    std::array<std::uint8_t, kNameBytes> random{};
    platform::fill_random(random.data(), random.size());
    return std::string(kPartsFolder) + "/" + to_hex(random);
}

/// Whether a stored name is one that random_name makes: nothing else is ever removed.
bool is_part_name(std::string_view name) {
    if (!name.starts_with(kPartsFolder) ||
        name.size() != kPartsFolder.size() + 1 + 2 * kNameBytes) {
        return false;
    }
    return name[kPartsFolder.size()] == '/' && is_hex(name.substr(kPartsFolder.size() + 1));
}

Result<void> unless_there(Result<void> made) {
    if (!made && made.error().code == ErrorCode::already_exists) return {};
    return made;
}

/// Not there, or something else in its place.
bool is_absence(ErrorCode code) {
    return code == ErrorCode::not_found || code == ErrorCode::unsafe_name ||
           code == ErrorCode::changed;
}

/// Whatever goes wrong here is the disk's fault, never a peer's.
Error disk_error(Error error) {
    const bool kept = error.code == ErrorCode::no_space || error.code == ErrorCode::permission ||
                      error.code == ErrorCode::cancelled;
    if (!kept) error.code = ErrorCode::io;
    return error;
}

Error folder_gone(const platform::Folder& root) {
    return Error{ErrorCode::io, "write to " + root.path(),
                 "the download folder is gone or was replaced; put it back (is its disk mounted?)"};
}

std::uint64_t bytes_present(const swarm::Plan& plan, const swarm::PieceSet& present) {
    std::uint64_t bytes = 0;
    for (const swarm::PlannedFile& file : plan.files) {
        const std::uint64_t pieces = piece_count(file.size_bytes);
        for (std::uint64_t i = 0; i < pieces; ++i) {
            const PieceIndex piece{static_cast<std::uint32_t>(i)};
            if (!present.contains(file.first_piece + i)) continue;
            bytes += piece_length(file.size_bytes, piece);
        }
    }
    return bytes;
}

std::uint64_t pieces_present(const swarm::PlannedFile& file, const swarm::PieceSet& present) {
    std::uint64_t count = 0;
    const std::uint64_t end = file.first_piece + piece_count(file.size_bytes);
    for (std::uint64_t piece = file.first_piece; piece < end; ++piece) {
        if (present.contains(piece)) ++count;
    }
    return count;
}

std::uint64_t inode_of(const Result<platform::FileInfo>& info) {
    return info ? info->stamp.inode : 0;
}

}  // namespace

PartFolder::PartFolder(swarm::SharedPlan plan, Place place, PartKey key, Save save)
    : plan_(std::move(plan)),
      place_(std::move(place)),
      save_(std::move(save)),
      key_(std::move(key)),
      files_(place_.folder, *plan_),
      present_(plan_->pieces),
      readable_(plan_->pieces) {}

Result<std::shared_ptr<PartFolder>> PartFolder::make(swarm::SharedPlan plan, platform::Folder root,
                                                     Save save) {
    const Result<void> parts = unless_there(root.make_folder(kPartsFolder, 0700));
    if (!parts) return std::unexpected(parts.error());
    std::string name = random_name();
    if (auto made = root.make_folder(name, 0700); !made) return failure(std::move(made));
    Result<platform::Folder> folder = root.open_folder(name);
    if (!folder) return failure(std::move(folder));
    PartKey key;
    key.content = plan->content;
    key.download_folder = root.path();
    if (const auto info = root.info()) key.folder_device = info->stamp.device;
    auto part = std::make_shared<PartFolder>(
        std::move(plan), Place{std::move(root), std::move(*folder), std::move(name)},
        std::move(key), std::move(save));
    const Result<void> made = part->make_content();
    if (made) return part;
    // Nothing of it was saved, so nobody else would ever remove it.
    static_cast<void>(part->remove_all());
    return std::unexpected(made.error());
}

Result<std::shared_ptr<PartFolder>> PartFolder::resume(swarm::SharedPlan plan,
                                                       platform::Folder root,
                                                       const PartRecord& record, PartKey key,
                                                       Save save) {
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
    part->read_present(record);
    if (auto space = part->check_space(); !space) return failure(std::move(space));
    if (auto made = part->make_empty_parts(); !made) return failure(std::move(made));
    return part;
}

Result<void> PartFolder::remove(const PartRecord& record) {
    const std::optional<PartKey> key = PartKey::decode(record.part_key);
    if (!key || !is_part_name(record.part_folder)) return {};
    const Result<platform::Folder> root = platform::Folder::open(key->download_folder);
    if (!root) return std::unexpected(root.error());
    if (const auto there = root->info_of(record.part_folder); !there) return {};
    return root->remove_tree(record.part_folder);
}

Result<void> PartFolder::make_content() {
    if (auto space = check_space(); !space) return space;
    if (plan_->kind == EntryKind::folder) {
        if (auto made = place_.folder.make_folder(kPartContent); !made) return made;
        if (auto made = make_empty_parts(); !made) return made;
    } else {
        // Made now and not with the first piece, so that it is known again by its inode.
        if (auto file = files_.open(FileIndex{0}); !file) return failure(std::move(file));
    }
    key_.content_inode = inode_of(place_.folder.info_of(kPartContent));
    if (auto synced = place_.folder.sync(); !synced) return synced;
    if (auto synced = place_.root.sync(); !synced) return synced;
    return save();
}

/// Folders, and files without pieces: nobody sends anything for them.
Result<void> PartFolder::make_empty_parts() {
    if (plan_->kind == EntryKind::file) return {};
    for (const std::string& path : plan_->folders) {
        const std::string relative = std::string(kPartContent) + "/" + path;
        if (auto made = unless_there(place_.folder.make_folder(relative)); !made) return made;
    }
    for (const swarm::PlannedFile& file : plan_->files) {
        if (file.size_bytes != 0) continue;
        const Result<platform::File> made = place_.folder.create_file(part_path(file));
        if (!made && made.error().code != ErrorCode::already_exists) {
            return std::unexpected(made.error());
        }
    }
    return {};
}

Result<void> PartFolder::check_space() const {
    const Result<std::uint64_t> free = place_.root.free_bytes();
    if (!free) return std::unexpected(free.error());
    const std::uint64_t missing = plan_->size_bytes - bytes_present(*plan_, present_);
    if (missing == 0 || (*free >= kReserveBytes && missing <= *free - kReserveBytes)) return {};
    return failure(ErrorCode::no_space, "download to " + place_.root.path(),
                   human_size(missing) + " are still to come, but only " + human_size(*free) +
                       " are free; free some space (" + human_size(kReserveBytes) +
                       " are left untouched)");
}

/// Takes over the bitmap as far as the files bear it out.
void PartFolder::read_present(const PartRecord& record) {
    present_ = swarm::PieceSet::from_bytes(plan_->pieces, record.present);
    for (std::uint32_t i = 0; i < plan_->files.size(); ++i) {
        const swarm::PlannedFile& file = plan_->files[i];
        const std::uint64_t count = pieces_present(file, present_);
        const bool whole_content = plan_->kind == EntryKind::file;
        if (count == 0 && !whole_content) continue;
        if (is_intact(FileIndex{i}, count)) {
            files_.recognise(FileIndex{i});
            continue;
        }
        const std::uint64_t pieces = piece_count(file.size_bytes);
        for (std::uint64_t piece = 0; piece < pieces; ++piece)
            present_.erase(file.first_piece + piece);
    }
    readable_ = present_;
}

bool PartFolder::is_intact(FileIndex index, std::uint64_t count) const {
    const swarm::PlannedFile& file = plan_->files[index.value];
    const Result<platform::FileInfo> info = place_.folder.info_of(part_path(file));
    if (!info || info->kind != platform::FileKind::file) return false;
    if (info->stamp.size_bytes != file.size_bytes) return false;
    // The only file of a download was compared already; whole files are not written any more.
    if (plan_->kind == EntryKind::file || count == piece_count(file.size_bytes)) return true;
    const auto known = key_.partial_files.find(index.value);
    return known != key_.partial_files.end() && known->second == info->stamp.inode;
}

Result<void> PartFolder::write_piece(FileIndex index, PieceIndex piece,
                                     std::span<const std::uint8_t> bytes) {
    ASSERT(index.value < plan_->files.size());
    const swarm::PlannedFile& planned = plan_->files[index.value];
    ASSERT(bytes.size() == piece_length(planned.size_bytes, piece));
    {
        const std::lock_guard lock(mutex_);
        if (failed_) return std::unexpected(*failed_);
    }
    const Result<PartFiles::SharedFile> file = files_.open(index);
    if (!file) return std::unexpected(disk_error(file.error()));
    const std::uint64_t offset = piece.value * piece_size_for(planned.size_bytes);
    if (const auto written = (*file)->write_at(offset, bytes); !written) {
        return std::unexpected(disk_error(written.error()));
    }
    const std::lock_guard lock(mutex_);
    written_.pieces.push_back(planned.first_piece + piece.value);
    written_.files.insert(index);
    written_.bytes += bytes.size();
    readable_.insert(planned.first_piece + piece.value);
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
    if (auto durable = make_durable(written); !durable) return fail(durable.error());
    unsaved_ = true;
    return save();
}

/// One fdatasync for each file that was written; what it held counts as present from then on.
Result<void> PartFolder::make_durable(const Written& written) {
    // Nobody sees this before it is saved, and after a failure that never happens.
    for (const std::uint64_t piece : written.pieces) present_.insert(piece);
    for (const FileIndex index : written.files) {
        const Result<PartFiles::SharedFile> file = files_.open(index);
        if (!file) return std::unexpected(file.error());
        if (auto synced = (*file)->sync(); !synced) return synced;
        note_partial(index, **file);
    }
    return {};
}

void PartFolder::note_partial(FileIndex index, const platform::File& opened) {
    if (plan_->kind == EntryKind::file) return;
    const swarm::PlannedFile& file = plan_->files[index.value];
    if (pieces_present(file, present_) == piece_count(file.size_bytes)) {
        key_.partial_files.erase(index.value);
    } else {
        key_.partial_files[index.value] = inode_of(opened.info());
    }
}

Result<void> PartFolder::save() {
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
