#include "app/daemon/bulk_server.h"

#include <algorithm>
#include <map>
#include <span>
#include <utility>
#include <vector>

#include "base/content.h"
#include "core/protocol/limits.h"
#include "io/catalog/catalog.h"
#include "io/platform/file.h"

namespace iwant::daemon {
namespace {

using protocol::RefusalCode;

constexpr std::chrono::seconds kIdleStream{60};
constexpr std::size_t kOpenFilesMax = 16;

/// The conversation of one stream.
class Upload {
  public:
    Upload(net::BulkStream& stream, catalog::CatalogReader& reader, const HeldFiles* held,
           UploadGate& gate)
        : stream_(stream), reader_(reader), held_(held), gate_(gate) {}

    /// Until the peer goes or breaks the rules.
    Result<void> run() {
        while (true) {
            Result<protocol::Message> message = stream_.receive(kIdleStream);
            if (!message) return failure(std::move(message));
            const auto* request = std::get_if<protocol::PieceRequest>(&*message);
            if (request == nullptr) return {};
            if (Result<void> sent = answer(*request); !sent) return sent;
        }
    }

  private:
    struct Open {
        platform::File file;
        catalog::SharedFile shared;
    };

    Result<void> answer(const protocol::PieceRequest& request) {
        const UploadGate::Pass pass(gate_, stream_.peer());
        if (pass.place() > 0) {
            return stream_.send(
                protocol::Refusal{request.request, RefusalCode::busy, pass.place()});
        }
        const Result<Open*> open = open_file(request.file);
        if (!open) return refuse(request, RefusalCode::failed);
        if (*open != nullptr) {
            return send_run(request, (*open)->shared.stamp.size_bytes,
                            [&](PieceIndex piece) { return read_piece(**open, piece); });
        }
        if (held_ == nullptr) return refuse(request, RefusalCode::not_shared);
        const std::optional<HeldFiles::Held> held = held_->find(request.file);
        if (!held) return refuse(request, RefusalCode::not_shared);
        return send_run(request, held->size_bytes,
                        [&](PieceIndex piece) { return held_->read(*held, piece, buffer_); });
    }

    /// `read` puts a piece into the buffer, or says why it cannot be sent.
    template <class Read>
    Result<void> send_run(const protocol::PieceRequest& request, std::uint64_t size, Read read) {
        if (request.count == 0 ||
            request.first.value + std::uint64_t{request.count} > piece_count(size)) {
            return refuse(request, RefusalCode::range);
        }
        for (std::uint32_t i = 0; i < request.count; ++i) {
            const PieceIndex piece{request.first.value + i};
            if (const std::optional<RefusalCode> reason = read(piece)) {
                files_.erase(request.file);
                return refuse(request, *reason);
            }
            const auto length = static_cast<std::uint32_t>(buffer_.size());
            const protocol::PieceHeader header{request.request, piece, length};
            Result<void> sent =
                gate_.limited() ? send_in_turns(header) : stream_.send_piece(header, buffer_);
            if (!sent) return sent;
        }
        return {};
    }

    /// Bit by bit as the limit allows: a piece may take minutes, and whoever waits for it must see
    /// that it comes.
    Result<void> send_in_turns(const protocol::PieceHeader& header) {
        if (Result<void> sent = stream_.send(header); !sent) return sent;
        std::span<const std::uint8_t> rest = buffer_;
        while (!rest.empty()) {
            const auto part = rest.first(std::min(rest.size(), gate_.turn_bytes()));
            // Nothing that was paid for waits for the next turn.
            if (Result<void> flushed = stream_.flush(); !flushed) return flushed;
            if (!gate_.wait_turn(stream_.peer(), part.size())) {
                return failure(ErrorCode::cancelled, "serve pieces", "stopping");
            }
            if (Result<void> sent = stream_.send_raw(part); !sent) return sent;
            rest = rest.subspan(part.size());
        }
        return {};
    }

    Result<void> refuse(const protocol::PieceRequest& request, RefusalCode code) {
        return stream_.send(protocol::Refusal{request.request, code});
    }

