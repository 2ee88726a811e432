// The queue of downloads and the limits, as users change them.

#include <algorithm>
#include <utility>

#include "app/daemon/backend.h"
#include "base/text.h"
#include "io/platform/process.h"

namespace iwant::daemon {
namespace {

using swarm::DownloadState;

bool is_paused_or_failed(DownloadState state) {
    return state == DownloadState::paused || state == DownloadState::failed;
}

bool is_unfinished(DownloadState state) {
    return state != DownloadState::done;
}

bool is_in_motion(DownloadState state) {
    return is_unfinished(state) && !is_paused_or_failed(state);
}

swarm::QueuePlace place_of(control::QueuePlace to) {
    switch (to) {
        case control::QueuePlace::first:
            return swarm::QueuePlace::first;
        case control::QueuePlace::up:
            return swarm::QueuePlace::up;
        case control::QueuePlace::down:
            return swarm::QueuePlace::down;
        case control::QueuePlace::last:
            break;
    }
    return swarm::QueuePlace::last;
}

Result<void> take_limit(const std::optional<std::string>& text, const std::string& which,
                        RateSchedule& into) {
    if (!text) return {};
    Result<RateSchedule> schedule = RateSchedule::parse(*text);
    if (!schedule) {
        return failure(ErrorCode::invalid_argument, "limit " + which,
                       "\"" + escape_for_display(*text) + "\" " + schedule.error().message);
    }
    into = std::move(*schedule);
    return {};
}

control::LimitsReport::Limit limit_report(const RateSchedule& schedule) {
    return {schedule.text(), schedule.at(platform::minute_of_day())};
}

}  // namespace

Result<control::FilesReport> Backend::files(const std::string& what, std::uint64_t first) {
    const Result<DownloadId> id = find_download(what);
    if (!id) return std::unexpected(id.error());
    const std::optional<control::DownloadReport> report = download(id->value);
    if (!report) return failure(ErrorCode::not_found, "find download", "it has just gone");
    control::FilesReport part{*report, first, {}};
    constexpr std::size_t kCount = control::FilesReport::kFilesMax;
    for (swarm::FileProgress& file : driver_.node().swarm().files(*id, first, kCount)) {
        part.files.push_back({std::move(file.path), file.size_bytes, file.bytes_done});
    }
    return part;
}

Result<control::DownloadReport> Backend::tell_download(
    const std::string& what, const std::function<swarm::Event(DownloadId)>& event) {
    const Result<DownloadId> id = find_download(what);
    if (!id) return std::unexpected(id.error());
    std::optional<control::DownloadReport> before = download(id->value);
    driver_.handle(event(*id));
    const std::optional<control::DownloadReport> after = download(id->value);
    return after ? *after : *before;
}

Result<control::DownloadReport> Backend::pause(const std::string& what) {
    return tell_download(what, [](DownloadId id) { return swarm::PauseAsked{id}; });
}
Result<control::DownloadReport> Backend::resume(const std::string& what) {
    return tell_download(what, [](DownloadId id) { return swarm::ResumeAsked{id}; });
}
Result<control::DownloadReport> Backend::cancel(const std::string& what) {
    return tell_download(what, [](DownloadId id) { return swarm::CancelAsked{id}; });
}
Result<control::DownloadReport> Backend::move(const std::string& what, control::QueuePlace to) {
    return tell_download(what, [to](DownloadId id) { return swarm::MoveAsked{id, place_of(to)}; });
}

std::vector<DownloadId> Backend::downloads_that(
    const std::function<bool(DownloadState)>& are) const {
    std::vector<DownloadId> ids;
    for (const auto& status : driver_.node().swarm().downloads(platform::now())) {
        if (are(status.state)) ids.push_back(status.id);
    }
    return ids;
}

std::vector<control::DownloadReport> Backend::tell_each(
    const std::vector<DownloadId>& ids, const std::function<swarm::Event(DownloadId)>& event) {
    std::vector<control::DownloadReport> reports;
    for (const DownloadId id : ids) {
        const std::optional<control::DownloadReport> before = download(id.value);
        driver_.handle(event(id));
        const std::optional<control::DownloadReport> after = download(id.value);
        if (before) reports.push_back(after ? *after : *before);
    }
    return reports;
}

// What stops is told from the end of the queue: else the next would start in its place.
std::vector<control::DownloadReport> Backend::pause_all() {
    std::vector<DownloadId> ids = downloads_that(is_in_motion);
    std::ranges::reverse(ids);
    return tell_each(ids, [](DownloadId id) { return swarm::PauseAsked{id}; });
}
std::vector<control::DownloadReport> Backend::cancel_all() {
    std::vector<DownloadId> ids = downloads_that(is_unfinished);
    std::ranges::reverse(ids);
    return tell_each(ids, [](DownloadId id) { return swarm::CancelAsked{id}; });
}
std::vector<control::DownloadReport> Backend::resume_all() {
    return tell_each(downloads_that(is_paused_or_failed),
                     [](DownloadId id) { return swarm::ResumeAsked{id}; });
}

control::LimitsReport Backend::limits() {
    return {limit_report(config_.upload_limit), limit_report(config_.download_limit)};
}

Result<control::LimitsReport> Backend::set_limits(const control::LimitsChange& change) {
    Config changed = config_;
    Result<void> taken = take_limit(change.upload, "upload", changed.upload_limit);
    if (taken) taken = take_limit(change.download, "download", changed.download_limit);
    if (taken) taken = save_limits(changed);
    if (!taken) return std::unexpected(taken.error());
    config_ = std::move(changed);
    world_.apply_limits(config_);
    return limits();
}

}  // namespace iwant::daemon
