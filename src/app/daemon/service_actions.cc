// What the node wants done, and what it is told.

#include <algorithm>
#include <utility>

#include "app/daemon/dial_rules.h"
#include "app/daemon/listen_addresses.h"
#include "app/daemon/service.h"
#include "app/daemon/warnings.h"
#include "base/text.h"
#include "base/version.h"
#include "core/protocol/address_text.h"
#include "core/protocol/limits.h"
#include "io/net/interface_choice.h"

namespace iwant::daemon {

void Service::perform(node::Action action) {
    std::visit([this](auto& chosen) { act(chosen); }, action);
}

void Service::act(const node::Announce& action) {
    if (discovery_ && !clones_.withdrawn(platform::now()))
        discovery_->send(herald_->datagram_of(action));
}

void Service::act(const node::Dial& action) {
    if (may_dial(action.address.host)) return transport_.dial(action.address, action.expected);
    post([this, action] {
        driver_.handle(
            node::DialFailed{action.address,
                             action.expected,
                             {},
                             {ErrorCode::unavailable, "dial " + to_string(action.address),
                              "it lies on an interface that is not used"}});
    });
}

std::vector<protocol::Address> Service::addresses_of(const PeerId& peer) const {
    std::vector<protocol::Address> addresses = driver_.node().addresses_of(peer);
    std::erase_if(addresses, [this](const auto& address) { return !may_dial(address.host); });
    return addresses;
}

bool Service::may_dial(const std::string& host) const {
    return daemon::may_dial(host, base_.config.interfaces, interfaces_);
}

// Listing interfaces costs system calls; the list is made when something may have changed.
void Service::look_at_interfaces() {
    Result<std::vector<platform::Interface>> interfaces = platform::list_interfaces();
    if (interfaces) interfaces_ = std::move(*interfaces);
}

void Service::act(const node::ReadCatalog& action) {
    // A leader may ask faster than we read. A read that is dropped is asked for again when its
    // deadline has passed.
    static_cast<void>(catalog_worker_.try_post([this, action] {
        Result<CatalogDelta> delta =
            base_.catalog->changes_since(action.since, protocol::kDeltaChangesMax);
        if (!delta) return logger_.warning(delta.error().text());
        post([this, session = action.session, delta = within_limits(std::move(*delta))] {
            driver_.handle(node::CatalogRead{session, delta});
        });
    }));
}

// Answers are posted: what a user's next step asks of the node is then handled at once, not queued
// behind the event that is being handled.
void Service::act(const node::AnswerSearch& action) {
    post([this, action] { backend_->answered(action); });
}

void Service::act(const node::AnswerLocate& action) {
    post([this, action] { backend_->answered(action); });
}

void Service::act(const node::RememberPeer& action) {
    catalog_worker_.post([this, action] {
        const Result<void> saved =
            base_.catalog->save_peer({action.peer, action.name, action.address.host,
                                      action.address.port, platform::unix_now()});
        if (!saved) logger_.warning(saved.error().text());
    });
}

protocol::Hello Service::make_hello() {
    protocol::Hello hello;
    hello.peer = base_.identity.peer();
    hello.instance = instance_;
    hello.name = base_.config.name;
    hello.port = port_;
    hello.program_version = kVersion;
    hello.leader = driver_.node().leader_view();
    hello.catalog = driver_.node().catalog();
    return hello;
}

void Service::session_opened(SessionId session, const PublicKey& key,
                             const protocol::Address& address, bool dialled_by_us,
                             const protocol::Hello& hello, Duration took) {
    doctor_.session_opened(session, peer_id_of(key), address);
    browser_.session_opened(session, peer_id_of(key));
    driver_.handle(node::SessionOpened{
        session, peer_id_of(key), address,
        dialled_by_us ? node::Direction::dialled : node::Direction::accepted, hello, key, took});
}

void Service::session_closed(SessionId session, const std::string& reason) {
    doctor_.session_closed(session);
    browser_.session_closed(session);
    driver_.handle(node::SessionClosed{session, reason});
}

void Service::message_received(SessionId session, protocol::Message message) {
    doctor_.received(session, message);
    if (const auto* request = std::get_if<protocol::BrowseRequest>(&message)) {
        return share_server_->serve(session, *request);
    }
    browser_.received(session, message);
    driver_.handle(node::MessageReceived{session, std::move(message)});
}

void Service::dial_reached(const protocol::Address& address,
                           const std::optional<PeerId>& expected) {
    driver_.handle(node::DialReached{address, expected});
}

void Service::dial_failed(const protocol::Address& address, const std::optional<PeerId>& expected,
                          const std::optional<PeerId>& found, const Error& error) {
    doctor_.dial_failed(address, error);
    browser_.dial_failed(address, expected);
    driver_.handle(node::DialFailed{address, expected, found, error});
}

void Service::bulk_accepted(std::shared_ptr<net::BulkStream> stream) {
    bulk_server_->serve(std::move(stream));
}

void Service::datagram_heard(std::span<const std::uint8_t> datagram, const net::Arrival& arrival) {
    const Time now = platform::now();
    if (const auto heard = herald_->hear(datagram, arrival.host, now)) {
        if (heard->peer == base_.identity.peer()) {
            if (clones_.suspect(now)) transport_.dial(heard->from, std::nullopt);
            return;
        }
        hearing_.note(heard->peer, arrival, heard->from.port, now);
        driver_.handle(*heard);
    } else if (const auto peer = herald_->sender_of_last(datagram)) {
        hearing_.note_again(*peer, arrival, now);
    }
}

void Service::clone_met(const protocol::Address& address, std::uint64_t instance) {
    const Time now = platform::now();
    const bool news = clones_.met(address, instance, now);
    if (clones_.withdrawn(now)) transport_.withdraw();
    if (news) logger_.error(clones_.warning(now).value_or(""));
}

void Service::look_for_clone() {
    const Time now = platform::now();
    if (const auto address = clones_.look_again(now)) transport_.dial(*address, std::nullopt);
    if (!clones_.withdrawn(now)) transport_.come_back();
}

std::vector<control::Warning> Service::warnings() const {
    const Time now = platform::now();
    std::vector<control::Warning> warnings = network_warnings(driver_.node(), now);
    if (auto clone = clones_.warning(now))
        warnings.insert(warnings.begin(), {std::move(*clone), "iwanto stop"});
    for (const Error& reason : indexer_->unreadable_reasons()) {
        warnings.push_back({"A shared folder is not there (" + escape_for_display(reason.text()) +
                                "). What was shared from it is kept until it is back; iwanto "
                                "unshare ends that.",
                            ""});
    }
    for (std::string& sentence : indexer_->scan_report().warnings)
        warnings.push_back({std::move(sentence), ""});
    return warnings;
}

void Service::network_changed() {
    look_at_interfaces();
    follow_addresses();
    doctor_.network_changed();
    driver_.handle(node::NetworkChanged{});
}

std::vector<control::InterfaceReport> Service::interface_reports() const {
    std::vector<control::InterfaceReport> reports;
    if (!discovery_) return reports;
    for (const net::InterfaceUse& use : discovery_->interfaces()) {
        reports.push_back({use.name, use.addresses, use.used, use.why_not});
    }
    return reports;
}

// Sockets stay at the addresses that they began with.
void Service::follow_addresses() {
    std::vector<std::string> own;
    for (const platform::Interface& interface : interfaces_) {
        for (const auto& address : interface.addresses) own.push_back(address.address);
    }
    transport_.end_without_address(own);
    if (base_.config.interfaces.empty()) return;
    const Result<std::vector<std::string>> addresses = listen_addresses(base_.config.interfaces);
    if (!addresses || *addresses == listening_at_) return;
    listening_at_ = *addresses;
    const Result<std::uint16_t> port = transport_.listen(port_, listening_at_);
    if (!port || *port != port_) {
        logger_.error("cannot listen at the new addresses on port " + std::to_string(port_) +
                      "; stop iWant and start it again");
    }
}

bool Service::announces_to(const std::string& host) const {
    if (!discovery_) return false;
    const std::vector<net::InterfaceUse> uses = discovery_->interfaces();
    return std::ranges::any_of(interfaces_, [&](const platform::Interface& interface) {
        const auto use = std::ranges::find(uses, interface.name, &net::InterfaceUse::name);
        return use != uses.end() && use->used && net::is_on_link(interface, host);
    });
}

Browser::World Service::browsers_world() {
    return {[this](SessionId session, const protocol::Message& message) {
                transport_.send(session, message);
            },
            [this](const PeerId& peer) {
                const auto addresses = addresses_of(peer);
                if (addresses.empty()) return std::optional<protocol::Address>();
                transport_.dial(addresses.front(), peer);
                return std::optional(addresses.front());
            },
            [this](const PeerId& peer) { return peers_here().contains(peer); },
            [this](const protocol::BrowseRequest& request, Browser::Own reply) {
                share_server_->look_through(request, std::move(reply));
            }};
}

std::set<PeerId> Service::peers_here() const {
    std::set<PeerId> here{base_.identity.peer()};
    for (const node::PeerView& peer : driver_.node().peers(platform::now())) {
        if (peer.online) here.insert(peer.peer);
    }
    return here;
}

FolderRounds::World Service::rounds_world() {
    return {[this] {
                std::vector<FolderRounds::Peer> here;
                for (const node::PeerView& peer : driver_.node().peers(platform::now())) {
                    if (peer.online && !peer.self)
                        here.push_back({peer.peer, peer.files, peer.bytes});
                }
                return here;
            },
            [this](const PeerId& peer, protocol::BrowseRequest request,
                   control::Reply<protocol::BrowseReply> reply) {
                browser_.browse(peer, std::move(request), std::move(reply), platform::now());
            },
            [this](const PeerId& peer, const protocol::BrowseRequest& request,
                   const protocol::BrowseReply& told) { kept_.keep(peer, request, told); }};
}

StreamCache::World Service::stream_caches_world() {
    return {[this] { return driver_.node().swarm().downloads(platform::now()); },
            [this](DownloadId id) { driver_.handle(swarm::Event(swarm::CancelAsked{id})); },
            [this](std::set<std::string> names) {
                transfers_->run_on_disk(
                    [folder = stream_folder(backend_->settings().download_folder),
                     names = std::move(names)] { remove_streams_but(folder, names); });
            }};
}

Doctor::World Service::doctors_world() {
    return {
        [this] { return backend_->status(); },
        [this] { return discovery_ ? discovery_->interfaces() : std::vector<net::InterfaceUse>{}; },
        [this](const std::string& host) { return announces_to(host); },
        [this](const std::string& host) { return may_dial(host); },
        [this](SessionId session, const protocol::Message& message) {
            transport_.send(session, message);
        },
        [this](const protocol::Address& address) { transport_.dial(address, std::nullopt); },
        [this] { driver_.handle(node::NetworkChanged{}); }};
}

}  // namespace iwant::daemon
