#include "sim/plan.h"

#include <algorithm>
#include <array>

#include "base/prng.h"

namespace iwant::sim {

using std::chrono::microseconds;
using std::chrono::milliseconds;
using std::chrono::minutes;
using std::chrono::seconds;

namespace {
constexpr std::array<std::string_view, kFaultKinds> kNames = {
    "crash",       "power-off",  "crash-losing", "crash-restored",  "stop",        "churn",
    "pause",       "suspend",    "slow",         "clone",           "skew",        "disk-errors",
    "disk-full",   "wrong-data", "loss",         "duplication",     "stream-loss", "delay",
    "clog",        "block",      "break",        "multicast-death", "halves",      "uniform",
    "three-way",   "bridge",     "ring",         "isolate",         "swizzle",     "split",
    "fake-leader", "epoch-max",  "third-party",  "censor",          "forger",      "replayer",
    "spammer",     "mute",       "search",       "change",          "download"};

constexpr std::uint64_t kMostHosts = 5000;    // one seed in so many has 100 hosts
constexpr std::uint64_t kManyHosts = 200;     // and one in so many 50
constexpr unsigned kNewcomersMax = 4;         // strangers and clones
constexpr Duration kQuietStart = seconds(5);  // everybody finds everybody
constexpr Duration kChaosMin = minutes(7) + seconds(45);
constexpr Duration kChaosSpread = seconds(75);

/// Draws one plan. Each part has a generator of its own.
class Drawing {
  public:
    explicit Drawing(const Settings& settings) : settings_(settings), prng_(settings.seed) {}

    Plan draw();

  private:
    std::size_t host_count();
    Quality quality();
    void draw_clocks();
    void draw_bursts();
    void draw_burst(Duration begin, Duration end);
    void draw_fault(FaultKind kind, Duration at);
    void draw_storm(FaultKind kind, Duration at);
    void draw_noise();
    void draw_deeds();
    Fault fault_of(FaultKind kind, Duration at);
    HostNumber some_host() { return prng_.below(plan_.hosts); }
    Duration between(Duration least, Duration most) { return least + prng_.below(most - least); }
    Duration length_of(FaultKind kind);
    std::int64_t amount_of(FaultKind kind);

