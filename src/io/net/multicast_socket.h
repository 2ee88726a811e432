#pragma once

// One UDP socket of one IP version that knows which interface each datagram came in by and goes out
// on. Private to io/net.

#include <cstdint>
#include <optional>
#include <span>
#include <string>

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/udp.hpp>

#include "base/result.h"
#include "io/platform/interfaces.h"

namespace iwant::net {

struct ReceivedDatagram {
    std::span<const std::uint8_t> bytes;
    boost::asio::ip::udp::endpoint source;
    boost::asio::ip::address destination;  ///< a group, a broadcast address, or ours
    unsigned interface_index = 0;
    bool truncated = false;  ///< it was longer than the buffer
};

class MulticastSocket {
  public:
    /// Shares the port with others on this host. Multicast stays on the link (TTL 1) and is heard
    /// by this host too.
    static Result<MulticastSocket> open(boost::asio::io_context& context,
                                        const boost::asio::ip::udp& protocol, std::uint16_t port);

    /// Makes the membership of the group on this interface new, so that switches hear of it again.
    Result<void> join(unsigned interface_index);
    /// Sends out of this interface to the group.
    Result<void> send_to_group(const platform::Interface& interface,
                               std::span<const std::uint8_t> bytes) const;
    /// Sends out of this interface to the broadcast address of one of its IPv4 addresses.
    Result<void> send_to_subnet(const platform::Interface& interface,
                                const platform::InterfaceAddress& own,
                                std::span<const std::uint8_t> bytes) const;
    /// The next datagram that is there already.
    std::optional<ReceivedDatagram> receive(std::span<std::uint8_t> buffer);

    boost::asio::ip::udp::socket& socket() { return socket_; }
    bool is_ipv6() const { return ipv6_; }

  private:
    MulticastSocket(boost::asio::ip::udp::socket socket, std::uint16_t port, bool ipv6)
        : socket_(std::move(socket)), port_(port), ipv6_(ipv6) {}
    Result<void> send(const boost::asio::ip::udp::endpoint& target, unsigned interface_index,
                      const std::string& own_address4, std::span<const std::uint8_t> bytes) const;

    // Sending changes nothing here; Asio's native_handle() is just not const.
    mutable boost::asio::ip::udp::socket socket_;
    std::uint16_t port_;
    bool ipv6_;
};

}  // namespace iwant::net
