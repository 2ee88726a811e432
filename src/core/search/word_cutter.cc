#include "core/search/word_cutter.h"

#include <algorithm>
#include <array>

#include "core/search/tokens.h"

namespace iwant::search {
namespace {

constexpr std::size_t kPiecesOfWordMax = 6;         // more is a hash or an id, kept whole
constexpr std::size_t kLettersBesideNumberMax = 2;  // "mp3", "x264", "s01"
constexpr std::size_t kJoinedLettersMax = 16;

struct AsciiLetter {
    char folded = 0;
    LetterClass kind = LetterClass::separator;
};

std::array<AsciiLetter, 128> make_ascii() {
    std::array<AsciiLetter, 128> table;
    for (std::size_t i = 0; i < table.size(); ++i) {
        const char c = static_cast<char>(i);
        const bool is_upper = c >= 'A' && c <= 'Z';
        table[i] = {is_upper ? static_cast<char>(c + 32) : c, letter_class(i)};
    }
    return table;
}

const std::array<AsciiLetter, 128> kAscii = make_ascii();

bool is_word_letter(LetterClass kind) {
    return kind == LetterClass::lower || kind == LetterClass::upper || kind == LetterClass::digit ||
           kind == LetterClass::dense || kind == LetterClass::symbol;
}

}  // namespace

std::span<const WordCutter::Word> WordCutter::cut(std::string_view text) {
    read(text);
    folded_.clear();
    run_.clear();
    bytes_.clear();
    found_.clear();
    position_ = 0;
    LetterClass before = LetterClass::separator;
    for (std::size_t at = 0; at < letters_.size(); ++at) {
        const LetterClass kind = letters_[at].kind;
        if (is_word_letter(kind)) {
            take(at, starts_piece(at, before));
            before = kind;
        } else if (!is_inside(at)) {
            finish_run();
            before = LetterClass::separator;
        }
    }
    finish_run();
    words_.clear();
    for (const Found& one : found_) {
        const std::string_view word(bytes_.data() + one.begin, one.end - one.begin);
        words_.push_back({word, one.position, one.is_part});
    }
    return words_;
}

void WordCutter::read(std::string_view text) {
    letters_.resize(text.size());
    Letter* out = letters_.data();
    for (std::size_t at = 0; at < text.size();) {
        const auto byte = static_cast<unsigned char>(text[at]);
        if (byte < 0x80) {
            const AsciiLetter& letter = kAscii[byte];
            *out++ = {static_cast<char32_t>(letter.folded), letter.kind};
            ++at;
            continue;
        }
        const DecodedLetter decoded = decode_letter(text.substr(at));
        const LetterClass kind = letter_class(decoded.code_point);
        if (kind != LetterClass::ignored) *out++ = {decoded.code_point, kind};
        at += decoded.bytes;
    }
    letters_.resize(static_cast<std::size_t>(out - letters_.data()));
}

WordCutter::Kind WordCutter::kind_of(LetterClass letter) {
    if (letter == LetterClass::digit) return Kind::digits;
    if (letter == LetterClass::dense) return Kind::dense;
    return letter == LetterClass::symbol ? Kind::symbol : Kind::letters;
}

// Whether the letter goes on inside the run without being a piece's own: marks, and the apostrophe
// of "don't".
bool WordCutter::is_inside(std::size_t at) const {
    if (run_.empty()) return false;
    if (letters_[at].kind == LetterClass::mark) return true;
    if (letters_[at].kind != LetterClass::apostrophe || at + 1 >= letters_.size()) return false;
    const LetterClass next = letters_[at + 1].kind;
    return run_.back().kind == Kind::letters && is_word_letter(next) &&
           kind_of(next) == Kind::letters;
}

// Besides a change of kind, "aB" and the last capital of "HTMLParser" start a word.
bool WordCutter::starts_piece(std::size_t at, LetterClass before) const {
    const LetterClass here = letters_[at].kind;
    if (run_.empty() || here == LetterClass::symbol) return true;
    if (run_.back().kind != kind_of(here)) return true;
    if (here != LetterClass::upper) return false;
    if (before == LetterClass::lower) return true;
    const bool lower_follows =
        at + 1 < letters_.size() && letters_[at + 1].kind == LetterClass::lower;
    return before == LetterClass::upper && lower_follows;
}

void WordCutter::take(std::size_t at, bool as_new_piece) {
    const Letter& letter = letters_[at];
    if (as_new_piece) run_.push_back({kind_of(letter.kind), folded_.size(), folded_.size()});
    if (letter.code_point < 0x80) {
        folded_.push_back(letter.code_point);
    } else {
        append_folded(letter.code_point, folded_);
    }
    run_.back().end = folded_.size();
}

void WordCutter::finish_run() {
    if (run_.empty()) return;
    tidy_run();
    if (!run_.empty()) words_of_run();
    run_.clear();
}

// Pieces of which folding left nothing go; "01" and "1" are the same number.
void WordCutter::tidy_run() {
    std::erase_if(run_, [](const Piece& piece) { return piece.size() == 0; });
    const bool is_id = run_.size() > kPiecesOfWordMax;
    for (Piece& piece : run_) {
        if (piece.kind != Kind::digits || is_id) continue;
        while (piece.size() > 1 && folded_[piece.begin] == U'0') ++piece.begin;
    }
}

void WordCutter::words_of_run() {
    bool is_spaced = true;
    bool all_letters = true;
    for (const Piece& piece : run_) {
        is_spaced &= piece.kind == Kind::letters || piece.kind == Kind::digits;
        all_letters &= piece.kind == Kind::letters;
    }
    const std::size_t begin = run_.front().begin;
    const std::size_t end = run_.back().end;
    if (is_spaced && run_.size() > kPiecesOfWordMax) {
        emit(begin, end, Role::word);
        ++position_;
        return;
    }
    if (all_letters && run_.size() > 1 && end - begin <= kJoinedLettersMax) {
        emit(begin, end, Role::part);
    }
    for (std::size_t i = 0; i < run_.size();) {
        if (run_[i].kind == Kind::dense) {
            words_of_dense(run_[i++]);
            continue;
        }
        const std::size_t count = pieces_of_word(i);
        // Zeros that were dropped stand between the pieces.
        if (count == 2 && run_[i].end != run_[i + 1].begin) {
            const Piece& number = run_[i + 1];
            const std::size_t start = folded_.size();
            folded_.append(folded_, run_[i].begin, run_[i].size());
            folded_.append(folded_, number.begin, number.size());
            emit(start, folded_.size(), Role::word);
        } else {
            emit(run_[i].begin, run_[i + count - 1].end, Role::word);
        }
        ++position_;
        i += count;
    }
}

// Scripts without spaces give pairs of characters, and each character for whoever types one.
void WordCutter::words_of_dense(const Piece& piece) {
    for (std::size_t at = piece.begin; at < piece.end; ++at) {
        const bool is_alone = piece.size() == 1;
        if (at + 1 < piece.end) emit(at, at + 2, Role::word);
        emit(at, at + 1, is_alone ? Role::word : Role::part);
        ++position_;
    }
}

// How many pieces from `first` on are one word: two where a few letters and a number stand
// together.
std::size_t WordCutter::pieces_of_word(std::size_t first) const {
    if (first + 1 >= run_.size()) return 1;
    const Piece& here = run_[first];
    const Piece& next = run_[first + 1];
    const auto is_short = [](const Piece& piece) {
        return piece.kind == Kind::letters && piece.size() <= kLettersBesideNumberMax;
    };
    if (is_short(here) && next.kind == Kind::digits) return 2;
    if (here.kind != Kind::digits || !is_short(next)) return 1;
    const bool letters_go_on = first + 2 < run_.size() && run_[first + 2].kind == Kind::digits;
    return letters_go_on ? 1 : 2;
}

void WordCutter::emit(std::size_t begin, std::size_t end, Role role) {
    end = std::min(end, begin + kTokenLettersMax);
    const std::size_t start = bytes_.size();
    for (std::size_t at = begin; at < end; ++at) {
        const char32_t letter = folded_[at];
        if (letter < 0x80) {
            bytes_.push_back(static_cast<char>(letter));
        } else {
            append_utf8(letter, bytes_);
        }
    }
    found_.push_back({start, bytes_.size(), position_, role == Role::part});
}

}  // namespace iwant::search
