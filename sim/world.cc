#include "sim/world.h"

#include <algorithm>

namespace iwant::sim {

using std::chrono::milliseconds;
using std::chrono::seconds;

namespace {
constexpr Duration kSample = milliseconds(50);
constexpr Duration kStartsWithin = seconds(4);
constexpr Duration kCrowdStartsWithin = seconds(1);
constexpr std::size_t kContents = 12;
constexpr std::uint64_t kHolders = 3;

/// A generator for one purpose, whatever others there are.
Prng prng_for(std::uint64_t seed, std::uint64_t purpose) {
    Prng prng(seed * 0x9e3779b97f4a7c15u + purpose);
    return prng.split();
}
enum Purpose : std::uint64_t { library = 1, network = 2, furniture = 3, host = 1000 };

std::uint64_t count_of(const Plan& plan, bool (*wanted)(FaultKind)) {
    return static_cast<std::uint64_t>(
        std::ranges::count_if(plan.faults, [&](const Fault& fault) { return wanted(fault.kind); }));
}

bool is_clone(FaultKind kind) {
    return kind == FaultKind::clone;
}

std::size_t host_count(const Plan& plan) {
    return plan.hosts + count_of(plan, is_clone);
}
}  // namespace

/// One host's log as lines of the whole story.
class World::Transcript final : public Logger {
  public:
    Transcript(World& world, HostNumber host) : world_(world), host_(host) {}
    void log(LogLevel, std::string_view line) override {
        if (world_.options_.tell) world_.tell(name_of(host_) + ": " + std::string(line));
    }

