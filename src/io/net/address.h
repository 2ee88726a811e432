#pragma once

// Addresses between our numeric text form and Asio's endpoints. Private to io/net.

#include <optional>
#include <string>

#include <boost/asio/ip/tcp.hpp>

#include "core/protocol/messages.h"

namespace iwant::net {

/// The endpoint of a numeric host ("192.0.2.7", "fe80::1%eth0"); nothing for a name.
std::optional<boost::asio::ip::tcp::endpoint> numeric_endpoint(const protocol::Address& address);

/// "192.0.2.7" also for ::ffff:192.0.2.7; the scope is there where the address is link-local.
std::string numeric_host(const boost::asio::ip::address& address);

}  // namespace iwant::net
