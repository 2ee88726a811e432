#pragma once

// Searches as people type them, made from a seed and a list of paths: the words of a name, spelled
// right and wrong, in another order, joined, left out, or not typed to their end.

#include <string>
#include <vector>

#include "base/prng.h"

namespace iwant::bench {

enum class QueryKind {
    as_spelled,
    typo_in_each,
    two_typos_in_long,
    swapped,
    joined,
    joined_with_typo,
    one_left_out,
    last_half_typed,
    half_typed_with_typo,
    one_word,
    one_letter,
    most_used_words,  ///< the dearest: sixteen that never stand together
    most_used_beginnings,
};
inline constexpr int kQueryKinds = 13;
const char* to_string(QueryKind kind);

struct MadeQuery {
    std::string text;
    std::vector<std::string> meant;  ///< what a good answer's path has, in lower case
};

/// Empty text when the path that was drawn has too few words for this kind.
MadeQuery make_query(const std::vector<std::string>& paths, QueryKind kind, Prng& prng);

std::string lower(std::string text);

}  // namespace iwant::bench
