#include "io/net/discovery.h"

#include <algorithm>

#include <boost/asio/redirect_error.hpp>
#include <boost/asio/use_awaitable.hpp>

#include "base/assert.h"
#include "base/text.h"
#include "io/net/address.h"
#include "io/net/discovery_state.h"
#include "io/net/task.h"

namespace iwant::net {

namespace asio = boost::asio;
using asio::ip::udp;

namespace {

constexpr std::uint16_t kSourcePortMin = 1024;
/// A flood is read in batches of this size with this pause between: 25,000 a second, as many as
/// the system keeps for us in that time; it drops the rest.
constexpr int kBatch = 512;
constexpr std::chrono::milliseconds kBatchPause{20};
/// One change of the network comes as several notices.
constexpr std::chrono::milliseconds kSettleTime{200};
constexpr std::chrono::seconds kRejoinInterval{60};
constexpr std::chrono::seconds kPollInterval{5};
/// Failures that are remembered as logged; interfaces of containers come and go.
constexpr std::size_t kLoggedMax = 256;

bool has_new_address(const platform::Interface& before, const platform::Interface& now) {
    return std::ranges::any_of(now.addresses, [&](const platform::InterfaceAddress& own) {
        return std::ranges::find(before.addresses, own.address,
                                 &platform::InterfaceAddress::address) == before.addresses.end();
    });
}

bool has_address(const platform::Interface& interface, bool ipv6) {
    return std::ranges::find(interface.addresses, ipv6, &platform::InterfaceAddress::ipv6) !=
           interface.addresses.end();
}

Channel group_channel(const MulticastSocket& socket) {
    return socket.is_ipv6() ? Channel::multicast6 : Channel::multicast4;
}

Channel channel_of(const ReceivedDatagram& datagram, const platform::Interface& interface) {
    const asio::ip::address& to = datagram.destination;
    if (to.is_multicast()) return to.is_v6() ? Channel::multicast6 : Channel::multicast4;
    const bool everybody =
        to == asio::ip::address_v4::broadcast() ||
        (to.is_v4() &&
         std::ranges::find(interface.addresses, to.to_string(),
                           &platform::InterfaceAddress::broadcast) != interface.addresses.end());
    return everybody ? Channel::broadcast : Channel::direct;
}

}  // namespace

Discovery::Discovery(asio::io_context& context, DiscoveryOptions options,
                     DiscoveryListener& listener, Logger& logger)
    : state_(std::make_shared<State>(context, std::move(options), listener, logger)) {}

Discovery::~Discovery() {
    close();
}

Result<void> Discovery::open() {
    return state_->open();
}
void Discovery::send(std::span<const std::uint8_t> datagram) {
    state_->send(datagram);
}
std::vector<InterfaceUse> Discovery::interfaces() const {
    return state_->interfaces();
}
void Discovery::close() {
    state_->close();
}

Discovery::State::State(asio::io_context& event_context, DiscoveryOptions discovery_options,
                        DiscoveryListener& told, Logger& log)
    : context_(event_context),
      options_(std::move(discovery_options)),
      listener_(&told),
      logger_(log),
      settle_timer_(event_context),
      look_timer_(event_context),
      gate_(std::chrono::steady_clock::now()) {}

Result<void> Discovery::State::open() {
    Result<void> failed;
    for (const udp& protocol : {udp::v4(), udp::v6()}) {
        auto socket = MulticastSocket::open(context_, protocol, options_.port);
        if (socket) {
            sockets_.push_back(std::make_unique<MulticastSocket>(std::move(*socket)));
        } else {
            logger_.debug("no discovery over one IP version reason=\"" + socket.error().text() +
                          "\"");
            failed = std::unexpected(std::move(socket).error());
        }
    }
    if (sockets_.empty()) return failed;
    auto watch = platform::InterfaceWatch::open();
    if (watch) {
        watch_.emplace(std::move(*watch));
        watched_.emplace(context_, watch_->descriptor());
    }
    refresh(Rejoin::new_ones);
    const auto self = shared_from_this();
    for (const auto& socket : sockets_) {
        run_task(context_.get_executor(), receive_all(self, *socket));
    }
    if (watch_) run_task(context_.get_executor(), follow_interfaces(self));
    run_task(context_.get_executor(), look_regularly(self));
    return {};
}

void Discovery::State::close() {
    if (listener_ == nullptr) return;
    listener_ = nullptr;
    boost::system::error_code ignored;
    for (const auto& socket : sockets_) socket->socket().close(ignored);
    settle_timer_.cancel();
    look_timer_.cancel();
    if (watched_) {
        watched_->cancel(ignored);
        watched_->release();  // the watch owns the descriptor
    }
}

asio::awaitable<void> Discovery::State::receive_all(std::shared_ptr<State> self,
                                                    MulticastSocket& socket) {
    asio::steady_timer pause(self->context_);
    boost::system::error_code error;
    while (self->listener_ != nullptr) {
        co_await socket.socket().async_wait(udp::socket::wait_read,
                                            asio::redirect_error(asio::use_awaitable, error));
        int read = 0;
        while (self->listener_ != nullptr && read < kBatch) {
            const auto datagram = socket.receive(self->buffer_);
            if (!datagram) break;
            ++read;
            self->hear(*datagram);
        }
        if (self->listener_ == nullptr) break;
        // Also after an error that is reported again and again.
        if (read == kBatch || read == 0) {
            pause.expires_after(kBatchPause);
            co_await pause.async_wait(asio::redirect_error(asio::use_awaitable, error));
        }
    }
}

void Discovery::State::hear(const ReceivedDatagram& datagram) {
    const auto usage = usages_.find(datagram.interface_index);
    if (datagram.truncated || datagram.bytes.size() > protocol::kDatagramBytesMax) return;
    if (usage == usages_.end() || !usage->second.choice.used()) return;
    if (datagram.source.port() < kSourcePortMin) return;
    const std::string host = numeric_host(datagram.source.address());
    if (!is_on_link(usage->second.choice.interface, host)) return;
    if (!gate_.admit(host, std::chrono::steady_clock::now())) return;
    const Channel channel = channel_of(datagram, usage->second.choice.interface);
    ++usage->second.on(channel).heard;
    listener_->datagram_heard(datagram.bytes,
                              Arrival{host, channel, usage->second.choice.interface.name});
}

asio::awaitable<void> Discovery::State::follow_interfaces(std::shared_ptr<State> self) {
    boost::system::error_code error;
    while (self->listener_ != nullptr) {
        co_await self->watched_->async_wait(asio::posix::stream_descriptor::wait_read,
                                            asio::redirect_error(asio::use_awaitable, error));
        if (self->listener_ == nullptr || error) break;
        self->settle_timer_.expires_after(kSettleTime);
        co_await self->settle_timer_.async_wait(asio::redirect_error(asio::use_awaitable, error));
        if (self->listener_ == nullptr) break;
        self->watch_->drain();
        if (self->refresh(Rejoin::new_ones)) self->listener_->network_changed();
    }
}

asio::awaitable<void> Discovery::State::look_regularly(std::shared_ptr<State> self) {
    boost::system::error_code error;
    const auto interval = self->watch_ ? kRejoinInterval : kPollInterval;
    auto rejoin_due = std::chrono::steady_clock::now() + kRejoinInterval;
    while (self->listener_ != nullptr) {
        self->look_timer_.expires_after(interval);
        co_await self->look_timer_.async_wait(asio::redirect_error(asio::use_awaitable, error));
        if (self->listener_ == nullptr) break;
        const auto now = std::chrono::steady_clock::now();
        const bool all = now >= rejoin_due;
        if (all) rejoin_due = now + kRejoinInterval;
        if (self->refresh(all ? Rejoin::all : Rejoin::new_ones)) {
            self->listener_->network_changed();
        }
    }
}

bool Discovery::State::refresh(Rejoin rejoin) {
    const auto listed = platform::list_interfaces();
    if (!listed) {
        log_once("list", "cannot list the interfaces reason=\"" + listed.error().text() + "\"");
        return false;
    }
    bool something_came = false;
    std::map<unsigned, Usage> now;
    for (auto& choice : choose_interfaces(*listed, options_.interfaces)) {
        const unsigned index = choice.interface.index;
        const auto before = usages_.find(index);
        Usage usage{std::move(choice), {}};
        bool came = true;
        if (before != usages_.end()) {
            usage.channels = before->second.channels;
            came = !before->second.choice.used() ||
                   has_new_address(before->second.choice.interface, usage.choice.interface);
        }
        if (usage.choice.used() && (came || rejoin == Rejoin::all)) join(usage);
        something_came = something_came || (usage.choice.used() && came);
        now.emplace(index, std::move(usage));
    }
    usages_ = std::move(now);
    return something_came;
}

void Discovery::State::join(Usage& usage) {
    const platform::Interface& interface = usage.choice.interface;
    for (const auto& socket : sockets_) {
        ChannelUse& channel = usage.on(group_channel(*socket));
        channel.joined = false;
        if (!has_address(interface, socket->is_ipv6())) continue;
        const auto joined = socket->join(interface.index);
        channel.joined = joined.has_value();
        if (joined) continue;
        log_once("join " + interface.name,
                 "cannot hear multicast interface=" + escape_for_display(interface.name) +
                     " reason=\"" + joined.error().text() + "\"");
    }
}

void Discovery::State::send(std::span<const std::uint8_t> datagram) {
    ASSERT(datagram.size() <= protocol::kDatagramBytesMax);
    if (listener_ == nullptr) return;
    for (auto& [index, usage] : usages_) {
        if (usage.choice.used()) send_on(usage, datagram);
    }
}

void Discovery::State::send_on(Usage& usage, std::span<const std::uint8_t> datagram) {
    const platform::Interface& interface = usage.choice.interface;
    for (const auto& socket : sockets_) {
        for (const auto& own : interface.addresses) {
            if (own.ipv6 != socket->is_ipv6()) continue;
            if (own.broadcast.empty() || interface.loopback) continue;
            note(usage, Channel::broadcast, socket->send_to_subnet(interface, own, datagram));
        }
        // Loopback has no route for IPv6 groups; all of this host is reached by IPv4.
        if (!has_address(interface, socket->is_ipv6())) continue;
        if (interface.loopback && socket->is_ipv6()) continue;
        note(usage, group_channel(*socket), socket->send_to_group(interface, datagram));
    }
}

void Discovery::State::note(Usage& usage, Channel channel, const Result<void>& sent) {
    const std::string& name = usage.choice.interface.name;
    const std::string key = std::string(name_of(channel)) + " " + name;
    ChannelUse& use = usage.on(channel);
    if (sent) {
        ++use.sent;
        use.last_error.clear();
        if (!logged_.empty()) logged_.erase(key);
        return;
    }
    ++use.failed;
    use.last_error = sent.error().message;
    log_once(key, "cannot announce interface=" + escape_for_display(name) + " channel=" +
                      std::string(name_of(channel)) + " reason=\"" + use.last_error + "\"");
}

void Discovery::State::log_once(const std::string& key, const std::string& line) {
    if (logged_.size() >= kLoggedMax) logged_.clear();
    if (logged_.insert(key).second) logger_.warning(line);
}

std::vector<InterfaceUse> Discovery::State::interfaces() const {
    std::vector<InterfaceUse> uses;
    for (const auto& [index, usage] : usages_) {
        InterfaceUse use;
        use.name = usage.choice.interface.name;
        for (const auto& own : usage.choice.interface.addresses) {
            use.addresses.push_back(own.address);
        }
        use.used = usage.choice.used();
        use.why_not = usage.choice.why_not;
        use.enabled = usage.choice.interface.enabled;
        use.carrier = usage.choice.interface.up;
        use.channels = usage.channels;
        for (const auto& own : usage.choice.interface.addresses) {
            const Channel group = own.ipv6 ? Channel::multicast6 : Channel::multicast4;
            use.channels[index_of(group)].possible = use.used;
            if (!own.broadcast.empty()) {
                use.channels[index_of(Channel::broadcast)].possible = use.used;
            }
        }
        uses.push_back(std::move(use));
    }
    return uses;
}

}  // namespace iwant::net
