#pragma once

// Host names to endpoints, for addresses that people typed. Private to io/net.

#include <chrono>
#include <functional>
#include <vector>

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>

#include "base/result.h"
#include "core/protocol/messages.h"

namespace iwant::net {

using Endpoints = std::vector<boost::asio::ip::tcp::endpoint>;

/// A name has at most this many addresses that are tried.
inline constexpr std::size_t kEndpointsMax = 8;

/// Asks the system's resolver on its own thread; `done` is called once on the event thread, at the
/// latest after `timeout`, never from inside this call.
void look_up(boost::asio::io_context& context, const protocol::Address& address,
             std::chrono::milliseconds timeout, std::function<void(Result<Endpoints>)> done);

}  // namespace iwant::net
