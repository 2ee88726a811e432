// POST /api/browse: a part of a peer's shared folder.

#include "base/name.h"
#include "base/path.h"
#include "base/text.h"
#include "base/utf8.h"
#include "io/control/handlers.h"
#include "io/control/json_answer.h"
#include "io/control/json_text.h"
#include "io/control/peer_choice.h"
#include "io/control/request_body.h"

namespace iwant::control {

namespace {

namespace json = boost::json;

constexpr std::string_view kFolderMark = "folder/";
constexpr std::string_view kFileMark = "file/";

/// As people type it: slashes too many do not matter.
std::string tidy_path(std::string_view typed) {
    std::string path;
    for (const std::string& name : split_path(typed)) {
        if (name.empty()) continue;
        if (!path.empty()) path += '/';
        path += name;
    }
    return to_nfc(path);
}

Result<BrowseRequest> read_browse(const Call& call) {
    RequestBody body(call.body);
    const std::string peer = body.text("peer");
    BrowseRequest request;
    request.path = tidy_path(body.text_if_given("path").value_or(""));
    std::string after = body.text_if_given("after").value_or("");
    if (const auto error = body.error()) return std::unexpected(*error);
    if (after.starts_with(kFolderMark)) {
        request.after = after.substr(kFolderMark.size());
        request.after_kind = EntryKind::folder;
    } else if (after.starts_with(kFileMark)) {
        request.after = after.substr(kFileMark.size());
        request.after_kind = EntryKind::file;
    } else if (!after.empty()) {
        return failure(ErrorCode::invalid_argument, "",
                       "\"after\" must be what an earlier answer has as \"next\".");
    }
    const Result<PeerId> chosen = choose_peer(call.backend.peers(), peer);
    if (!chosen) return std::unexpected(chosen.error());
    request.peer = *chosen;
    return request;
}

}  // namespace

json::value to_json(const BrowseReport& report) {
    json::array entries;
    for (const BrowseReport::Item& item : report.entries) {
        const bool is_folder = item.kind == EntryKind::folder;
        const std::string path = join_path(report.path, item.name);
        json::object entry{{"name", text(item.name)},
                           {"kind", kind_name(item.kind)},
                           {"path", text(path)},
                           {"size", item.size_bytes},
                           {"modified", item.modified},
                           {"hash", nullptr},
                           {"files", is_folder ? item.files : 1}};
        if (item.hash) entry["hash"] = text(*item.hash);
        entries.push_back(std::move(entry));
    }
    json::value next = nullptr;
    if (report.more && !report.entries.empty()) {
        const BrowseReport::Item& last = report.entries.back();
        const std::string_view mark = last.kind == EntryKind::folder ? kFolderMark : kFileMark;
        next = text(std::string(mark) + last.name);
    }
    json::value as_of = nullptr;
    if (report.as_of) as_of = *report.as_of;
    return json::object{{"peer", to_object(report.peer)}, {"online", !report.as_of},
                        {"as_of", std::move(as_of)},      {"path", text(report.path)},
                        {"files", report.files},          {"bytes", report.bytes},
                        {"next", std::move(next)},        {"entries", std::move(entries)}};
}

void handle_browse(Call call, Answer answer) {
    Result<BrowseRequest> request = read_browse(call);
    if (!request) return answer(answer_of(request.error()));
    call.backend.browse(std::move(*request),
                        [answer = std::move(answer)](Result<BrowseReport> report) {
                            answer(answer_of_result(report));
                        });
}

}  // namespace iwant::control
