// Looking through what peers share, also while they are away.

#include <utility>

#include "app/daemon/backend.h"
#include "app/daemon/reports.h"
#include "app/daemon/wanted.h"
#include "base/text.h"
#include "core/protocol/check.h"

namespace iwant::daemon {

namespace {

std::unexpected<Error> browse_failed(const control::PeerRef& peer,
                                     const control::BrowseRequest& request, Error error) {
    const std::string path = request.path.empty() ? "" : "/" + request.path;
    return failure(error.code, "browse " + escape_for_display(peer.name + path),
                   std::move(error.message));
}

control::BrowseReport browse_report(control::PeerRef peer, protocol::BrowseReply told,
                                    std::optional<UnixSeconds> as_of) {
    control::BrowseReport report{
        std::move(peer), as_of, std::move(told.path), told.files, told.size_bytes, told.more, {}};
    for (FolderItem& entry : told.entries) {
        std::optional<std::string> hash;
        if (entry.content) hash = entry.content->hex();
        report.entries.push_back({std::move(entry.name), entry.kind, entry.size_bytes,
                                  entry.modified, std::move(hash), entry.files});
    }
    return report;
}

}  // namespace

void Backend::browse(control::BrowseRequest request, control::Reply<control::BrowseReport> reply) {
    protocol::BrowseRequest message{{}, request.path, request.after, request.after_kind};
    if (const Result<void> checked = protocol::check_message(message); !checked)
        return reply(failure(ErrorCode::invalid_argument, "browse", checked.error().message));
    const auto answer = [this, request, message, reply](Result<protocol::BrowseReply> told) {
        const bool own = request.peer == facts_.self;
        if (told) {
            if (!own) kept_.keep(request.peer, message, *told);
            const control::PeerRef peer = peer_ref(driver_.node(), request.peer);
            return reply(browse_report(peer, std::move(*told), {}));
        }
        if (!own && told.error().code == ErrorCode::unavailable)
            return browse_kept(request, message, told.error(), reply);
        reply(browse_failed(peer_ref(driver_.node(), request.peer), request, told.error()));
    };
    world_.browse(request.peer, std::move(message), answer);
}

void Backend::browse_kept(const control::BrowseRequest& request,
                          const protocol::BrowseRequest& message, Error unavailable,
                          control::Reply<control::BrowseReport> reply) {
    const auto answer = [this, request, unavailable = std::move(unavailable),
                         reply](Result<std::optional<KeptFolders::Found>> found) {
        control::PeerRef peer = peer_ref(driver_.node(), request.peer);
        if (!found) return reply(browse_failed(peer, request, found.error()));
        if (*found)
            return reply(
                browse_report(std::move(peer), std::move((*found)->reply), (*found)->as_of));
        const std::string part = request.after.empty() ? "this folder" : "the rest of this folder";
        Error error = unavailable;
        error.message +=
            ", and " + part +
            " was not looked through from here while it was; try again when it is back";
        reply(browse_failed(peer, request, std::move(error)));
    };
    kept_.look(request.peer, message, answer);
}

void Backend::download_kept(control::DownloadRequest request, const std::string& digits,
                            Error otherwise, control::Reply<control::DownloadReport> reply) {
    const auto answer = [this, request = std::move(request), otherwise = std::move(otherwise),
                         reply](Result<std::vector<catalog::KeptContent>> found) {
        if (!found) return reply(std::unexpected(found.error()));
        const Result<catalog::KeptContent> kept = only_kept(request.what, *found, otherwise);
        if (!kept) return reply(std::unexpected(kept.error()));
        if (auto there = already_there(kept->content, request)) return reply(*there);
        reply(start_download(target_of(*kept), request));
    };
    kept_.find(digits, answer);
}

}  // namespace iwant::daemon
