#include "app/daemon/daemon.h"

#include <algorithm>
#include <memory>
#include <thread>
#include <utility>

#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/signal_set.hpp>
#include <boost/asio/steady_timer.hpp>
#include <csignal>

#include "app/daemon/backend.h"
#include "app/daemon/bulk_server.h"
#include "app/daemon/herald.h"
#include "app/daemon/indexer.h"
#include "app/daemon/listen_addresses.h"
#include "app/daemon/log_file.h"
#include "app/daemon/node_driver.h"
#include "app/daemon/reports.h"
#include "app/daemon/share_server.h"
#include "app/daemon/transfers.h"
#include "base/version.h"
#include "io/control/server.h"
#include "io/net/discovery.h"
#include "io/net/transport.h"
#include "io/platform/instance_lock.h"
#include "io/platform/paths.h"
#include "io/platform/process.h"

namespace iwant::daemon {
namespace {

/// Peers of earlier runs that are tried at start.
constexpr std::size_t kPeersRemembered = 64;
/// How long queued farewells get on their way out.
constexpr std::chrono::milliseconds kFarewell{250};
constexpr std::chrono::seconds kTick{1};

/// What has to be there before the daemon can be put together.
struct Foundation {
    Config config;
    std::unique_ptr<Logger> logger;
    net::Identity identity;
    std::unique_ptr<net::TlsContext> tls;
    std::unique_ptr<catalog::Catalog> catalog;
};

/// The adapters around one Node, wired together. Everything here runs on the event thread.
class Daemon final : public net::TransportListener, public net::DiscoveryListener {
  public:
    explicit Daemon(Foundation foundation);
    ~Daemon() override;

    /// Opens everything that can fail.
    Result<void> open();
    /// Until a signal or a stop request.
    void run();
    std::uint16_t port() const { return port_; }
    std::uint16_t web_port() const { return server_->web_port(); }

  private:
    // net::TransportListener
    protocol::Hello make_hello() override;
    void session_opened(SessionId session, const PeerId& peer, const protocol::Address& address,
                        bool dialled_by_us, const protocol::Hello& hello) override;
    void session_closed(SessionId session, const std::string& reason) override;
    void message_received(SessionId session, protocol::Message message) override;
    void dial_failed(const protocol::Address& address, const std::optional<PeerId>& expected,
                     const std::optional<PeerId>& found, const Error& error) override;
    void bulk_accepted(std::shared_ptr<net::BulkStream> stream) override;
    // net::DiscoveryListener
    void datagram_heard(std::span<const std::uint8_t> datagram, const std::string& host) override;
    void network_changed() override;

    Result<void> open_network();
    Result<void> open_parts();
    Result<void> tell_the_past();
    void perform(node::Action action);
    void act(const node::Announce& action);
    void act(const node::Dial& action) { transport_.dial(action.address, action.expected); }
    void act(const node::Disconnect& action) {
        transport_.disconnect(action.session, action.reason);
    }
    void act(const node::Send& action) { transport_.send(action.session, action.message); }
    void act(const node::ReadCatalog& action);
    void act(const node::Serve& action) { share_server_->serve(action); }
    void act(const node::AnswerSearch& action);
    void act(const node::AnswerLocate& action);
    void act(const node::RememberPeer& action);
    void act(const node::SwarmAction& action) { transfers_->perform(action); }

    void post(Task task) { boost::asio::post(context_, std::move(task)); }
    void wait_for_signal();
    void tick_later();
    void stop();
    void shut_down();
    std::vector<control::InterfaceReport> interface_reports() const;

