#pragma once

// The adapters around one Node, wired together: sockets, disks and users become events, actions
// become what sockets, disks and users see. Everything here runs on the event thread. Private to
// app/daemon.

#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <vector>

#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/signal_set.hpp>
#include <boost/asio/steady_timer.hpp>

#include "app/daemon/away_search.h"
#include "app/daemon/backend.h"
#include "app/daemon/browser.h"
#include "app/daemon/bulk_server.h"
#include "app/daemon/clone_guard.h"
#include "app/daemon/config.h"
#include "app/daemon/doctor.h"
#include "app/daemon/event_batch.h"
#include "app/daemon/folder_rounds.h"
#include "app/daemon/hearing.h"
#include "app/daemon/herald.h"
#include "app/daemon/indexer.h"
#include "app/daemon/kept_folders.h"
#include "app/daemon/node_driver.h"
#include "app/daemon/share_server.h"
#include "app/daemon/stream_cache.h"
#include "app/daemon/streams.h"
#include "app/daemon/transfers.h"
#include "app/daemon/worker.h"
#include "io/control/server.h"
#include "io/net/discovery.h"
#include "io/net/transport.h"
#include "io/platform/interfaces.h"
#include "io/platform/process.h"

namespace iwant::daemon {

/// What has to be there before the daemon can be put together.
struct Foundation {
    Config config;
    std::unique_ptr<Logger> logger;
    net::Identity identity;
    std::unique_ptr<net::TlsContext> tls;
    std::unique_ptr<catalog::Catalog> catalog;
};

class Service final : public net::TransportListener, public net::DiscoveryListener {
  public:
    explicit Service(Foundation foundation);
    ~Service() override;

    /// Opens everything that can fail.
    Result<void> open();
    /// Until a signal or a stop request.
    void run();
    std::uint16_t port() const { return port_; }
    std::uint16_t web_port() const { return server_->web_port(); }

  private:
    // net::TransportListener
    protocol::Hello make_hello() override;
    void session_opened(SessionId session, const PublicKey& key, const protocol::Address& address,
                        bool dialled_by_us, const protocol::Hello& hello, Duration took) override;
    void session_closed(SessionId session, const std::string& reason) override;
    void message_received(SessionId session, protocol::Message message) override;
    void dial_reached(const protocol::Address& address,
                      const std::optional<PeerId>& expected) override;
    void dial_failed(const protocol::Address& address, const std::optional<PeerId>& expected,
                     const std::optional<PeerId>& found, const Error& error) override;
    void bulk_accepted(std::shared_ptr<net::BulkStream> stream) override;
    void clone_met(const protocol::Address& address, std::uint64_t instance) override;
    // net::DiscoveryListener
    void datagram_heard(std::span<const std::uint8_t> datagram,
                        const net::Arrival& arrival) override;
    void network_changed() override;

    Result<void> open_network();
    Result<void> open_parts();
    Result<void> open_streams();
    std::vector<scanner::Share> shares_of_last_run();
    Result<void> tell_the_past();
    void perform(node::Action action);
    void act(const node::Announce& action);
    void act(const node::Dial& action);
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
    void notice_sleep();
    void stop();
    void shut_down();
    void look_for_clone();
    std::vector<control::InterfaceReport> interface_reports() const;
    std::vector<control::Warning> warnings() const;
    Doctor::World doctors_world();
    Browser::World browsers_world();
    FolderRounds::World rounds_world();
    StreamCache::World stream_caches_world();
    std::set<PeerId> peers_here() const;
    void follow_addresses();
    bool announces_to(const std::string& host) const;
    bool may_dial(const std::string& host) const;
    void look_at_interfaces();
    void apply_limits(const Config& config);
    std::vector<protocol::Address> addresses_of(const PeerId& peer) const;

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
    Hearing hearing_;
    CloneGuard clones_{instance_};
    NodeDriver driver_;
    Doctor doctor_;
    Browser browser_;
    Worker catalog_worker_{"catalog"};
    KeptFolders kept_{*base_.catalog, catalog_worker_, [this](Task task) { post(std::move(task)); },
                      logger_};
    FolderRounds rounds_{rounds_world()};
    AwaySearch away_{kept_, [this] { return peers_here(); }};
    std::unique_ptr<Indexer> indexer_;
    std::unique_ptr<ShareServer> share_server_;
    EventBatch swarm_events_{[this](Task task) { post(std::move(task)); },
                             [this](swarm::Event event) {
                                 driver_.handle(std::move(event));
                                 streams_->look_again();
                             }};
    std::unique_ptr<Transfers> transfers_;
    std::unique_ptr<Streams> streams_;
    StreamCache stream_cache_;
    std::unique_ptr<Backend> backend_;
    std::unique_ptr<control::Server> server_;
    std::unique_ptr<BulkServer> bulk_server_;
    std::vector<platform::Interface> interfaces_;
    std::vector<std::string> listening_at_;  ///< of named interfaces
    Time last_tick_ = platform::now();
    std::uint16_t port_ = 0;
    bool stopping_ = false;
};

}  // namespace iwant::daemon
