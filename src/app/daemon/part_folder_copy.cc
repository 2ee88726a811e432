#include "app/daemon/part_folder_copy.h"

#include <algorithm>
#include <functional>
#include <vector>

#include "app/daemon/block_bytes.h"
#include "base/content.h"
#include "base/hash.h"
#include "base/name.h"
#include "base/path.h"

namespace iwant::daemon {

namespace {

using Take = std::function<Result<void>(std::uint64_t, std::span<const std::uint8_t>)>;

/// Reads a file piece by piece; false when its content is not the planned one.
Result<bool> read_verified(const platform::File& file, const swarm::PlannedFile& planned,
                           const std::stop_token& stop, const Take& take) {
    PieceList pieces{planned.size_bytes, {}};
    const std::uint64_t piece_size = piece_size_for(planned.size_bytes);
    BlockBytes buffer(std::min(piece_size, planned.size_bytes));
    for (std::uint64_t offset = 0; offset < planned.size_bytes; offset += piece_size) {
        if (stop.stop_requested()) return false;
        const std::uint64_t length = std::min(piece_size, planned.size_bytes - offset);
        const std::span<std::uint8_t> piece = std::span(buffer).first(length);
        const Result<std::size_t> read = file.read_at(offset, piece);
        if (!read) return std::unexpected(read.error());
        if (*read != length) return false;
        pieces.hashes.push_back(hash_bytes(piece));
        if (Result<void> taken = take(offset, piece); !taken) return failure(std::move(taken));
    }
    return file_id(pieces) == planned.file;
}

bool has_size(const platform::Folder& folder, const std::string& path,
              const swarm::PlannedFile& planned) {
    const Result<platform::FileInfo> info = folder.info_of(path);
    return info && info->kind == platform::FileKind::file &&
           info->stamp.size_bytes == planned.size_bytes;
}

bool is_folder(const platform::Folder& folder, const std::string& path) {
    const Result<platform::FileInfo> info = folder.info_of(path);
    return info && info->kind == platform::FileKind::folder;
}

}  // namespace

bool is_complete_copy(const platform::Folder& folder, const std::string& name,
                      const swarm::Plan& plan, const std::stop_token& stop) {
    if (plan.kind == EntryKind::folder && !is_folder(folder, name)) return false;
    const auto path_of = [&](const swarm::PlannedFile& file) { return join_path(name, file.path); };
    return std::ranges::all_of(
               plan.folders,
               [&](const std::string& path) { return is_folder(folder, join_path(name, path)); }) &&
           std::ranges::all_of(plan.files,
                               [&](const swarm::PlannedFile& file) {
                                   return has_size(folder, path_of(file), file);
                               }) &&
           std::ranges::all_of(plan.files, [&](const swarm::PlannedFile& file) {
               return has_content(folder, path_of(file), file, stop);
           });
}

bool has_content(const platform::Folder& folder, const std::string& path,
                 const swarm::PlannedFile& planned, const std::stop_token& stop) {
    const Result<platform::File> file = folder.open_file_for_reading(path);
    if (!file) return false;
    const auto ignore = [](std::uint64_t, std::span<const std::uint8_t>) { return Result<void>(); };
    return read_verified(*file, planned, stop, ignore).value_or(false);
}

bool has_piece(const platform::File& file, const PieceList& list, PieceIndex piece) {
    std::vector<std::uint8_t> bytes(piece_length(list.size_bytes, piece));
    const std::uint64_t offset = piece.value * piece_size_for(list.size_bytes);
    return file.read_at(offset, bytes).value_or(0) == bytes.size() &&
           hash_bytes(bytes) == list.hashes[piece.value];
}

Result<std::string> move_to_free_name(
    const platform::Folder& from, const std::string& from_name, const platform::Folder& root,
    const std::string& name, const std::function<Result<void>(const std::string&)>& before) {
    for (unsigned attempt = 0; attempt <= kNamesMax; ++attempt) {
        std::string free = attempt == 0 ? name : alternative_name(name, attempt);
        if (root.info_of(free)) continue;
        if (auto said = before(free); !said) return failure(std::move(said));
        Result<void> moved = from.move_to(from_name, root, free);
        if (moved) return free;
        if (moved.error().code != ErrorCode::already_exists) return failure(std::move(moved));
    }
    return failure(ErrorCode::already_exists, "finish " + name,
                   "there are too many files of this name in " + root.path());
}

Result<bool> copy_verified(const platform::File& from, const platform::File& to,
                           const swarm::PlannedFile& planned, const std::stop_token& stop) {
    return read_verified(from, planned, stop,
                         [&](std::uint64_t offset, std::span<const std::uint8_t> bytes) {
                             return to.write_at(offset, bytes);
                         });
}

}  // namespace iwant::daemon