    Foundation base_;
    Logger& logger_;
    const std::filesystem::path database_;
    const std::uint64_t instance_ = platform::random_u64();
    boost::asio::io_context context_{1};
    boost::asio::signal_set signals_{context_};
    boost::asio::steady_timer tick_timer_{context_};
    boost::asio::steady_timer farewell_timer_{context_};
    net::Transport transport_;
    std::unique_ptr<net::Discovery> discovery_;
    std::unique_ptr<Herald> herald_;
    NodeDriver driver_;
    Worker catalog_worker_{"catalog"};
    std::unique_ptr<Indexer> indexer_;
    std::unique_ptr<ShareServer> share_server_;
    std::unique_ptr<Transfers> transfers_;
    std::unique_ptr<Backend> backend_;
    std::unique_ptr<control::Server> server_;
    BulkServer bulk_server_;
    std::uint16_t port_ = 0;
    bool stopping_ = false;
};

Daemon::Daemon(Foundation foundation)
    : base_(std::move(foundation)),
      logger_(*base_.logger),
      database_(base_.config.home / "iwant.db"),
      transport_(context_, *base_.tls, *this, logger_),
      driver_(context_, {base_.identity.peer(), instance_, base_.config.name, kVersion},
              {.swarm = {.parallel_max = base_.config.parallel_downloads}}, platform::random_u64(),
              logger_),
      bulk_server_(database_, logger_) {}

Daemon::~Daemon() {
    shut_down();
}

Result<void> Daemon::open() {
    if (Result<void> opened = open_network(); !opened) return opened;
    if (Result<void> opened = open_parts(); !opened) return opened;
    driver_.set_perform([this](node::Action action) { perform(std::move(action)); });
    if (Result<void> told = tell_the_past(); !told) return told;
    if (Result<void> opened = server_->open(); !opened) return opened;
    backend_->set_facts({base_.identity.peer(), kVersion, port_, server_->web_port()});
    if (Result<void> started = indexer_->start(); !started) return started;
    driver_.handle(node::TimePassed{});
    return {};
}

Result<void> Daemon::open_network() {
    const Config& config = base_.config;
    const Result<std::vector<std::string>> addresses = listen_addresses(config.interfaces);
    if (!addresses) return std::unexpected(addresses.error());
    const Result<std::uint16_t> port = transport_.listen(config.port, *addresses);
    if (!port) return std::unexpected(port.error());
    port_ = *port;
    herald_ = std::make_unique<Herald>(base_.identity, instance_, port_);
    if (!config.multicast) return {};
    discovery_ = std::make_unique<net::Discovery>(
        context_, net::DiscoveryOptions{.interfaces = config.interfaces}, *this, logger_);
    if (const Result<void> opened = discovery_->open(); !opened) {
        logger_.warning("peers cannot be found by announcements: " + opened.error().text());
    }
    return {};
}

Result<void> Daemon::open_parts() {
    const Config& config = base_.config;
    const Post to_loop = [this](Task task) { post(std::move(task)); };
    indexer_ = std::make_unique<Indexer>(
        Indexer::Options{.shares = shares_of(config),
                         .ignore = config.ignore,
                         .excluded = {config.home, config.download_folder},
                         .hash_threads = std::max(1u, std::thread::hardware_concurrency())},
        *base_.catalog, catalog_worker_, to_loop,
        Indexer::Told{[this](CatalogDelta delta, const catalog::Totals& totals) {
            driver_.handle(node::CatalogAdvanced{std::move(delta), totals.files, totals.bytes});
        }},
        logger_);
    share_server_ =
        std::make_unique<ShareServer>(*base_.catalog, catalog_worker_, *indexer_, to_loop,
                                      [this](SessionId session, const protocol::Message& message) {
                                          transport_.send(session, message);
                                      });
    Result<std::unique_ptr<catalog::CatalogReader>> reader =
        catalog::CatalogReader::open(database_);
    if (!reader) return failure(std::move(reader));
    transfers_ = std::make_unique<Transfers>(
        *base_.tls, *base_.catalog, catalog_worker_, std::move(*reader),
        Transfers::World{[this](swarm::Event event) {
                             post([this, event = std::move(event)] { driver_.handle(event); });
                         },
                         [this] { return make_hello(); },
                         [this](const PeerId& peer) { return driver_.node().addresses_of(peer); }},
        logger_);
    return {};
}

// What earlier runs left: downloads that go on, peers that may still be where they were.
Result<void> Daemon::tell_the_past() {
    const Result<DownloadId> last =
        transfers_->restore([this](swarm::Event event) { driver_.handle(event); });
    if (!last) return std::unexpected(last.error());
    backend_ = std::make_unique<Backend>(
        context_, base_.config, driver_, *indexer_,
        Backend::World{[this] { return interface_reports(); }, [this] { stop(); }},
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
        driver_.handle(
            node::PeerRemembered{peer.peer, peer.name, {peer.host, peer.port}, peer.last_seen});
    }
    for (const std::string& peer : base_.config.peers) {
        const Result<protocol::Address> address = parse_address(peer);
        if (!address) return std::unexpected(address.error());
        driver_.handle(node::AddressGiven{*address});
    }
    return {};
}

void Daemon::run() {
    wait_for_signal();
    tick_later();
    context_.run();
    shut_down();
}

void Daemon::wait_for_signal() {
    signals_.add(SIGINT);
    signals_.add(SIGTERM);
    signals_.async_wait([this](const boost::system::error_code& error, int) {
        if (!error) stop();
    });
}

void Daemon::tick_later() {
    tick_timer_.expires_after(kTick);
    tick_timer_.async_wait([this](const boost::system::error_code& error) {
        if (error) return;
        transfers_->checkpoint();
        indexer_->tick();
        tick_later();
    });
}

void Daemon::stop() {
    if (std::exchange(stopping_, true)) return;
    logger_.info("stopping");
    driver_.handle(node::StopAsked{});
    farewell_timer_.expires_after(kFarewell);
    farewell_timer_.async_wait([this](const boost::system::error_code&) { context_.stop(); });
}

// In the order of who uses whom; may be called again.
void Daemon::shut_down() {
    driver_.stop();
    if (server_) server_->close();
    transport_.close();
    if (discovery_) discovery_->close();
    if (indexer_) indexer_->stop();
    bulk_server_.stop();
    if (transfers_) transfers_->stop();
    catalog_worker_.finish();
}

void Daemon::perform(node::Action action) {
    std::visit([this](auto& chosen) { act(chosen); }, action);
}

void Daemon::act(const node::Announce& action) {
    if (discovery_) discovery_->send(herald_->datagram_of(action));
}

void Daemon::act(const node::ReadCatalog& action) {
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
void Daemon::act(const node::AnswerSearch& action) {
    post([this, action] { backend_->answered(action); });
}

void Daemon::act(const node::AnswerLocate& action) {
    post([this, action] { backend_->answered(action); });
}

void Daemon::act(const node::RememberPeer& action) {
    catalog_worker_.post([this, action] {
        const Result<void> saved =
            base_.catalog->save_peer({action.peer, action.name, action.address.host,
                                      action.address.port, platform::unix_now()});
        if (!saved) logger_.warning(saved.error().text());
    });
}

protocol::Hello Daemon::make_hello() {
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

void Daemon::session_opened(SessionId session, const PeerId& peer, const protocol::Address& address,
                            bool dialled_by_us, const protocol::Hello& hello) {
    driver_.handle(node::SessionOpened{
        session, peer, address,
        dialled_by_us ? node::Direction::dialled : node::Direction::accepted, hello});
}

void Daemon::session_closed(SessionId session, const std::string& reason) {
    driver_.handle(node::SessionClosed{session, reason});
}

void Daemon::message_received(SessionId session, protocol::Message message) {
    driver_.handle(node::MessageReceived{session, std::move(message)});
}

void Daemon::dial_failed(const protocol::Address& address, const std::optional<PeerId>& expected,
                         const std::optional<PeerId>& found, const Error& error) {
    driver_.handle(node::DialFailed{address, expected, found, error});
}

void Daemon::bulk_accepted(std::shared_ptr<net::BulkStream> stream) {
    bulk_server_.serve(std::move(stream));
}

void Daemon::datagram_heard(std::span<const std::uint8_t> datagram, const std::string& host) {
    if (std::optional<node::AnnouncementHeard> heard =
            herald_->hear(datagram, host, platform::now())) {
        driver_.handle(*heard);
    }
}

void Daemon::network_changed() {
    const node::Node& node = driver_.node();
    act(node::Announce{false, node.leader_view(), 0, node.catalog()});
}

std::vector<control::InterfaceReport> Daemon::interface_reports() const {
    std::vector<control::InterfaceReport> reports;
    if (!discovery_) return reports;
    for (const net::InterfaceUse& use : discovery_->interfaces()) {
        reports.push_back({use.name, use.addresses, use.used, use.why_not});
    }
    return reports;
}

Result<Foundation> lay_foundation(const Config& config) {
    Result<std::unique_ptr<Logger>> logger = open_log(config.home / ".iwant.log");
    if (!logger) return failure(std::move(logger));
    Result<net::Identity> identity = net::Identity::load_or_create(config.home / "identity.key");
    if (!identity) return failure(std::move(identity));
    Result<std::unique_ptr<net::TlsContext>> tls = net::TlsContext::create(*identity);
    if (!tls) return failure(std::move(tls));
    Result<std::unique_ptr<catalog::Catalog>> catalog =
        catalog::Catalog::open(config.home / "iwant.db", **logger);
    if (!catalog) return failure(std::move(catalog));
    return Foundation{config, std::move(*logger), std::move(*identity), std::move(*tls),
                      std::move(*catalog)};
}

}  // namespace

Result<void> run(const StartOptions& options,
                 const std::function<void(const StartReport&)>& started) {
    const Result<std::filesystem::path> home = state_folder(options.home);
    if (!home) return std::unexpected(home.error());
    const bool first_start = !platform::info_of(*home).has_value();
    if (Result<void> made = platform::make_private_folder(*home); !made) return made;
    const Result<platform::InstanceLock> lock = platform::InstanceLock::take(*home / "lock");
    if (!lock) return std::unexpected(lock.error());
    Result<Config> config = load_config(*home);
    if (config) config = with_options(std::move(*config), options);
    if (!config) return failure(std::move(config));
    // Before anything is made: a start that is refused leaves no folders behind.
    if (Result<void> checked = check_layout(*config); !checked) return checked;
    Result<std::vector<std::string>> made = create_missing(*config);
    if (!made) return failure(std::move(made));
    if (first_start) made->insert(made->begin(), home->string());
    // A configured folder may be away, on a disk that is not plugged in; one just typed must be
    // there.
    if (!options.shares.empty()) {
        if (Result<void> checked = check_folders(*config); !checked) return checked;
    }

    platform::protect_process_memory();
    platform::raise_file_limit();
    Result<Foundation> foundation = lay_foundation(*config);
    if (!foundation) return failure(std::move(foundation));
    const std::string peer_id = foundation->identity.peer().hex();
    foundation->logger->info("starting version=" + std::string(kVersion) + " peer=" + peer_id);

    Daemon daemon(std::move(*foundation));
    if (Result<void> opened = daemon.open(); !opened) return opened;
    started({peer_id, config->name, daemon.port(), daemon.web_port(), std::move(*made), *config});
    daemon.run();
    return {};
}

}  // namespace iwant::daemon
