#include "core/search/tokens.h"

#include <algorithm>
#include <unordered_set>
#include <utility>

#include "core/search/letters.h"
#include "core/search/pieces.h"

namespace iwant::search {
namespace {

constexpr std::size_t kPiecesOfWordMax = 6;         // more is a hash or an id, kept whole
constexpr std::size_t kLettersBesideNumberMax = 2;  // "mp3", "x264", "s01"
constexpr std::size_t kJoinedLettersMax = 16;
constexpr std::size_t kExtensionBytesMax = 10;

std::string utf8_of(std::u32string_view letters) {
    std::string text;
    for (const char32_t letter : letters.substr(0, kTokenLettersMax)) append_utf8(letter, text);
    return text;
}

std::u32string joined(const Run& run, std::size_t first, std::size_t count) {
    std::u32string text;
    for (std::size_t i = first; i < first + count; ++i) text += run[i].text;
    return text;
}

// How many pieces from `first` on are one word: two where a few letters and a number stand
// together.
std::size_t pieces_of_word(const Run& run, std::size_t first) {
    if (first + 1 >= run.size()) return 1;
    const Piece& here = run[first];
    const Piece& next = run[first + 1];
    const auto is_short = [](const Piece& piece) {
        return piece.kind == PieceKind::letters && piece.text.size() <= kLettersBesideNumberMax;
    };
    if (is_short(here) && next.kind == PieceKind::digits) return 2;
    if (here.kind != PieceKind::digits || !is_short(next)) return 1;
    const bool letters_go_on = first + 2 < run.size() && run[first + 2].kind == PieceKind::digits;
    return letters_go_on ? 1 : 2;
}

// Receives words in order. `is_part` is true for those that a query does not ask for.
template <class Emit>
void words_of_dense(std::u32string_view text, Emit emit) {
    if (text.size() == 1) {
        emit(utf8_of(text), 1, false);
        return;
    }
    for (std::size_t i = 0; i < text.size(); ++i) {
        const bool has_pair = i + 1 < text.size();
        if (has_pair) emit(utf8_of(text.substr(i, 2)), 0, false);
        emit(utf8_of(text.substr(i, 1)), 1, true);
    }
}

// "01" and "1" are the same number.
void drop_leading_zeros(Run& run) {
    for (Piece& piece : run) {
        if (piece.kind != PieceKind::digits) continue;
        const std::size_t zeros = piece.text.find_first_not_of(U'0');
        piece.text.erase(0, zeros == piece.text.npos ? piece.text.size() - 1 : zeros);
    }
}

template <class Emit>
void words_of_run(Run run, Emit emit) {
    const bool is_spaced = std::none_of(run.begin(), run.end(), [](const Piece& piece) {
        return piece.kind == PieceKind::dense || piece.kind == PieceKind::symbol;
    });
    if (is_spaced && run.size() > kPiecesOfWordMax) {
        emit(utf8_of(joined(run, 0, run.size())), 1, false);
        return;
    }
    drop_leading_zeros(run);
    const bool all_letters = std::all_of(run.begin(), run.end(), [](const Piece& piece) {
        return piece.kind == PieceKind::letters;
    });
    if (all_letters && run.size() > 1) {
        const std::u32string whole = joined(run, 0, run.size());
        if (whole.size() <= kJoinedLettersMax) emit(utf8_of(whole), 0, true);
    }
    for (std::size_t i = 0; i < run.size();) {
        const std::size_t count = pieces_of_word(run, i);
        if (run[i].kind == PieceKind::dense) {
            words_of_dense(run[i].text, emit);
        } else if (count == 2) {
            const Piece& number = run[i].kind == PieceKind::digits ? run[i] : run[i + 1];
            emit(utf8_of(joined(run, i, 2)), 0, false);
            emit(utf8_of(number.text), 1, true);
        } else {
            emit(utf8_of(run[i].text), 1, false);
        }
        i += count;
    }
}

/// Collects the words of one component after the other.
class Collector {
  public:
    void add(std::string_view text, Field field) {
        const std::size_t before = tokens_.size();
        position_ = 0;
        for (Run& run : runs_of_text(text)) {
            words_of_run(std::move(run), [&](std::string word, std::uint16_t step, bool is_part) {
                push(std::move(word), field, is_part);
                position_ = static_cast<std::uint16_t>(position_ + step);
            });
        }
        if (tokens_.size() == before && field == Field::name && position_ == 0) {
            // A name of punctuation alone is one word.
            push(std::string(text.substr(0, kTokenLettersMax)), field, false);
            ++position_;
        }
    }

