#include "sim/world.h"

#include <algorithm>
#include <cstdio>

#include "base/hash.h"

namespace iwant::sim {

using std::chrono::milliseconds;
using std::chrono::minutes;
using std::chrono::seconds;

namespace {
constexpr std::size_t kHostsMin = 2;
constexpr std::size_t kHostsSpread = 7;
constexpr Duration kSample = milliseconds(50);
constexpr Duration kAgreement = seconds(10);
constexpr Duration kSearchable = seconds(5);
constexpr Duration kDownloads = minutes(3);
constexpr Duration kCalm = minutes(1);

std::size_t host_count(const Settings& settings) {
    Prng prng(settings.seed);
    return settings.hosts.value_or(kHostsMin + prng.below(std::uint64_t{kHostsSpread}));
}

PeerId make_peer(std::uint64_t seed, HostNumber host) {
    Hasher hasher;
    hasher.update_u64(seed).update_u64(host);
    return PeerId{hasher.digest()};
}
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

World::World(Settings settings)
    : settings_(settings),
      prng_(settings.seed),
      library_(prng_.split(), 12),
      network_(timeline_, *this, host_count(settings), prng_.split()) {
    const std::size_t count = host_count(settings);
    hosts_.reserve(count);
    for (HostNumber number = 0; number < count; ++number) {
        transcripts_.push_back(std::make_unique<Transcript>(*this, number));
        hosts_.emplace_back(number, make_peer(settings.seed, number), *this, prng_.split());
    }
    oracle_ = std::make_unique<Oracle>(timeline_, network_, hosts_);
}

World::~World() = default;

void World::tell(const std::string& line) {
    if (!settings_.verbose) return;
    const auto now = std::chrono::duration<double>(timeline_.now() - Time{}).count();
    std::printf("%10.4f  %s\n", now, line.c_str());
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
    chaos(seconds(20) + prng_.below(Duration(seconds(40))));
    heal();
    std::optional<std::string> failure = check_agreement();
    if (!failure) failure = check_catalogs();
    if (!failure) failure = check_downloads();
    if (!failure) failure = check_calm();
    if (oracle_->violation()) failure = oracle_->violation();
    return {failure, oracle_->statistics()};
}

// Every content is somewhere honest; some are at several hosts.
void World::furnish() {
    faults_ = static_cast<unsigned>(prng_.next() & 0xff);
    for (const Item& item : library_.items()) {
        const std::uint64_t copies = 1 + prng_.below(std::uint64_t{3});
        std::set<HostNumber> holders{prng_.below(hosts_.size() - 1)};
        for (std::uint64_t i = 1; i < copies; ++i) holders.insert(prng_.below(hosts_.size()));
        for (const HostNumber holder : holders) hosts_[holder].share(item);
    }
    hosts_.back().liar = prng_.chance(1, 4);
    Quality quality;
    quality.delay_mean = milliseconds(1) + prng_.below(Duration(milliseconds(20)));
    quality.loss_percent = prng_.below(std::uint64_t{30});
    quality.duplicate_percent = prng_.below(std::uint64_t{20});
    network_.set_quality(quality);
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

void World::chaos(Duration length) {
    const Time end = timeline_.now() + length;
    run_for(seconds(5));
    while (timeline_.now() < end && !oracle_->violation()) {
        run_for(prng_.below(Duration(seconds(2))));
        one_deed();
        if (prng_.chance(1, 3)) one_fault();
    }
}

void World::heal() {
    tell("-- heal");
    network_.set_quality({milliseconds(2), 2, 2});
    for (Host& host : hosts_) {
        network_.set_group(host.number(), 0);
        if (host.condition() == Condition::paused) host.resume();
        if (!host.running()) host.start();
    }
}

std::optional<std::string> World::check_agreement() {
    run_for(kAgreement);
    if (const auto reason = oracle_->disagreement())
        return "no agreement after healing: " + *reason;
    return std::nullopt;
}

std::optional<std::string> World::check_catalogs() {
    run_for(kSearchable);
    oracle_->take_poor_answers();
    for (HostNumber owner = 0; owner < hosts_.size(); ++owner)
        ask(prng_.below(hosts_.size()), owner);
    run_for(seconds(3));
    const auto poor = oracle_->take_poor_answers();
    if (!poor.empty()) return "not searchable after healing: " + poor.front();
    return std::nullopt;
}

std::optional<std::string> World::check_downloads() {
    const auto open = [&] {
        std::optional<std::string> unfinished;
        for (const Host& host : hosts_) {
            for (const auto& status : host.open_downloads()) {
                unfinished = "host" + std::to_string(host.number()) +
                             " has not finished download " + std::to_string(status.id.value) +
                             ": " + std::string(swarm::to_string(status.state)) + " " +
                             status.message;
            }
        }
        return unfinished;
    };
    const Time end = timeline_.now() + kDownloads;
    while (timeline_.now() < end && open() && !oracle_->violation()) run_for(seconds(1));
    return open();
}

std::optional<std::string> World::check_calm() {
    const std::uint64_t before = oracle_->statistics().leader_changes;
    run_for(kCalm);
    if (oracle_->statistics().leader_changes != before)
        return "the leader changed without a reason";
    if (const auto reason = oracle_->disagreement()) return "no agreement later: " + *reason;
    return std::nullopt;
}

}  // namespace iwant::sim
