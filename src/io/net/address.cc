#include "io/net/address.h"

namespace iwant::net {

namespace asio = boost::asio;

std::optional<asio::ip::tcp::endpoint> numeric_endpoint(const protocol::Address& address) {
    boost::system::error_code error;
    const auto parsed = asio::ip::make_address(address.host, error);
    if (error) return std::nullopt;
    return asio::ip::tcp::endpoint(parsed, address.port);
}

std::string numeric_host(const asio::ip::address& address) {
    if (address.is_v6() && address.to_v6().is_v4_mapped()) {
        return asio::ip::make_address_v4(asio::ip::v4_mapped, address.to_v6()).to_string();
    }
    return address.to_string();
}

}  // namespace iwant::net