    const Settings& settings_;
    Prng prng_;
    Plan plan_;
    std::vector<FaultKind> kinds_;
    unsigned newcomers_ = 0;
};

Plan Drawing::draw() {
    plan_.seed = settings_.seed;
    plan_.hosts = settings_.hosts.value_or(host_count());
    plan_.chaos = settings_.chaos.value_or(kChaosMin + prng_.below(kChaosSpread));
    plan_.calm = settings_.calm;
    if (settings_.mixture == Mixture::swarm) {
        plan_.quality = quality();
        draw_clocks();
        draw_bursts();
        draw_deeds();
    } else if (settings_.mixture == Mixture::calm_noise) {
        plan_.quality = {milliseconds(2), 5, 0, 1};
        draw_noise();
    }
    std::ranges::stable_sort(plan_.faults, {}, &Fault::at);
    return std::move(plan_);
}

std::size_t Drawing::host_count() {
    if (prng_.chance(1, kMostHosts)) return 100;
    if (prng_.chance(1, kManyHosts)) return 50;
    return 2 + prng_.below(std::uint64_t{7});
}

// From a good wire to a bad radio, with a delay from 0.2 to 50 ms that is more often short.
Quality Drawing::quality() {
    Quality quality;
    quality.delay_mean =
        microseconds(200) * (1 + prng_.below(std::uint64_t{16}) * prng_.below(std::uint64_t{17}));
    if (prng_.chance(1, 2)) quality.loss_percent = prng_.below(std::uint64_t{31});
    if (prng_.chance(1, 2)) quality.duplicate_percent = prng_.below(std::uint64_t{51});
    if (prng_.chance(1, 2)) quality.stream_loss_percent = prng_.below(std::uint64_t{11});
    return quality;
}

void Drawing::draw_clocks() {
    for (HostNumber host = 0; host < plan_.hosts; ++host) {
        Fault skew{{}, FaultKind::skew, host, 0, prng_.below(Duration(std::chrono::hours(2))), 0,
                   0};
        skew.amount = static_cast<std::int64_t>(prng_.below(std::uint64_t{401})) - 200;
        plan_.faults.push_back(skew);
    }
}

// Each seed has its own mixture of faults (Groce et al., "Swarm testing", ISSTA 2012), and bursts
// of them with rest between.
void Drawing::draw_bursts() {
    const std::uint64_t one_in = 2 + prng_.below(std::uint64_t{9});
    for (std::size_t kind = 0; kind < kFaultKinds; ++kind) {
        const auto fault = static_cast<FaultKind>(kind);
        if (fault == FaultKind::skew || fault == FaultKind::split || is_deed(fault)) continue;
        if (prng_.chance(1, one_in)) kinds_.push_back(fault);
    }
    if (kinds_.empty()) return;
    for (Duration at = kQuietStart; at < plan_.chaos;) {
        const Duration end = std::min(plan_.chaos, at + between(seconds(5), seconds(60)));
        draw_burst(at, end);
        at = end + between(seconds(5), seconds(60));
    }
}

void Drawing::draw_burst(Duration begin, Duration end) {
    const Duration gap = between(milliseconds(500), seconds(15));
    for (Duration at = begin; at < end; at += prng_.below(2 * gap)) {
        const FaultKind kind = kinds_[prng_.below(kinds_.size())];
        const bool newcomer = is_byzantine(kind) || kind == FaultKind::clone;
        if (newcomer && ++newcomers_ > kNewcomersMax) continue;
        if (kind == FaultKind::churn || kind == FaultKind::swizzle) {
            draw_storm(kind, at);
        } else {
            plan_.faults.push_back(fault_of(kind, at));
        }
    }
}

void Drawing::draw_storm(FaultKind kind, Duration at) {
    const std::size_t hit = std::min<std::size_t>(plan_.hosts, 20);
    for (std::size_t i = 0; i < hit; ++i) {
        at += prng_.below(Duration(milliseconds(700)));
        plan_.faults.push_back(fault_of(kind, at));
        if (kind == FaultKind::swizzle) plan_.faults.back().host = i;
    }
}

Fault Drawing::fault_of(FaultKind kind, Duration at) {
    Fault fault{at, kind, some_host(), some_host(), length_of(kind), amount_of(kind), prng_.next()};
    const bool of_a_host = kind <= FaultKind::clone || kind == FaultKind::isolate ||
                           kind == FaultKind::clog || kind == FaultKind::block ||
                           kind == FaultKind::break_session;
    if (of_a_host && kind != FaultKind::churn && kind != FaultKind::clone && prng_.chance(1, 4))
        fault.host = kLeader;
    const bool of_a_way = kind >= FaultKind::loss && kind <= FaultKind::block;
    if (of_a_way && kind <= FaultKind::delay && prng_.chance(1, 3)) fault.host = kEverybody;
    if (of_a_way && prng_.chance(1, 3)) fault.other = kEverybody;
    return fault;
}

Duration Drawing::length_of(FaultKind kind) {
    switch (kind) {
        case FaultKind::pause:
            return prng_.chance(2, 3) ? between(milliseconds(100), seconds(5))
                                      : between(seconds(5), seconds(60));
        case FaultKind::suspend:
            return between(seconds(5), minutes(5));
        case FaultKind::clog:
            return between(milliseconds(50), seconds(5));
        case FaultKind::churn:
            return between(milliseconds(100), seconds(3));
        case FaultKind::swizzle:
            return between(seconds(2), seconds(20));
        case FaultKind::break_session:
            return {};
        default:
            return prng_.chance(2, 3) ? between(milliseconds(200), seconds(15))
                                      : between(seconds(15), seconds(90));
    }
}

std::int64_t Drawing::amount_of(FaultKind kind) {
    const auto up_to = [&](std::uint64_t most) {
        return 1 + static_cast<std::int64_t>(prng_.below(most));
    };
    switch (kind) {
        case FaultKind::slow:
            return up_to(400);
        case FaultKind::loss:
            return up_to(30);
        case FaultKind::duplication:
            return up_to(50);
        case FaultKind::stream_loss:
        case FaultKind::disk_errors:
            return up_to(10);
        case FaultKind::delay:
            return 200 + up_to(50'000);
        default:
            return 0;
    }
}

// At any time one host in twenty stands still for a moment.
void Drawing::draw_noise() {
    constexpr Duration kPauseMin = milliseconds(500);
    constexpr Duration kPauseMax = seconds(5);
    for (HostNumber host = 0; host < plan_.hosts; ++host) {
        Duration at = kQuietStart;
        while (true) {
            const Duration length = between(kPauseMin, kPauseMax);
            at += prng_.below(Duration(2 * 19 * (kPauseMin + kPauseMax) / 2));
            if (at >= plan_.chaos) break;
            plan_.faults.push_back({at, FaultKind::pause, host, 0, length, 0, 0});
            at += length;
        }
    }
}

// Somebody asks every second or so; changes and downloads are rarer.
void Drawing::draw_deeds() {
    Prng prng(settings_.seed ^ 0xdeed);
    const Duration gap = milliseconds(200) + prng.below(Duration(seconds(2)));
    for (Duration at = seconds(1); at < plan_.chaos; at += prng.below(2 * gap)) {
        const std::uint64_t lot = prng.below(std::uint64_t{8});
        const FaultKind kind = lot == 0   ? FaultKind::download
                               : lot <= 2 ? FaultKind::change
                                          : FaultKind::search;
        plan_.faults.push_back({at, kind, prng.below(plan_.hosts), prng.below(plan_.hosts),
                                Duration{}, 0, prng.next()});
    }
}
}  // namespace

std::string_view to_string(FaultKind kind) {
    return kNames[static_cast<std::size_t>(kind)];
}

std::optional<FaultKind> parse_fault_kind(std::string_view word) {
    const auto found = std::ranges::find(kNames, word);
    if (found == kNames.end()) return std::nullopt;
    return static_cast<FaultKind>(found - kNames.begin());
}

Plan draw_plan(const Settings& settings) {
    return Drawing(settings).draw();
}

}  // namespace iwant::sim
