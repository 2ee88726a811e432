#include "app/daemon/stream_cache.h"

#include <algorithm>
#include <tuple>

#include "io/platform/folder.h"

namespace iwant::daemon {
namespace {

constexpr char kStreamFolder[] = ".iwant-streamed";

bool has_ended(const swarm::DownloadStatus& status) {
    return status.state == swarm::DownloadState::done ||
           status.state == swarm::DownloadState::failed;
}

}  // namespace

std::filesystem::path stream_folder(const std::filesystem::path& download_folder) {
    return download_folder / kStreamFolder;
}

bool is_stream_folder(const std::filesystem::path& folder) {
    return folder.filename() == kStreamFolder;
}

void remove_streams_but(const std::filesystem::path& folder, const std::set<std::string>& names) {
    const Result<platform::Folder> opened = platform::Folder::open(folder);
    if (!opened) return;
    // What cannot be removed now is tried again after the next change, or start.
    static_cast<void>(opened->list([&](const platform::FolderEntry& entry) {
        const bool is_file = entry.info.kind == platform::FileKind::file;
        if (is_file && !names.contains(entry.name)) {
            static_cast<void>(opened->remove_file(entry.name));
        }
        return true;
    }));
}

void StreamCache::tick(const std::vector<Hash256>& read, Time now) {
    for (const Hash256& content : read) last_read_[content] = now;
    if (next_look_ && now < *next_look_) return;
    look(now);
    next_look_ = now + kLookEach;
}

void StreamCache::look(Time now) {
    const std::vector<swarm::DownloadStatus> all = world_.downloads();
    std::vector<swarm::DownloadStatus> streams = longest_unread_first(all, now);
    std::uint64_t bytes = 0;
    for (const swarm::DownloadStatus& stream : streams) bytes += stream.bytes_done;
    std::set<std::string> left;
    for (const swarm::DownloadStatus& stream : streams) {
        if (bytes > bytes_max_ && now - last_read_.at(*stream.content) >= kUnread) {
            bytes -= stream.bytes_done;
            world_.cancel(stream.id);
        } else if (!stream.final_path.empty()) {
            left.insert(std::filesystem::path(stream.final_path).filename());
        }
    }
    // A file that is on its way into the download folder is in nobody's list.
    if (!std::ranges::all_of(all, has_ended)) return;
    if (removed_once_ && left == left_) return;
    removed_once_ = true;
    left_ = left;
    world_.remove_but(std::move(left));
}

// Those of earlier runs have no player any more; new ones wait for theirs.
std::vector<swarm::DownloadStatus> StreamCache::longest_unread_first(
    const std::vector<swarm::DownloadStatus>& all, Time now) {
    std::vector<swarm::DownloadStatus> streams;
    std::map<Hash256, Time> last_read;
    for (const swarm::DownloadStatus& status : all) {
        if (!status.content || !is_stream_folder(status.folder)) continue;
        const auto known = last_read_.find(*status.content);
        const Time unknown = next_look_ ? now : now - kUnread;
        last_read[*status.content] = known == last_read_.end() ? unknown : known->second;
        streams.push_back(status);
    }
    last_read_ = std::move(last_read);
    std::ranges::sort(streams, {}, [this](const swarm::DownloadStatus& stream) {
        return std::tuple(last_read_.at(*stream.content), stream.id);
    });
    return streams;
}

}  // namespace iwant::daemon
