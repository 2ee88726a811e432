#include "io/control/routes.h"

#include <algorithm>
#include <optional>

#include <boost/json.hpp>

#include "base/ascii.h"
#include "base/hex.h"
#include "io/control/handlers.h"
#include "io/control/json.h"

namespace iwant::control {

namespace {

constexpr std::size_t kTargetBytesMax = 256;
constexpr std::string_view kEncodedHash = "%23";

constexpr Route kRoutes[] = {
    {"GET", "/health", Access::open, handle_health},
    {"GET", "/api/status", Access::token, handle_status},
    {"GET", "/api/peers", Access::token, handle_peers},
    {"GET", "/api/config", Access::token, handle_config},
    {"POST", "/api/search", Access::token, handle_search},
    {"POST", "/api/browse", Access::token, handle_browse},
    {"GET", "/api/downloads", Access::token, handle_downloads},
    {"POST", "/api/downloads", Access::token, handle_download},
    {"GET", "/api/downloads/{}", Access::token, handle_download_status},
    {"POST", "/api/downloads/all/pause", Access::token, handle_pause_all},
    {"POST", "/api/downloads/all/resume", Access::token, handle_resume_all},
    {"POST", "/api/downloads/all/cancel", Access::token, handle_cancel_all},
    {"GET", "/api/downloads/{}/files/{}", Access::token, handle_files},
    {"POST", "/api/downloads/{}/pause", Access::token, handle_pause},
    {"POST", "/api/downloads/{}/resume", Access::token, handle_resume},
    {"POST", "/api/downloads/{}/cancel", Access::token, handle_cancel},
    {"POST", "/api/downloads/{}/move", Access::token, handle_move},
    {"GET", "/api/limits", Access::token, handle_limits},
    {"PUT", "/api/limits", Access::token, handle_set_limits},
    {"POST", "/api/shares", Access::token, handle_share},
    {"DELETE", "/api/shares", Access::token, handle_unshare},
    {"PUT", "/api/config/download-folder", Access::token, handle_set_download_folder},
    {"POST", "/api/connect", Access::token, handle_connect},
    {"POST", "/api/doctor", Access::token, handle_doctor},
    {"GET", "/api/events", Access::token, handle_events},
    {"POST", "/api/streams", Access::token, handle_stream},
    {"GET", "/file/{}", Access::file, handle_file},
    {"HEAD", "/file/{}", Access::file, handle_file},
    {"POST", "/api/stop", Access::token, handle_stop},
};

std::vector<std::string_view> components(std::string_view path) {
    std::vector<std::string_view> parts;
    for (std::size_t start = 1; start <= path.size();) {
        const std::size_t end = std::min(path.find('/', start), path.size());
        parts.push_back(path.substr(start, end - start));
        start = end + 1;
    }
    return parts;
}

// A parameter is a number, hex digits, or "%23" and a number: nothing else needs decoding, so
// nothing is.
std::optional<std::string> parameter(std::string_view text) {
    const bool numbered = text.starts_with(kEncodedHash);
    const std::string_view digits = numbered ? text.substr(kEncodedHash.size()) : text;
    if (digits.empty() || digits.size() > 64 || !is_hex(digits)) return std::nullopt;
    return (numbered ? "#" : "") + std::string(digits);
}

bool is_plain(std::string_view target) {
    return std::all_of(target.begin(), target.end(), [](char c) {
        return is_letter(c) || is_digit(c) || c == '/' || c == '-' || c == '_' || c == '.' ||
               c == '%';
    });
}

bool matches(std::string_view pattern, const std::vector<std::string_view>& parts) {
    const std::vector<std::string_view> wanted = components(pattern);
    return std::equal(
        wanted.begin(), wanted.end(), parts.begin(), parts.end(),
        [](std::string_view want, std::string_view part) { return want == "{}" || want == part; });
}

std::expected<RouteMatch, Rejection> with_parameters(const Route& route,
                                                     const std::vector<std::string_view>& parts) {
    RouteMatch match{&route, {}};
    const std::vector<std::string_view> wanted = components(route.pattern);
    for (std::size_t i = 0; i < wanted.size(); ++i) {
        if (wanted[i] != "{}") continue;
        const auto value = parameter(parts[i]);
        if (!value) {
            return std::unexpected(Rejection{400,
                                             ErrorCode::invalid_argument,
                                             "The path has a part that is no hash and no number.",
                                             {}});
        }
        match.parameters.push_back(*value);
    }
    return match;
}

}  // namespace

HttpAnswer answer_of(const Error& error) {
    HttpAnswer answer;
    answer.status = http_status(error.code);
    answer.body = boost::json::serialize(to_json(error));
    return answer;
}

HttpAnswer answer_of(const Rejection& rejection) {
    HttpAnswer answer = answer_of(Error{rejection.code, "", rejection.message});
    answer.status = rejection.status;
    answer.allow = rejection.allow;
    return answer;
}

std::span<const Route> routes() {
    return kRoutes;
}

Target split_target(std::string_view target) {
    const std::size_t mark = std::min(target.find('?'), target.size());
    return {target.substr(0, mark), target.substr(std::min(mark + 1, target.size()))};
}

std::expected<RouteMatch, Rejection> find_route(std::string_view method, std::string_view path) {
    if (path.size() > kTargetBytesMax || !path.starts_with('/') || !is_plain(path)) {
        return std::unexpected(
            Rejection{400, ErrorCode::invalid_argument, "This is no path of this server.", {}});
    }
    const std::vector<std::string_view> parts = components(path);
    std::string allow;
    for (const Route& route : kRoutes) {
        if (!matches(route.pattern, parts)) continue;
        if (route.method == method) return with_parameters(route, parts);
        allow += (allow.empty() ? "" : ", ") + std::string(route.method);
    }
    if (!allow.empty()) {
        return std::unexpected(Rejection{405, ErrorCode::invalid_argument,
                                         "Only " + allow + " is possible here.", allow});
    }
    return std::unexpected(Rejection{404, ErrorCode::not_found, "There is nothing here.", {}});
}

}  // namespace iwant::control
