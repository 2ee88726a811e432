#include "app/daemon/config_text.h"

#include <array>
#include <cstdio>
#include <optional>
#include <sstream>

#include <toml++/toml.h>

#include "base/text.h"

namespace iwant::daemon {

namespace {

namespace fs = std::filesystem;

std::string quoted_list(const std::vector<std::string>& texts) {
    std::string list;
    for (const std::string& text : texts) {
        list += (list.empty() ? "" : ", ") + toml_text(text).value_or("\"\"");
    }
    return "[" + list + "]";
}

// The byte at which a place of the parser's is: lines and columns from 1, columns in code points.
std::size_t offset_of(std::string_view text, toml::source_position place) {
    std::size_t offset = text.starts_with("\xef\xbb\xbf") ? 3 : 0;
    for (std::uint32_t line = 1; line < place.line && offset < text.size(); ++line) {
        offset = text.find('\n', offset);
        offset = offset == std::string_view::npos ? text.size() : offset + 1;
    }
    for (std::uint32_t column = 1; column < place.column && offset < text.size(); ++column) {
        ++offset;
        const auto continues = [&](std::size_t at) {
            return at < text.size() && (static_cast<unsigned char>(text[at]) & 0xc0) == 0x80;
        };
        while (continues(offset)) ++offset;
    }
    return offset;
}

// Where a missing key goes: below the comment that shows its default, else at the end of the top
// level.
std::size_t place_for(std::string_view text, std::string_view key) {
    const std::string sample = "# " + std::string(key) + " =";
    std::size_t start = 0;
    while (start < text.size()) {
        const std::size_t end = std::min(text.find('\n', start), text.size() - 1) + 1;
        if (text.substr(start, end - start).starts_with(sample)) return end;
        start = end;
    }
    return text.size();
}

std::string added(std::string_view text, std::string_view key, std::string_view value) {
    const std::size_t place = place_for(text, key);
    std::string before(text.substr(0, place));
    if (!before.empty() && before.back() != '\n') before += '\n';
    return before + std::string(key) + " = " + std::string(value) + "\n" +
           std::string(text.substr(place));
}

std::string shown(const toml::node& node) {
    std::ostringstream out;
    node.visit([&](const auto& value) { out << value; });
    return out.str();
}

// The edit worked when the file says the new value, and of all else the same as before.
bool differs_only_in(const toml::table& before, const toml::table& after, std::string_view key,
                     std::string_view value) {
    toml::table wanted = before;
    const std::string line = std::string(key) + " = " + std::string(value);
    const toml::table assignment = toml::parse(line);
    wanted.insert_or_assign(key, *assignment.get(key));
    if (wanted.size() != after.size()) return false;
    for (const auto& [name, node] : wanted) {
        const toml::node* other = after.get(name.str());
        if (!other || shown(*other) != shown(node)) return false;
    }
    return true;
}

}  // namespace

std::string config_template(const Config& defaults) {
    std::string text =
        "# Settings of iWant. Lines that begin with # are comments and show the defaults; remove "
        "the # to\n"
        "# change one. Restart the service (iwanto stop, iwanto start) after editing this file. "
        "Flags of\n"
        "# 'iwanto start' and the environment (IWANT_NAME, IWANT_PORT, IWANT_WEB_PORT, "
        "IWANT_DOWNLOAD_DIR)\n"
        "# win over it.\n\n";
    const auto add = [&text](std::string_view comment, std::string_view key,
                             const std::string& value) {
        text += "# " + std::string(comment) + "\n# " + std::string(key) + " = " + value + "\n\n";
    };
    add("How other people see this computer.", "name", toml_text(defaults.name).value_or("\"\""));
    add("What everybody on the network can find and fetch. Also: iwanto share DIR, iwanto unshare "
        "DIR.",
        "shared_folders", toml_list(defaults.shared_folders).value_or("[]"));
    add("Where downloads go. Also: iwanto change download path to DIR.", "download_folder",
        toml_text(defaults.download_folder.string()).value_or("\"\""));
    add("TCP and UDP port for other peers; when it is taken, a free TCP port is used.", "port",
        std::to_string(defaults.port));
    add("The page and the HTTP API for programs on this computer.", "web",
        defaults.web ? "true" : "false");
    add("Their port on 127.0.0.1.", "web_port", std::to_string(defaults.web_port));
    add("Whether to find peers by announcements on the local network.", "multicast",
        defaults.multicast ? "true" : "false");
    add("Only these network interfaces or addresses; all usable ones when empty.", "interfaces",
        quoted_list(defaults.interfaces));
    add("Peers that announcements do not reach: \"host:port\".", "peers",
        quoted_list(defaults.peers));
    add("Names that are never shared; * and ? stand for any characters.", "ignore",
        quoted_list(defaults.ignore));
    add("How many downloads run at the same time.", "parallel_downloads",
        std::to_string(defaults.parallel_downloads));
    add("Whether others may fetch what you download: pieces while it comes, and all of it "
        "afterwards "
        "while it lies unchanged where it was put. It is not listed among your shared files.",
        "share_downloads", defaults.share_downloads ? "true" : "false");
    add("How much of what was only played (iwanto stream-url) is kept, in a hidden folder below "
        "the\n"
        "# download folder: \"10 GB\", or \"none\". 'iwanto download' keeps such a file for good.",
        "stream_cache", "\"" + human_size(defaults.stream_cache_bytes) + "\"");
    add("How fast others may fetch from here, all together: \"5 MB/s\", or by time of day\n"
        "# \"08:00-18:00 5 MB/s, 20 MB/s\". Also, at once: iwanto limit upload 5 MB/s.",
        "upload_limit", toml_text(defaults.upload_limit.text()).value_or("\"\""));
    add("How fast downloads may be, all together.", "download_limit",
        toml_text(defaults.download_limit.text()).value_or("\"\""));
    add("How many people may fetch from here at the same time; others wait for their turn.",
        "upload_slots", std::to_string(defaults.upload_slots));
    return text;
}

Result<std::string> toml_text(const std::string& text) {
    if (!is_valid_utf8(text)) {
        return failure(
            ErrorCode::invalid_argument, "save " + escape_for_display(text),
            "the path is not UTF-8 and cannot be written in config.toml; rename the folder");
    }
    std::string quoted = "\"";
    for (const char c : text) {
        if (c == '"' || c == '\\') {
            quoted += '\\';
            quoted += c;
        } else if (static_cast<unsigned char>(c) < 0x20 || c == 0x7f) {
            std::array<char, 8> code{};
            std::snprintf(code.data(), code.size(), "\\u%04X", static_cast<unsigned>(c));
            quoted += code.data();
        } else {
            quoted += c;
        }
    }
    return quoted + "\"";
}

Result<std::string> toml_list(const std::vector<fs::path>& paths) {
    std::string list;
    for (const fs::path& path : paths) {
        const Result<std::string> text = toml_text(path.string());
        if (!text) return text;
        list += (list.empty() ? "" : ", ") + *text;
    }
    return "[" + list + "]";
}

Result<std::string> with_value(std::string_view text, std::string_view key, std::string_view value,
                               const std::string& path) {
    try {
        const toml::table before = toml::parse(text, path);
        std::string changed;
        if (const toml::node* node = before.get(key)) {
            const std::size_t begin = offset_of(text, node->source().begin);
            const std::size_t end = offset_of(text, node->source().end);
            changed = std::string(text.substr(0, begin)) + std::string(value) +
                      std::string(text.substr(end));
        } else {
            changed = added(text, key, value);
        }
        if (differs_only_in(before, toml::parse(changed, path), key, value)) return changed;
    } catch (const toml::parse_error&) {
        // Told below: whatever is wrong, the user's file is left as it is.
    }
    return failure(ErrorCode::invalid_argument, "save " + path,
                   "\"" + std::string(key) +
                       "\" cannot be changed there by program; edit the file and set " +
                       std::string(key) + " = " + std::string(value));
}

}  // namespace iwant::daemon
