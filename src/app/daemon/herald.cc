#include "app/daemon/herald.h"

#include <algorithm>

#include "core/protocol/announcement.h"

namespace iwant::daemon {

namespace {

/// Below are the ports of a system's own services: nobody makes us knock there.
constexpr std::uint16_t kPortMin = 1024;

}  // namespace

Herald::Herald(const net::Identity& identity, std::uint64_t instance, std::uint16_t port)
    : identity_(identity), instance_(instance), port_(port) {}

std::vector<std::uint8_t> Herald::datagram_of(const node::Announce& announce) {
    protocol::Announcement announcement;
    announcement.public_key = identity_.public_key();
    announcement.what = announce.goodbye ? protocol::Announcement::What::goodbye
                                         : protocol::Announcement::What::here;
    announcement.instance = instance_;
    announcement.sequence = ++sequence_;
    announcement.port = port_;
    announcement.leader = announce.leader;
    announcement.followers = announce.followers;
    announcement.catalog = announce.catalog;
    std::vector<std::uint8_t> datagram = protocol::encode_announcement(announcement);
    const Signature signature = identity_.sign(datagram);
    datagram.insert(datagram.end(), signature.begin(), signature.end());
    return datagram;
}

std::optional<node::AnnouncementHeard> Herald::hear(std::span<const std::uint8_t> datagram,
                                                    const std::string& host, Time now) {
    const Result<protocol::Announcement> announcement = protocol::decode_announcement(datagram);
    if (!announcement || announcement->port < kPortMin) return std::nullopt;
    const bool our_key = announcement->public_key == identity_.public_key();
    if (our_key && announcement->instance == instance_) return std::nullopt;
    const PeerId peer = peer_id_of(announcement->public_key);
    const auto known = last_.find(peer);
    // A replay within the instance that is known is dropped before the costly check.
    if (known != last_.end() && known->second.instance == announcement->instance &&
        announcement->sequence <= known->second.sequence) {
        return std::nullopt;
    }
    if (!may_check(now)) return std::nullopt;
    Signature signature;
    std::ranges::copy(datagram.last(signature.size()), signature.begin());
    const auto signed_part = datagram.first(datagram.size() - signature.size());
    if (!checker_.verify(announcement->public_key, signed_part, signature)) return std::nullopt;
    if (known == last_.end() && last_.size() >= kPeersRemembered) last_.erase(last_.begin());
    last_[peer] = {announcement->instance, announcement->sequence, signature};
    return node::AnnouncementHeard{peer,
                                   {host, announcement->port},
                                   announcement->instance,
                                   announcement->what == protocol::Announcement::What::goodbye,
                                   announcement->leader,
                                   announcement->followers};
}

std::optional<PeerId> Herald::sender_of_last(std::span<const std::uint8_t> datagram) const {
    const Result<protocol::Announcement> announcement = protocol::decode_announcement(datagram);
    if (!announcement) return std::nullopt;
    const auto known = last_.find(peer_id_of(announcement->public_key));
    if (known == last_.end() || known->second.instance != announcement->instance ||
        !std::ranges::equal(datagram.last(known->second.signature.size()),
                            known->second.signature)) {
        return std::nullopt;
    }
    return known->first;
}

bool Herald::may_check(Time now) {
    if (now - second_began_ >= std::chrono::seconds(1)) {
        second_began_ = now;
        checked_ = 0;
    }
    return ++checked_ <= kChecksPerSecondMax;
}

}  // namespace iwant::daemon
