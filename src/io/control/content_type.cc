#include "io/control/content_type.h"

#include <algorithm>
#include <array>
#include <cstdint>

#include "base/ascii.h"
#include "io/control/request_head.h"

namespace iwant::control {
namespace {

constexpr std::string_view kUnknown = "application/octet-stream";
constexpr std::size_t kNameBytesMax = 255;

struct Type {
    std::string_view extension;
    std::string_view type;
};

// SVG, HTML, XML and PDF are not here: they may carry scripts.
constexpr std::array kTypes = std::to_array<Type>({
    {"mp4", "video/mp4"},
    {"m4v", "video/mp4"},
    {"mkv", "video/x-matroska"},
    {"webm", "video/webm"},
    {"avi", "video/x-msvideo"},
    {"mov", "video/quicktime"},
    {"mpg", "video/mpeg"},
    {"mpeg", "video/mpeg"},
    {"ts", "video/mp2t"},
    {"m2ts", "video/mp2t"},
    {"ogv", "video/ogg"},
    {"wmv", "video/x-ms-wmv"},
    {"flv", "video/x-flv"},
    {"3gp", "video/3gpp"},
    {"mp3", "audio/mpeg"},
    {"m4a", "audio/mp4"},
    {"aac", "audio/aac"},
    {"flac", "audio/flac"},
    {"ogg", "audio/ogg"},
    {"oga", "audio/ogg"},
    {"opus", "audio/ogg"},
    {"wav", "audio/wav"},
    {"wma", "audio/x-ms-wma"},
    {"jpg", "image/jpeg"},
    {"jpeg", "image/jpeg"},
    {"png", "image/png"},
    {"gif", "image/gif"},
    {"webp", "image/webp"},
    {"bmp", "image/bmp"},
    {"avif", "image/avif"},
    {"txt", "text/plain; charset=utf-8"},
    {"srt", "text/plain; charset=utf-8"},
    {"vtt", "text/vtt; charset=utf-8"},
});

bool is_attr_char(char c) {
    return is_letter(c) || is_digit(c) ||
           std::string_view("!#$&+-.^_`|~").find(c) != std::string_view::npos;
}

}  // namespace

std::string_view content_type_of(std::string_view name) {
    const std::size_t dot = name.rfind('.');
    if (dot == std::string_view::npos) return kUnknown;
    const auto* found = std::ranges::find_if(kTypes, [&](const Type& type) {
        return equal_ignoring_case(type.extension, name.substr(dot + 1));
    });
    return found == kTypes.end() ? kUnknown : found->type;
}

std::string disposition_of(std::string_view name) {
    std::string value = content_type_of(name) == kUnknown ? "attachment" : "inline";
    value += "; filename*=UTF-8''";
    for (const char c : name.substr(0, kNameBytesMax)) {
        if (is_attr_char(c)) {
            value += c;
        } else {
            const auto byte = static_cast<std::uint8_t>(c);
            constexpr std::string_view kDigits = "0123456789ABCDEF";
            value += {'%', kDigits[byte / 16], kDigits[byte % 16]};
        }
    }
    return value;
}

}  // namespace iwant::control
