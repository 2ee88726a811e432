#include "app/daemon/backend.h"

#include <algorithm>
#include <set>
#include <utility>

#include "app/daemon/ask_again.h"
#include "app/daemon/reports.h"
#include "app/daemon/stream_cache.h"
#include "app/daemon/wanted.h"
#include "base/name.h"
#include "base/query_text.h"
#include "base/text.h"
#include "core/protocol/address_text.h"
#include "core/protocol/check.h"
#include "core/protocol/limits.h"
#include "io/platform/paths.h"
#include "io/platform/process.h"

namespace iwant::daemon {
namespace {

// What a person's text may become, the wire takes.
static_assert(kQueryTextBytesMax <= protocol::kQueryBytesMax);
static_assert(kQueryTermsMax <= protocol::kQueryTermsMax);
static_assert(kQueryExtensionsMax <= protocol::kQueryExtensionsMax);
static_assert(kQueryExtensionBytesMax <= protocol::kExtensionBytesMax);

/// How long it is tried to find whoever has what is to be downloaded: a leader may be busy, or gone
/// a moment ago.
constexpr std::chrono::seconds kLocateWithin{3};

/// How a shared folder is called elsewhere; not every name that a disk takes may travel.
std::string announced_name(const std::filesystem::path& folder) {
    std::string name = to_nfc(folder.filename().string());
    return check_wire_name(name) ? name : "Shared folder";
}

}  // namespace

struct Backend::PendingSearch {
    control::SearchRequest request;
    control::Reply<control::SearchReport> reply;
    AskAgain again;
};

struct Backend::PendingDownload {
    control::DownloadRequest request;
    std::string digits;  ///< of the hash that it asks for
    control::Reply<control::DownloadReport> reply;
    AskAgain again;
};

std::vector<scanner::Share> shares_of(const Config& config) {
    std::vector<scanner::Share> shares;
    std::set<std::string> names;
    for (const std::filesystem::path& folder : config.shared_folders) {
        const std::string base = announced_name(folder);
        std::string name = base;
        for (unsigned i = 2; !names.insert(fold_name(name)).second; ++i) {
            name = base + " (" + std::to_string(i) + ")";
        }
        shares.push_back({name, folder});
    }
    return shares;
}

Backend::Backend(boost::asio::io_context& context, Config config, NodeDriver& driver,
                 Indexer& indexer, KeptFolders& kept, World world, DownloadId next_download)
    : context_(context),
      config_(std::move(config)),
      driver_(driver),
      indexer_(indexer),
      kept_(kept),
      world_(std::move(world)),
      started_(platform::now()),
      next_download_(next_download) {}

Backend::~Backend() = default;

control::StatusReport Backend::status() {
    const node::Node& node = driver_.node();
    control::StatusReport report;
    report.peer = {facts_.self.hex(), config_.name};
    report.version = facts_.version;
    report.uptime_s = static_cast<std::uint64_t>(
        std::chrono::duration_cast<std::chrono::seconds>(platform::now() - started_).count());
    report.port = facts_.port;
    report.web_port = facts_.web_port;
    report.leader = leader_ref(node, node.leader().view, facts_.self);
    for (const PeerId& standby : node.standbys())
        report.standbys.push_back(peer_ref(node, standby));
    report.known = node.leader().coverage.known;
    report.indexed = node.leader().coverage.indexed;
    const std::vector<node::PeerView> peers = node.peers(platform::now());
    report.peers = static_cast<std::uint64_t>(std::ranges::count_if(
        peers, [](const node::PeerView& peer) { return peer.online && !peer.self; }));
    for (const std::filesystem::path& folder : config_.shared_folders) {
        report.shared.folders.push_back(folder.string());
    }
    const catalog::Totals& totals = indexer_.totals();
    const scanner::ScanReport scan = indexer_.scan_report();
    report.shared.files = totals.files;
    report.shared.bytes = totals.bytes;
    report.shared.unhashed = totals.unhashed;
    report.shared.scanning = scan.walking;
    report.shared.advice = scan.advice;
    report.shared.unreadable = indexer_.unreadable_shares();
    report.downloads.folder = config_.download_folder.string();
    for (const swarm::DownloadStatus& status : node.swarm().downloads(platform::now())) {
        switch (status.state) {
            case swarm::DownloadState::done:
                ++report.downloads.done;
                break;
            case swarm::DownloadState::failed:
                ++report.downloads.failed;
                break;
            case swarm::DownloadState::waiting:
            case swarm::DownloadState::paused:
            case swarm::DownloadState::queued:
                ++report.downloads.waiting;
                break;
            default:
                ++report.downloads.active;
                break;
        }
    }
    report.interfaces = world_.interfaces();
    report.warnings = world_.warnings();
    return report;
}

std::vector<control::PeerReport> Backend::peers() {
    std::vector<control::PeerReport> reports;
    for (const node::PeerView& peer : driver_.node().peers(platform::now())) {
        reports.push_back(peer_report(peer, platform::unix_now()));
    }
    mark_same_names(reports);
    return reports;
}

control::ConfigReport Backend::config() {
    control::ConfigReport report;
    report.home = config_.home.string();
    report.config_file = (config_.home / "config.toml").string();
    report.name = config_.name;
    for (const std::filesystem::path& folder : config_.shared_folders) {
        report.shared_folders.push_back(folder.string());
    }
    report.download_folder = config_.download_folder.string();
    report.port = facts_.port;
    report.web_port = facts_.web_port;
    return report;
}

void Backend::search(control::SearchRequest request, control::Reply<control::SearchReport> reply) {
    const protocol::SearchRequest message{{}, request.query};
    if (const Result<void> checked = protocol::check_message(message); !checked)
        return reply(failure(ErrorCode::invalid_argument, "search", checked.error().message));
    const Duration wait = request.wait;
    ask(std::make_shared<PendingSearch>(
        PendingSearch{std::move(request), std::move(reply), AskAgain(context_, wait)}));
}

void Backend::ask(std::shared_ptr<PendingSearch> search) {
    const node::Ticket ticket{next_ticket_.value++};
    const node::SearchAsked asked{ticket, search->request.query, search->request.verify};
    searches_.emplace(ticket, std::move(search));
    driver_.handle(asked);
}

void Backend::answered(node::AnswerSearch answer) {
    const auto found = searches_.find(answer.ticket);
    if (found == searches_.end()) return;
    const std::shared_ptr<PendingSearch> search = std::move(found->second);
    searches_.erase(found);
    // A difference between two indexes may be a change that has reached one of them only.
    const bool settled =
        answer.reply.complete && (!answer.verification || (!answer.verification->with.is_zero() &&
                                                           answer.verification->missing.empty()));
    if (!settled && search->again.later([this, search] { ask(search); })) return;
    std::vector<std::optional<UnixSeconds>> as_of(answer.reply.results.size());
    if (!search->request.follows) {
        as_of = world_.add_away(answer.reply, search->request.query);
        rows_ = answer.reply.results;
    }
    search->reply(search_report(search->request, answer, as_of, search->again.elapsed(),
                                driver_.node(), facts_.self));
}

void Backend::download(control::DownloadRequest request,
                       control::Reply<control::DownloadReport> reply) {
    if (const std::optional<std::uint64_t> number = row_number(request.what)) {
        const Result<protocol::SearchResult> result = row(*number);
        return reply(result ? start_download(*result, request) : std::unexpected(result.error()));
    }
    const Result<std::string> digits = hash_digits(request.what);
    if (!digits) return reply(std::unexpected(digits.error()));
    locate(std::make_shared<PendingDownload>(PendingDownload{
        std::move(request), *digits, std::move(reply), AskAgain(context_, kLocateWithin)}));
}

void Backend::locate(std::shared_ptr<PendingDownload> download) {
    const node::Ticket ticket{next_ticket_.value++};
    const node::LocateAsked asked{ticket, download->digits};
    locates_.emplace(ticket, std::move(download));
    driver_.handle(asked);
}

Result<protocol::SearchResult> Backend::row(std::uint64_t number) const {
    if (rows_ && number >= 1 && number <= rows_->size()) return (*rows_)[number - 1];
    std::string reason = "there was no search yet; run iwanto search first";
    if (rows_) reason = "the last search has rows 1 to " + std::to_string(rows_->size());
    if (rows_ && rows_->empty()) reason = "the last search found nothing";
    return failure(ErrorCode::not_found, "download " + std::to_string(number), std::move(reason));
}

void Backend::answered(node::AnswerLocate answer) {
    const auto found = locates_.find(answer.ticket);
    if (found == locates_.end()) return;
    const std::shared_ptr<PendingDownload> pending = std::move(found->second);
    locates_.erase(found);
    const Result<protocol::SearchResult> match = only_match(pending->request.what, answer.reply);
    if (match) return pending->reply(start_download(*match, pending->request));
    const bool may_be_found = match.error().code == ErrorCode::unavailable;
    if (may_be_found && pending->again.later([this, pending] { locate(pending); })) return;
    if (!may_be_found && match.error().code != ErrorCode::not_found)
        return pending->reply(std::unexpected(match.error()));
    download_kept(pending->request, pending->digits, match.error(), std::move(pending->reply));
}

Result<control::DownloadReport> Backend::start_download(const protocol::SearchResult& result,
                                                        const control::DownloadRequest& request) {
    if (auto there = already_there(result.content, request)) return *there;
    Result<swarm::Target> target = target_of(result, facts_.self);
    if (!target) return failure(std::move(target));
    return start_download(std::move(*target), request);
}

Result<control::DownloadReport> Backend::start_download(swarm::Target target,
                                                        const control::DownloadRequest& request) {
    const Result<std::filesystem::path> folder = folder_for(request);
    if (!folder) return std::unexpected(folder.error());
    if (Result<void> room = make_room_for_download(); !room) return failure(std::move(room));
    const DownloadId fresh{next_download_.value++};
    const std::optional<Hash256> content = target.content;
    driver_.handle(swarm::Event(swarm::DownloadAsked{fresh, std::move(target), folder->string()}));
    const auto known = content ? driver_.node().swarm().find(*content) : std::nullopt;
    if (auto report = download(known.value_or(fresh).value)) return *report;
    return failure(ErrorCode::cancelled, "download " + request.what, "it was cancelled at once");
}

Result<void> Backend::make_room_for_download() {
    const std::vector<swarm::DownloadStatus> all =
        driver_.node().swarm().downloads(platform::now());
    if (all.size() < kDownloadsMax) return {};
    const auto done =
        std::ranges::find(all, swarm::DownloadState::done, &swarm::DownloadStatus::state);
    if (done == all.end()) {
        return failure(ErrorCode::limit, "download",
                       "there are " + std::to_string(all.size()) +
                           " downloads that are not done yet; wait for some of them, or cancel "
                           "some (iwanto downloads lists them)");
    }
    // What is done stays on disk; only its line in the list goes.
    driver_.handle(swarm::Event(swarm::CancelAsked{done->id}));
    return {};
}

// A download that is in the list already is gone on with; one that is done counts while its file is
// there. What was only for players is asked for once more by who wants to have it.
std::optional<control::DownloadReport> Backend::already_there(
    const std::optional<Hash256>& content, const control::DownloadRequest& request) {
    if (!content) return std::nullopt;
    const std::optional<DownloadId> id = driver_.node().swarm().find(*content);
    if (!id) return std::nullopt;
    const std::optional<control::DownloadReport> report = download(id->value);
    if (!report || (report->streamed && !request.only_to_play)) return std::nullopt;
    if (report->state == "done" && !platform::info_of(report->path)) {
        driver_.handle(swarm::Event(swarm::CancelAsked{*id}));
        return std::nullopt;
    }
    if (report->state != "done") driver_.handle(swarm::Event(swarm::ResumeAsked{*id}));
    return download(id->value);
}

Result<std::filesystem::path> Backend::folder_for(const control::DownloadRequest& request) const {
    if (request.only_to_play) return stream_folder(config_.download_folder);
    if (!request.folder) return config_.download_folder;
    Config changed = config_;
    Result<std::filesystem::path> folder = platform::resolve(*request.folder);
    if (!folder) return folder;
    changed.download_folder = *folder;
    if (const Result<void> checked = check_layout(changed); !checked)
        return std::unexpected(checked.error());
    return folder;
}

std::vector<control::DownloadReport> Backend::downloads() {
    std::vector<control::DownloadReport> reports;
    for (const swarm::DownloadStatus& status : driver_.node().swarm().downloads(platform::now())) {
        reports.push_back(download_report(status, driver_.node()));
    }
    return reports;
}

std::optional<control::DownloadReport> Backend::download(std::uint64_t id) {
    const std::optional<swarm::DownloadStatus> status =
        driver_.node().swarm().download(DownloadId{id}, platform::now());
    if (!status) return std::nullopt;
    return download_report(*status, driver_.node());
}

Result<DownloadId> Backend::find_download(const std::string& what) const {
    std::vector<swarm::DownloadStatus> matching = driver_.node().swarm().downloads(platform::now());
    std::erase_if(matching, [&](const swarm::DownloadStatus& status) {
        return what != "#" + std::to_string(status.id.value) &&
               !(status.content && what.size() >= 6 && status.content->hex().starts_with(what));
    });
    if (matching.size() == 1) return matching.front().id;
    if (matching.empty()) {
        return failure(ErrorCode::not_found, "find download " + escape_for_display(what),
                       "no download has this hash; iwanto downloads lists them");
    }
    std::string candidates;
    for (const swarm::DownloadStatus& status : matching) {
        candidates +=
            "\n  #" + std::to_string(status.id.value) + "  " + escape_for_display(status.name);
    }
    return failure(ErrorCode::invalid_argument, "find download " + what,
                   "it is ambiguous:" + candidates);
}

Result<control::ConfigReport> Backend::share(const std::string& folder, bool add) {
    const Result<std::filesystem::path> path = platform::resolve(folder);
    if (!path) return std::unexpected(path.error());
    if (const Result<platform::FileInfo> info = platform::info_of(*path); !info) {
        return std::unexpected(info.error());
    } else if (info->kind != platform::FileKind::folder) {
        return failure(ErrorCode::invalid_argument, "share " + path->string(),
                       "it is not a folder");
    }
    Config changed = config_;
    if (!add) changed.shared_folders.clear();
    if (std::ranges::find(changed.shared_folders, *path) == changed.shared_folders.end()) {
        changed.shared_folders.push_back(*path);
    }
    return apply_shares(std::move(changed));
}

Result<control::ConfigReport> Backend::unshare(const std::string& folder) {
    const Result<std::filesystem::path> path = platform::resolve(folder);
    if (!path) return std::unexpected(path.error());
    Config changed = config_;
    if (std::erase(changed.shared_folders, *path) == 0) {
        return failure(ErrorCode::not_found, "unshare " + path->string(),
                       "it is not shared; iwanto view config lists what is");
    }
    return apply_shares(std::move(changed));
}

Result<control::ConfigReport> Backend::apply_shares(Config changed) {
    if (const Result<void> checked = check_layout(changed); !checked)
        return std::unexpected(checked.error());
    if (const Result<void> saved = save_shared_folders(changed); !saved)
        return std::unexpected(saved.error());
    config_ = std::move(changed);
    indexer_.set_shares(shares_of(config_));
    return config();
}

Result<control::ConfigReport> Backend::set_download_folder(const std::string& folder) {
    const Result<std::filesystem::path> path = platform::resolve(folder);
    if (!path) return std::unexpected(path.error());
    Config changed = config_;
    changed.download_folder = *path;
    if (const Result<void> checked = check_layout(changed); !checked)
        return std::unexpected(checked.error());
    if (const Result<void> saved = save_download_folder(changed); !saved)
        return std::unexpected(saved.error());
    config_ = std::move(changed);
    return config();
}

Result<void> Backend::connect(const std::string& host_and_port) {
    const Result<protocol::Address> address = protocol::parse_address(host_and_port);
    if (!address) return std::unexpected(address.error());
    driver_.handle(node::AddressGiven{*address});
    return {};
}

void Backend::doctor(const std::string& who, control::Reply<control::DoctorReport> reply) {
    world_.examine(who, std::move(reply));
}

void Backend::stop() {
    world_.stop();
}

}  // namespace iwant::daemon
