#include "io/control/json.h"

#include "io/control/json_text.h"

namespace iwant::control {

namespace {

namespace json = boost::json;

json::value optional_text(const std::optional<std::string>& value) {
    if (!value) return nullptr;
    return text(*value);
}

json::value to_value(const std::optional<LeaderRef>& leader) {
    if (!leader) return nullptr;
    json::object object = to_object(leader->peer);
    object["self"] = leader->self;
    object["epoch"] = leader->epoch;
    return object;
}

json::object to_object(const StatusReport::Shared& shared) {
    return {{"folders", texts(shared.folders)},
            {"files", shared.files},
            {"bytes", shared.bytes},
            {"unhashed", shared.unhashed},
            {"scanning", shared.scanning},
            {"advice", text(shared.advice)},
            {"unreadable", texts(shared.unreadable)}};
}

json::object to_object(const StatusReport::Downloads& downloads) {
    return {{"folder", text(downloads.folder)},
            {"active", downloads.active},
            {"waiting", downloads.waiting},
            {"done", downloads.done},
            {"failed", downloads.failed}};
}

json::object to_object(const InterfaceReport& interface) {
    return {{"name", text(interface.name)},
            {"addresses", texts(interface.addresses)},
            {"used", interface.used},
            {"why_not", text(interface.why_not)}};
}

json::object to_object(const PeerReport& peer) {
    json::object object = to_object(peer.peer);
    object["address"] = text(peer.address);
    object["self"] = peer.self;
    object["online"] = peer.online;
    object["leader"] = peer.leader;
    object["files"] = peer.files;
    object["bytes"] = peer.bytes;
    object["version"] = text(peer.version);
    object["last_seen"] = peer.last_seen ? json::value(*peer.last_seen) : json::value(nullptr);
    object["banned_until"] =
        peer.banned_until ? json::value(*peer.banned_until) : json::value(nullptr);
    object["same_name"] = peer.same_name;
    return object;
}

json::object to_object(const ResultReport& result) {
    json::array sources;
    for (const SourceReport& source : result.sources) {
        sources.push_back(json::object{{"peer", text(source.peer.id)},
                                       {"name", text(source.peer.name)},
                                       {"online", source.online}});
    }
    json::object object{{"row", result.row},
                        {"hash", optional_text(result.hash)},
                        {"kind", kind_name(result.kind)},
                        {"name", text(result.name)},
                        {"path", text(result.path)},
                        {"size", result.size_bytes},
                        {"modified", result.modified},
                        {"score", result.score},
                        {"sources", std::move(sources)}};
    if (result.as_of) object["as_of"] = *result.as_of;
    return object;
}

}  // namespace

json::value to_json(const StatusReport& report) {
    json::array standbys;
    for (const PeerRef& peer : report.standbys) standbys.push_back(to_object(peer));
    json::array interfaces;
    for (const InterfaceReport& each : report.interfaces) interfaces.push_back(to_object(each));
    return json::object{
        {"peer", to_object(report.peer)},
        {"version", text(report.version)},
        {"uptime_s", report.uptime_s},
        {"port", report.port},
        {"web_port", report.web_port},
        {"leader", to_value(report.leader)},
        {"standbys", std::move(standbys)},
        {"peers", report.peers},
        {"coverage", json::object{{"known", report.known}, {"indexed", report.indexed}}},
        {"shared", to_object(report.shared)},
        {"downloads", to_object(report.downloads)},
        {"interfaces", std::move(interfaces)},
        {"warnings", sentences(report.warnings)}};
}

json::value to_json(const std::vector<PeerReport>& peers) {
    json::array array;
    for (const PeerReport& peer : peers) array.push_back(to_object(peer));
    return json::object{{"peers", std::move(array)}};
}

json::value to_json(const ConfigReport& report) {
    return json::object{{"home", text(report.home)},
                        {"config_file", text(report.config_file)},
                        {"name", text(report.name)},
                        {"shared_folders", texts(report.shared_folders)},
                        {"download_folder", text(report.download_folder)},
                        {"port", report.port},
                        {"web_port", report.web_port}};
}

json::value to_value(const std::optional<VerifyReport>& report) {
    if (!report) return nullptr;
    json::value with = nullptr;
    if (report->with) with = to_object(*report->with);
    json::array missing;
    for (const ResultReport& result : report->missing) missing.push_back(to_object(result));
    return json::object{{"with", std::move(with)}, {"missing", std::move(missing)}};
}

json::value to_json(const SearchReport& report) {
    json::array results;
    for (const ResultReport& result : report.results) results.push_back(to_object(result));
    return json::object{
        {"query", text(report.query)},
        {"complete", report.complete},
        {"coverage", json::object{{"known", report.known}, {"indexed", report.indexed}}},
        {"leader", to_value(report.leader)},
        {"epoch", report.epoch},
        {"took_ms", report.took_ms},
        {"total", report.total},
        {"source", text(report.source)},
        {"asked", report.asked},
        {"answered", report.answered},
        {"verification", to_value(report.verification)},
        {"remarks", texts(report.remarks)},
        {"did_you_mean", optional_text(report.did_you_mean)},
        {"results", std::move(results)}};
}

json::value to_json(const DownloadReport& report) {
    json::object source_bytes;
    json::object source_names;
    json::object source_rates;
    json::object source_places;
    for (const SourceProgress& source : report.sources) {
        source_bytes[source.peer.id] = source.bytes;
        source_names[source.peer.id] = text(source.peer.name);
        source_rates[source.peer.id] = source.rate;
        if (source.place > 0) source_places[source.peer.id] = source.place;
    }
    return json::object{
        {"id", report.id},
        {"hash", optional_text(report.hash)},
        {"kind", kind_name(report.kind)},
        {"name", text(report.name)},
        {"folder", text(report.folder)},
        {"state", text(report.state)},
        {"bytes_done", report.bytes_done},
        {"bytes_total", report.bytes_total},
        {"rate", report.rate},
        {"place", report.place ? json::value(*report.place) : nullptr},
        {"seconds_left", report.seconds_left ? json::value(*report.seconds_left) : nullptr},
        {"files_done", report.files_done},
        {"files_total", report.files_total},
        {"seconds", report.seconds},
        {"sources", report.active_sources},
        {"source_bytes", std::move(source_bytes)},
        {"source_names", std::move(source_names)},
        {"source_rates", std::move(source_rates)},
        {"source_places", std::move(source_places)},
        {"code", optional_text(report.code)},
        {"message", text(report.message)},
        {"path", text(report.path)},
        {"verified", report.verified},
        {"streamed", report.streamed}};
}

json::value to_json(const FilesReport& report) {
    json::array files;
    for (const FilesReport::File& file : report.files) {
        files.push_back(
            {{"path", text(file.path)}, {"size", file.size}, {"bytes_done", file.bytes_done}});
    }
    return json::object{{"download", to_json(report.download)},
                        {"first", report.first},
                        {"files", std::move(files)}};
}

json::value to_json(const LimitsReport& report) {
    const auto limit = [](const LimitsReport::Limit& one) {
        return json::object{{"setting", text(one.setting)},
                            {"now", one.now ? json::value(*one.now) : nullptr}};
    };
    return json::object{{"upload", limit(report.upload)}, {"download", limit(report.download)}};
}

json::value to_json(const std::vector<DownloadReport>& downloads) {
    json::array array;
    for (const DownloadReport& download : downloads) array.push_back(to_json(download));
    return json::object{{"downloads", std::move(array)}};
}

json::value to_json(const Error& error) {
    return json::object{
        {"error", json::object{{"code", to_string(error.code)}, {"message", text(error.text())}}}};
}

std::optional<Error> error_from_json(std::string_view body) {
    boost::system::error_code failed;
    const json::value value = json::parse({body.data(), body.size()}, failed);
    const json::object* outer = failed ? nullptr : value.if_object();
    const json::value* inner = outer ? outer->if_contains("error") : nullptr;
    const json::object* error = inner ? inner->if_object() : nullptr;
    if (!error) return std::nullopt;
    const json::value* code = error->if_contains("code");
    const json::value* message = error->if_contains("message");
    if (!code || !code->is_string() || !message || !message->is_string()) return std::nullopt;
    Error result{ErrorCode::io, "", std::string(std::string_view(message->get_string()))};
    for (int i = 0; i <= static_cast<int>(ErrorCode::not_running); ++i) {
        const auto candidate = static_cast<ErrorCode>(i);
        if (to_string(candidate) == std::string_view(code->get_string())) result.code = candidate;
    }
    return result;
}

unsigned http_status(ErrorCode code) {
    switch (code) {
        case ErrorCode::invalid_argument:
            return 400;
        case ErrorCode::not_found:
            return 404;
        case ErrorCode::already_exists:
            return 409;
        case ErrorCode::permission:
            return 403;
        case ErrorCode::no_space:
            return 507;
        case ErrorCode::io:
            return 500;
        case ErrorCode::network:
            return 502;
        case ErrorCode::timeout:
            return 504;
        case ErrorCode::protocol:
            return 502;
        case ErrorCode::limit:
            return 422;
        case ErrorCode::unsafe_name:
            return 422;
        case ErrorCode::changed:
            return 409;
        case ErrorCode::corrupt:
            return 502;
        case ErrorCode::unavailable:
            return 503;
        case ErrorCode::busy:
            return 409;
        case ErrorCode::cancelled:
            return 409;
        case ErrorCode::not_running:
            return 503;
    }
    return 500;
}

}  // namespace iwant::control
