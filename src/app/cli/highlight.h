#pragma once

// Where the words that were looked for stand in a shown text.

#include <string>
#include <string_view>
#include <vector>

#include "app/cli/output.h"

namespace iwant::cli {

/// The words of a text, folded as names are compared.
std::vector<std::string> words_to_mark(std::string_view text);

/// The text, which is escaped already, with these words emphasised where colour is on. Words of
/// three letters and more are found inside of others, shorter ones where a word begins.
std::string with_marks(std::string_view text, const std::vector<std::string>& words,
                       const Terminal& terminal);

}  // namespace iwant::cli
