#pragma once

// Answers the probes of other peers (doc/protocol.md, "Probes"): what we hear of them, where we see
// them, and whether we could connect to them. Bounded, because it connects on somebody's word: to
// the asker's own address only, rarely, and a few at a time.

#include <functional>
#include <map>
#include <optional>

#include "app/daemon/doctor_contacts.h"
#include "app/daemon/hearing.h"
#include "base/time.h"

namespace boost::asio {
class io_context;
}

namespace iwant::daemon {

class DoctorProbes {
  public:
    struct World {
        std::function<void(SessionId, const protocol::Message&)> send;
        std::function<void()> announce;  ///< ourselves once more
        std::function<bool(const std::string& host)> may_dial;
    };
    /// References outlive it; it outlives the running of the event loop.
    DoctorProbes(boost::asio::io_context& context, const Contacts& contacts, const Hearing& hearing,
                 World world);

    void answer(SessionId session, const protocol::ProbeRequest& request, Time now);
    void session_closed(SessionId session) { askers_.erase(session); }

  private:
    struct Asker {
        Time asked;
        std::optional<Time> dialled;
        protocol::DialBack result = protocol::DialBack::untried;  ///< of that
    };
    protocol::ProbeReply what_we_hear(const Contacts::Session& session, Time now) const;
    bool may_dial_back(Asker& asker, const protocol::Address& address, Time now);

    boost::asio::io_context& context_;
    const Contacts& contacts_;
    const Hearing& hearing_;
    const World world_;
    std::map<SessionId, Asker> askers_;
    std::optional<Time> announced_;
    unsigned dialling_ = 0;
};

}  // namespace iwant::daemon