    bool is_full() const { return tokens_.size() >= kTokensPerEntryMax; }
    std::vector<Token> take() { return std::move(tokens_); }

  private:
    void push(std::string word, Field field, bool is_part) {
        if (is_full() || word.empty() || !seen_.insert(word).second) return;
        const Field placed = field == Field::name && position_ == 0 ? Field::name_start : field;
        tokens_.push_back({std::move(word), placed, position_, is_part});
    }

    std::vector<Token> tokens_;
    std::unordered_set<std::string> seen_;
    std::uint16_t position_ = 0;
};

}  // namespace

std::vector<Token> tokens_of_path(std::string_view path, EntryKind kind) {
    Collector collector;
    const std::string_view name = name_of_path(path);
    if (kind == EntryKind::file) {
        collector.add(stem_of_name(name), Field::name);
        collector.add(extension_of_name(name), Field::extension);
    } else {
        collector.add(name, Field::name);
    }
    std::string_view folders = path.substr(0, path.size() - name.size());
    while (!folders.empty() && !collector.is_full()) {
        folders.remove_suffix(1);
        const std::string_view folder = name_of_path(folders);
        collector.add(folder, Field::folder);
        folders.remove_suffix(folder.size());
    }
    return collector.take();
}

std::vector<std::string> words_of_query(std::string_view text) {
    text = text.substr(0, kQueryTextBytesMax);
    std::vector<std::string> words;
    const auto push = [&](std::string word, std::uint16_t, bool is_part) {
        const bool wanted = !is_part && !word.empty() && words.size() < kQueryWordsMax;
        if (wanted && std::find(words.begin(), words.end(), word) == words.end()) {
            words.push_back(std::move(word));
        }
    };
    for (Run& run : runs_of_text(text)) words_of_run(std::move(run), push);
    if (!words.empty()) return words;
    const std::size_t first = text.find_first_not_of(' ');
    if (first == text.npos) return words;
    text = text.substr(first, text.find_last_not_of(' ') - first + 1);
    words.emplace_back(text.substr(0, kTokenLettersMax));
    return words;
}

std::string_view name_of_path(std::string_view path) {
    const std::size_t slash = path.rfind('/');
    return slash == path.npos ? path : path.substr(slash + 1);
}

std::string_view extension_of_name(std::string_view name) {
    const std::size_t dot = name.rfind('.');
    if (dot == name.npos || dot == 0 || dot + 1 == name.size()) return {};
    const std::string_view extension = name.substr(dot + 1);
    const bool plausible =
        extension.size() <= kExtensionBytesMax && extension.find(' ') == extension.npos;
    return plausible ? extension : std::string_view();
}

std::string_view stem_of_name(std::string_view name) {
    const std::string_view extension = extension_of_name(name);
    return extension.empty() ? name : name.substr(0, name.size() - extension.size() - 1);
}

bool is_exact_only(std::u32string_view word) {
    return std::any_of(word.begin(), word.end(), [](char32_t letter) {
        const LetterClass kind = letter_class(letter);
        return kind != LetterClass::lower && kind != LetterClass::upper &&
               kind != LetterClass::mark;
    });
}

}  // namespace iwant::search
