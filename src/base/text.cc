#include "base/text.h"

#include <cstdio>
#include <cstdlib>
#include <memory>
#include <vector>

#include <utf8proc.h>

#include "base/ascii.h"
#include "base/utf8.h"

namespace iwant {
namespace {

constexpr std::string_view kEllipsis = "…";

/// Runs utf8proc over the text; unchanged where it refuses.
std::string map_text(std::string_view text, unsigned options) {
    utf8proc_uint8_t* mapped = nullptr;
    const utf8proc_ssize_t size =
        utf8proc_map(reinterpret_cast<const utf8proc_uint8_t*>(text.data()),
                     static_cast<utf8proc_ssize_t>(text.size()), &mapped,
                     static_cast<utf8proc_option_t>(options));
    const std::unique_ptr<utf8proc_uint8_t, decltype(&std::free)> owner(mapped, &std::free);
    if (size < 0) return std::string(text);
    return std::string(reinterpret_cast<const char*>(mapped), static_cast<std::size_t>(size));
}

bool is_plain_ascii(char c) {
    return c >= 0x20 && c < 0x7f;
}

bool must_escape(char32_t point) {
    return is_control(point) || is_bidi_control(point) || is_noncharacter(point);
}

void append_byte_escape(std::string& out, char byte) {
    char escape[8];
    std::snprintf(escape, sizeof escape, "\\x%02x", static_cast<unsigned char>(byte));
    out += escape;
}

void append_point_escape(std::string& out, char32_t point) {
    char escape[16];
    std::snprintf(escape, sizeof escape, "\\u{%x}", static_cast<unsigned>(point));
    out += escape;
}

int columns_of(char32_t point) {
    return utf8proc_charwidth(static_cast<utf8proc_int32_t>(point));
}

/// A code point with what clings to it: never cut apart.
struct Cluster {
    std::size_t begin = 0;
    std::size_t columns = 0;
};

std::vector<Cluster> clusters_of(std::string_view text) {
    std::vector<Cluster> clusters;
    std::size_t i = 0;
    while (i < text.size()) {
        const CodePoint point = decode_utf8(text.substr(i)).value_or(CodePoint{U'\ufffd', 1});
        const int columns = columns_of(point.value);
        if (columns > 0 || clusters.empty()) {
            clusters.push_back({i, static_cast<std::size_t>(columns)});
        }
        i += point.bytes;
    }
    return clusters;
}

}  // namespace

bool is_valid_utf8(std::string_view bytes) {
    if (is_ascii(bytes)) return true;
    std::size_t i = 0;
    while (i < bytes.size()) {
        if (static_cast<unsigned char>(bytes[i]) < 0x80) {
            ++i;
            continue;
        }
        const std::optional<CodePoint> point = decode_utf8(bytes.substr(i));
        if (!point || is_noncharacter(point->value)) return false;
        i += point->bytes;
    }
    return true;
}

std::string to_nfc(std::string_view text) {
    if (is_ascii(text)) return std::string(text);
    return map_text(text, UTF8PROC_STABLE | UTF8PROC_COMPOSE);
}

std::string fold_name(std::string_view text) {
    if (!is_ascii(text)) {
        return map_text(text, UTF8PROC_STABLE | UTF8PROC_COMPOSE | UTF8PROC_CASEFOLD);
    }
    return lowered(text);
}

std::string escape_for_display(std::string_view text) {
    std::string out;
    out.reserve(text.size());
    std::size_t i = 0;
    while (i < text.size()) {
        if (is_plain_ascii(text[i])) {
            out += text[i++];
            continue;
        }
        const std::optional<CodePoint> point = decode_utf8(text.substr(i));
        const std::size_t bytes = point ? point->bytes : 1;
        if (bytes == 1) {
            append_byte_escape(out, text[i]);
        } else if (must_escape(point->value)) {
            append_point_escape(out, point->value);
        } else {
            out += text.substr(i, bytes);
        }
        i += bytes;
    }
    return out;
}

std::size_t display_width(std::string_view text) {
    if (is_ascii(text)) return text.size();
    std::size_t columns = 0;
    for (const Cluster& cluster : clusters_of(text)) columns += cluster.columns;
    return columns;
}

std::string fit_to_width(std::string_view text, std::size_t columns, Cut cut) {
    if (display_width(text) <= columns) return std::string(text);
    if (columns == 0) return {};
    const std::vector<Cluster> clusters = clusters_of(text);
    const std::size_t room = columns - 1;
    const std::size_t room_behind = cut == Cut::middle ? room / 2 : 0;

    std::size_t behind = clusters.size();
    for (std::size_t used = 0; behind > 0; --behind) {
        used += clusters[behind - 1].columns;
        if (used > room_behind) break;
    }
    std::size_t before = 0;
    for (std::size_t used = 0; before < clusters.size(); ++before) {
        used += clusters[before].columns;
        if (used > room - room_behind) break;
    }
    const auto offset = [&](std::size_t i) {
        return i < clusters.size() ? clusters[i].begin : text.size();
    };
    std::string fitted(text.substr(0, offset(before)));
    fitted += kEllipsis;
    fitted += text.substr(offset(behind));
    return fitted;
}

}  // namespace iwant
