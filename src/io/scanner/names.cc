#include "io/scanner/names.h"

#include <algorithm>
#include <cstdio>
#include <set>

#include "base/ascii.h"
#include "base/hash.h"
#include "base/name.h"
#include "base/text.h"
#include "base/utf8.h"
#include "io/scanner/run_match.h"
#include "io/scanner/scanner.h"

namespace iwant::scanner {

namespace {

constexpr std::size_t kNameBytesMax = 255;
constexpr std::size_t kHashDigits = 8;

std::string escape_byte(char byte) {
    char text[4];
    std::snprintf(text, sizeof text, "%%%02X", static_cast<unsigned char>(byte));
    return text;
}

std::string escape_invalid(std::string_view name) {
    std::string escaped;
    while (!name.empty()) {
        const auto point = decode_utf8(name);
        const bool passes = point && !is_noncharacter(point->value) && name.front() != '\\';
        const std::size_t bytes = point ? point->bytes : 1;
        for (const char byte : name.substr(0, bytes)) {
            escaped += passes ? std::string(1, byte) : escape_byte(byte);
        }
        name.remove_prefix(bytes);
    }
    return escaped;
}

/// Cut between characters, with a piece of the hash of the name on disk, so that two long names
/// stay apart.
std::string shortened(std::string_view name, std::string_view disk_name) {
    std::size_t end = kNameBytesMax - kHashDigits - 1;
    while (end > 0 && (static_cast<unsigned char>(name[end]) & 0xc0) == 0x80) --end;
    const std::string digits = Hasher().update(disk_name).digest().hex().substr(0, kHashDigits);
    return std::string(name.substr(0, end)) + "~" + digits;
}

}  // namespace

std::vector<std::string> default_ignore_patterns() {
    return {".*",
            "Thumbs.db",
            "ehthumbs.db",
            "desktop.ini",
            "@eaDir",
            "#recycle",
            "#snapshot",
            "$RECYCLE.BIN",
            "RECYCLER",
            "lost+found",
            "System Volume Information",
            "*.part",
            "*.partial",
            "*.crdownload",
            "*.download",
            "*.tmp",
            "*.!qB",
            "*.!ut",
            "*.dctmp",
            "*.unfinished",
            "~syncthing~*",
            "~$*"};
}

bool matches_pattern(std::string_view pattern, std::string_view name) {
    const auto is_run = [&](std::size_t item) { return pattern[item] == '*'; };
    const auto fits = [&](std::size_t item, std::size_t at) {
        return pattern[item] == '?' || lowered(pattern[item]) == lowered(name[at]);
    };
    return matches_with_runs(pattern.size(), name.size(), is_run, fits);
}

bool NamePatterns::match(std::string_view name) const {
    return std::ranges::any_of(
        patterns_, [&](const std::string& pattern) { return matches_pattern(pattern, name); });
}

bool NamePatterns::match_any_component(std::string_view path) const {
    if (path.empty()) return false;
    const auto components = split_path(path);
    return std::ranges::any_of(components, [&](const std::string& each) { return match(each); });
}

std::string plain_announced_name(std::string_view disk_name) {
    std::string name(disk_name);
    const bool is_plain = is_ascii(disk_name) && disk_name.find('\\') == std::string_view::npos;
    if (!is_plain) name = to_nfc(escape_invalid(disk_name));
    if (name.size() > kNameBytesMax) name = shortened(name, disk_name);
    return name;
}

std::vector<OddName> announce_odd_names(std::vector<std::string> disk_names,
                                        const std::function<bool(const std::string&)>& is_taken) {
    std::ranges::sort(disk_names);
    std::vector<OddName> odd;
    std::set<std::string> given;
    for (std::string& disk : disk_names) {
        const std::string plain = plain_announced_name(disk);
        std::string name = plain;
        for (unsigned attempt = 2; given.contains(name) || is_taken(name); ++attempt) {
            name = alternative_name(plain, attempt);
        }
        given.insert(name);
        odd.push_back({std::move(disk), std::move(name)});
    }
    return odd;
}

}  // namespace iwant::scanner
