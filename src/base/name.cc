#include "base/name.h"

#include <algorithm>
#include <array>
#include <cstdio>
#include <unordered_set>

#include "base/hash.h"
#include "base/hex.h"
#include "base/text.h"
#include "base/utf8.h"

namespace iwant {
namespace {

constexpr std::size_t kNameBytesMax = 255;
constexpr std::size_t kPathBytesMax = 4096;
constexpr std::size_t kPathDepthMax = 64;
/// What is behind the last dot of a longer run is not an extension, and may be cut.
constexpr std::size_t kExtensionBytesMax = 16;
/// Folders and files that we keep beside the user's all begin with this.
constexpr std::string_view kOwnPrefix = ".iwant";

std::unexpected<Error> unsafe(std::string_view name, std::string_view problem) {
    return failure(ErrorCode::unsafe_name,
                   "check the name \"" + escape_for_display(name.substr(0, kNameBytesMax)) + "\"",
                   std::string(problem));
}

bool is_forbidden_byte(char c) {
    return c == '/' || c == '\\' || c == '\0';
}

/// A component that Windows opens as a device, whatever follows the first dot, colon or spaces.
/// (Microsoft, "Naming Files, Paths, and Namespaces".)
bool is_windows_device(std::string_view name) {
    std::string_view stem = name.substr(0, name.find_first_of(".:"));
    while (stem.ends_with(' ')) stem.remove_suffix(1);
    if (stem.size() < 3 || stem.size() > 7) return false;
    const std::string folded = fold_name(stem);
    constexpr std::array kDevices = {"con", "prn", "aux", "nul", "conin$", "conout$", "clock$"};
    if (std::ranges::find(kDevices, folded) != kDevices.end()) return true;
    if (!folded.starts_with("com") && !folded.starts_with("lpt")) return false;
    const std::string_view number = std::string_view(folded).substr(3);
    const bool is_digit = number.size() == 1 && number[0] >= '1' && number[0] <= '9';
    return is_digit || number == "¹" || number == "²" || number == "³";
}

bool needs_prefix(std::string_view name) {
    return is_windows_device(name) || fold_name(name.substr(0, kOwnPrefix.size())) == kOwnPrefix;
}

std::string escape_dangerous(std::string_view name) {
    std::string out;
    out.reserve(name.size());
    std::size_t i = 0;
    while (i < name.size()) {
        const CodePoint point = decode_utf8(name.substr(i)).value_or(CodePoint{0, 1});
        for (std::size_t end = i + point.bytes; i < end; ++i) {
            if (is_control(point.value) || is_bidi_control(point.value)) {
                char escape[4];
                std::snprintf(escape, sizeof escape, "%%%02X", static_cast<unsigned char>(name[i]));
                out += escape;
            } else {
                out += name[i];
            }
        }
    }
    // An escape's last digit may have met a combining mark.
    return to_nfc(out);
}

bool is_plain(std::string_view name) {
    return std::ranges::all_of(name, [](char c) { return c >= 0x20 && c < 0x7f; });
}

/// Where the extension begins, with its dot; the name's end when it has none. "a.tar.gz" has
/// ".tar.gz".
std::size_t extension_begin(std::string_view name) {
    const std::size_t dot = name.rfind('.');
    if (dot == std::string_view::npos || dot == 0 || name.size() - dot > kExtensionBytesMax) {
        return name.size();
    }
    if (name.substr(0, dot).ends_with(".tar") && dot > 4) return dot - 4;
    return dot;
}

/// The longest prefix of at most `bytes` bytes that does not cut a code point apart.
std::string_view cut_at_code_point(std::string_view text, std::size_t bytes) {
    if (text.size() <= bytes) return text;
    while (bytes > 0 && (static_cast<unsigned char>(text[bytes]) & 0xc0) == 0x80) --bytes;
    return text.substr(0, bytes);
}

/// `name` with `insert` before its extension, the stem cut so that all of it fits into one
/// component.
std::string insert_before_extension(std::string_view name, std::string_view insert) {
    const std::size_t begin = extension_begin(name);
    const std::string_view extension = name.substr(begin);
    const std::size_t room = kNameBytesMax - insert.size() - extension.size();
    std::string result(cut_at_code_point(name.substr(0, begin), room));
    result += insert;
    result += extension;
    return result;
}

}  // namespace

Result<void> check_wire_name(std::string_view name) {
    if (name.empty()) return unsafe(name, "it is empty");
    if (name.size() > kNameBytesMax) return unsafe(name, "it is longer than 255 bytes");
    if (name == "." || name == "..") return unsafe(name, "it means another folder");
    if (std::ranges::any_of(name, is_forbidden_byte)) {
        return unsafe(name, "it has a slash, a backslash or a zero byte");
    }
    if (is_ascii(name)) return {};
    if (!is_valid_utf8(name)) return unsafe(name, "it is not valid UTF-8");
    if (to_nfc(name) != name) return unsafe(name, "it is not in normalization form NFC");
    return {};
}

Result<void> check_wire_path(std::string_view path) {
    if (path.size() > kPathBytesMax) return unsafe(path, "the path is longer than 4096 bytes");
    std::size_t depth = 0;
    std::size_t begin = 0;
    while (true) {
        const std::size_t end = std::min(path.find('/', begin), path.size());
        if (++depth > kPathDepthMax) return unsafe(path, "the path is deeper than 64 folders");
        if (auto checked = check_wire_name(path.substr(begin, end - begin)); !checked)
            return checked;
        if (end == path.size()) return {};
        begin = end + 1;
    }
}

std::string storable_name(std::string_view name) {
    std::string stored = is_plain(name) ? std::string(name) : escape_dangerous(name);
    if (needs_prefix(stored)) stored.insert(stored.begin(), '_');
    if (stored.size() <= kNameBytesMax) return stored;
    const auto* bytes = reinterpret_cast<const std::uint8_t*>(name.data());
    const std::string digits = hash_bytes({bytes, name.size()}).hex().substr(0, 8);
    return insert_before_extension(stored, "-" + digits);
}

Result<void> check_listing(const TreeListing& listing) {
    std::unordered_set<std::string> taken;
    taken.reserve(listing.entries.size());
    std::uint64_t total_bytes = 0;
    for (const TreeEntry& entry : listing.entries) {
        if (auto checked = check_wire_name(entry.name); !checked) return checked;
        if (!taken.insert(storable_name(entry.name)).second) {
            return unsafe(entry.name, "another name in the same folder is stored as the same");
        }
        if (entry.size_bytes > kFileSizeMax - total_bytes) {
            return failure(ErrorCode::limit, "check a folder's listing",
                           "its files add up to more than any disk holds");
        }
        total_bytes += entry.size_bytes;
    }
    return {};
}

std::string alternative_name(std::string_view name, unsigned attempt) {
    return insert_before_extension(name, " (" + std::to_string(attempt) + ")");
}

std::vector<std::string> split_path(std::string_view path) {
    std::vector<std::string> components;
    std::size_t begin = 0;
    while (true) {
        const std::size_t end = std::min(path.find('/', begin), path.size());
        components.emplace_back(path.substr(begin, end - begin));
        if (end == path.size()) return components;
        begin = end + 1;
    }
}

}  // namespace iwant
