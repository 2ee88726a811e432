#include "sim/world.h"

#include <algorithm>
#include <cstdio>

namespace iwant::sim {

using std::chrono::milliseconds;
using std::chrono::minutes;
using std::chrono::seconds;

namespace {
constexpr Duration kSample = milliseconds(50);
constexpr Duration kAgreement = seconds(10);
constexpr Duration kSearchable = seconds(5);
constexpr Duration kDownloads = minutes(3);
}  // namespace

/// One host's log as lines of the whole story.
class World::Transcript final : public Logger {
  public:
    Transcript(World& world, HostNumber host) : world_(world), host_(host) {}
    void log(LogLevel, std::string_view line) override {
        world_.tell("host" + std::to_string(host_) + ": " + std::string(line));
    }

  private:
    World& world_;
    HostNumber host_;
};

World::World(Plan plan, RunOptions options)
    : plan_(std::move(plan)),
      options_(std::move(options)),
      prng_(plan_.seed),
      library_(prng_.split(), 12),
      network_(timeline_, *this, plan_.hosts, prng_.split()) {
    hosts_.reserve(plan_.hosts);
    for (HostNumber number = 0; number < plan_.hosts; ++number) {
        transcripts_.push_back(std::make_unique<Transcript>(*this, number));
        hosts_.emplace_back(number, TestSignatory(plan_.seed, number), *this, prng_.split());
    }
    oracle_ = std::make_unique<Oracle>(timeline_, network_, hosts_);
}

World::~World() = default;

void World::tell(const std::string& line) {
    if (options_.tell) options_.tell(timeline_.now(), line);
}

Logger& World::logger(HostNumber host) {
    return *transcripts_[host];
}

void World::deliver(HostNumber host, node::Event event) {
    hosts_[host].deliver(std::move(event));
}

void World::arrives(HostNumber host, const node::MessageReceived& message) {
    if (const auto from = network_.other_end(host, message.session))
        oracle_->arrives(host, message, *from);
}

void World::stepped(HostNumber host) {
    const std::uint64_t changes = oracle_->statistics().leader_changes;
    oracle_->stepped(host);
    if (oracle_->statistics().leader_changes == changes) return;
    const auto view = hosts_[host].node()->leader_view();
    tell("host" + std::to_string(host) + " leads epoch " + std::to_string(view.epoch));
}

void World::answered(HostNumber host, const node::AnswerSearch& answer) {
    tell("host" + std::to_string(host) + ": answer " + std::to_string(answer.ticket.value) +
         " results=" + std::to_string(answer.reply.total) +
         (answer.reply.complete ? " complete" : " incomplete"));
    oracle_->answered(host, answer);
}

World::Piece World::fetch(HostNumber client, const PeerId& server, const FileId& file) {
    const auto host = std::ranges::find(hosts_, server, &Host::peer);
    if (host == hosts_.end() || !host->running() || !network_.reachable(client, host->number()))
        return Piece::unreachable;
    if (!host->shares(file)) return Piece::missing;
    return host->liar ? Piece::wrong : Piece::right;
}

Outcome World::run() {
    furnish();
    for (const Fault& fault : plan_.faults)
        timeline_.at(Time{} + fault.at, [this, &fault] {
            if (!healed_) carry_out(fault);
        });
    run_for(plan_.chaos);
    std::optional<Failure> failure;
    if (plan_.ending == Plan::Ending::heal) {
        heal();
        failure = check_agreement();
        if (!failure) failure = check_catalogs();
        if (!failure) failure = check_downloads();
        if (!failure) failure = check_calm();
    }
    const Duration now = timeline_.now() - Time{};
    if (const auto broken = oracle_->violation())
        failure = Failure{broken->substr(0, broken->find(':')), *broken, now};
    if (failure) failure->at = now;
    statistics_.add(oracle_->statistics());
    statistics_.runs = 1;
    statistics_.virtual_time = now;
    return {failure, statistics_};
}

// Every content is somewhere honest; some are at several hosts.
void World::furnish() {
    for (const Item& item : library_.items()) {
        const std::uint64_t copies = 1 + prng_.below(std::uint64_t{3});
        std::set<HostNumber> holders{prng_.below(hosts_.size() - 1)};
        for (std::uint64_t i = 1; i < copies; ++i) holders.insert(prng_.below(hosts_.size()));
        for (const HostNumber holder : holders) hosts_[holder].share(item);
    }
    network_.set_quality(plan_.quality);
    for (Host& host : hosts_) {
        timeline_.after(prng_.below(Duration(seconds(4))), [&host] { host.start(); });
    }
}

void World::run_for(Duration length) {
    const Time end = timeline_.now() + length;
    while (timeline_.now() < end && !oracle_->violation()) {
        timeline_.run_until(std::min(end, timeline_.now() + kSample));
        oracle_->count_time_without_leader(kSample);
    }
}

void World::heal() {
    tell("-- heal");
    healed_ = true;
    network_.set_quality({milliseconds(2), 2, 2, 0});
    for (Host& host : hosts_) {
        network_.set_group(host.number(), 0);
        if (host.condition() == Condition::paused) host.resume();
        if (!host.running()) host.start();
    }
}

std::optional<Failure> World::check_agreement() {
    run_for(kAgreement);
    if (const auto reason = oracle_->disagreement())
        return Failure{"L1", "no agreement after healing: " + *reason};
    return std::nullopt;
}

std::optional<Failure> World::check_catalogs() {
    run_for(kSearchable);
    oracle_->take_poor_answers();
    for (HostNumber owner = 0; owner < hosts_.size(); ++owner)
        ask(prng_.below(hosts_.size()), owner);
    run_for(seconds(3));
    const auto poor = oracle_->take_poor_answers();
    if (!poor.empty()) return Failure{"L2", "not searchable after healing: " + poor.front()};
    return std::nullopt;
}

std::optional<Failure> World::check_downloads() {
    const auto open = [&] {
        std::optional<Failure> unfinished;
        for (const Host& host : hosts_) {
            for (const auto& status : host.open_downloads()) {
                unfinished = Failure{
                    "L3", "host" + std::to_string(host.number()) + " has not finished download " +
                              std::to_string(status.id.value) + ": " +
                              std::string(swarm::to_string(status.state)) + " " + status.message};
            }
        }
        return unfinished;
    };
    const Time end = timeline_.now() + kDownloads;
    while (timeline_.now() < end && open() && !oracle_->violation()) run_for(seconds(1));
    return open();
}

std::optional<Failure> World::check_calm() {
    const std::uint64_t before = oracle_->statistics().leader_changes;
    run_for(plan_.calm);
    if (oracle_->statistics().leader_changes != before)
        return Failure{"L4", "the leader changed without a reason"};
    if (const auto reason = oracle_->disagreement())
        return Failure{"L4", "no agreement later: " + *reason};
    return std::nullopt;
}

}  // namespace iwant::sim
