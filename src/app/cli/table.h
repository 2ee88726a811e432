#pragma once

// Columns for people, aligned by what characters take on a terminal and cut to its width; and the
// same rows for programs, separated by tabs.

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "app/cli/output.h"

namespace iwant::cli {

enum class Align { left, right };

struct Column {
    std::string title;
    Align align = Align::left;
    enum class Room { fixed, shrinks } room = Room::fixed;  ///< at most one shrinks to fit
    enum class Marks { none, words } marks = Marks::none;   ///< whether Table::mark counts here
};

class Table {
  public:
    explicit Table(std::vector<Column> columns) : columns_(std::move(columns)) {}

    /// One cell a column, raw: they are escaped here.
    void add(const std::vector<std::string>& cells);
    bool empty() const { return rows_.empty(); }
    /// Words to emphasise, as words_to_mark has them.
    void mark(std::vector<std::string> words) { marked_words_ = std::move(words); }

    /// Title line and rows, at most as wide as the terminal where a column can shrink.
    std::vector<std::string> lines(const Terminal& terminal) const;
    /// Rows only.
    std::vector<std::string> tab_separated() const;

  private:
    std::vector<std::size_t> widths(std::size_t columns_max) const;

    std::vector<Column> columns_;
    std::vector<std::vector<std::string>> rows_;
    std::vector<std::string> marked_words_;
};

/// One fact: "Leader      ann", escaped; for people and programs alike.
std::string labelled(std::string_view label, std::string_view value);

}  // namespace iwant::cli
