#pragma once

// The HTTP server of the local API: on a Unix-domain socket in the state folder (0600, for the CLI)
// and, unless turned off, on 127.0.0.1 with a bearer token (for the page and for scripts). Checks
// before routing: connection cap, header deadline, exact Host, Origin, token, content type, body
// cap (doc/security.md, "Local API").

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>

#include "base/log.h"
#include "base/result.h"
#include "io/control/api.h"

namespace boost::asio {
class io_context;
}

namespace iwant::control {

struct ServerOptions {
    std::filesystem::path socket;  ///< iwanto.sock in the state folder
    std::filesystem::path
        token_file;  ///< written anew (0600) when the web port is on; removed at the end
    bool web = true;
    std::uint16_t web_port = 4927;  ///< a free one is used when it is taken
    std::chrono::milliseconds header_timeout{
        5'000};  ///< from the connection to the last header byte
};

class Server {
  public:
    /// Context, backend and logger must outlive it. Runs on the event thread.
    Server(boost::asio::io_context& context, ServerOptions options, Backend& backend,
           Logger& logger);
    ~Server();
    /// Fails when the socket cannot be made; a web port that cannot be had is an error too.
    Result<void> open();
    std::uint16_t web_port() const;  ///< 0 when off
    void close();

  private:
    struct State;
    std::shared_ptr<State> state_;
};

}  // namespace iwant::control
