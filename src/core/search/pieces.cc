#include "core/search/pieces.h"

#include <cstddef>
#include <optional>
#include <utility>

#include "core/search/letters.h"
#include "core/search/tokens.h"

namespace iwant::search {
namespace {

struct Letter {
    char32_t code_point = 0;
    LetterClass kind = LetterClass::separator;
};

std::vector<Letter> letters_of(std::string_view text) {
    std::vector<Letter> letters;
    letters.reserve(text.size());
    for (const char32_t code_point : decode_utf8(text)) {
        const LetterClass kind = letter_class(code_point);
        if (kind != LetterClass::ignored) letters.push_back({code_point, kind});
    }
    return letters;
}

std::optional<PieceKind> piece_kind(LetterClass kind) {
    switch (kind) {
        case LetterClass::lower:
        case LetterClass::upper:
            return PieceKind::letters;
        case LetterClass::digit:
            return PieceKind::digits;
        case LetterClass::dense:
            return PieceKind::dense;
        case LetterClass::symbol:
            return PieceKind::symbol;
        default:
            return std::nullopt;
    }
}

// "aB" and the last capital of "HTMLParser" start a word.
bool case_changes(LetterClass before, LetterClass here, LetterClass after) {
    if (here != LetterClass::upper) return false;
    return before == LetterClass::lower ||
           (before == LetterClass::upper && after == LetterClass::lower);
}

void finish(Run& run, std::vector<Run>& runs) {
    Run kept;
    for (Piece& piece : run) {
        if (!piece.text.empty()) kept.push_back(std::move(piece));
    }
    if (!kept.empty()) runs.push_back(std::move(kept));
    run.clear();
}

// Whether the letter goes on inside the run without being a piece's own: marks, and the apostrophe
// of "don't".
bool is_inside(const std::vector<Letter>& letters, std::size_t i, const Run& run) {
    if (run.empty()) return false;
    if (letters[i].kind == LetterClass::mark) return true;
    return letters[i].kind == LetterClass::apostrophe && i + 1 < letters.size() &&
           run.back().kind == PieceKind::letters &&
           piece_kind(letters[i + 1].kind) == PieceKind::letters;
}

}  // namespace

std::vector<Run> runs_of_text(std::string_view text) {
    const std::vector<Letter> letters = letters_of(text);
    std::vector<Run> runs;
    Run run;
    LetterClass before = LetterClass::separator;
    for (std::size_t i = 0; i < letters.size(); ++i) {
        const Letter& letter = letters[i];
        if (is_inside(letters, i, run)) continue;
        const std::optional<PieceKind> kind = piece_kind(letter.kind);
        if (!kind) {
            finish(run, runs);
            before = LetterClass::separator;
            continue;
        }
        const LetterClass after =
            i + 1 < letters.size() ? letters[i + 1].kind : LetterClass::separator;
        const bool starts_piece = run.empty() || run.back().kind != *kind ||
                                  *kind == PieceKind::symbol ||
                                  case_changes(before, letter.kind, after);
        if (starts_piece) run.push_back({*kind, {}});
        append_folded(letter.code_point, run.back().text);
        before = letter.kind;
    }
    finish(run, runs);
    return runs;
}

}  // namespace iwant::search
