#pragma once

// One download as people and as scripts read it: the progress line, the events of `download
// --json`, the table of all.

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "app/cli/json_view.h"
#include "app/cli/output.h"

namespace iwant::cli {

/// "name  61% |######    | 239 MB of 388 MB, 24 MB/s, 6 s left, 2 sources", at most `columns` wide.
std::string progress_line(const Object& download, std::size_t columns);

/// "61%": never a hundred before all is there.
std::string percent_text(std::uint64_t done, std::uint64_t total);
/// "61%, 239 MB of 388 MB, 24 MB/s, 6 s left, 2 sources"; what moves is left out of what rests.
std::string progress_text(const Object& download);

/// {"event":"progress",...}
Object progress_event(const Object& download);
/// {"event":"done","hash","path","size","seconds","sources":{"<peer>":bytes},"verified"}
Object done_event(const Object& download);
/// {"event":"failed","code","message"}
Object failed_event(const std::string& code, const std::string& message);

/// A table on a terminal; else hash, state, bytes done, bytes in all, rate and name between tabs.
std::vector<std::string> download_lines(const Array& downloads, const Terminal& terminal);

/// What to call it by in other commands: the beginning of its hash, or "#7" until it has one.
std::string handle_of(const Object& download);

}  // namespace iwant::cli
