#pragma once

// The sockets that a transport listens on: one port on all addresses, or on a few. Private to
// io/net.

#include <cstdint>
#include <string>
#include <vector>

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>

#include "base/result.h"

namespace iwant::net {

struct Listening {
    std::vector<boost::asio::ip::tcp::acceptor> acceptors;
    std::uint16_t port = 0;
};

/// Listens on `port`, or on a free one when that is taken. Without addresses: on all of IPv6 and
/// IPv4, on IPv4 alone where the system has no IPv6.
Result<Listening> start_listening(boost::asio::io_context& context, std::uint16_t port,
                                  const std::vector<std::string>& addresses);

}  // namespace iwant::net
