#pragma once

// Datagrams to everybody on the link and from everybody: IPv4 multicast and subnet broadcast, IPv6
// link-local multicast, on every usable interface, following interfaces as they come and go. No
// question is ever asked which one; --interface narrows it. Knows nothing of what the datagrams
// say.

#include <array>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "base/log.h"
#include "base/result.h"
#include "core/protocol/address_text.h"
#include "io/net/channel.h"

namespace boost::asio {
class io_context;
}

namespace iwant::net {

inline constexpr char kMulticastGroup4[] = "239.192.49.26";
inline constexpr char kMulticastGroup6[] = "ff12::4926";

/// How a datagram came.
struct Arrival {
    std::string host;  ///< its source, numeric, with the interface as scope where it is link-local
    Channel channel = Channel::direct;
    std::string interface;
};

class DiscoveryListener {
  public:
    virtual ~DiscoveryListener() = default;
    virtual void datagram_heard(std::span<const std::uint8_t> datagram, const Arrival& arrival) = 0;
    /// An interface or address came: announcing again makes sense.
    virtual void network_changed() = 0;
};

struct DiscoveryOptions {
    std::vector<std::string> interfaces;  ///< names or addresses; empty: all usable ones
    std::uint16_t port = protocol::kUsualPort;
};

/// How one channel of an interface fares.
struct ChannelUse {
    bool possible = false;  ///< the interface has an address that it needs
    bool joined = false;    ///< to the group; broadcasts need none
    std::uint64_t sent = 0;
    std::uint64_t failed = 0;
    std::string last_error;  ///< of the last datagram; empty when it went out
    std::uint64_t heard = 0;
};

/// How one interface fares, for `status` and `doctor`.
struct InterfaceUse {
    std::string name;
    std::vector<std::string> addresses;
    bool used = false;
    std::string why_not;
    bool enabled = false;
    bool carrier = false;
    std::array<ChannelUse, kChannels.size()> channels{};

    const ChannelUse& on(Channel channel) const { return channels[index_of(channel)]; }
};

class Discovery {
  public:
    /// Context, listener and logger must outlive it. Runs on the event thread.
    Discovery(boost::asio::io_context& context, DiscoveryOptions options,
              DiscoveryListener& listener, Logger& logger);
    ~Discovery();

    /// Opens the sockets; fails only when none can be opened at all.
    Result<void> open();
    /// Sends it on every interface; failures are logged once for each interface and tried again.
    void send(std::span<const std::uint8_t> datagram);
    std::vector<InterfaceUse> interfaces() const;
    void close();

  private:
    struct State;
    std::shared_ptr<State> state_;
};

}  // namespace iwant::net
