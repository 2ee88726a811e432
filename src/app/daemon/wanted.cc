#include "app/daemon/wanted.h"

#include <algorithm>
#include <charconv>

#include "base/ascii.h"
#include "base/hex.h"
#include "base/path.h"
#include "base/text.h"
#include "core/protocol/limits.h"

namespace iwant::daemon {
namespace {

std::string candidate_line(const Hash256& content, const std::string& path) {
    return "\n  " + content.hex() + "  " + escape_for_display(path);
}

std::unexpected<Error> several(const std::string& typed, const std::string& candidates) {
    return failure(ErrorCode::invalid_argument, "download " + typed,
                   "several contents start with these digits; give more of them:" + candidates);
}

/// Known from earlier only (see AwayIndex).
bool is_away(const protocol::SearchResult& result) {
    return !result.sources.empty() && std::ranges::all_of(result.sources, [](const auto& source) {
        return !source.online && source.entry == EntryId{};
    });
}

}  // namespace

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
    return lowered(typed);
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
    for (const protocol::SearchResult& match : matches)
        candidates += candidate_line(*match.content, match.path);
    return several(typed, candidates);
}

Result<catalog::KeptContent> only_kept(const std::string& typed,
                                       const std::vector<catalog::KeptContent>& kept,
                                       Error otherwise) {
    if (kept.empty()) return std::unexpected(std::move(otherwise));
    if (kept.size() == 1) return kept.front();
    std::string candidates;
    for (const catalog::KeptContent& each : kept)
        candidates += candidate_line(each.content, each.path);
    return several(typed, candidates);
}

swarm::Target target_of(const catalog::KeptContent& kept) {
    return {kept.kind, kept.content, std::string(last_component(kept.path)), kept.size_bytes, {}};
}

Result<swarm::Target> target_of(const protocol::SearchResult& result, const PeerId& self) {
    swarm::Target target;
    target.kind = result.kind;
    target.content = result.content;
    target.name = last_component(result.path);
    target.size_bytes = result.size_bytes;
    if (is_away(result)) {
        if (target.content) return target;
        return failure(ErrorCode::unavailable, "download " + escape_for_display(target.name),
                       "whoever shares it is away, and its hash is not known here; search for it "
                       "again when they are back");
    }
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
