#include "sim/arguments.h"

#include <charconv>
#include <map>
#include <string_view>

#include "sim/workers.h"

namespace iwant::sim {

namespace {
constexpr std::uint64_t kAny = ~std::uint64_t{0};
constexpr std::uint64_t kSeedsMax = 100'000'000;
constexpr std::uint64_t kHostsMax = 2000;
constexpr std::uint64_t kEntriesMax = 100'000;
constexpr std::uint64_t kHoursMax = 100'000'000;
constexpr std::uint64_t kJobsMax = 256;
constexpr std::uint64_t kSecondsMax = 100'000;

Result<std::uint64_t> number(const std::string& option, std::string_view text, std::uint64_t max) {
    std::uint64_t value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (error == std::errc() && end == text.data() + text.size() && value > 0 && value <= max)
        return value;
    return failure(ErrorCode::invalid_argument, option,
                   "wants a number from 1 to " + std::to_string(max));
}

/// Reads an option's value after its name.
class Words {
  public:
    Words(int argc, char** argv) : words_(argv + 1, argv + argc) {}

    bool over() const { return at_ == words_.size(); }
    const std::string& next() { return words_[at_++]; }
    template <class T>
    Result<void> number_into(T& target, const std::string& option, std::uint64_t max) {
        if (over()) return failure(ErrorCode::invalid_argument, option, "wants a number");
        const auto value = number(option, next(), max);
        if (!value) return std::unexpected(value.error());
        target = *value;
        return {};
    }

  private:
    std::vector<std::string> words_;
    std::size_t at_ = 0;
};

bool flag(Arguments& arguments, const std::string& option) {
    const std::map<std::string, bool*> flags = {
        {"--verbose", &arguments.verbose}, {"--until-failure", &arguments.until_failure},
        {"--compare", &arguments.compare}, {"--cold-start", &arguments.cold_start},
        {"--crowd", &arguments.crowd},     {"--rewrite", &arguments.rewrite}};
    if (option == "--no-shrink") arguments.shrink = false;
    const auto found = flags.find(option);
    if (found != flags.end()) *found->second = true;
    return found != flags.end() || option == "--no-shrink";
}

Result<void> one_option(Arguments& arguments, const std::string& option, Words& words) {
    if (flag(arguments, option)) return {};
    if (option == "--seeds") return words.number_into(arguments.seeds, option, kSeedsMax);
    if (option == "--first") return words.number_into(arguments.first, option, kAny);
    if (option == "--hours") return words.number_into(arguments.peer_hours, option, kHoursMax);
    if (option == "--nodes") return words.number_into(arguments.hosts, option, kHostsMax);
    if (option == "--entries") return words.number_into(arguments.entries, option, kEntriesMax);
    if (option == "--chaos") return words.number_into(arguments.chaos_s, option, kSecondsMax);
    if (option == "--calm") return words.number_into(arguments.calm_s, option, kSecondsMax);
    if (option == "--jobs") return words.number_into(arguments.jobs, option, kJobsMax);
    if (option == "--seed") {
        arguments.seeds = 1;
        return words.number_into(arguments.first, option, kAny);
    }
    if (option == "--scenario") {
        if (words.over()) return failure(ErrorCode::invalid_argument, option, "wants a file");
        while (!words.over()) arguments.scenarios.push_back(words.next());
        return {};
    }
    return failure(ErrorCode::invalid_argument, option, "is not an option");
}
}  // namespace

const char* const kUsage =
    "iwanto-sim --seeds N [--first SEED] [--nodes M] [--jobs J] [--until-failure] [--no-shrink]\n"
    "           [--chaos SECONDS] [--calm SECONDS]\n"
    "iwanto-sim --seed SEED [--nodes M] [--verbose]\n"
    "iwanto-sim --hours H [--nodes M]          peer-hours of noise: nobody may lose its leader\n"
    "iwanto-sim --compare [--nodes M] [--hours H] [--seeds N]\n"
    "iwanto-sim --cold-start [--nodes M] [--entries E]   all at once, until everybody has all\n"
    "iwanto-sim --crowd [--nodes M]            on within a second; then their leader is lost\n"
    "iwanto-sim [--rewrite] [--verbose] --scenario FILE...\n";

Result<Arguments> parse_arguments(int argc, char** argv) {
    Arguments arguments;
    arguments.jobs = processors();
    Words words(argc, argv);
    while (!words.over()) {
        const std::string option = words.next();
        if (auto done = one_option(arguments, option, words); !done)
            return failure(std::move(done));
    }
    return arguments;
}

}  // namespace iwant::sim