  private:
    World& world_;
    HostNumber host_;
};

World::World(Plan plan, RunOptions options)
    : plan_(std::move(plan)),
      options_(std::move(options)),
      verdict_(timeline_),
      library_(prng_for(plan_.seed, Purpose::library), kContents),
      hosts_(make_hosts()),
      links_(timeline_, host_count(plan_) + count_of(plan_, is_byzantine)),
      network_(timeline_, *this, links_, host_count(plan_) + count_of(plan_, is_byzantine),
               prng_for(plan_.seed, Purpose::network).next()),
      leadership_(timeline_, network_, hosts_, plan_.hosts),
      oracle_(timeline_, network_, hosts_, leadership_, verdict_, plan_.hosts),
      probes_(timeline_, network_, hosts_, leadership_, verdict_, plan_.hosts) {}

World::~World() = default;

// Clones come after all others, with the key of the host that they are copies of.
std::vector<Host> World::make_hosts() {
    std::vector<Host> hosts;
    std::vector<HostNumber> originals;
    for (HostNumber number = 0; number < plan_.hosts; ++number) originals.push_back(number);
    for (const Fault& fault : plan_.faults) {
        if (is_clone(fault.kind)) originals.push_back(fault.host % plan_.hosts);
    }
    for (HostNumber number = 0; number < originals.size(); ++number) {
        transcripts_.push_back(std::make_unique<Transcript>(*this, number));
        hosts.emplace_back(number, TestSignatory(plan_.seed, originals[number]), *this,
                           prng_for(plan_.seed, Purpose::host + number));
    }
    return hosts;
}

void World::tell(const std::string& line) {
    if (options_.tell) options_.tell(timeline_.now(), line);
}

Logger& World::logger(HostNumber host) {
    return *transcripts_[host];
}

Hosts::Condition World::condition(HostNumber host) const {
    return host < hosts_.size() ? hosts_[host].condition()
                                : strangers_[host - hosts_.size()].condition();
}

std::uint64_t World::instance(HostNumber host) const {
    return host < hosts_.size() ? hosts_[host].instance()
                                : strangers_[host - hosts_.size()].instance();
}

PeerId World::peer(HostNumber host) const {
    return host < hosts_.size() ? hosts_[host].peer() : strangers_[host - hosts_.size()].peer();
}

PublicKey World::key(HostNumber host) const {
    return host < hosts_.size() ? hosts_[host].key() : strangers_[host - hosts_.size()].key();
}

protocol::Hello World::hello(HostNumber host) const {
    return host < hosts_.size() ? hosts_[host].hello() : strangers_[host - hosts_.size()].hello();
}

void World::deliver(HostNumber host, node::Event event) {
    if (host < hosts_.size()) {
        hosts_[host].deliver(std::move(event));
    } else {
        strangers_[host - hosts_.size()].deliver(std::move(event));
    }
}

void World::happens(HostNumber host, const node::Event& event) {
    oracle_.happens(host, event);
    probes_.happens(host, event);
    if (cold_start_) cold_start_->happens(host, event);
    if (crowd_) crowd_->happens(host, event, timeline_.now());
}

void World::stepped(HostNumber host) {
    const bool leads = leadership_.stepped(host);
    if (leads && options_.tell)
        tell(name_of(host) + " leads epoch " +
             std::to_string(hosts_[host].node()->leader_view().epoch));
    oracle_.stepped(host);
}

void World::performs(HostNumber host, const node::Action& action) {
    leadership_.count(action);
    oracle_.performs(host, action);
    probes_.performs(host, action);
    if (cold_start_) cold_start_->performs(host, action);
    if (crowd_) crowd_->performs(action, timeline_.now());
    const auto* answer = std::get_if<node::AnswerSearch>(&action);
    if (answer != nullptr && options_.tell)
        tell(name_of(host) + ": answer " + std::to_string(answer->ticket.value) +
             " results=" + std::to_string(answer->reply.total) +
             (answer->reply.complete ? " complete" : " incomplete"));
}

World::Piece World::fetch(HostNumber client, const PeerId& server, const FileId& file) {
    const auto number = leadership_.host_of(server);
    if (!number) return Piece::unreachable;
    const Host& host = hosts_[*number];
    if (!host.running() || !links_.open_both_ways(client, *number)) return Piece::unreachable;
    if (!host.shares(file)) return Piece::missing;
    return host.liar() ? Piece::wrong : Piece::right;
}

Outcome World::run() {
    furnish();
    schedule();
    run_for(plan_.chaos);
    std::optional<Failure> failure;
    if (plan_.ending == Plan::Ending::heal && !over()) {
        heal();
        failure = check_agreement();
        if (!failure) failure = check_catalogs();
        if (!failure) failure = check_downloads();
        if (!failure) failure = check_calm();
        if (!failure) failure = check_failover();
        if (failure) failure->at = timeline_.now() - Time{};
    }
    const std::uint64_t wrongly = leadership_.statistics().false_replacements;
    if (plan_.ending == Plan::Ending::led && wrongly > 0)
        failure =
            Failure{"F3", "F3: a leader was replaced that ran well", timeline_.now() - Time{}};
    if (verdict_.failure()) failure = verdict_.failure();
    if (failure) tell("-- failed: " + failure->text);
    statistics_.add(leadership_.statistics());
    statistics_.add(probes_.statistics());
    statistics_.runs = 1;
    statistics_.virtual_time = timeline_.now() - Time{};
    return {failure, statistics_};
}

// Every content is at somebody who never serves wrong bytes, if there is anybody such; some are at
// several hosts.
void World::furnish() {
    Prng prng = prng_for(plan_.seed, Purpose::furniture);
    for (const Fault& fault : plan_.faults) {
        if (fault.kind == FaultKind::wrong_data) liars_.insert(fault.host);
    }
    for (const Item& item : library_.items()) {
        HostNumber first = prng.below(plan_.hosts);
        for (std::size_t i = 0; i < plan_.hosts && liars_.contains(first); ++i)
            first = (first + 1) % plan_.hosts;
        std::set<HostNumber> holders{first};
        for (std::uint64_t i = prng.below(kHolders); i > 0; --i)
            holders.insert(prng.below(plan_.hosts));
        for (const HostNumber holder : holders) hosts_[holder].share(item);
    }
    for (HostNumber host = 0; host < plan_.hosts && plan_.names > 0; ++host)
        hosts_[host].share_names(plan_.names);
    links_.set_base(plan_.quality);
    const Duration within = crowd_ ? kCrowdStartsWithin : kStartsWithin;
    for (HostNumber host = 0; host < plan_.hosts; ++host) {
        timeline_.after(prng.below(within), [this, host] { hosts_[host].start(); });
    }
}

void World::run_for(Duration length) {
    const Time end = timeline_.now() + length;
    while (timeline_.now() < end && !over()) {
        timeline_.run_until(std::min(end, timeline_.now() + kSample), [this] { return over(); });
        leadership_.sample();
        oracle_.sample();
    }
}

}  // namespace iwant::sim
