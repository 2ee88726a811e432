#pragma once

// Finds out why peers do not see each other (`iwanto doctor`): announces this peer afresh, tries
// connections, asks others what they see of it, and puts it all into one report with one sentence
// and the command that mends it. Event thread only.

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "app/daemon/doctor_contacts.h"
#include "app/daemon/doctor_probes.h"
#include "app/daemon/hearing.h"
#include "app/daemon/node_driver.h"
#include "io/control/api.h"
#include "io/net/discovery.h"

namespace iwant::daemon {

class Doctor {
  public:
    /// Examinations at a time.
    static constexpr std::size_t kExaminationsMax = 4;

    struct World {
        std::function<control::StatusReport()> status;
        std::function<std::vector<net::InterfaceUse>()> interfaces;  ///< empty: not announcing
        std::function<bool(const std::string& host)> on_link;  ///< of a network we announce on
        std::function<bool(const std::string& host)> may_dial;
        std::function<void(SessionId, const protocol::Message&)> send;
        std::function<void(const protocol::Address&)> dial;
        std::function<void()> announce;
    };
    /// References outlive it.
    Doctor(boost::asio::io_context& context, const NodeDriver& driver, const Hearing& hearing,
           World world);
    ~Doctor();

    /// `who`: a name, an id or its first digits, HOST:PORT, or nothing for the whole network. The
    /// answer comes within some seconds.
    void examine(const std::string& who, control::Reply<control::DoctorReport> reply);

    // What the service notices on the way.
    void session_opened(SessionId session, const PeerId& peer, const protocol::Address& address);
    void session_closed(SessionId session);
    void dial_failed(const protocol::Address& address, const Error& error);
    void received(SessionId session, const protocol::Message& message);
    void network_changed();
    void remembered(const PeerId& peer) { contacts_.remembered.insert(peer); }
    void given(const protocol::Address& address) { contacts_.given.insert(address); }

  private:
    struct Examination;
    using Shared = std::shared_ptr<Examination>;

    Result<void> find_target(Examination& examination, const std::string& who) const;
    void try_connections(const Shared& examination);
    void try_connection(const Shared& examination, const protocol::Address& address);
    void ask(Examination& examination);
    void ask(Examination& examination, SessionId session, const PeerId& peer);
    void step_later(const Shared& examination);
    /// Whether it is over.
    bool step(const Shared& examination);
    control::DoctorReport report(const Examination& examination) const;
    /// The node's peers, and those that were only heard.
    std::vector<node::PeerView> known_peers() const;
    std::vector<control::PeerFacts> peers_of(const Examination& examination) const;
    void add_findings(control::PeerFacts& facts, const Examination& examination) const;

    boost::asio::io_context& context_;
    const NodeDriver& driver_;
    const Hearing& hearing_;
    const World world_;
    Contacts contacts_;
    DoctorProbes probes_;
    std::vector<Shared> examinations_;
    RequestId last_request_;
};

}  // namespace iwant::daemon
