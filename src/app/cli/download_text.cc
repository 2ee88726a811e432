#include "app/cli/download_text.h"

#include <algorithm>
#include <chrono>

#include <boost/json.hpp>

#include "app/cli/table.h"
#include "base/text.h"

namespace iwant::cli {

namespace {

constexpr std::size_t kHandleDigits = 12;
constexpr std::size_t kBarColumns = 20;
constexpr std::size_t kNameColumnsMin = 8;

std::string share_done(const Object& download) {
    const std::uint64_t total = number_at(download, "bytes_total");
    if (total == 0) return text_at(download, "state") == "done" ? "100%" : "";
    return percent_text(number_at(download, "bytes_done"), total);
}

std::string bar(const Object& download) {
    const std::uint64_t total = number_at(download, "bytes_total");
    const std::uint64_t done = std::min(number_at(download, "bytes_done"), total);
    const std::size_t filled =
        total == 0 ? 0
                   : static_cast<std::size_t>(static_cast<double>(done) * kBarColumns /
                                              static_cast<double>(total));
    return "|" + std::string(filled, '#') + std::string(kBarColumns - filled, ' ') + "|";
}

std::string amount(const Object& download) {
    return human_size(number_at(download, "bytes_done")) + " of " +
           human_size(number_at(download, "bytes_total"));
}

std::string figures(const Object& download) {
    std::string text = amount(download) + ", " + human_size(number_at(download, "rate")) + "/s";
    if (const auto left = number_if_any(download, "seconds_left")) {
        text += ", " + human_duration(std::chrono::seconds(*left)) + " left";
    }
    if (number_at(download, "files_total") > 1) {
        text += ", file " + std::to_string(number_at(download, "files_done")) + " of " +
                std::to_string(number_at(download, "files_total"));
    }
    return text + ", " + counted(number_at(download, "sources"), "source");
}

// What it does when it does not transfer, in words.
std::string phase_text(const Object& download) {
    const std::string state = text_at(download, "state");
    const std::string message = text_at(download, "message");
    if (state == "queued") {
        const auto place = number_if_any(download, "place");
        return "waiting for its turn" + (place ? ", place " + std::to_string(*place) : "");
    }
    if (state == "finding") return "asking who has it";
    if (state == "hashing") return "its owner is reading it";
    if (state == "checking") return "checking what is here already";
    if (state == "moving") return "moving it into place";
    if (state == "waiting") return "waiting: " + (message.empty() ? "no source" : message);
    return message.empty() ? state : state + ": " + message;
}

std::string shown_state(const Object& download) {
    const std::string kept = flag_at(download, "streamed") ? " (played only)" : "";
    const std::string state = text_at(download, "state") + kept;
    const std::string message = text_at(download, "message");
    if (const auto place = number_if_any(download, "place")) {
        return state + ": place " + std::to_string(*place);
    }
    return message.empty() || text_at(download, "state") == "done" ? state : state + ": " + message;
}

}  // namespace

std::string percent_text(std::uint64_t done, std::uint64_t total) {
    if (done >= total) return "100%";
    const auto percent =
        static_cast<std::uint64_t>(static_cast<double>(done) * 100 / static_cast<double>(total));
    return std::to_string(std::min<std::uint64_t>(percent, 99)) + "%";
}

std::string progress_text(const Object& download) {
    const std::string percent = share_done(download);
    const bool moving = text_at(download, "state") == "transferring";
    return percent + (percent.empty() ? "" : ", ") +
           (moving ? figures(download) : amount(download));
}

std::string progress_line(const Object& download, std::size_t columns) {
    const bool moving = text_at(download, "state") == "transferring";
    std::string rest = "  " + share_done(download);
    rest += moving ? " " + bar(download) + " " + figures(download) : "  " + phase_text(download);
    const std::string name = escape_for_display(text_at(download, "name"));
    const std::size_t used = display_width(rest);
    const std::size_t room = std::max(kNameColumnsMin, columns - std::min(columns, used));
    return fit_to_width(fit_to_width(name, room, Cut::middle) + rest, columns);
}

Object progress_event(const Object& download) {
    Object event = {{"event", "progress"}};
    for (const char* key : {"id", "hash", "name", "state", "bytes_done", "bytes_total", "rate",
                            "seconds_left", "sources", "message"}) {
        if (const auto* value = download.if_contains(key)) event[key] = *value;
    }
    return event;
}

Object done_event(const Object& download) {
    Object sources;
    for (const auto& member : object_at(download, "source_bytes")) {
        if (member.value() != 0) sources[member.key()] = member.value();
    }
    Object event = {{"event", "done"}};
    event["hash"] = download.contains("hash") ? download.at("hash") : nullptr;
    event["path"] = text_at(download, "path");
    event["size"] = number_at(download, "bytes_total");
    event["seconds"] = real_at(download, "seconds");
    event["sources"] = std::move(sources);
    event["verified"] = flag_at(download, "verified");
    return event;
}

Object failed_event(const std::string& code, const std::string& message) {
    return {{"event", "failed"}, {"code", code}, {"message", message}};
}

std::vector<std::string> download_lines(const Array& downloads, const Terminal& terminal) {
    if (!terminal.out_is_terminal) {
        Table table({{"hash"}, {"state"}, {"done"}, {"total"}, {"rate"}, {"name"}});
        for (const auto& value : downloads) {
            const Object& download = as_object(value);
            table.add({text_if_any(download, "hash").value_or(handle_of(download)),
                       text_at(download, "state"),
                       std::to_string(number_at(download, "bytes_done")),
                       std::to_string(number_at(download, "bytes_total")),
                       std::to_string(number_at(download, "rate")), text_at(download, "name")});
        }
        return table.tab_separated();
    }
    Table table({{"Hash"},
                 {"Name", Align::left, Column::Room::shrinks},
                 {"Done", Align::right},
                 {"Size", Align::right},
                 {"Speed", Align::right},
                 {"State"}});
    for (const auto& value : downloads) {
        const Object& download = as_object(value);
        const bool moving = text_at(download, "state") == "transferring";
        const std::string speed = moving ? human_size(number_at(download, "rate")) + "/s" : "";
        table.add({handle_of(download), text_at(download, "name"), share_done(download),
                   human_size(number_at(download, "bytes_total")), speed, shown_state(download)});
    }
    return table.empty() ? std::vector<std::string>() : table.lines(terminal);
}

std::string handle_of(const Object& download) {
    if (const auto hash = text_if_any(download, "hash")) return hash->substr(0, kHandleDigits);
    return "#" + std::to_string(number_at(download, "id"));
}

}  // namespace iwant::cli
