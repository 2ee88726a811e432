#include <algorithm>
#include <cstddef>

#include "base/ascii.h"
#include "core/protocol/check.h"
#include "core/protocol/limits.h"

// Whether a text is a numeric address, without asking any resolver.

namespace iwant::protocol {
namespace {

constexpr std::size_t kGroups = 8;
constexpr std::size_t kScopeBytesMax = 15;  // IFNAMSIZ - 1

/// Takes what is before the next separator off the front of `rest`, and the separator with it.
std::string_view take_until(std::string_view& rest, char separator) {
    const std::string_view part = rest.substr(0, rest.find(separator));
    rest.remove_prefix(std::min(part.size() + 1, rest.size()));
    return part;
}

/// Dotted quad as RFC 6943 section 3.1.1 calls strict: four decimal numbers without leading zeros.
bool is_ipv4(std::string_view host) {
    if (std::ranges::count(host, '.') != 3 || host.ends_with('.')) return false;
    for (int i = 0; i < 4; ++i) {
        const std::string_view part = take_until(host, '.');
        if (part.empty() || part.size() > 3 || !std::ranges::all_of(part, is_digit)) return false;
        if (part.size() > 1 && part[0] == '0') return false;
        int value = 0;
        for (const char digit : part) value = value * 10 + (digit - '0');
        if (value > 255) return false;
    }
    return true;
}

/// Counts the groups of "a:b:c", the last of which may be a dotted quad (two groups); 0 is an
/// error.
std::size_t count_groups(std::string_view text, bool may_end_in_ipv4) {
    if (text.ends_with(':')) return 0;
    std::size_t groups = 0;
    while (!text.empty()) {
        const std::string_view group = take_until(text, ':');
        if (text.empty() && may_end_in_ipv4 && is_ipv4(group)) return groups + 2;
        if (group.empty() || group.size() > 4 || !std::ranges::all_of(group, is_hex_digit))
            return 0;
        ++groups;
    }
    return groups;
}

/// RFC 4291 section 2.2.
bool is_ipv6(std::string_view host) {
    const std::size_t gap = host.find("::");
    if (gap == std::string_view::npos) return count_groups(host, true) == kGroups;
    const std::string_view before = host.substr(0, gap);
    const std::string_view after = host.substr(gap + 2);
    const std::size_t groups_before = count_groups(before, false);
    const std::size_t groups_after = count_groups(after, true);
    if (!before.empty() && groups_before == 0) return false;
    if (!after.empty() && groups_after == 0) return false;
    return groups_before + groups_after < kGroups;
}

bool is_scope(std::string_view scope) {
    return !scope.empty() && scope.size() <= kScopeBytesMax &&
           std::ranges::all_of(scope, [](char c) {
               return is_digit(c) || is_letter(c) || c == '.' || c == '_' || c == '-' || c == '@' ||
                      c == ':';
           });
}

}  // namespace

bool is_numeric_host(std::string_view host) {
    if (host.empty() || host.size() > kAddressBytesMax) return false;
    const std::size_t percent = host.find('%');
    if (percent == std::string_view::npos) return is_ipv4(host) || is_ipv6(host);
    return is_ipv6(host.substr(0, percent)) && is_scope(host.substr(percent + 1));
}

}  // namespace iwant::protocol
