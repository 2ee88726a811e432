#pragma once

// Whether anybody accepts connections at an address: connects and hangs up. Tells a closed port
// from a firewall that swallows packets, which a failed dial does not.

#include <chrono>
#include <functional>
#include <string>

#include "base/time.h"
#include "core/protocol/messages.h"

namespace boost::asio {
class io_context;
}

namespace iwant::net {

enum class Reach {
    accepted,
    refused,      ///< the computer is there and nobody listens, or a firewall says no
    silent,       ///< no answer: switched off, or a firewall drops what comes
    unreachable,  ///< no way there: other network, or it does not answer on its own link
    unknown_name,
};

struct Probed {
    Reach reach = Reach::silent;
    Duration took{};
    std::string message;  ///< the system's word
};

/// `done` is called once on the event thread, never from inside this call.
void probe_tcp(boost::asio::io_context& context, const protocol::Address& address,
               std::chrono::milliseconds timeout, std::function<void(Probed)> done);

}  // namespace iwant::net
