#pragma once

// The cutting behind tokens.h: text into runs of word characters, runs into pieces.

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace iwant::search {

enum class PieceKind : std::uint8_t { letters, digits, dense, symbol };

/// A stretch of one kind within a run, folded.
struct Piece {
    PieceKind kind = PieceKind::letters;
    std::u32string text;
};

/// Pieces that stand together without anything between them.
using Run = std::vector<Piece>;

std::vector<Run> runs_of_text(std::string_view text);

}  // namespace iwant::search
