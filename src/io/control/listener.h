#pragma once

// One door of the API: accepts connections up to a cap, owns them, and ends them when it closes.

#include <cstdint>
#include <memory>
#include <set>

#include <boost/asio/awaitable.hpp>
#include <boost/asio/basic_socket_acceptor.hpp>
#include <boost/asio/generic/stream_protocol.hpp>

#include "base/log.h"
#include "io/control/connection.h"

namespace iwant::control {

using Acceptor = boost::asio::basic_socket_acceptor<boost::asio::generic::stream_protocol>;

class Listener : public std::enable_shared_from_this<Listener> {
  public:
    /// Each door has its own, so that the web port cannot shut out the CLI.
    static constexpr std::size_t kConnectionsMax = 32;

    /// `acceptor` listens already.
    Listener(Acceptor acceptor, Door door, ConnectionTimes times, Backend& backend, Logger& logger);

    void start();
    void close();

  private:
    boost::asio::awaitable<void> accept_all();
    void admit(Connection::Socket socket);
    void forget(const std::shared_ptr<Connection>& connection);

    Acceptor acceptor_;
    const Door door_;
    const ConnectionTimes times_;
    Backend& backend_;
    Logger& logger_;
    std::set<std::shared_ptr<Connection>> connections_;
    bool closed_ = false;
};

}  // namespace iwant::control
