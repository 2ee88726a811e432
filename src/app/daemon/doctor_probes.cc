#include "app/daemon/doctor_probes.h"

#include <utility>

#include "io/net/tcp_probe.h"

namespace iwant::daemon {
namespace {

constexpr std::chrono::seconds kAskedAgain{1};
constexpr std::chrono::seconds kDialledAgain{5};
constexpr std::chrono::seconds kAnnouncedAgain{5};
constexpr std::chrono::milliseconds kDialTimeout{2000};
constexpr unsigned kDialsMax = 4;

protocol::DialBack meaning_of(net::Reach reach) {
    switch (reach) {
        case net::Reach::accepted:
            return protocol::DialBack::accepted;
        case net::Reach::refused:
            return protocol::DialBack::refused;
        case net::Reach::silent:
            return protocol::DialBack::silent;
        default:
            return protocol::DialBack::unreachable;
    }
}

std::optional<std::uint32_t> since(const std::optional<Time>& heard, Time now) {
    if (!heard) return std::nullopt;
    const auto ms = std::chrono::duration_cast<std::chrono::milliseconds>(now - *heard).count();
    return static_cast<std::uint32_t>(std::clamp<std::int64_t>(ms, 0, UINT32_MAX));
}

}  // namespace

DoctorProbes::DoctorProbes(boost::asio::io_context& context, const Contacts& contacts,
                           const Hearing& hearing, World world)
    : context_(context), contacts_(contacts), hearing_(hearing), world_(std::move(world)) {}

protocol::ProbeReply DoctorProbes::what_we_hear(const Contacts::Session& session, Time now) const {
    protocol::ProbeReply reply;
    reply.seen_at = session.address;
    const Hearing::Heard* heard = hearing_.of(session.peer);
    if (heard == nullptr) return reply;
    reply.multicast4_ms = since(heard->on(net::Channel::multicast4), now);
    reply.multicast6_ms = since(heard->on(net::Channel::multicast6), now);
    reply.broadcast_ms = since(heard->on(net::Channel::broadcast), now);
    return reply;
}

void DoctorProbes::answer(SessionId session, const protocol::ProbeRequest& request, Time now) {
    const auto known = contacts_.sessions.find(session);
    if (known == contacts_.sessions.end()) return;
    const auto [entry, first] = askers_.try_emplace(session, Asker{now, {}});
    if (!first && now - entry->second.asked < kAskedAgain) {
        return world_.send(session,
                           protocol::Refusal{request.request, protocol::RefusalCode::busy});
    }
    entry->second.asked = now;
    if (!announced_ || now - *announced_ >= kAnnouncedAgain) {
        announced_ = now;
        world_.announce();
    }
    protocol::ProbeReply reply = what_we_hear(known->second, now);
    reply.request = request.request;
    if (!may_dial_back(entry->second, reply.seen_at, now)) {
        reply.dial_back = entry->second.result;
        return world_.send(session, reply);
    }
    ++dialling_;
    net::probe_tcp(context_, reply.seen_at, kDialTimeout,
                   [this, session, reply](net::Probed probed) {
                       --dialling_;
                       protocol::ProbeReply told = reply;
                       told.dial_back = meaning_of(probed.reach);
                       const auto asker = askers_.find(session);
                       if (asker != askers_.end()) asker->second.result = told.dial_back;
                       world_.send(session, told);
                   });
}

bool DoctorProbes::may_dial_back(Asker& asker, const protocol::Address& address, Time now) {
    if (asker.dialled && now - *asker.dialled < kDialledAgain) return false;
    if (dialling_ >= kDialsMax || !world_.may_dial(address.host)) return false;
    asker.dialled = now;
    return true;
}

}  // namespace iwant::daemon
