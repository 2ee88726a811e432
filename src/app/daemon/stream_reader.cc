#include "app/daemon/stream_reader.h"

#include <algorithm>
#include <utility>

#include "base/content.h"
#include "base/hash.h"
#include "io/platform/file.h"
#include "io/platform/process.h"

namespace iwant::daemon {
namespace {

std::unexpected<Error> gone(std::string message) {
    return failure(ErrorCode::changed, "read the file", std::move(message));
}

Result<std::string> read_from_disk(const FileOnDisk& from, std::uint64_t offset,
                                   std::size_t bytes) {
    Result<platform::File> file = platform::File::open_for_reading(from.path);
    if (!file) return failure(std::move(file));
    std::vector<std::uint8_t> read(bytes);
    const Result<std::size_t> size = file->read_at(offset, read);
    if (!size) return std::unexpected(size.error());
    const Result<platform::FileInfo> info = file->info();
    const bool same = info && info->stamp.size_bytes == from.size_bytes &&
                      (!from.stamp || (info->stamp.modified_ns == from.stamp->modified_ns &&
                                       info->stamp.inode == from.stamp->inode));
    if (*size != bytes || !same) return gone("it was changed since");
    return std::string(read.begin(), read.end());
}

// The list of a file that is complete is forgotten. What is read then was verified when it was
// written.
bool is_right(const std::vector<std::uint8_t>& piece, PieceIndex index, std::uint64_t size_bytes,
              const FileId& file, const SharedPieceList& list) {
    if (list == nullptr && piece_count(size_bytes) > 1) return true;
    const Hash256 hash = hash_bytes(piece);
    if (list != nullptr && list->size_bytes == size_bytes) {
        return list->hashes.at(index.value) == hash;
    }
    return file_id(PieceList{size_bytes, {hash}}) == file;
}

}  // namespace

StreamReader::StreamReader(std::shared_ptr<StreamDesk> desk, FileId file, std::uint64_t size_bytes)
    : desk_(std::move(desk)), file_(file), size_bytes_(size_bytes) {
    desk_->readers.push_back(this);
}

StreamReader::~StreamReader() {
    std::erase(desk_->readers, this);
    if (place_ && !desk_->stopped) desk_->want_first(place_->download);
}

void StreamReader::read(std::uint64_t offset, std::size_t bytes_max,
                        control::Reply<std::string> reply) {
    waiting_ = Waiting{offset, bytes_max, std::move(reply), platform::now()};
    look();
}

void StreamReader::look() {
    if (!waiting_ || reading_) return;
    if (desk_->stopped) return answer(failure(ErrorCode::cancelled, "read", "stopping"));
    if (on_disk_) return read_disk();
    const PieceIndex piece{
        static_cast<std::uint32_t>(waiting_->offset / piece_size_for(size_bytes_))};
    if (held_ && held_piece_ == piece) return answer_from(*held_);
    look_at_download(piece);
}

void StreamReader::look_at_download(PieceIndex piece) {
    const auto status = desk_->swarm().download(place_->download, platform::now());
    if (!status) return answer(gone("its download was cancelled"));
    if (status->state == swarm::DownloadState::failed) {
        return answer(gone("its download failed: " + status->message));
    }
    if (status->state == swarm::DownloadState::done) {
        std::filesystem::path path = status->final_path;
        if (!planned().path.empty()) path /= planned().path;
        on_disk_ = FileOnDisk{std::move(path), size_bytes_, {}};
        return read_disk();
    }
    if (auto list = desk_->swarm().piece_list(place_->download, file_)) list_ = std::move(list);
    if (at_ != piece) {
        at_ = piece;
        desk_->want_first(place_->download);
    }
    if (desk_->swarm().has_piece(place_->download, planned().first_piece + piece.value)) {
        read_piece(piece);
    }
}

void StreamReader::tick(Time now) {
    if (!waiting_ || reading_) return;
    if (now - waiting_->since >= kPatience) {
        return answer(failure(ErrorCode::unavailable, "read the file",
                              "nobody who has this part of it can be reached now"));
    }
    look();
}

std::optional<DownloadId> StreamReader::download() const {
    return place_ ? std::optional(place_->download) : std::nullopt;
}

swarm::Range StreamReader::window() const {
    const std::uint64_t ahead =
        std::max<std::uint64_t>(2, kWindowBytes / piece_size_for(size_bytes_));
    const std::uint64_t first = at_.value_or(PieceIndex{}).value;
    const std::uint64_t end = std::min(piece_count(size_bytes_), first + ahead);
    return {planned().first_piece + first, planned().first_piece + end};
}

// `task` runs on the worker, `then` here with what it gave.
template <class Task, class Then>
void StreamReader::run(Task task, Then then) {
    reading_ = true;
    desk_->worker.post([desk = desk_, self = weak_from_this(), task = std::move(task), then] {
        auto outcome = task();
        desk->world.post([self, outcome = std::move(outcome), then]() mutable {
            const auto reader = self.lock();
            if (reader == nullptr) return;
            reader->reading_ = false;
            if (reader->waiting_) then(*reader, std::move(outcome));
        });
    });
}

void StreamReader::read_disk() {
    const std::size_t bytes =
        std::min<std::uint64_t>(waiting_->bytes_max, size_bytes_ - waiting_->offset);
    auto task = [from = *on_disk_, offset = waiting_->offset, bytes] {
        return read_from_disk(from, offset, bytes);
    };
    run(std::move(task), [](StreamReader& reader, Result<std::string> read) {
        if (!read) return reader.look_elsewhere(read.error());
        reader.answer(std::move(read));
    });
}

// Somebody who plays it may have asked to keep it: then it is in another place, or on its way.
void StreamReader::look_elsewhere(const Error& error) {
    if (auto done = desk_->find_done(file_)) {
        if (done->path == on_disk_->path) return answer(std::unexpected(error));
        on_disk_ = std::move(*done);
        return read_disk();
    }
    if (!desk_->swarm().find(file_.hash)) answer(std::unexpected(error));
}

void StreamReader::read_piece(PieceIndex piece) {
    using Piece = Result<std::shared_ptr<const Bytes>>;
    auto task = [read_piece = desk_->world.read_piece, place = *place_, piece, size = size_bytes_,
                 file = file_, list = list_]() -> Piece {
        Bytes bytes(piece_length(size, piece));
        Result<void> read = read_piece(place.download, place.file, piece, bytes);
        if (!read) return failure(std::move(read));
        if (!is_right(bytes, piece, size, file, list)) return gone("it was changed since");
        return std::make_shared<const Bytes>(std::move(bytes));
    };
    run(std::move(task), [piece](StreamReader& reader, Piece read) {
        // It may be moving into its final place at this moment: there it is looked for next.
        if (!read && read.error().code == ErrorCode::not_found) return;
        if (!read) return reader.answer(std::unexpected(read.error()));
        reader.held_ = std::move(*read);
        reader.held_piece_ = piece;
        reader.look();
    });
}

void StreamReader::answer_from(const Bytes& piece) {
    const std::uint64_t from = waiting_->offset % piece_size_for(size_bytes_);
    const std::size_t bytes = std::min<std::uint64_t>(waiting_->bytes_max, piece.size() - from);
    const auto first = piece.begin() + static_cast<std::ptrdiff_t>(from);
    answer(std::string(first, first + static_cast<std::ptrdiff_t>(bytes)));
}

void StreamReader::answer(Result<std::string> outcome) {
    const control::Reply<std::string> reply = std::move(waiting_->reply);
    waiting_.reset();
    reply(std::move(outcome));
}

void StreamDesk::want_first(DownloadId download) {
    std::vector<swarm::Range> pieces;
    for (const StreamReader* reader : readers) {
        if (reader->download() == download) pieces.push_back(reader->window());
    }
    driver.handle(swarm::Event(swarm::WantFirst{download, std::move(pieces)}));
}

std::optional<FileOnDisk> StreamDesk::find_done(const FileId& file) const {
    for (const swarm::DownloadStatus& status : swarm().downloads(platform::now())) {
        if (status.state == swarm::DownloadState::done && status.content == file.hash &&
            status.kind == EntryKind::file) {
            return FileOnDisk{status.final_path, status.bytes_total, {}};
        }
    }
    return std::nullopt;
}

}  // namespace iwant::daemon
