#include "sim/scenario.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <optional>

#include "sim/plan_text.h"

namespace iwant::sim {

namespace {
constexpr std::string_view kExpect = "expect";
constexpr std::size_t kHostsMax = 2000;

std::uint64_t* percentage(Quality& quality, std::string_view word) {
    if (word == "loss") return &quality.loss_percent;
    if (word == "duplicates") return &quality.duplicate_percent;
    if (word == "stream-loss") return &quality.stream_loss_percent;
    return nullptr;
}

Result<std::uint64_t> parse_count(std::string_view text, std::uint64_t most) {
    std::uint64_t value = 0;
    const char* begin = text.begin();
    const char* end = text.end();
    const auto [stop, error] = std::from_chars(begin, end, value);
    if (error == std::errc() && stop == end && value <= most) return value;
    return failure(ErrorCode::invalid_argument, "",
                   "'" + std::string(text) + "' is not a number up to " + std::to_string(most));
}

/// Takes one line after the other into a plan.
class Parser {
  public:
    Parser() {
        plan_.seed = 1;
        plan_.ending = Plan::Ending::none;
    }

    Result<void> take(std::string_view line);
    Result<Plan> plan();

  private:
    Result<void> take_head(std::string_view word, std::string_view value);
    Result<void> take_number(std::string_view word, std::string_view value);

    Plan plan_;
    bool has_hosts_ = false;
    bool has_length_ = false;
};

Result<void> Parser::take(std::string_view line) {
    if (line[0] >= '0' && line[0] <= '9') {
        const auto fault = parse_fault(line);
        if (!fault) return std::unexpected(fault.error());
        plan_.faults.push_back(*fault);
        return {};
    }
    const auto space = std::min(line.find(' '), line.size());
    const auto begin = line.find_first_not_of(' ', space);
    return take_head(line.substr(0, space), begin == line.npos ? "" : line.substr(begin));
}

Result<void> Parser::take_head(std::string_view word, std::string_view value) {
    if (word == "hosts" || word == "seed" || percentage(plan_.quality, word))
        return take_number(word, value);
    Duration* target = nullptr;
    if (word == "length") target = &plan_.chaos;
    if (word == "delay") target = &plan_.quality.delay_mean;
    if (word == "heal") target = &plan_.calm;
    if (target == nullptr) {
        return failure(ErrorCode::invalid_argument, "",
                       "'" + std::string(word) +
                           "' is none of hosts, seed, length, delay, loss, duplicates, "
                           "stream-loss, heal, expect");
    }
    const auto duration = parse_seconds(value);
    if (!duration) return std::unexpected(duration.error());
    *target = *duration;
    has_length_ = has_length_ || word == "length";
    if (word == "heal") plan_.ending = Plan::Ending::heal;
    return {};
}

Result<void> Parser::take_number(std::string_view word, std::string_view value) {
    const bool counts = word == "hosts";
    const std::uint64_t most = counts ? kHostsMax : word == "seed" ? ~std::uint64_t{0} : 100;
    const auto number = parse_count(value, most);
    if (!number) return std::unexpected(number.error());
    if (counts) {
        has_hosts_ = true;
        plan_.hosts = *number;
    } else if (word == "seed") {
        plan_.seed = *number;
    } else {
        *percentage(plan_.quality, word) = *number;
    }
    return {};
}

Result<Plan> Parser::plan() {
    const char* missing = nullptr;
    if (!has_hosts_) missing = "'hosts N' is missing";
    if (!has_length_) missing = "'length SECONDS' is missing";
    if (plan_.hosts < 2) missing = "there are at least 2 hosts";
    if (missing) return failure(ErrorCode::invalid_argument, "", missing);
    std::ranges::stable_sort(plan_.faults, {}, &Fault::at);
    return std::move(plan_);
}
}  // namespace

Result<Scenario> parse_scenario(const std::string& name, std::string_view text) {
    Scenario scenario;
    Parser parser;
    bool expecting = false;
    std::size_t number = 0;
    while (!text.empty()) {
        const auto end = std::min(text.find('\n'), text.size());
        std::string_view line = text.substr(0, end);
        text.remove_prefix(std::min(end + 1, text.size()));
        ++number;
        if (expecting) {
            if (!line.empty()) scenario.expected.emplace_back(line);
            continue;
        }
        expecting = line == kExpect;
        if (expecting) continue;
        scenario.head += std::string(line) + "\n";
        if (line.empty() || line[0] == '#') continue;
        if (auto taken = parser.take(line); !taken) {
            taken.error().operation = name + ":" + std::to_string(number);
            return failure(std::move(taken));
        }
    }
    auto plan = parser.plan();
    if (!plan) {
        plan.error().operation = name;
        return failure(std::move(plan));
    }
    scenario.plan = std::move(*plan);
    return scenario;
}

std::string scenario_text(const std::string& why, const Plan& plan,
                          const std::vector<std::string>& expected) {
    Scenario scenario;
    const Quality& quality = plan.quality;
    std::string& text = scenario.head;
    text = "# " + why + "\nhosts " + std::to_string(plan.hosts) + "\nseed " +
           std::to_string(plan.seed) + "\nlength " + seconds_text(plan.chaos) + "\ndelay " +
           seconds_text(quality.delay_mean) + "\n";
    const auto percent = [&](const char* name, std::uint64_t value) {
        if (value > 0) text += name + std::to_string(value) + "\n";
    };
    percent("loss ", quality.loss_percent);
    percent("duplicates ", quality.duplicate_percent);
    percent("stream-loss ", quality.stream_loss_percent);
    if (plan.ending == Plan::Ending::heal) text += "heal " + seconds_text(plan.calm) + "\n";
    text += "\n";
    for (const Fault& fault : plan.faults) text += to_text(fault) + "\n";
    text += "\n";
    return rewritten(scenario, expected);
}

std::string rewritten(const Scenario& scenario, const std::vector<std::string>& story) {
    std::string text = scenario.head + std::string(kExpect) + "\n";
    for (const std::string& line : story) text += line + "\n";
    return text;
}

}  // namespace iwant::sim
