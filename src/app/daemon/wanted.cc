#include "app/daemon/wanted.h"

#include <algorithm>
#include <cctype>
#include <charconv>

#include "base/hex.h"
#include "base/path.h"
#include "base/text.h"
#include "core/protocol/limits.h"

namespace iwant::daemon {

std::optional<std::uint64_t> row_number(const std::string& typed) {
    if (typed.empty() || typed.size() > kRowDigitsMax) return std::nullopt;
    std::uint64_t row = 0;
    const auto [end, error] = std::from_chars(typed.data(), typed.data() + typed.size(), row);
    if (error != std::errc{} || end != typed.data() + typed.size()) return std::nullopt;
    return row;
}

Result<std::string> hash_digits(const std::string& typed) {
    if (!is_hex(typed) || typed.size() < protocol::kLocatePrefixMin || typed.size() > 64) {
        return failure(ErrorCode::invalid_argument,
                       "download \"" + escape_for_display(typed) + "\"",
                       "give the row number of the last search, a hash of 64 digits, or 6 or more "
                       "of its first "
                       "digits");
    }
    std::string digits = typed;
    std::ranges::transform(digits, digits.begin(), [](unsigned char c) { return std::tolower(c); });
    return digits;
}

Result<protocol::SearchResult> only_match(const std::string& typed,
                                          const protocol::LocateReply& reply) {
    // The reply comes from another computer: what was not asked for is not taken.
    const Result<std::string> digits = hash_digits(typed);
    if (!digits) return std::unexpected(digits.error());
    std::vector<protocol::SearchResult> matches = reply.matches;
    std::erase_if(matches, [&](const protocol::SearchResult& match) {
        return !match.content || !match.content->hex().starts_with(*digits);
    });
    if (matches.size() == 1) return matches.front();
    if (matches.empty()) {
        if (reply.complete) {
            return failure(ErrorCode::not_found, "download " + typed,
                           "nobody shares anything with this hash; search for its name");
        }
        return failure(ErrorCode::unavailable, "download " + typed,
                       "nobody who can be asked now has it; try again in a moment");
    }
    std::string candidates;
    for (const protocol::SearchResult& match : matches) {
        candidates += "\n  " + match.content->hex() + "  " + escape_for_display(match.path);
    }
    return failure(ErrorCode::invalid_argument, "download " + typed,
                   "several contents start with these digits; give more of them:" + candidates);
}

Result<swarm::Target> target_of(const protocol::SearchResult& result, const PeerId& self) {
    swarm::Target target;
    target.kind = result.kind;
    target.content = result.content;
    target.name = last_component(result.path);
    target.size_bytes = result.size_bytes;
    for (const protocol::ResultSource& source : result.sources) {
        if (source.owner != self) target.sources.push_back({source.owner, source.entry});
    }
    if (target.sources.empty()) {
        return failure(ErrorCode::already_exists, "download " + escape_for_display(target.name),
                       "only this computer shares it: " + escape_for_display(result.path));
    }
    return target;
}

}  // namespace iwant::daemon