    /// Null when it is not shared (any more). The catalogue is asked for each request: what is
    /// unshared is not given from then on.
    Result<Open*> open_file(const FileId& id) {
        Result<std::optional<catalog::SharedFile>> shared = reader_.find_file(id);
        if (!shared) return failure(std::move(shared));
        if (const auto known = files_.find(id); known != files_.end()) {
            if (*shared && (*shared)->disk_path == known->second.shared.disk_path &&
                (*shared)->stamp == known->second.shared.stamp) {
                return &known->second;
            }
            files_.erase(known);
        }
        // What came by download has no entry.
        if (!*shared || (held_ == nullptr && (*shared)->entry == EntryId{})) return nullptr;
        Result<platform::File> file =
            (*shared)->seen_unchanged ? platform::File::open_seen_for_reading((*shared)->disk_path)
                                      : platform::File::open_for_reading((*shared)->disk_path);
        if (!file) return nullptr;
        if (files_.size() >= kOpenFilesMax) files_.erase(files_.begin());
        return &files_.emplace(id, Open{std::move(*file), std::move(**shared)}).first->second;
    }

    /// Reads a piece into the buffer; a reason when that cannot be sent.
    std::optional<RefusalCode> read_piece(const Open& open, PieceIndex piece) {
        const std::uint64_t size = open.shared.stamp.size_bytes;
        const std::uint64_t offset = piece.value * piece_size_for(size);
        buffer_.resize(piece_length(size, piece));
        const std::uint64_t end = offset + buffer_.size();
        if (end < size) open.file.will_read(end, buffer_.size());
        const Result<std::size_t> read = open.file.read_at(offset, buffer_);
        if (!read) return RefusalCode::failed;
        const Result<platform::FileInfo> info = open.file.info();
        if (*read != buffer_.size() || !info || !is_unchanged(info->stamp, open.shared.stamp)) {
            return RefusalCode::changed;
        }
        return std::nullopt;
    }

    static bool is_unchanged(const platform::FileStamp& now, const platform::FileStamp& announced) {
        return now.size_bytes == announced.size_bytes && now.modified_ns == announced.modified_ns &&
               now.inode == announced.inode;
    }

    net::BulkStream& stream_;
    catalog::CatalogReader& reader_;
    const HeldFiles* held_;
    UploadGate& gate_;
    std::map<FileId, Open> files_;
    std::vector<std::uint8_t> buffer_;
};

void serve_stream(net::BulkStream& stream, const std::filesystem::path& database,
                  const HeldFiles* held, UploadGate& gate, Logger& logger) {
    const Result<std::unique_ptr<catalog::CatalogReader>> reader =
        catalog::CatalogReader::open(database);
    if (!reader) return logger.warning(reader.error().text());
    const Result<void> ended = Upload(stream, **reader, held, gate).run();
    if (!ended)
        logger.debug("an upload stream ended peer=" + stream.peer().brief() + ": " +
                     ended.error().text());
}

}  // namespace

BulkServer::BulkServer(std::filesystem::path database, const HeldFiles* held, Logger& logger)
    : database_(std::move(database)), held_(held), logger_(logger) {}

BulkServer::~BulkServer() {
    stop();
}

void BulkServer::serve(std::shared_ptr<net::BulkStream> stream) {
    forget_ended();
    if (serving_.size() >= kStreamsMax) return stream->shut_down();
    auto over = std::make_shared<std::atomic<bool>>(false);
    const std::weak_ptr<net::BulkStream> borrowed = stream;
    std::thread thread([this, ours = std::move(stream), over]() mutable {
        serve_stream(*ours, database_, held_, gate_, logger_);
        ours->shut_down();
        // What waits in the system for a peer that reads nothing goes with the socket.
        ours.reset();
        *over = true;
    });
    serving_.push_back({borrowed, std::move(over), std::move(thread)});
}

void BulkServer::forget_ended() {
    std::erase_if(serving_, [](Serving& serving) {
        if (!*serving.over) return false;
        serving.thread.join();
        return true;
    });
}

void BulkServer::stop() {
    gate_.stop();
    for (Serving& serving : serving_) {
        if (const auto stream = serving.stream.lock()) stream->shut_down();
    }
    for (Serving& serving : serving_) serving.thread.join();
    serving_.clear();
}

}  // namespace iwant::daemon
