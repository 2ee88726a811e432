// Looking through what peers share.

#include <utility>

#include "app/daemon/backend.h"
#include "app/daemon/reports.h"
#include "base/text.h"
#include "core/protocol/check.h"

namespace iwant::daemon {

void Backend::browse(control::BrowseRequest request, control::Reply<control::BrowseReport> reply) {
    protocol::BrowseRequest message{{}, request.path, request.after, request.after_kind};
    if (const Result<void> checked = protocol::check_message(message); !checked)
        return reply(failure(ErrorCode::invalid_argument, "browse", checked.error().message));
    const auto answer = [this, request, reply](Result<protocol::BrowseReply> answered) {
        const control::PeerRef peer = peer_ref(driver_.node(), request.peer);
        if (!answered) {
            const std::string path = request.path.empty() ? "" : "/" + request.path;
            const std::string where = escape_for_display(peer.name + path);
            return reply(failure(answered.error().code, "browse " + where,
                                 std::move(answered.error().message)));
        }
        control::BrowseReport report{
            peer, answered->path, answered->files, answered->size_bytes, answered->more, {}};
        for (protocol::BrowseEntry& entry : answered->entries) {
            std::optional<std::string> hash;
            if (entry.content) hash = entry.content->hex();
            report.entries.push_back({std::move(entry.name), entry.kind, entry.size_bytes,
                                      entry.modified, std::move(hash), entry.files});
        }
        reply(std::move(report));
    };
    world_.browse(request.peer, std::move(message), answer);
}

}  // namespace iwant::daemon
