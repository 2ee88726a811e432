#include "app/daemon/service.h"

#include <algorithm>
#include <thread>
#include <utility>

#include <csignal>

#include "app/daemon/listen_addresses.h"
#include "base/rhythm.h"
#include "base/text.h"
#include "base/version.h"
#include "core/protocol/address_text.h"

namespace iwant::daemon {
namespace {

/// Peers of earlier runs that are tried at start.
constexpr std::size_t kPeersRemembered = 64;
/// How long queued farewells get on their way out.
constexpr std::chrono::milliseconds kFarewell{250};
constexpr std::chrono::seconds kTick{1};
/// Ticks that come so late were held up: the computer slept, or this process stood still.
constexpr std::chrono::seconds kAsleep{5};

/// More than a third of the files that we may open is left to folders, downloads and the database.
net::TransportLimits transport_limits() {
    net::TransportLimits limits;
    const std::size_t files = platform::file_limit();
    limits.sessions_max = std::min(limits.sessions_max, files / 2);
    limits.unauthenticated_max = std::min(limits.unauthenticated_max, files / 8);
    return limits;
}

}  // namespace

Service::Service(Foundation foundation)
    : base_(std::move(foundation)),
      logger_(*base_.logger),
      database_(base_.config.home / "iwant.db"),
      transport_(context_, *base_.tls, *this, logger_, transport_limits()),
      driver_(
          context_, {base_.identity.peer(), instance_, base_.config.name, kVersion}, base_.identity,
          {.swarm = {.parallel_max = base_.config.parallel_downloads},
           .give_downloads = base_.config.share_downloads,
           .index_bytes_max =
               std::min(node::Options{}.index_bytes_max, platform::physical_memory_bytes() / 4)},
          platform::random_u64(), logger_),
      doctor_(context_, driver_, hearing_, doctors_world()),
      browser_(base_.identity.peer(), browsers_world()),
      stream_cache_(base_.config.stream_cache_bytes, stream_caches_world()) {}

Service::~Service() {
    shut_down();
}

Result<void> Service::open() {
    if (Result<void> opened = open_network(); !opened) return opened;
    if (Result<void> opened = open_parts(); !opened) return opened;
    if (Result<void> opened = open_streams(); !opened) return opened;
    driver_.set_perform([this](node::Action action) { perform(std::move(action)); });
    if (Result<void> told = tell_the_past(); !told) return told;
    if (Result<void> opened = server_->open(); !opened) return opened;
    apply_limits(base_.config);
    backend_->set_facts({base_.identity.peer(), kVersion, port_, server_->web_port()});
    if (Result<void> started = indexer_->start(); !started) return started;
    driver_.handle(node::TimePassed{});
    return {};
}

Result<void> Service::open_network() {
    const Config& config = base_.config;
    look_at_interfaces();
    const Result<std::vector<std::string>> addresses = listen_addresses(config.interfaces);
    if (!addresses) return std::unexpected(addresses.error());
    const Result<std::uint16_t> port = transport_.listen(config.port, *addresses);
    if (!port) return std::unexpected(port.error());
    port_ = *port;
    listening_at_ = *addresses;
    herald_ = std::make_unique<Herald>(base_.identity, instance_, port_);
    if (!config.multicast) return {};
    discovery_ = std::make_unique<net::Discovery>(
        context_, net::DiscoveryOptions{.interfaces = config.interfaces}, *this, logger_);
    if (const Result<void> opened = discovery_->open(); !opened) {
        logger_.warning("peers cannot be found by announcements: " + opened.error().text());
    }
    return {};
}

Result<void> Service::open_parts() {
    const Config& config = base_.config;
    const Post to_loop = [this](Task task) { post(std::move(task)); };
    indexer_ = std::make_unique<Indexer>(
        Indexer::Options{.shares = shares_of_last_run(),
                         .ignore = config.ignore,
                         .excluded = {config.home, config.download_folder},
                         .hash_threads = std::max(1u, std::thread::hardware_concurrency())},
        *base_.catalog, catalog_worker_, to_loop,
        Indexer::Told{[this](CatalogDelta delta, const catalog::Totals& totals) {
            driver_.handle(node::CatalogAdvanced{std::move(delta), totals.files, totals.bytes});
        }},
        logger_);
    Result<std::unique_ptr<catalog::CatalogReader>> reader =
        catalog::CatalogReader::open(database_);
    if (!reader) return failure(std::move(reader));
    transfers_ = std::make_unique<Transfers>(
        *base_.tls, *base_.catalog, catalog_worker_, std::move(*reader),
        Transfers::World{[this](swarm::Event event) { swarm_events_.tell(std::move(event)); },
                         [this] { return make_hello(); },
                         [this](const PeerId& peer) { return addresses_of(peer); }},
        logger_);
    HeldFiles* const held = config.share_downloads ? &transfers_->held() : nullptr;
    share_server_ =
        std::make_unique<ShareServer>(*base_.catalog, catalog_worker_, *indexer_, held, to_loop,
                                      [this](SessionId session, const protocol::Message& message) {
                                          transport_.send(session, message);
                                      });
    bulk_server_ = std::make_unique<BulkServer>(database_, held, logger_);
    return {};
}

// The catalogue is not the worker's yet.
std::vector<scanner::Share> Service::shares_of_last_run() {
    std::vector<scanner::Share> shares = shares_of(base_.config);
    for (scanner::Share& share : shares) {
        const auto inode = base_.catalog->last_root({share.name, share.folder});
        if (inode) share.last_inode = *inode;
    }
    return shares;
}

Result<void> Service::open_streams() {
    Result<std::unique_ptr<catalog::CatalogReader>> reader =
        catalog::CatalogReader::open(database_);
    if (!reader) return failure(std::move(reader));
    streams_ = std::make_unique<Streams>(
        driver_, std::move(*reader),
        StreamWorld{[this](DownloadId download, FileIndex file, PieceIndex piece,
                           std::span<std::uint8_t> into) {
                        return transfers_->read_piece(download, file, piece, into);
                    },
                    [this](Task task) { post(std::move(task)); }});
    return {};
}

// What earlier runs left: downloads that go on, peers that may still be where they were.
Result<void> Service::tell_the_past() {
    const Result<DownloadId> last =
        transfers_->restore([this](swarm::Event event) { driver_.handle(event); });
    if (!last) return std::unexpected(last.error());
    backend_ = std::make_unique<Backend>(
        context_, base_.config, driver_, *indexer_, kept_,
        Backend::World{[this] { return interface_reports(); }, [this] { return warnings(); },
                       [this] { stop(); }, [this](const Config& config) { apply_limits(config); },
                       [this](const FileId& file, control::Reply<control::OpenFile> reply) {
                           streams_->open(file, std::move(reply));
                       },
                       [this](const std::string& who, control::Reply<control::DoctorReport> reply) {
                           doctor_.examine(who, std::move(reply));
                       },
                       [this](const PeerId& peer, protocol::BrowseRequest request,
                              control::Reply<protocol::BrowseReply> reply) {
                           browser_.browse(peer, std::move(request), std::move(reply),
                                           platform::now());
                       },
                       [this](protocol::SearchReply& reply, const Query& query) {
                           return away_.add_to(reply, query);
                       }},
        DownloadId{last->value + 1});
    server_ = std::make_unique<control::Server>(
        context_,
        control::ServerOptions{.socket = base_.config.home / "iwanto.sock",
                               .token_file = base_.config.home / "api.token",
                               .web = base_.config.web,
                               .web_port = base_.config.web_port},
        *backend_, logger_);
    const Result<std::vector<catalog::StoredPeer>> peers = base_.catalog->peers(kPeersRemembered);
    if (!peers) return std::unexpected(peers.error());
    for (const catalog::StoredPeer& peer : *peers) {
        doctor_.remembered(peer.peer);
        driver_.handle(
            node::PeerRemembered{peer.peer, peer.name, {peer.host, peer.port}, peer.last_seen});
    }
    for (const std::string& peer : base_.config.peers) {
        const Result<protocol::Address> address = protocol::parse_address(peer);
        if (!address) return std::unexpected(address.error());
        doctor_.given(*address);
        driver_.handle(node::AddressGiven{*address});
    }
    return {};
}

void Service::run() {
    wait_for_signal();
    tick_later();
    context_.run();
    shut_down();
}

void Service::wait_for_signal() {
    signals_.add(SIGINT);
    signals_.add(SIGTERM);
    signals_.async_wait([this](const boost::system::error_code& error, int) {
        if (!error) stop();
    });
}

// The timer sleeps while the computer does, our clock goes on.
void Service::notice_sleep() {
    const Time now = platform::now();
    const Duration late = now - std::exchange(last_tick_, now) - kTick;
    if (late < kAsleep) return;
    logger_.info("awake again after " + human_duration(late));
    network_changed();
}

void Service::tick_later() {
    tick_timer_.expires_at(next_beat(std::chrono::steady_clock::now(), kTick));
    tick_timer_.async_wait([this](const boost::system::error_code& error) {
        if (error) return;
        notice_sleep();
        look_for_clone();
        transfers_->checkpoint();
        apply_limits(backend_->settings());
        streams_->tick();
        stream_cache_.tick(streams_->read_now(), platform::now());
        indexer_->tick();
        browser_.tick(platform::now());
        kept_.tick(platform::now());
        rounds_.tick(platform::now());
        away_.tick(platform::now());
        tick_later();
    });
}

// Also each second: the time of day decides.
void Service::apply_limits(const Config& config) {
    const unsigned minute = platform::minute_of_day();
    bulk_server_->gate().set_limits(config.upload_slots, config.upload_limit.at(minute));
    transfers_->rate().set_rate(config.download_limit.at(minute));
}

void Service::stop() {
    if (std::exchange(stopping_, true)) return;
    logger_.info("stopping");
    driver_.handle(node::StopAsked{});
    farewell_timer_.expires_after(kFarewell);
    farewell_timer_.async_wait([this](const boost::system::error_code&) { context_.stop(); });
}

// In the order of who uses whom; may be called again.
void Service::shut_down() {
    driver_.stop();
    if (server_) server_->close();
    if (streams_) streams_->stop();
    transport_.close();
    if (discovery_) discovery_->close();
    if (indexer_) indexer_->stop();
    if (bulk_server_) bulk_server_->stop();
    if (transfers_) transfers_->stop();
    catalog_worker_.finish();
}

}  // namespace iwant::daemon
