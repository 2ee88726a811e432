#include "app/cli/download_details.h"

#include "app/cli/download_text.h"
#include "app/cli/table.h"
#include "base/text.h"

namespace iwant::cli {

namespace {

std::string state_text(const Object& download) {
    const std::string message = text_at(download, "message");
    const std::string state = text_at(download, "state");
    return message.empty() ? state : state + ": " + message;
}

std::string place_text(const Object& download) {
    const std::string path = text_at(download, "path");
    return path.empty() ? text_at(download, "folder") : path;
}

std::string source_text(const Object& download, std::string_view peer) {
    const std::string name = text_at(object_at(download, "source_names"), peer);
    std::string text = (name.empty() ? std::string(peer.substr(0, 12)) : name) + ": " +
                       human_size(number_at(object_at(download, "source_bytes"), peer));
    const std::uint64_t rate = number_at(object_at(download, "source_rates"), peer);
    if (rate > 0) text += ", " + human_size(rate) + "/s";
    const std::uint64_t place = number_at(object_at(download, "source_places"), peer);
    if (place > 0) text += ", place " + std::to_string(place) + " in its queue";
    return text;
}

}  // namespace

std::vector<std::string> detail_lines(const Object& download) {
    std::vector<std::string> lines = {
        labelled("Name", text_at(download, "name")),
        labelled("Hash", text_if_any(download, "hash").value_or("not known yet")),
        labelled("State", state_text(download)),
        labelled("Done", progress_text(download)),
        labelled("To", place_text(download)),
    };
    if (flag_at(download, "streamed")) {
        lines.push_back(labelled("Kept", "while there is room; 'iwanto download " +
                                             handle_of(download) + "' keeps it for good"));
    }
    for (const auto& source : object_at(download, "source_bytes")) {
        lines.push_back(labelled("Source", source_text(download, source.key())));
    }
    return lines;
}

std::vector<std::string> file_lines(const Array& files, const Terminal& terminal) {
    Table table({{"Done", Align::right},
                 {"Size", Align::right},
                 {"File", Align::left, Column::Room::shrinks}});
    for (const auto& value : files) {
        const Object& file = as_object(value);
        const std::uint64_t done = number_at(file, "bytes_done");
        const std::uint64_t size = number_at(file, "size");
        if (terminal.out_is_terminal) {
            table.add({percent_text(done, size), human_size(size), text_at(file, "path")});
        } else {
            table.add({std::to_string(done), std::to_string(size), text_at(file, "path")});
        }
    }
    if (table.empty()) return {};
    return terminal.out_is_terminal ? table.lines(terminal) : table.tab_separated();
}

}  // namespace iwant::cli
