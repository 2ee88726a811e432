#pragma once

// Packs names to about half: runs of letters that occur often become one byte. Each text is packed
// by itself, so that any one is read without the others. (FSST: Boncz, Neumann, Leis, "Fast Random
// Access String Compression", VLDB 2020.) The table is learnt from the texts themselves, three
// times while an index grows; what an earlier table packed stays as it is.

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace iwant::search {

/// One table. At most 255 symbols of one to eight bytes; code 255 is followed by a byte as it is.
class SymbolTable {
  public:
    static constexpr std::size_t kSymbolsMax = 255;
    static constexpr std::uint8_t kEscape = 255;

    /// An empty table: every byte is escaped.
    SymbolTable();
    /// A table that packs texts like these well.
    static SymbolTable learn(const std::vector<std::string>& texts);

    void pack(std::string_view text, std::string& packed) const;
    void unpack(std::string_view packed, std::string& text) const;

  private:
    struct Symbol {
        std::uint64_t letters = 0;  ///< the first in the lowest byte, zero above
        std::uint8_t length = 0;    ///< 0: none
        std::uint8_t code = 0;
    };
    static constexpr std::size_t kLongCells = 2048;

    static std::size_t cell_of(std::uint64_t letters);
    bool add(std::uint64_t letters, std::uint8_t length);
    const Symbol* longest_at(std::uint64_t letters, std::size_t left) const;
    SymbolTable learn_once(const std::vector<std::string>& texts) const;

    std::vector<Symbol> symbols_;          ///< by code
    std::vector<Symbol> long_;             ///< of three bytes and more, by hash of the first three
    std::vector<std::uint8_t> two_;        ///< code by two bytes; kEscape: none
    std::array<std::uint8_t, 256> one_{};  ///< code by byte; kEscape: none
};

/// Not thread-safe. The same texts in the same order are packed the same way.
class TextPacker {
  public:
    /// Appends the packed text with what unpack needs; at most text.size() + 3 bytes more.
    void pack(std::string_view text, std::string& packed);
    /// Appends the text whose packed form starts at `bytes`; the packed size.
    std::size_t unpack(const std::uint8_t* bytes, std::string& text) const;
    /// The size of the packed form that starts at `bytes`.
    static std::size_t packed_size(const std::uint8_t* bytes);

    /// Shows the packer what is going to be packed, so that it can learn.
    void observe(std::string_view text);

    std::size_t memory_bytes() const;

  private:
    static constexpr std::size_t kTablesMax = 3;

    std::vector<SymbolTable> tables_;
    std::vector<std::string> sample_;
    std::size_t sample_bytes_ = 0;
    std::uint64_t observed_ = 0;
    std::string small_;  ///< kept for its memory
};

}  // namespace iwant::search
