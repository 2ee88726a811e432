#pragma once

// What the daemon knows of interfaces and peers, put into the words of a doctor's report.

#include <string>
#include <vector>

#include "app/daemon/doctor_contacts.h"
#include "app/daemon/hearing.h"
#include "core/node/node.h"
#include "io/control/doctor_report.h"
#include "io/net/discovery.h"
#include "io/net/tcp_probe.h"

namespace iwant::daemon {

std::vector<control::InterfaceFacts> interface_facts(const std::vector<net::InterfaceUse>& uses,
                                                     const Hearing& hearing, Time now);
control::PeerFacts peer_facts(const node::PeerView& peer, const Contacts& contacts,
                              const Hearing& hearing, Time now);
/// What a peer answered about us.
void add_answer(control::PeerFacts& facts, const protocol::ProbeReply& reply);

std::string name_of(net::Reach reach);

}  // namespace iwant::daemon
