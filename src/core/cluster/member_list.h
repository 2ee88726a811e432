#pragma once

// Everybody this peer has heard of in this run: what people want to see of them, and where they can
// be reached. Whether a session to them is open is the session table's knowledge.

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "base/ids.h"
#include "base/time.h"
#include "core/protocol/messages.h"

namespace iwant::cluster {

struct KnownMember {
    std::string name;
    std::vector<protocol::Address> addresses;  ///< the last that worked first
    std::string program_version;
    PublicKey key{};  ///< all zero: not known
    std::uint64_t files = 0;
    std::uint64_t bytes = 0;
    bool online_at_leader = false;  ///< as the leader's roster says
    std::optional<Time> seen;       ///< when we last had to do with it ourselves
};

class MemberList {
  public:
    /// The member, made when it is not known. Beyond kMembersMax the longest unseen one makes room.
    KnownMember& learn(const PeerId& peer);
    const KnownMember* find(const PeerId& peer) const;
    const std::map<PeerId, KnownMember>& all() const { return members_; }
    std::size_t size() const { return members_.size(); }

    /// Puts the address first; at most kAddressesPerMemberMax are kept.
    void reached_at(const PeerId& peer, const protocol::Address& address);
    /// Puts the address last, if it is new and there is room.
    void said_to_be_at(const PeerId& peer, const protocol::Address& address);

    /// What the leader told about a member.
    void told(const protocol::Member& member);
    /// A new roster begins: nobody is online by the leader's word until it says so.
    void forget_roster();

  private:
    std::map<PeerId, KnownMember> members_;
};

}  // namespace iwant::cluster
