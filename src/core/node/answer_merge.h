#pragma once

// One answer out of several. What a peer says about its own entries counts more than what others
// say about them, and whoever was asked for its own entries is not believed about anybody else's:
// so a peer that was asked in place of a leader can hide its own files and nothing more.

#include <cstdint>
#include <vector>

#include "core/protocol/messages.h"

namespace iwant::node {

/// What one peer answered, ourselves included.
struct AnswerPart {
    enum class About : std::uint8_t { everybody, itself };
    PeerId from;
    About about = About::everybody;
    protocol::SearchReply reply;
};

/// Results, owners and total of the parts together: equal contents become one result with all their
/// sources, the order is that of an index, at most `limit` results. The total is exact where no
/// part left anything out. View, coverage and completeness are the caller's to say.
protocol::SearchReply merge_answers(const std::vector<AnswerPart>& parts, std::uint32_t limit);

}  // namespace iwant::node
