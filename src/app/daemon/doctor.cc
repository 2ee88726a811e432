#include "app/daemon/doctor.h"

#include <algorithm>
#include <utility>

#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>

#include "app/daemon/doctor_diagnosis.h"
#include "app/daemon/doctor_facts.h"
#include "app/daemon/reports.h"
#include "core/protocol/address_text.h"
#include "io/control/peer_choice.h"
#include "io/platform/process.h"

namespace iwant::daemon {
namespace {

using std::chrono::milliseconds;

constexpr milliseconds kStep{100};
/// For announcements to travel; the announcer leaves a second between two.
constexpr milliseconds kHearing{1300};
constexpr milliseconds kTrying{4500};
constexpr milliseconds kAnswering{4000};
constexpr milliseconds kConnectTimeout{3000};
constexpr std::chrono::minutes kLately{1};
constexpr std::size_t kAskedMax = 8;
constexpr std::size_t kTriedMax = 4;
constexpr std::size_t kPeersShownMax = 50;
/// The node numbers its own requests on the same sessions, from 1.
constexpr std::uint64_t kFirstRequest = std::uint64_t{1} << 63;

}  // namespace

struct Doctor::Examination {
    enum class Phase { trying, answering, hearing };
    struct Tried {
        std::optional<net::Probed> probed;
        std::optional<Error> error;  ///< of the session that did not come about
        bool dialled = false;
        bool done() const { return probed && (!dialled || error); }
    };
    struct Asked {
        RequestId request;
        Time at;
        std::optional<protocol::ProbeReply> reply;
        Duration round_trip{};
    };

    explicit Examination(boost::asio::io_context& context) : timer(context) {}

