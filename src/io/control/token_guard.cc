#include "io/control/token_guard.h"

#include <array>
#include <chrono>
#include <cstdint>

#include "base/hash.h"
#include "base/hex.h"
#include "io/control/request_head.h"
#include "io/platform/process.h"

namespace iwant::control {

namespace {

constexpr std::string_view kScheme = "Bearer ";

// Takes as long for a token that is wrong in its first digit as for one that is wrong in its last.
bool equal_in_constant_time(std::string_view a, std::string_view b) {
    if (a.size() != b.size()) return false;
    volatile unsigned difference = 0;
    for (std::size_t i = 0; i < a.size(); ++i) {
        difference = difference | static_cast<unsigned>(static_cast<unsigned char>(a[i]) ^
                                                        static_cast<unsigned char>(b[i]));
    }
    return difference == 0;
}

}  // namespace

std::string TokenGuard::make_token() {
    std::array<std::uint8_t, 32> bytes{};
    platform::fill_random(bytes.data(), bytes.size());
    return to_hex(bytes);
}

TokenGuard::Verdict TokenGuard::check(std::string_view authorization, Time now) {
    const bool has_scheme = authorization.size() > kScheme.size() &&
                            equal_ignoring_case(authorization.substr(0, kScheme.size()), kScheme);
    const std::string_view presented =
        has_scheme ? authorization.substr(kScheme.size()) : std::string_view();
    return equal_in_constant_time(presented, token_) ? Verdict::accepted : count_failure(now);
}

std::string TokenGuard::file_token(std::string_view hash) const {
    return Hasher("iwant 2026-11 file token").update(token_).update(hash).digest().hex();
}

TokenGuard::Verdict TokenGuard::check_file(std::string_view presented, std::string_view hash,
                                           Time now) {
    return equal_in_constant_time(presented, file_token(hash)) ? Verdict::accepted
                                                               : count_failure(now);
}

TokenGuard::Verdict TokenGuard::count_failure(Time now) {
    while (!failures_.empty() && now - failures_.front() > std::chrono::minutes(1)) {
        failures_.pop_front();
    }
    if (failures_.size() >= kFailuresPerMinuteMax) return Verdict::too_many;
    failures_.push_back(now);
    return Verdict::refused;
}

}  // namespace iwant::control
