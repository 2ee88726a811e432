#include "io/net/multicast_socket.h"

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <system_error>

#include <boost/asio/ip/multicast.hpp>
#include <boost/asio/ip/v6_only.hpp>

#include "io/net/discovery.h"

namespace iwant::net {

namespace asio = boost::asio;
using asio::ip::udp;

namespace {

constexpr char kOperation[] = "open the discovery socket";
constexpr int kHopsMax = 1;
/// What comes while we are busy; the system may give less.
constexpr int kReceiveBytes = 1 << 20;

/// Room for one control message, aligned as the system wants it.
union ControlBuffer {
    cmsghdr header;
    std::array<char, 128> bytes;
};

std::unexpected<Error> system_failure(const char* operation) {
    return failure(ErrorCode::network, operation, std::generic_category().message(errno));
}

bool set_option(int descriptor, int level, int name, int value) {
    return ::setsockopt(descriptor, level, name, &value, sizeof value) == 0;
}

/// Tells us each datagram's interface, and delivers only groups that this very socket joined.
bool set_reception(int descriptor, bool ipv6) {
    set_option(descriptor, SOL_SOCKET, SO_RCVBUF, kReceiveBytes);
    if (ipv6) {
#ifdef IPV6_MULTICAST_ALL
        set_option(descriptor, IPPROTO_IPV6, IPV6_MULTICAST_ALL, 0);
#endif
        return set_option(descriptor, IPPROTO_IPV6, IPV6_RECVPKTINFO, 1);
    }
#ifdef IP_MULTICAST_ALL
    set_option(descriptor, IPPROTO_IP, IP_MULTICAST_ALL, 0);
#endif
    return set_option(descriptor, IPPROTO_IP, IP_PKTINFO, 1) &&
           set_option(descriptor, SOL_SOCKET, SO_BROADCAST, 1);
}

template <class Info>
void attach(msghdr& message, int level, int type, const Info& info) {
    cmsghdr* header = CMSG_FIRSTHDR(&message);
    header->cmsg_level = level;
    header->cmsg_type = type;
    header->cmsg_len = CMSG_LEN(sizeof info);
    std::memcpy(CMSG_DATA(header), &info, sizeof info);
    message.msg_controllen = CMSG_SPACE(sizeof info);
}

/// Fills in which interface the system says a datagram came in by, and where it was sent to.
void read_arrival(msghdr& message, ReceivedDatagram& datagram) {
    for (cmsghdr* header = CMSG_FIRSTHDR(&message); header != nullptr;
         header = CMSG_NXTHDR(&message, header)) {
        if (header->cmsg_level == IPPROTO_IP && header->cmsg_type == IP_PKTINFO) {
            in_pktinfo info{};
            std::memcpy(&info, CMSG_DATA(header), sizeof info);
            asio::ip::address_v4::bytes_type bytes{};
            std::memcpy(bytes.data(), &info.ipi_addr, bytes.size());
            datagram.destination = asio::ip::address_v4(bytes);
            datagram.interface_index = static_cast<unsigned>(info.ipi_ifindex);
        }
        if (header->cmsg_level == IPPROTO_IPV6 && header->cmsg_type == IPV6_PKTINFO) {
            in6_pktinfo info{};
            std::memcpy(&info, CMSG_DATA(header), sizeof info);
            asio::ip::address_v6::bytes_type bytes{};
            std::memcpy(bytes.data(), &info.ipi6_addr, bytes.size());
            datagram.destination = asio::ip::address_v6(bytes);
            datagram.interface_index = info.ipi6_ifindex;
        }
    }
}

}  // namespace

Result<MulticastSocket> MulticastSocket::open(asio::io_context& context, const udp& protocol,
                                              std::uint16_t port) {
    const bool ipv6 = protocol == udp::v6();
    udp::socket socket(context);
    boost::system::error_code error;
    socket.open(protocol, error);
    if (!error) socket.set_option(udp::socket::reuse_address(true), error);
    if (!error && ipv6) socket.set_option(asio::ip::v6_only(true), error);
    if (!error) socket.set_option(asio::ip::multicast::hops(kHopsMax), error);
    if (!error) socket.set_option(asio::ip::multicast::enable_loopback(true), error);
    if (!error) socket.bind(udp::endpoint(protocol, port), error);
    if (!error) socket.non_blocking(true, error);
    if (error) return failure(ErrorCode::network, kOperation, error.message());
    if (!set_reception(socket.native_handle(), ipv6)) return system_failure(kOperation);
    return MulticastSocket(std::move(socket), port, ipv6);
}

Result<void> MulticastSocket::join(unsigned interface_index) {
    const int descriptor = socket_.native_handle();
    if (ipv6_) {
        ipv6_mreq request{};
        const auto group = asio::ip::make_address_v6(kMulticastGroup6).to_bytes();
        std::memcpy(&request.ipv6mr_multiaddr, group.data(), group.size());
        request.ipv6mr_interface = interface_index;
        ::setsockopt(descriptor, IPPROTO_IPV6, IPV6_DROP_MEMBERSHIP, &request, sizeof request);
        if (::setsockopt(descriptor, IPPROTO_IPV6, IPV6_ADD_MEMBERSHIP, &request, sizeof request) !=
            0) {
            return system_failure("join the IPv6 multicast group");
        }
        return {};
    }
    ip_mreqn request{};
    const auto group = asio::ip::make_address_v4(kMulticastGroup4).to_bytes();
    std::memcpy(&request.imr_multiaddr, group.data(), group.size());
    request.imr_ifindex = static_cast<int>(interface_index);
    ::setsockopt(descriptor, IPPROTO_IP, IP_DROP_MEMBERSHIP, &request, sizeof request);
    if (::setsockopt(descriptor, IPPROTO_IP, IP_ADD_MEMBERSHIP, &request, sizeof request) != 0) {
        return system_failure("join the IPv4 multicast group");
    }
    return {};
}

Result<void> MulticastSocket::send_to_group(const platform::Interface& interface,
                                            std::span<const std::uint8_t> bytes) const {
    if (ipv6_) {
        auto group = asio::ip::make_address_v6(kMulticastGroup6);
        group.scope_id(interface.index);
        return send(udp::endpoint(group, port_), interface.index, {}, bytes);
    }
    const auto own =
        std::ranges::find(interface.addresses, false, &platform::InterfaceAddress::ipv6);
    if (own == interface.addresses.end()) return {};
    const auto group = asio::ip::make_address_v4(kMulticastGroup4);
    return send(udp::endpoint(group, port_), interface.index, own->address, bytes);
}

Result<void> MulticastSocket::send_to_subnet(const platform::Interface& interface,
                                             const platform::InterfaceAddress& own,
                                             std::span<const std::uint8_t> bytes) const {
    boost::system::error_code error;
    const auto broadcast = asio::ip::make_address_v4(own.broadcast, error);
    if (error) return failure(ErrorCode::network, "send a broadcast", error.message());
    return send(udp::endpoint(broadcast, port_), interface.index, own.address, bytes);
}

Result<void> MulticastSocket::send(const udp::endpoint& target, unsigned interface_index,
                                   const std::string& own_address4,
                                   std::span<const std::uint8_t> bytes) const {
    udp::endpoint to = target;
    iovec content{const_cast<std::uint8_t*>(bytes.data()), bytes.size()};
    ControlBuffer control{};
    msghdr message{};
    message.msg_name = to.data();
    message.msg_namelen = static_cast<socklen_t>(to.size());
    message.msg_iov = &content;
    message.msg_iovlen = 1;
    message.msg_control = control.bytes.data();
    message.msg_controllen = control.bytes.size();
    if (ipv6_) {
        in6_pktinfo info{};
        info.ipi6_ifindex = interface_index;
        attach(message, IPPROTO_IPV6, IPV6_PKTINFO, info);
    } else {
        in_pktinfo info{};
        info.ipi_ifindex = static_cast<int>(interface_index);
        const auto own = asio::ip::make_address_v4(own_address4).to_bytes();
        std::memcpy(&info.ipi_spec_dst, own.data(), own.size());
        attach(message, IPPROTO_IP, IP_PKTINFO, info);
    }
    if (::sendmsg(socket_.native_handle(), &message, MSG_NOSIGNAL | MSG_DONTWAIT) < 0) {
        return system_failure("send a datagram");
    }
    return {};
}

std::optional<ReceivedDatagram> MulticastSocket::receive(std::span<std::uint8_t> buffer) {
    ReceivedDatagram datagram;
    iovec content{buffer.data(), buffer.size()};
    ControlBuffer control{};
    msghdr message{};
    message.msg_name = datagram.source.data();
    message.msg_namelen = static_cast<socklen_t>(datagram.source.capacity());
    message.msg_iov = &content;
    message.msg_iovlen = 1;
    message.msg_control = control.bytes.data();
    message.msg_controllen = control.bytes.size();
    const ssize_t got = ::recvmsg(socket_.native_handle(), &message, MSG_DONTWAIT);
    if (got < 0) return std::nullopt;
    datagram.source.resize(message.msg_namelen);
    datagram.bytes = buffer.first(static_cast<std::size_t>(got));
    read_arrival(message, datagram);
    datagram.truncated = (message.msg_flags & MSG_TRUNC) != 0;
    return datagram;
}

}  // namespace iwant::net
