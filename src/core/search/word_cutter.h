#pragma once

// Cuts one name into words and folds them: text into runs of word characters, runs into pieces of
// one kind, pieces into words. Millions of names go through here, so one cutter keeps its memory
// and gives views into it.

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/search/letters.h"

namespace iwant::search {

inline constexpr std::size_t kTokenLettersMax = 48;  ///< the rest of a longer word is cut

class WordCutter {
  public:
    struct Word {
        std::string_view text;  ///< folded; at most kTokenLettersMax characters
        std::uint16_t position =
            0;                 ///< counts the words from 0; a word and its parts may share one
        bool is_part = false;  ///< extra: a part of another word, or a joining of words
    };

    /// The words in order, valid until the next call. Of punctuation alone there are none.
    std::span<const Word> cut(std::string_view text);

  private:
    struct Letter {
        char32_t code_point = 0;  ///< ASCII is folded already
        LetterClass kind = LetterClass::separator;
    };
    enum class Kind : std::uint8_t { letters, digits, dense, symbol };
    /// A stretch of one kind, folded: [begin, end) of folded_.
    struct Piece {
        Kind kind = Kind::letters;
        std::size_t begin = 0;
        std::size_t end = 0;
        std::size_t size() const { return end - begin; }
    };
    struct Found {
        std::size_t begin = 0;  ///< of bytes_
        std::size_t end = 0;
        std::uint16_t position = 0;
        bool is_part = false;
    };
    enum class Role : std::uint8_t { word, part };

    static Kind kind_of(LetterClass letter);
    void read(std::string_view text);
    bool is_inside(std::size_t at) const;
    bool starts_piece(std::size_t at, LetterClass before) const;
    void take(std::size_t at, bool as_new_piece);
    void finish_run();
    void tidy_run();
    void words_of_run();
    void words_of_dense(const Piece& piece);
    std::size_t pieces_of_word(std::size_t first) const;
    void emit(std::size_t begin, std::size_t end, Role role);

    std::vector<Letter> letters_;
    std::u32string folded_;
    std::vector<Piece> run_;
    std::string bytes_;
    std::vector<Found> found_;
    std::vector<Word> words_;
    std::uint16_t position_ = 0;
};

}  // namespace iwant::search
