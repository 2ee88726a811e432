#include "app/daemon/part_folder.h"

#include <array>
#include <utility>

#include "app/daemon/part_names.h"
#include "base/hex.h"
#include "base/text.h"
#include "io/platform/process.h"

namespace iwant::daemon {

namespace {

constexpr std::size_t kNameBytes = 8;

std::string random_name() {
    std::array<std::uint8_t, kNameBytes> random{};
    platform::fill_random(random.data(), random.size());
    return std::string(kPartsFolder) + "/" + to_hex(random);
}

Result<void> unless_there(Result<void> made) {
    if (!made && made.error().code == ErrorCode::already_exists) return {};
    return made;
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

}  // namespace

PartFolder::PartFolder(swarm::SharedPlan plan, Place place, PartKey key, Save save)
    : plan_(std::move(plan)),
      place_(std::move(place)),
      save_(std::move(save)),
      key_(std::move(key)),
      files_(place_.folder, *plan_),
      lists_(place_.folder, *plan_, key_.lists_inode),
      present_(plan_->pieces) {
    marks_.resize(plan_->files.size());
    count_present();
}

bool PartFolder::is_part_name(std::string_view name) {
    if (!name.starts_with(kPartsFolder) ||
        name.size() != kPartsFolder.size() + 1 + 2 * kNameBytes) {
        return false;
    }
    return name[kPartsFolder.size()] == '/' && is_hex(name.substr(kPartsFolder.size() + 1));
}

Error PartFolder::disk_error(Error error) {
    const bool kept = error.code == ErrorCode::no_space || error.code == ErrorCode::permission ||
                      error.code == ErrorCode::cancelled;
    if (!kept) error.code = ErrorCode::io;
    return error;
}

Error PartFolder::folder_gone(const platform::Folder& root) {
    return Error{ErrorCode::io, "write to " + root.path(),
                 "the download folder is gone or was replaced; put it back (is its disk mounted?)"};
}

Result<std::shared_ptr<PartFolder>> PartFolder::make(swarm::SharedPlan plan, platform::Folder root,
                                                     Save save) {
    const Result<void> parts = unless_there(root.make_folder(kPartsFolder, 0700));
    if (!parts) return std::unexpected(parts.error());
    std::string name = random_name();
    PartKey key;
    key.content = plan->content;
    key.download_folder = root.path();
    // Said before it is there: after a crash in between, it is removed.
    if (auto saved = save({name, key.encode(), {}}); !saved) return failure(std::move(saved));
    if (auto made = root.make_folder(name, 0700); !made) return failure(std::move(made));
    Result<platform::Folder> folder = root.open_folder(name);
    if (!folder) return failure(std::move(folder));
    if (auto synced = root.open_folder(kPartsFolder); !synced || !synced->sync()) {
        return failure(ErrorCode::io, "save " + root.path() + "/" + std::string(kPartsFolder),
                       "its names cannot be made durable");
    }
    if (const auto info = root.info()) key.folder_device = info->stamp.device;
    auto part = std::make_shared<PartFolder>(
        std::move(plan), Place{std::move(root), std::move(*folder), std::move(name)},
        std::move(key), std::move(save));
    const Result<void> made = part->make_content();
    if (made) return part;
    // There is nothing in it yet.
    static_cast<void>(part->remove_all());
    return std::unexpected(made.error());
}

Result<void> PartFolder::remove(const PartRecord& record) {
    const std::optional<PartKey> key = PartKey::decode(record.part_key);
    if (!key || !is_part_name(record.part_folder)) return {};
    const Result<platform::Folder> root = platform::Folder::open(key->download_folder);
    if (!root) return std::unexpected(root.error());
    return remove_from(*root, record.part_folder);
}

Result<void> PartFolder::remove_from(const platform::Folder& root, const std::string& name) {
    if (root.info_of(name)) {
        if (auto removed = root.remove_tree(name); !removed) return removed;
    }
    // Other downloads may still be in it.
    static_cast<void>(root.remove_empty_folder(kPartsFolder));
    return {};
}

Result<void> PartFolder::make_content() {
    if (auto space = check_space(); !space) return space;
    if (auto held = check_names(place_.folder, *plan_); !held) return held;
    if (plan_->kind == EntryKind::folder) {
        if (auto made = place_.folder.make_folder(kPartContent); !made) return made;
        if (auto made = make_empty_parts(); !made) return made;
    } else {
        // Made now and not with the first piece, so that it is known again by its inode.
        if (auto file = files_.open(FileIndex{0}); !file) return failure(std::move(file));
    }
    const Result<platform::FileInfo> content = place_.folder.info_of(kPartContent);
    if (!content) return std::unexpected(content.error());
    key_.content_inode = content->stamp.inode;
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
        const unsigned mode = file.executable ? 0755 : 0644;
        const Result<platform::File> made = place_.folder.create_file(part_path(file), mode);
        if (!made && made.error().code != ErrorCode::already_exists) {
            return std::unexpected(made.error());
        }
    }
    return {};
}

Result<void> PartFolder::check_space() const {
    const Result<std::uint64_t> free = place_.root.free_bytes();
    if (!free) return std::unexpected(free.error());
    const std::uint64_t missing =
        plan_->size_bytes - bytes_present(*plan_, present_) - bytes_reserved();
    if (missing == 0 || (*free >= kReserveBytes && missing <= *free - kReserveBytes)) return {};
    return failure(ErrorCode::no_space, "download to " + place_.root.path(),
                   human_size(missing) + " are still to come, but only " + human_size(*free) +
                       " are free; free some space (" + human_size(kReserveBytes) +
                       " are left untouched)");
}

/// Space that is taken already for pieces that are not present.
std::uint64_t PartFolder::bytes_reserved() const {
    std::uint64_t reserved = 0;
    for (std::uint32_t i = 0; i < plan_->files.size(); ++i) {
        const swarm::PlannedFile& file = plan_->files[i];
        if (file.size_bytes < PartFiles::kBypassBytesMin) continue;
        const auto seen = place_.folder.info_of(part_path(file));
        if (!seen || seen->kind != platform::FileKind::file) continue;
        const std::uint64_t present = std::min(
            pieces_present(FileIndex{i}) * piece_size_for(file.size_bytes), file.size_bytes);
        const std::uint64_t taken = std::min(seen->space_bytes, file.size_bytes);
        reserved += taken - std::min(taken, present);
    }
    return reserved;
}

}  // namespace iwant::daemon
