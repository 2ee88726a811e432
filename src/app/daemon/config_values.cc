#include "app/daemon/config_values.h"

#include <charconv>

#include "base/text.h"
#include "base/utf8.h"
#include "io/platform/paths.h"

namespace iwant::daemon {

namespace {

std::unexpected<Error> wrong(std::string message) {
    return failure(ErrorCode::invalid_argument, "", std::move(message));
}

bool has_control_character(std::string_view text) {
    return escape_for_display(text) != text;
}

}  // namespace

Result<std::string> check_name(const std::string& name) {
    if (name.empty() || name.size() > kNameBytesMax) {
        return wrong("must have 1 to " + std::to_string(kNameBytesMax) + " bytes");
    }
    if (!is_valid_utf8(name) || has_control_character(name)) {
        return wrong("must be plain text without control characters");
    }
    return name;
}

Result<std::uint16_t> check_port(std::int64_t port) {
    if (port < 1 || port > 65535) return wrong("must be a port number from 1 to 65535");
    return static_cast<std::uint16_t>(port);
}

Result<std::uint16_t> parse_port(const std::string& text) {
    std::int64_t port = 0;
    const auto [end, failed] = std::from_chars(text.data(), text.data() + text.size(), port);
    if (failed != std::errc() || end != text.data() + text.size()) port = 0;
    return check_port(port);
}

Result<std::string> check_peer_address(const std::string& address) {
    const std::size_t colon = address.rfind(':');
    const bool bracketed = address.starts_with('[') && address.find(']') != std::string::npos;
    const bool plain_ipv6 = !bracketed && colon != address.find(':');
    const bool has_port =
        colon != std::string::npos && !plain_ipv6 && (!bracketed || colon > address.find(']'));
    const std::string host = has_port ? address.substr(0, colon) : address;
    if (host.empty() || host == "[]" || host.size() > 255 ||
        host.find_first_of(" \t/@") != std::string::npos || has_control_character(host)) {
        return wrong("must be an address like 192.0.2.7:4926, [fe80::1]:4926 or host:4926");
    }
    if (!has_port) return address;
    const Result<std::uint16_t> port = parse_port(address.substr(colon + 1));
    if (!port) return wrong("must end in a port number from 1 to 65535, or name none");
    return address;
}

Result<std::filesystem::path> configured_path(const std::string& text) {
    if (!text.starts_with('/') && text != "~" && !text.starts_with("~/") &&
        !std::filesystem::path(text).is_absolute()) {
        return wrong("must be an absolute path, or begin with ~/");
    }
    return platform::resolve(text);
}

}  // namespace iwant::daemon
