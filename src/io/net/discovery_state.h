#pragma once

// What a Discovery is made of: two sockets, the interfaces in use, and the timers that follow them.
// Private to io/net.

#include <array>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include <boost/asio/awaitable.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <boost/asio/steady_timer.hpp>

#include "core/protocol/limits.h"
#include "io/net/datagram_gate.h"
#include "io/net/discovery.h"
#include "io/net/interface_choice.h"
#include "io/net/multicast_socket.h"

namespace iwant::net {

struct Discovery::State : std::enable_shared_from_this<Discovery::State> {
    State(boost::asio::io_context& event_context, DiscoveryOptions discovery_options,
          DiscoveryListener& told, Logger& log);

    Result<void> open();
    void send(std::span<const std::uint8_t> datagram);
    std::vector<InterfaceUse> interfaces() const;
    void close();

  private:
    struct Usage {
        InterfaceChoice choice;
        std::array<ChannelUse, kChannels.size()> channels{};

        ChannelUse& on(Channel channel) { return channels[index_of(channel)]; }
    };
    enum class Rejoin { all, new_ones };

    static boost::asio::awaitable<void> receive_all(std::shared_ptr<State> self,
                                                    MulticastSocket& socket);
    static boost::asio::awaitable<void> follow_interfaces(std::shared_ptr<State> self);
    static boost::asio::awaitable<void> look_regularly(std::shared_ptr<State> self);

    void hear(const ReceivedDatagram& datagram);
    /// Whether an interface or address has come.
    bool refresh(Rejoin rejoin);
    void join(Usage& usage);
    void send_on(Usage& usage, std::span<const std::uint8_t> datagram);
    void note(Usage& usage, Channel channel, const Result<void>& sent);
    void log_once(const std::string& key, const std::string& line);

    boost::asio::io_context& context_;
    const DiscoveryOptions options_;
    DiscoveryListener* listener_;  ///< null once closed
    Logger& logger_;
    std::vector<std::unique_ptr<MulticastSocket>> sockets_;
    std::optional<platform::InterfaceWatch> watch_;
    std::optional<boost::asio::posix::stream_descriptor> watched_;
    boost::asio::steady_timer settle_timer_;
    boost::asio::steady_timer look_timer_;
    std::map<unsigned, Usage> usages_;  ///< by interface index
    std::set<std::string> logged_;

    DatagramGate gate_;
    /// One byte more than is allowed, so that what is too long shows.
    std::array<std::uint8_t, protocol::kDatagramBytesMax + 1> buffer_{};
};

}  // namespace iwant::net
