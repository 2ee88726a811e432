#include "core/cluster/registrations.h"

#include <algorithm>
#include <utility>

namespace iwant::cluster {

using std::chrono::milliseconds;

namespace {
// A leader takes 300 registrations a second in its stride; by chance a second has some more than
// the mean.
constexpr std::size_t kRegistrationsPerSecond = 250;
constexpr std::size_t kSmallNetwork = 32;
}  // namespace

Duration registration_spread(std::size_t peers) {
    if (peers <= kSmallNetwork) return Duration{};
    return milliseconds(peers * 1000 / kRegistrationsPerSecond);
}

void Registrations::advanced(const CatalogAdvanced& event, Time now) {
    catalog_ = {event.delta.catalog_id, event.delta.up_to};
    files_ = event.files;
    bytes_ = event.bytes;
    for (auto& [peer, registration] : at_) registration.advanced(event, now);
}

void Registrations::keep(const std::vector<Holder>& holders, const protocol::LeaderView& view,
                         std::size_t peers, Time now) {
    std::erase_if(at_, [&](const auto& entry) {
        return std::ranges::find(holders, entry.first, &Holder::peer) == holders.end();
    });
    const Duration spread = registration_spread(peers);
    for (const Holder& holder : holders) {
        const auto [found, fresh] = at_.try_emplace(holder.peer, signatory_);
        Registration& registration = found->second;
        if (fresh) {
            CatalogAdvanced whole;
            whole.delta.catalog_id = catalog_.catalog_id;
            whole.delta.up_to = catalog_.version;
            whole.files = files_;
            whole.bytes = bytes_;
            registration.advanced(whole, now);
        }
        const bool leads = holder.peer == view.leader;
        const bool same =
            registration.session() == holder.session && (!leads || registration.view() == view);
        if (same) {
            registration.moved_to(view);
        } else {
            registration.begin(holder.session, view, now + prng_.below(spread));
        }
    }
}

Registration* Registrations::at(SessionId session) {
    for (auto& [peer, registration] : at_) {
        if (registration.session() == session) return &registration;
    }
    return nullptr;
}

void Registrations::registered(SessionId session, const protocol::Registered& message, Time now) {
    if (Registration* registration = at(session)) registration->registered(message, now);
}

void Registrations::acknowledged(SessionId session, const protocol::CatalogAck& message, Time now) {
    if (Registration* registration = at(session)) registration->acknowledged(message, now);
}

void Registrations::read(const CatalogRead& event, Time now) {
    if (Registration* registration = at(event.session)) registration->read(event, now);
}

bool Registrations::accepted_by(const PeerId& holder) const {
    const auto found = at_.find(holder);
    return found != at_.end() && found->second.accepted();
}

bool Registrations::caught_up_with(const PeerId& holder) const {
    const auto found = at_.find(holder);
    return found != at_.end() && found->second.caught_up();
}

void Registrations::advance(Time now) {
    for (auto& [peer, registration] : at_) registration.advance(now);
}

std::optional<Time> Registrations::next_deadline() const {
    std::optional<Time> earliest;
    for (const auto& [peer, registration] : at_) {
        const auto due = registration.next_deadline();
        if (due && (!earliest || *due < *earliest)) earliest = due;
    }
    return earliest;
}

std::vector<Action> Registrations::take_actions() {
    std::vector<Action> all;
    for (auto& [peer, registration] : at_) {
        for (auto& action : registration.take_actions()) all.push_back(std::move(action));
    }
    return all;
}

}  // namespace iwant::cluster
