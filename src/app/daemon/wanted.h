#pragma once

// From what a user typed to what is wanted: a row of the last search, or the first digits of a
// hash.

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/result.h"
#include "core/protocol/messages.h"
#include "core/swarm/types.h"
#include "io/catalog/kept_pages.h"

namespace iwant::daemon {

/// Rows are numbers of at most this many digits; longer ones are read as hashes.
inline constexpr std::size_t kRowDigitsMax = 5;

/// The number, when the text is one that names a row.
std::optional<std::uint64_t> row_number(const std::string& typed);

/// The digits in lower case, when the text can be a hash or the start of one.
Result<std::string> hash_digits(const std::string& typed);

/// The one match that `typed` means. Several are an error that lists them; none is not_found, or
/// unavailable when not everybody could be asked.
Result<protocol::SearchResult> only_match(const std::string& typed,
                                          const protocol::LocateReply& reply);

/// What to download for something that was kept; whoever comes and has it will be a source.
swarm::Target target_of(const catalog::KeptContent& kept);
/// The one of these that `typed` means: several are an error that lists them, none is `otherwise`.
Result<catalog::KeptContent> only_kept(const std::string& typed,
                                       const std::vector<catalog::KeptContent>& kept,
                                       Error otherwise);

/// What to download for a result; our own copy is not a source, nor is who is away and was not
/// asked for it. Fails when nobody else has it.
Result<swarm::Target> target_of(const protocol::SearchResult& result, const PeerId& self);

}  // namespace iwant::daemon
