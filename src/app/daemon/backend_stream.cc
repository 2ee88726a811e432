// What players ask for.

#include <utility>

#include "app/daemon/backend.h"
#include "app/daemon/wanted.h"

namespace iwant::daemon {

void Backend::open_file(const std::string& hash, control::Reply<control::OpenFile> reply) {
    const std::optional<Hash256> content = Hash256::from_hex(hash);
    if (!content) return reply(failure(ErrorCode::not_found, "open", "this is no hash"));
    world_.open_file(FileId{*content}, std::move(reply));
}

void Backend::stream(const std::string& what, control::Reply<control::StreamReport> reply) {
    // What is here already needs nobody else.
    const std::optional<Hash256> content =
        row_number(what) ? std::nullopt : Hash256::from_hex(what);
    auto begin = [this, what, reply](const Result<control::OpenFile>& opened) {
        if (opened) {
            return reply(control::StreamReport{opened->hash, opened->name, opened->size_bytes});
        }
        download({what, std::nullopt, true},
                 [reply](const Result<control::DownloadReport>& report) {
                     if (!report) return reply(std::unexpected(report.error()));
                     if (report->kind == EntryKind::folder) {
                         return reply(failure(ErrorCode::invalid_argument, "stream",
                                              "it is a folder; choose a file in it"));
                     }
                     if (!report->hash) {
                         return reply(failure(ErrorCode::busy, "stream",
                                              "its owner is reading it; try again in a moment"));
                     }
                     reply(control::StreamReport{*report->hash, report->name, report->bytes_total});
                 });
    };
    if (!content) return begin(failure(ErrorCode::not_found, "open", "not known yet"));
    world_.open_file(FileId{*content}, std::move(begin));
}

}  // namespace iwant::daemon
