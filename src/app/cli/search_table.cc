#include "app/cli/search_table.h"

#include <algorithm>

#include <boost/json.hpp>

#include "app/cli/short_forms.h"
#include "app/cli/table.h"
#include "base/text.h"

namespace iwant::cli {

namespace {

constexpr char kNone[] = "-";

std::string shown_name(const Object& result) {
    const std::string name = text_at(result, "name");
    return text_at(result, "kind") == "folder" ? name + "/" : name;
}

// "ann", "ann +2", "ann (offline)": a source that is there comes first.
std::string shown_sources(const Array& sources) {
    std::string first;
    bool online = false;
    for (const auto& value : sources) {
        const Object& source = as_object(value);
        if (!first.empty() && (online || !flag_at(source, "online"))) continue;
        const std::string name = text_at(source, "name");
        first = name.empty() ? short_id(text_at(source, "peer")) : name;
        online = flag_at(source, "online");
    }
    if (first.empty()) return kNone;
    constexpr std::size_t kNameColumnsMax = 20;
    first = fit_to_width(escape_for_display(first), kNameColumnsMax);
    if (!online) first += " (offline)";
    if (sources.size() > 1) first += " +" + std::to_string(sources.size() - 1);
    return first;
}

// A search that goes on has no rows to download by.
std::string shown_row(const Object& result) {
    const std::uint64_t row = number_at(result, "row");
    return row == 0 ? kNone : std::to_string(row);
}

std::vector<std::string> for_people(const Array& results, const Terminal& terminal, UnixSeconds now,
                                    std::vector<std::string> words) {
    Table table({{"Row", Align::right},
                 {"Name", Align::left, Column::Room::shrinks, Column::Marks::words},
                 {"Size", Align::right},
                 {"Changed"},
                 {"From"},
                 {"Hash"}});
    for (const auto& value : results) {
        const Object& result = as_object(value);
        table.add({shown_row(result), shown_name(result), human_size(number_at(result, "size")),
                   human_age(number_if_any(result, "modified").value_or(0), now),
                   shown_sources(list_at(result, "sources")), short_hash(result)});
    }
    table.mark(std::move(words));
    return table.empty() ? std::vector<std::string>() : table.lines(terminal);
}

std::vector<std::string> for_scripts(const Array& results) {
    Table table({{"row"}, {"hash"}, {"kind"}, {"size"}, {"modified"}, {"sources"}, {"path"}});
    for (const auto& value : results) {
        const Object& result = as_object(value);
        table.add({shown_row(result), text_if_any(result, "hash").value_or(kNotHashed),
                   text_at(result, "kind"), std::to_string(number_at(result, "size")),
                   std::to_string(number_if_any(result, "modified").value_or(0)),
                   std::to_string(list_at(result, "sources").size()), text_at(result, "path")});
    }
    return table.tab_separated();
}

}  // namespace

std::vector<std::string> search_lines(const Object& report, const Terminal& terminal,
                                      UnixSeconds now, std::vector<std::string> words) {
    const Array& results = list_at(report, "results");
    return terminal.out_is_terminal ? for_people(results, terminal, now, std::move(words))
                                    : for_scripts(results);
}

std::vector<std::string> remark_lines(const Object& report) {
    std::vector<std::string> lines;
    for (const auto& value : list_at(report, "remarks")) {
        if (const auto* sentence = value.if_string()) lines.emplace_back(*sentence);
    }
    const auto is_away = [](const auto& result) {
        return number_if_any(as_object(result), "as_of").has_value();
    };
    if (std::ranges::any_of(list_at(report, "results"), is_away)) {
        lines.emplace_back(
            "What is offline is as its owners told before they left; a download of it waits for "
            "somebody who has it.");
    }
    if (const auto meant = text_if_any(report, "did_you_mean")) {
        lines.push_back("No exact match; showing results for \"" + *meant + "\".");
    }
    return lines;
}

std::string coverage_text(const Object& report) {
    if (flag_at(report, "complete")) return "";
    const Object& coverage = object_at(report, "coverage");
    const std::string why = object_if_any(report, "leader") ? "" : "electing a leader, ";
    return "INCOMPLETE: " + why + std::to_string(number_at(coverage, "indexed")) + " of " +
           std::to_string(number_at(coverage, "known")) + " peers covered";
}

std::vector<std::string> verification_lines(const Object& report) {
    const Object* verification = object_if_any(report, "verification");
    if (verification == nullptr) return {};
    const Object* with = object_if_any(*verification, "with");
    if (with == nullptr) return {"Not verified: nobody else could answer completely."};
    const std::string name = escape_for_display(text_at(*with, "name"));
    const Array& missing = list_at(*verification, "missing");
    if (missing.empty()) return {"Verified: the index of " + name + " has the same."};
    std::vector<std::string> lines{"WARNING: the leader leaves out what " + name + " has:"};
    for (const auto& value : missing) {
        const Object& result = as_object(value);
        lines.push_back("  " + escape_for_display(text_at(result, "path")) + "  " +
                        shown_sources(list_at(result, "sources")));
    }
    return lines;
}

}  // namespace iwant::cli
