#include "app/cli/highlight.h"

#include <algorithm>

#include "base/ascii.h"
#include "base/text.h"
#include "base/utf8.h"

namespace iwant::cli {

namespace {

constexpr std::size_t kInsideBytesMin = 3;

// All that is not ASCII counts as letters.
bool is_of_word(char c) {
    return is_letter(c) || is_digit(c) || (static_cast<unsigned char>(c) & 0x80) != 0;
}

/// Calls `visit(begin, end)` for each run of letters.
template <class Visit>
void each_run(std::string_view text, Visit visit) {
    for (std::size_t begin = 0; begin < text.size();) {
        if (!is_of_word(text[begin])) {
            ++begin;
            continue;
        }
        std::size_t end = begin;
        while (end < text.size() && is_of_word(text[end])) ++end;
        visit(begin, end);
        begin = end;
    }
}

/// Marks the word in the run that begins at `begin`. Where folding may have changed the length, the
/// places do not tell, so all of the run is marked.
void mark(std::string_view run, std::size_t begin, const std::string& word,
          std::vector<bool>& marks) {
    const std::string folded = fold_name(run);
    const bool same_places = is_ascii(run) || folded == run;
    for (std::size_t at = folded.find(word); at != folded.npos; at = folded.find(word, at + 1)) {
        if (at > 0 && word.size() < kInsideBytesMin) return;
        const std::size_t first = begin + (same_places ? at : 0);
        const std::size_t count = same_places ? word.size() : run.size();
        std::fill_n(marks.begin() + static_cast<std::ptrdiff_t>(first), count, true);
    }
}

}  // namespace

std::vector<std::string> words_to_mark(std::string_view text) {
    std::vector<std::string> words;
    each_run(text, [&](std::size_t begin, std::size_t end) {
        words.push_back(fold_name(text.substr(begin, end - begin)));
    });
    return words;
}

std::string with_marks(std::string_view text, const std::vector<std::string>& words,
                       const Terminal& terminal) {
    if (!terminal.colour) return std::string(text);
    std::vector<bool> marks(text.size());
    each_run(text, [&](std::size_t begin, std::size_t end) {
        for (const std::string& word : words) {
            mark(text.substr(begin, end - begin), begin, word, marks);
        }
    });
    std::string marked;
    for (std::size_t begin = 0; begin < text.size();) {
        std::size_t end = begin;
        while (end < text.size() && marks[end] == marks[begin]) ++end;
        const std::string_view part = text.substr(begin, end - begin);
        marked += marks[begin] ? emphasised(part, terminal) : std::string(part);
        begin = end;
    }
    return marked;
}

}  // namespace iwant::cli
