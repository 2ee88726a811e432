#include "app/cli/table.h"

#include <algorithm>

#include "app/cli/highlight.h"
#include "base/assert.h"
#include "base/text.h"

namespace iwant::cli {

namespace {

constexpr std::string_view kGap = "  ";
constexpr std::size_t kShrunkMin = 10;
constexpr std::size_t kLabelColumns = 12;

std::string padded(const std::string& cell, std::size_t width, const Column& column) {
    const std::string fitted = fit_to_width(cell, width, Cut::middle);
    const std::string space(width - std::min(width, display_width(fitted)), ' ');
    return column.align == Align::right ? space + fitted : fitted + space;
}

std::string without_trailing_spaces(std::string line) {
    line.erase(line.find_last_not_of(' ') + 1);
    return line;
}

/// `decorate(cell, column)` may add what takes no columns.
template <class Decorate>
std::string joined(const std::vector<std::string>& cells, const std::vector<Column>& columns,
                   const std::vector<std::size_t>& widths, Decorate decorate) {
    std::string line;
    for (std::size_t i = 0; i < cells.size(); ++i) {
        if (i > 0) line += kGap;
        line += decorate(padded(cells[i], widths[i], columns[i]), columns[i]);
    }
    return without_trailing_spaces(std::move(line));
}

}  // namespace

void Table::add(const std::vector<std::string>& cells) {
    ASSERT(cells.size() == columns_.size());
    std::vector<std::string>& row = rows_.emplace_back();
    for (const std::string& cell : cells) row.push_back(escape_for_display(cell));
}

std::vector<std::size_t> Table::widths(std::size_t columns_max) const {
    std::vector<std::size_t> widths;
    std::size_t total = kGap.size() * (columns_.size() - 1);
    for (std::size_t i = 0; i < columns_.size(); ++i) {
        std::size_t width = display_width(columns_[i].title);
        for (const auto& row : rows_) width = std::max(width, display_width(row[i]));
        widths.push_back(width);
        total += width;
    }
    for (std::size_t i = 0; i < columns_.size() && total > columns_max; ++i) {
        if (columns_[i].room != Column::Room::shrinks) continue;
        const std::size_t shrunk =
            std::max(kShrunkMin, widths[i] - std::min(widths[i], total - columns_max));
        widths[i] = std::min(widths[i], shrunk);
    }
    return widths;
}

std::vector<std::string> Table::lines(const Terminal& terminal) const {
    const std::vector<std::size_t> fitted = widths(terminal.columns);
    std::vector<std::string> titles;
    for (const Column& column : columns_) titles.push_back(column.title);
    const auto plain = [](std::string cell, const Column&) { return cell; };
    const auto marked = [&](std::string cell, const Column& column) {
        return column.marks == Column::Marks::none ? cell
                                                   : with_marks(cell, marked_words_, terminal);
    };
    std::vector<std::string> lines = {
        emphasised(joined(titles, columns_, fitted, plain), terminal)};
    for (const auto& row : rows_) lines.push_back(joined(row, columns_, fitted, marked));
    return lines;
}

std::vector<std::string> Table::tab_separated() const {
    std::vector<std::string> lines;
    for (const auto& row : rows_) {
        std::string& line = lines.emplace_back();
        for (std::size_t i = 0; i < row.size(); ++i) line += (i > 0 ? "\t" : "") + row[i];
    }
    return lines;
}

std::string labelled(std::string_view label, std::string_view value) {
    return std::string(label) + std::string(kLabelColumns - label.size(), ' ') +
           escape_for_display(value);
}

}  // namespace iwant::cli
