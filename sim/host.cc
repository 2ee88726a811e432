#include "sim/host.h"

#include <algorithm>
#include <utility>

#include "core/protocol/limits.h"

namespace iwant::sim {

using std::chrono::microseconds;
using std::chrono::milliseconds;

namespace {
// A leader that stood still for longer gives up by itself; a shorter pause must not cost the lead.
constexpr Duration kNoticed = std::chrono::seconds(5);
}  // namespace

Host::Host(HostNumber number, TestSignatory signatory, Surroundings& surroundings, Prng prng)
    : number_(number),
      signatory_(signatory),
      peer_(signatory_.peer()),
      world_(surroundings),
      prng_(prng) {
    catalog_.id = prng_.next();
    moments_[{catalog_.id, 0}] = 0;
    backup_ = catalog_;
}

void Host::start() {
    instance_ = prng_.next();
    condition_ = Condition::running;
    rattled_ = world_.timeline().now();
    disturbed_ = rattled_;
    node::Self self{peer_, instance_, "host" + std::to_string(number_), "sim"};
    node_ = std::make_unique<node::Node>(
        std::move(self), signatory_, node::Options{.swarm = {}, .give_downloads = false},
        prng_.split(), world_.logger(number_), clock_.local(world_.timeline().now()));
    const std::uint64_t instance = instance_;
    tell_whole_catalog();
    for (const auto& [peer, remembered] : std::map(remembered_)) deliver(remembered);
    for (const auto& [id, record] : std::map(records_))
        deliver(node::SwarmEvent(swarm::DownloadRestored{record}));
    if (instance == instance_) step(node::TimePassed{});
}

void Host::end(Condition how) {
    condition_ = how;
    rattled_ = world_.timeline().now();
    disturbed_ = rattled_;
    node_.reset();
    inbox_.clear();
    fetches_.clear();
    late_until_ = {};
    if (how == Condition::off) lose_late_writes();
    wake_at_.reset();
    world_.network().host_down(number_, how);
}

void Host::pause() {
    condition_ = Condition::paused;
    disturbed_ = world_.timeline().now();
}

void Host::resume() {
    condition_ = Condition::running;
    const Time now = world_.timeline().now();
    if (now - *disturbed_ > kNoticed) rattled_ = now;
    disturbed_ = now;
    // Time first: what waited meanwhile must not be taken for fresh.
    const std::uint64_t instance = instance_;
    step(node::TimePassed{});
    for (auto& event : std::exchange(inbox_, {})) {
        if (instance == instance_) take(std::move(event));
    }
}

bool Host::lively() const {
    const bool pausing = condition_ == Condition::paused;
    return running() || (pausing && world_.timeline().now() - *disturbed_ <= kNoticed);
}

void Host::stop_politely() {
    step(node::StopAsked{});
    if (running()) end(Condition::stopped);
}

void Host::deliver(node::Event event) {
    const Time now = world_.timeline().now();
    if (lag_ == Duration{} && late_until_ <= now) {
        take(std::move(event));
        return;
    }
    late_until_ = std::max(now + lag_, late_until_);
    const std::uint64_t instance = instance_;
    world_.timeline().at(late_until_, [this, instance, event = std::move(event)]() mutable {
        if (instance == instance_) take(std::move(event));
    });
}

void Host::take(node::Event&& event) {
    if (condition_ == Condition::paused) {
        inbox_.push_back(std::move(event));
        return;
    }
    if (running()) step(std::move(event));
}

void Host::step(node::Event&& event) {
    world_.happens(number_, event);
    node_->handle(std::move(event), clock_.local(world_.timeline().now()));
    auto actions = node_->take_actions();
    world_.stepped(number_);
    const std::uint64_t instance = instance_;
    for (auto& action : actions) {
        world_.performs(number_, action);
        perform(action);
        if (instance != instance_ || !node_) return;
    }
    wake_later();
}

void Host::wake_later() {
    if (!node_) return;
    const auto due = node_->next_deadline();
    if (!due) return;
    // A deadline that has passed already would stop the world's time.
    const Time earliest = world_.timeline().now() + microseconds(100);
    const Time when = std::max(clock_.world(*due) + lag_, earliest);
    if (wake_at_ && *wake_at_ <= when) return;
    wake_at_ = when;
    const std::uint64_t instance = instance_;
    world_.timeline().at(when, [this, instance, when] {
        if (instance != instance_ || wake_at_ != when) return;
        wake_at_.reset();
        if (condition_ != Condition::running) return;
        // What it was planned for may have been put off meanwhile.
        const auto still = node_->next_deadline();
        if (still && clock_.world(*still) + lag_ <= when) {
            step(node::TimePassed{});
        } else {
            wake_later();
        }
    });
}

void Host::later(Duration delay, node::Event event) {
    const std::uint64_t instance = instance_;
    world_.timeline().after(delay, [this, instance, event = std::move(event)]() mutable {
        if (instance == instance_) deliver(std::move(event));
    });
}

protocol::Hello Host::hello() const {
    protocol::Hello hello;
    hello.peer = peer_;
    hello.instance = instance_;
    hello.name = "host" + std::to_string(number_);
    hello.port = 4926;
    hello.program_version = "sim";
    hello.leader = node_->leader_view();
    hello.catalog = node_->catalog();
    return hello;
}

void Host::perform(node::Action& action) {
    std::visit([&](auto& one) { perform_one(one); }, action);
}

void Host::perform_one(node::Announce& action) {
    node::AnnouncementHeard heard;
    heard.peer = peer_;
    heard.from = Network::address_of(number_);
    heard.instance = instance_;
    heard.goodbye = action.goodbye;
    heard.leader = action.leader;
    heard.followers = action.followers;
    world_.network().announce(number_, std::move(heard));
}

void Host::perform_one(node::Dial& action) {
    world_.network().dial(number_, action);
}

void Host::perform_one(node::Disconnect& action) {
    world_.network().disconnect(number_, action.session, action.reason);
}

void Host::perform_one(node::Send& action) {
    world_.network().send(number_, action.session,
                          node::MessageReceived{action.session, std::move(action.message)});
}

void Host::perform_one(node::ReadCatalog& action) {
    later(milliseconds(1), node::CatalogRead{action.session, changes_after(action.since)});
}

void Host::perform_one(node::Serve& action) {
    const std::uint64_t instance = instance_;
    world_.timeline().after(milliseconds(2), [this, instance, action] {
        if (instance != instance_ || !running()) return;
        auto message =
            std::visit([&](const auto& request) { return answer(request); }, action.request);
        node::Send send{action.session, std::move(message)};
        perform_one(send);
    });
}

void Host::perform_one(node::RememberPeer& action) {
    remembered_[action.peer] = {action.peer, action.name, action.address, 0};
}

}  // namespace iwant::sim
