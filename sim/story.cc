#include <algorithm>
#include <cmath>
#include <cstdio>
#include <cstdlib>

#include "sim/scenario.h"

// The part of scenario.h that runs a plan and compares what came of it.

namespace iwant::sim {

namespace {
constexpr double kTolerance_s = 1.0;

bool is_told(std::string_view line) {
    return line.starts_with("-- ") || line.find(" leads epoch ") != line.npos ||
           line.find(": search ") != line.npos || line.find(": answer ") != line.npos;
}

/// A line's time and words.
std::pair<double, std::string_view> parted(const std::string& line) {
    char* end = nullptr;
    const double time = std::strtod(line.c_str(), &end);
    return {time, std::string_view(line).substr(static_cast<std::size_t>(end - line.c_str()))};
}

bool alike(const std::string& a, const std::string& b) {
    const auto [a_time, a_words] = parted(a);
    const auto [b_time, b_words] = parted(b);
    return a_words == b_words && std::fabs(a_time - b_time) <= kTolerance_s;
}
}  // namespace

std::vector<std::string> story_of(const Plan& plan) {
    std::vector<std::string> story;
    RunOptions options;
    options.tell = [&](Time now, std::string_view line) {
        if (!is_told(line)) return;
        char time[32];
        std::snprintf(time, sizeof time, "%.1f ",
                      std::chrono::duration<double>(now - Time{}).count());
        story.push_back(time + std::string(line));
    };
    const Outcome outcome = World(plan, options).run();
    story.push_back(outcome.failure ? "failed: " + outcome.failure->text : "ok");
    return story;
}

// What happens in the same moment has no order that anybody should rely on: each line has its like,
// and that is all.
std::string difference(const std::vector<std::string>& expected,
                       const std::vector<std::string>& story) {
    std::vector<std::string> left = story;
    std::string missing = "nothing more";
    for (const std::string& line : expected) {
        const auto found =
            std::ranges::find_if(left, [&](const auto& other) { return alike(line, other); });
        if (found != left.end()) {
            left.erase(found);
        } else if (missing == "nothing more") {
            missing = line;
        }
    }
    if (left.empty() && missing == "nothing more") return "";
    return "expected: " + missing + "\n     got: " + (left.empty() ? "nothing more" : left[0]);
}

}  // namespace iwant::sim
