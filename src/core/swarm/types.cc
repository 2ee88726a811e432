#include "core/swarm/types.h"

namespace iwant::swarm {

std::string_view to_string(DownloadState state) {
    switch (state) {
        case DownloadState::queued:
            return "queued";
        case DownloadState::finding:
            return "finding";
        case DownloadState::hashing:
            return "hashing";
        case DownloadState::transferring:
            return "transferring";
        case DownloadState::checking:
            return "checking";
        case DownloadState::moving:
            return "moving";
        case DownloadState::paused:
            return "paused";
        case DownloadState::waiting:
            return "waiting";
        case DownloadState::failed:
            return "failed";
        case DownloadState::done:
            return "done";
    }
    return "unknown";
}

}  // namespace iwant::swarm
