#include "io/control/checks.h"

#include <algorithm>
#include <array>
#include <charconv>

namespace iwant::control {

namespace {

Rejection reject(unsigned status, ErrorCode code, std::string message) {
    return {status, code, std::move(message), {}};
}

constexpr std::string_view kTokenQuery = "token=";

std::optional<Rejection> rejection_of(TokenGuard::Verdict verdict) {
    switch (verdict) {
        case TokenGuard::Verdict::accepted:
            return std::nullopt;
        case TokenGuard::Verdict::refused:
            return reject(401, ErrorCode::permission, "The token is missing or wrong.");
        case TokenGuard::Verdict::too_many:
            break;
    }
    return reject(429, ErrorCode::limit, "Too many wrong tokens. Wait a minute.");
}

std::array<std::string, 3> own_authorities(std::uint16_t port) {
    const std::string suffix = ":" + std::to_string(port);
    return {"127.0.0.1" + suffix, "localhost" + suffix, "[::1]" + suffix};
}

bool is_own_origin(std::string_view origin, std::uint16_t port) {
    const auto authorities = own_authorities(port);
    return std::any_of(authorities.begin(), authorities.end(), [origin](const std::string& own) {
        return equal_ignoring_case(origin, "http://" + own);
    });
}

}  // namespace

std::optional<Rejection> check_header_text(std::string_view text) {
    if (text.find('\0') != std::string_view::npos) {
        return reject(400, ErrorCode::invalid_argument, "The header has a NUL in it.");
    }
    if (text.find("\n ") != std::string_view::npos || text.find("\n\t") != std::string_view::npos) {
        return reject(400, ErrorCode::invalid_argument, "The header has folded lines.");
    }
    const auto lines = static_cast<std::size_t>(std::count(text.begin(), text.end(), '\n'));
    if (lines > kHeaderFieldsMax + 2) {  // the request line and the empty one
        return reject(431, ErrorCode::limit, "The header has too many fields.");
    }
    return std::nullopt;
}

std::optional<Rejection> check_host(const RequestHead& head, const Door& door) {
    if (head.count("Host") != 1) {
        return reject(400, ErrorCode::invalid_argument, "One Host field is needed.");
    }
    if (head.target.empty() || head.target.front() != '/') {
        return reject(421, ErrorCode::permission, "The request is not meant for this server.");
    }
    if (door.kind == Door::Kind::local) return std::nullopt;
    const std::string_view host = head.value("Host");
    for (const std::string& own : own_authorities(door.port)) {
        if (equal_ignoring_case(host, own)) return std::nullopt;
    }
    return reject(421, ErrorCode::permission, "The request is not meant for this server.");
}

std::optional<Rejection> check_origin(const RequestHead& head, const Door& door) {
    const bool foreign_origin =
        head.count("Origin") > 1 ||
        (head.count("Origin") == 1 &&
         (door.kind == Door::Kind::local || !is_own_origin(head.value("Origin"), door.port)));
    const std::string_view site = head.value("Sec-Fetch-Site");
    const bool foreign_site =
        head.count("Sec-Fetch-Site") > 0 &&
        (head.count("Sec-Fetch-Site") > 1 || (site != "same-origin" && site != "none"));
    if (!foreign_origin && !foreign_site) return std::nullopt;
    return reject(403, ErrorCode::permission, "Requests from other sites are refused.");
}

std::optional<Rejection> check_token(const RequestHead& head, const Door& door, Time now) {
    if (door.kind == Door::Kind::local) return std::nullopt;
    const std::string_view field =
        head.count("Authorization") == 1 ? head.value("Authorization") : std::string_view();
    return rejection_of(door.guard->check(field, now));
}

std::optional<Rejection> check_file_token(const RequestHead& head, std::string_view query,
                                          std::string_view hash, const Door& door, Time now) {
    if (door.kind == Door::Kind::local) return std::nullopt;
    if (query.empty()) return check_token(head, door, now);
    const std::string_view token =
        query.starts_with(kTokenQuery) ? query.substr(kTokenQuery.size()) : std::string_view();
    return rejection_of(door.guard->check_file(token, hash, now));
}

std::optional<Rejection> check_content(const RequestHead& head) {
    const bool changes = head.method != "GET" && head.method != "HEAD";
    const std::string_view type = head.value("Content-Type");
    const std::string_view media = type.substr(0, type.find(';'));
    if (changes &&
        (head.count("Content-Type") != 1 || !equal_ignoring_case(media, "application/json"))) {
        return reject(415, ErrorCode::invalid_argument, "The body must be application/json.");
    }
    const std::string_view length = head.value("Content-Length");
    std::uint64_t bytes = 0;
    const auto [end, error] = std::from_chars(length.data(), length.data() + length.size(), bytes);
    if (!length.empty() && (error != std::errc() || bytes > kBodyBytesMax)) {
        return reject(413, ErrorCode::limit, "The body is too large.");
    }
    return std::nullopt;
}

}  // namespace iwant::control