    control::Reply<control::DoctorReport> reply;
    boost::asio::steady_timer timer;
    Phase phase = Phase::trying;
    Time phase_began;
    std::optional<PeerId> target;
    std::optional<protocol::Address> target_address;  ///< where it was dialled
    std::map<protocol::Address, Tried> tried;
    std::map<PeerId, Asked> asked;
};

Doctor::Doctor(boost::asio::io_context& context, const NodeDriver& driver, const Hearing& hearing,
               World world)
    : context_(context),
      driver_(driver),
      hearing_(hearing),
      world_(std::move(world)),
      probes_(context, contacts_, hearing_, {world_.send, world_.announce, world_.may_dial}),
      last_request_{kFirstRequest} {}

Doctor::~Doctor() = default;

void Doctor::examine(const std::string& who, control::Reply<control::DoctorReport> reply) {
    if (examinations_.size() >= kExaminationsMax) {
        return reply(failure(ErrorCode::busy, "examine the network",
                             "other examinations are under way; try again in some seconds"));
    }
    const auto examination = std::make_shared<Examination>(context_);
    if (const Result<void> found = find_target(*examination, who); !found)
        return reply(std::unexpected(found.error()));
    examination->reply = std::move(reply);
    examination->phase_began = platform::now();
    examinations_.push_back(examination);
    world_.announce();
    try_connections(examination);
    step_later(examination);
}

Result<void> Doctor::find_target(Examination& examination, const std::string& who) const {
    if (who.empty()) return {};
    std::vector<control::PeerReport> known;
    for (const node::PeerView& peer : known_peers()) {
        if (!peer.self) known.push_back(peer_report(peer, platform::unix_now()));
    }
    const Result<PeerId> peer = control::choose_peer(known, who);
    if (peer && std::ranges::find(known, peer->hex(),
                                  [](const auto& each) { return each.peer.id; }) != known.end()) {
        examination.target = *peer;
        return {};
    }
    if (peer) {
        return failure(ErrorCode::not_found, "", "No peer with this id has been seen here.");
    }
    const bool looks_like_address = who.find_first_of(".:") != std::string::npos;
    if (!looks_like_address) return std::unexpected(peer.error());
    const Result<protocol::Address> address = protocol::parse_address(who);
    if (!address) return std::unexpected(address.error());
    examination.target_address = *address;
    return {};
}

// Whoever is named; else some of those that should be reachable and have no session with us.
void Doctor::try_connections(const Shared& examination) {
    if (examination->target_address) {
        return try_connection(examination, *examination->target_address);
    }
    const Time now = platform::now();
    for (const node::PeerView& peer : known_peers()) {
        if (examination->tried.size() >= kTriedMax) return;
        if (examination->target && peer.peer != *examination->target) continue;
        if (peer.self || peer.addresses.empty() || contacts_.session_with(peer.peer)) continue;
        const Hearing::Heard* heard = hearing_.of(peer.peer);
        const bool heard_lately = heard != nullptr && heard->latest() >= now - kLately;
        if (!examination->target && !heard_lately && !peer.online) continue;
        try_connection(examination, peer.addresses.front());
        if (examination->target) examination->target_address = peer.addresses.front();
    }
}

void Doctor::try_connection(const Shared& examination, const protocol::Address& address) {
    Examination::Tried& tried = examination->tried[address];
    if (!world_.may_dial(address.host)) {
        tried.probed = net::Probed{net::Reach::unreachable, {}, "its network is not used"};
        return;
    }
    net::probe_tcp(context_, address, kConnectTimeout, [examination, address](net::Probed probed) {
        examination->tried[address].probed = std::move(probed);
    });
    if (examination->target_address || examination->target) {
        tried.dialled = true;
        world_.dial(address);
    }
}

void Doctor::ask(Examination& examination) {
    if (examination.target) {
        const auto session = contacts_.session_with(*examination.target);
        if (session) ask(examination, *session, *examination.target);
        return;
    }
    for (const auto& [session, contact] : contacts_.sessions) {
        if (examination.asked.size() < kAskedMax) ask(examination, session, contact.peer);
    }
}

void Doctor::ask(Examination& examination, SessionId session, const PeerId& peer) {
    last_request_ = RequestId{last_request_.value + 1};
    examination.asked[peer] = {last_request_, platform::now(), {}, {}};
    world_.send(session, protocol::ProbeRequest{last_request_});
}

void Doctor::step_later(const Shared& examination) {
    examination->timer.expires_after(kStep);
    examination->timer.async_wait([this, examination](const boost::system::error_code& error) {
        if (error) return;
        if (!step(examination)) return step_later(examination);
        std::erase(examinations_, examination);
        examination->reply(report(*examination));
    });
}

bool Doctor::step(const Shared& examination) {
    using Phase = Examination::Phase;
    const Time now = platform::now();
    const Duration passed = now - examination->phase_began;
    Phase next = examination->phase;
    if (examination->phase == Phase::trying) {
        const bool connected = examination->target && contacts_.session_with(*examination->target);
        const bool all = std::ranges::all_of(examination->tried,
                                             [](const auto& tried) { return tried.second.done(); });
        if (passed >= kHearing && (connected || all || passed >= kTrying)) next = Phase::answering;
    } else if (examination->phase == Phase::answering) {
        const bool all = std::ranges::all_of(
            examination->asked, [](const auto& asked) { return asked.second.reply.has_value(); });
        if (all || passed >= kAnswering) next = Phase::hearing;
    } else {
        return passed >= kHearing || examination->asked.empty();
    }
    if (next == examination->phase) return false;
    examination->phase = next;
    examination->phase_began = now;
    if (next == Phase::answering) ask(*examination);
    return false;
}

void Doctor::session_opened(SessionId session, const PeerId& peer,
                            const protocol::Address& address) {
    contacts_.sessions[session] = {peer, address};
    for (const Shared& examination : examinations_) {
        const auto& dialled = examination->target_address;
        if (examination->target || !dialled) continue;
        if (*dialled == address || examination->tried.contains(address)) examination->target = peer;
    }
}

void Doctor::session_closed(SessionId session) {
    contacts_.sessions.erase(session);
    probes_.session_closed(session);
}

void Doctor::dial_failed(const protocol::Address& address, const Error& error) {
    for (const Shared& examination : examinations_) {
        const auto tried = examination->tried.find(address);
        if (tried != examination->tried.end()) tried->second.error = error;
    }
}

void Doctor::received(SessionId session, const protocol::Message& message) {
    const Time now = platform::now();
    if (const auto* request = std::get_if<protocol::ProbeRequest>(&message)) {
        return probes_.answer(session, *request, now);
    }
    const auto* reply = std::get_if<protocol::ProbeReply>(&message);
    const auto contact = contacts_.sessions.find(session);
    if (reply == nullptr || contact == contacts_.sessions.end()) return;
    for (const Shared& examination : examinations_) {
        const auto asked = examination->asked.find(contact->second.peer);
        if (asked == examination->asked.end() || asked->second.request != reply->request) continue;
        asked->second.reply = *reply;
        asked->second.round_trip = now - asked->second.at;
    }
}

void Doctor::network_changed() {
    contacts_.network_changed = platform::now();
}

control::DoctorReport Doctor::report(const Examination& examination) const {
    const Time now = platform::now();
    const control::StatusReport status = world_.status();
    const std::vector<net::InterfaceUse> uses = world_.interfaces();
    control::DoctorReport report;
    report.id = status.peer.id;
    report.name = status.peer.name;
    report.version = status.version;
    report.port = status.port;
    report.announcing = !uses.empty();
    if (status.leader) report.leader = status.leader->peer.name;
    for (const control::PeerRef& standby : status.standbys) report.standbys.push_back(standby.name);
    report.interfaces = interface_facts(uses, hearing_, now);
    if (contacts_.network_changed) {
        report.network_changed_s =
            std::chrono::duration<double>(now - *contacts_.network_changed).count();
    }
    report.about_one = examination.target || examination.target_address;
    report.peers = peers_of(examination);
    report.warnings = status.warnings;
    report.watch_advice = status.shared.advice;
    diagnose(report);
    return report;
}

std::vector<node::PeerView> Doctor::known_peers() const {
    const Time now = platform::now();
    std::vector<node::PeerView> all = driver_.node().peers(now);
    for (const auto& [peer, heard] : hearing_.lately(now - kLately)) {
        if (std::ranges::find(all, peer, &node::PeerView::peer) != all.end()) continue;
        node::PeerView stranger;
        stranger.peer = peer;
        stranger.addresses = heard.addresses();
        all.push_back(std::move(stranger));
        if (all.size() >= kPeersShownMax) break;
    }
    return all;
}

std::vector<control::PeerFacts> Doctor::peers_of(const Examination& examination) const {
    const Time now = platform::now();
    std::vector<control::PeerFacts> all;
    for (const node::PeerView& peer : known_peers()) {
        if (peer.self || (examination.target && peer.peer != *examination.target)) continue;
        const auto& dialled = examination.target_address;
        if (!examination.target && dialled &&
            std::ranges::find(peer.addresses, *dialled) == peer.addresses.end()) {
            continue;
        }
        control::PeerFacts facts = peer_facts(peer, contacts_, hearing_, now);
        facts.on_link = std::ranges::any_of(
            peer.addresses, [&](const auto& address) { return world_.on_link(address.host); });
        if (!facts.connected && dialled) facts.address = to_string(*dialled);
        add_findings(facts, examination);
        all.push_back(std::move(facts));
    }
    if (all.empty() && examination.target_address) {
        control::PeerFacts nobody;
        nobody.address = to_string(*examination.target_address);
        nobody.on_link = world_.on_link(examination.target_address->host);
        add_findings(nobody, examination);
        all.push_back(std::move(nobody));
    }
    std::ranges::stable_partition(all, &control::PeerFacts::online);
    if (all.size() > kPeersShownMax) all.resize(kPeersShownMax);
    return all;
}

void Doctor::add_findings(control::PeerFacts& facts, const Examination& examination) const {
    for (const auto& [address, tried] : examination.tried) {
        if (to_string(address) != facts.address) continue;
        if (tried.probed) facts.reach = name_of(tried.probed->reach);
        if (tried.error && !facts.connected) facts.error = tried.error->message;
    }
    for (const auto& [peer, asked] : examination.asked) {
        if (peer.hex() != facts.id) continue;
        facts.asked = true;
        if (!asked.reply) continue;
        add_answer(facts, *asked.reply);
        facts.round_trip_ms = std::chrono::duration<double, std::milli>(asked.round_trip).count();
    }
}

}  // namespace iwant::daemon
