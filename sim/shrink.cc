#include "sim/shrink.h"

#include <algorithm>
#include <utility>

namespace iwant::sim {

namespace {
constexpr Duration kFirstFault = std::chrono::seconds(10);
constexpr Duration kTenth = std::chrono::milliseconds(100);

class Shrinker {
  public:
    Shrinker(Plan plan, std::size_t tries_max, const FirstFailing& first_failing)
        : plan_(std::move(plan)), left_(tries_max), first_failing_(first_failing) {}

    Shrunk run(std::size_t tries_max);

  private:
    bool take_first_failing(const std::vector<Plan>& plans);
    bool try_one(const Plan& plan) { return take_first_failing({plan}); }
    void shorten();
    void fewer_faults();
    void fewer_hosts();
    void better_network();
    void shorter_faults();
    void earlier();
    void rounder();
    Plan without(std::size_t begin, std::size_t end) const;

    Plan plan_;
    std::size_t left_;
    const FirstFailing& first_failing_;
};

Shrunk Shrinker::run(std::size_t tries_max) {
    // What makes all later tries quicker comes first.
    shorten();
    fewer_faults();
    fewer_hosts();
    better_network();
    fewer_faults();
    shorten();
    shorter_faults();
    earlier();
    shorten();
    rounder();
    return {std::move(plan_), tries_max - left_};
}

bool Shrinker::take_first_failing(const std::vector<Plan>& plans) {
    if (plans.empty() || left_ == 0) return false;
    left_ -= std::min(left_, plans.size());
    const std::size_t found = first_failing_(plans);
    if (found == plans.size()) return false;
    plan_ = plans[found];
    return true;
}

Plan Shrinker::without(std::size_t begin, std::size_t end) const {
    Plan plan = plan_;
    plan.faults.erase(plan.faults.begin() + static_cast<std::ptrdiff_t>(begin),
                      plan.faults.begin() + static_cast<std::ptrdiff_t>(end));
    return plan;
}

// Whole parts are left out, then smaller ones, until no single fault can be missed.
void Shrinker::fewer_faults() {
    std::size_t part = std::max<std::size_t>(plan_.faults.size() / 2, 1);
    while (left_ > 0 && !plan_.faults.empty()) {
        std::vector<Plan> plans;
        for (std::size_t begin = 0; begin < plan_.faults.size(); begin += part)
            plans.push_back(without(begin, std::min(begin + part, plan_.faults.size())));
        if (take_first_failing(plans)) {
            part = std::min(part, std::max<std::size_t>(plan_.faults.size(), 1));
        } else if (part > 1) {
            part = part / 2;
        } else {
            return;
        }
    }
}

void Shrinker::fewer_hosts() {
    while (plan_.hosts > 2) {
        Plan fewer = plan_;
        fewer.hosts = plan_.hosts > 16 ? plan_.hosts / 2 : plan_.hosts - 1;
        std::erase_if(fewer.faults, [&](const Fault& fault) {
            return fault.host < kEverybody && fault.host >= fewer.hosts;
        });
        if (!try_one(fewer)) return;
    }
}

void Shrinker::better_network() {
    Plan better = plan_;
    better.quality = Quality{};
    if (better.quality == plan_.quality || try_one(better)) return;
    better = plan_;
    better.quality.loss_percent = better.quality.stream_loss_percent = 0;
    if (try_one(better)) return;
    better = plan_;
    better.quality.duplicate_percent = 0;
    try_one(better);
}

// The time of chaos is cut from its end, with all that lies beyond.
void Shrinker::shorten() {
    for (Duration step = plan_.chaos / 2; step > std::chrono::seconds(2); step /= 2) {
        Plan shorter = plan_;
        shorter.chaos -= step;
        std::erase_if(shorter.faults, [&](const Fault& fault) { return fault.at > shorter.chaos; });
        try_one(shorter);
    }
}

void Shrinker::shorter_faults() {
    for (std::size_t i = 0; i < plan_.faults.size(); ++i) {
        Plan shorter = plan_;
        shorter.faults[i].length /= 2;
        if (shorter.faults[i].length > Duration{}) try_one(shorter);
    }
}

// Whatever happened before the first fault that matters was not needed.
void Shrinker::earlier() {
    if (plan_.faults.empty()) return;
    const Duration shift = plan_.faults.front().at - kFirstFault;
    if (shift <= Duration{}) return;
    Plan plan = plan_;
    for (Fault& fault : plan.faults) fault.at -= shift;
    plan.chaos -= shift;
    try_one(plan);
}

// Plain numbers are easier to read.
void Shrinker::rounder() {
    Plan plan = plan_;
    plan.chaos = std::chrono::ceil<std::chrono::seconds>(plan.chaos);
    try_one(plan);
    for (const Duration unit : {Duration(std::chrono::seconds(1)), kTenth}) {
        for (std::size_t i = 0; i < plan_.faults.size(); ++i) {
            plan = plan_;
            Fault& fault = plan.faults[i];
            fault.at = fault.at / unit * unit;
            fault.length = (fault.length + unit - Duration(1)) / unit * unit;
            if (plan.faults != plan_.faults) try_one(plan);
        }
    }
    for (std::size_t i = 0; i < plan_.faults.size(); ++i) {
        plan = plan_;
        plan.faults[i].choice = 0;
        if (plan.faults != plan_.faults) try_one(plan);
    }
}

}  // namespace

Shrunk shrink(Plan plan, std::size_t tries_max, const FirstFailing& first_failing) {
    return Shrinker(std::move(plan), tries_max, first_failing).run(tries_max);
}

}  // namespace iwant::sim
