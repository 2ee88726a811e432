// What people see of a download; nothing here changes anything.

#include "core/swarm/download.h"

namespace iwant::swarm {
namespace {

constexpr Duration kFindingGrace = std::chrono::seconds(2);

}  // namespace

DownloadStatus Download::status(Time now) const {
    DownloadStatus status;
    status.id = id();
    status.kind = record_.target.kind;
    status.content = content();
    status.name = record_.target.name;
    status.folder = record_.next_folder.empty() ? record_.folder : record_.next_folder;
    status.state = state(now);
    status.elapsed = elapsed_ + (started_ ? now - *started_ : Duration{});
    status.message = record_.message;
    status.final_path = record_.final_path;
    if (error_) status.error = error_->code;
    if (status.state == DownloadState::waiting) {
        status.error = disk_trouble_ ? disk_trouble_->code : ErrorCode::unavailable;
        if (!disk_trouble_ && suppliers_.queued(now)) status.error = ErrorCode::busy;
        status.message = waiting_message(now);
    }
    if (status.message.empty() && asking() && !suppliers_.liars().empty())
        status.message = suppliers_.liars() + " sent wrong data, which was thrown away";
    fill_progress(status, now);
    return status;
}

void Download::fill_progress(DownloadStatus& status, Time now) const {
    status.bytes_total = record_.target.size_bytes;
    status.files_total = plan_ != nullptr ? plan_->files.size() : 0;
    if (phase_ == Phase::finishing || phase_ == Phase::done) {
        status.bytes_done = status.bytes_total;
        status.files_done = status.files_total;
    }
    if (transfer_ != nullptr) {
        status.bytes_done = transfer_->bytes_done();
        status.files_done = transfer_->files_done();
        status.rate = transfer_->rate(now);
    }
    for (const auto& [peer, supplier] : suppliers_.all()) {
        if (supplier.received_bytes() > 0) status.bytes_by_source[peer] = supplier.received_bytes();
        if (supplier.active(now)) {
            status.active_sources.push_back(peer);
            status.rate_by_source[peer] = supplier.shown_rate(now);
        }
        if (asking() && supplier.place(now) > 0) status.place_by_source[peer] = supplier.place(now);
    }
}

std::vector<FileProgress> Download::files(std::size_t first, std::size_t count) const {
    std::vector<FileProgress> files;
    if (plan_ == nullptr) return files;
    for (std::size_t i = first; i < plan_->files.size() && files.size() < count; ++i) {
        const PlannedFile& file = plan_->files[i];
        files.push_back({file.path, file.size_bytes, bytes_done_of(file)});
    }
    return files;
}

std::uint64_t Download::bytes_done_of(const PlannedFile& file) const {
    std::uint64_t bytes = 0;
    for (std::uint32_t i = 0; i < piece_count(file.size_bytes); ++i) {
        const PieceIndex piece{i};
        if (has(file.first_piece + i)) bytes += piece_length(file.size_bytes, piece);
    }
    return bytes;
}

DownloadState Download::state(Time now) const {
    if (waiting(now)) return DownloadState::waiting;
    switch (phase_) {
        case Phase::queued:
            return DownloadState::queued;
        case Phase::finding:
            return content() ? DownloadState::finding : DownloadState::hashing;
        case Phase::preparing:
            return DownloadState::checking;
        case Phase::transferring:
            return DownloadState::transferring;
        case Phase::finishing:
            return DownloadState::moving;
        case Phase::disk_wait:
            return DownloadState::waiting;
        case Phase::paused:
            return DownloadState::paused;
        case Phase::failed:
            return DownloadState::failed;
        case Phase::done:
            return DownloadState::done;
    }
    return DownloadState::failed;
}

bool Download::waiting(Time now) const {
    if (disk_trouble_) return true;
    if (!asking()) return false;
    if (suppliers_.queued(now)) return true;
    if (!starved_) return false;
    return phase_ == Phase::transferring || sources_answered_ ||
           now - starved_since_ >= kFindingGrace;
}

bool Download::running(Time now) const {
    const bool past_queue = asking() || phase_ == Phase::preparing || phase_ == Phase::finishing;
    return past_queue && !waiting(now);
}

std::string Download::waiting_message(Time now) const {
    if (disk_trouble_) return disk_trouble_->text();
    if (suppliers_.queued(now)) return "who has it serves others first";
    return "nobody who has it can be reached now; it goes on by itself when one returns" +
           suppliers_.liars_text();
}

}  // namespace iwant::swarm
