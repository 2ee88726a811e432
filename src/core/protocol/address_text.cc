#include "core/protocol/address_text.h"

#include <algorithm>
#include <charconv>

#include "base/text.h"

namespace iwant::protocol {

std::string to_string(const Address& address) {
    const std::string host = escape_for_display(address.host);
    const bool ipv6 = host.find(':') != std::string::npos;
    return (ipv6 ? "[" + host + "]" : host) + ":" + std::to_string(address.port);
}

Result<Address> parse_address(const std::string& text) {
    Address address{text, kUsualPort};
    std::string port;
    if (text.starts_with('[')) {
        const std::size_t end = text.find(']');
        address.host = end == std::string::npos ? "" : text.substr(1, end - 1);
        if (end != std::string::npos) port = text.substr(end + 1);
    } else if (std::ranges::count(text, ':') == 1) {
        address.host = text.substr(0, text.find(':'));
        port = text.substr(text.find(':'));
    }
    bool good = !address.host.empty();
    if (!port.empty()) {
        const char* const end = port.data() + port.size();
        const auto [read, error] = std::from_chars(port.data() + 1, end, address.port);
        good = good && port[0] == ':' && error == std::errc{} && read == end && address.port != 0;
    }
    if (good) return address;
    return failure(ErrorCode::invalid_argument, "read address \"" + text + "\"",
                   "write it as HOST:PORT, for example 192.168.1.20:4926 or [fe80::1%eth0]:4926");
}

}  // namespace iwant::protocol
