#include "base/query.h"

#include <algorithm>
#include <array>

#include "base/ascii.h"

namespace iwant {
namespace {

struct Extension {
    std::string_view name;
    FileType type;
};

constexpr FileType kVideo = FileType::video;
constexpr FileType kAudio = FileType::audio;
constexpr FileType kImage = FileType::image;
constexpr FileType kText = FileType::document;
constexpr FileType kPacked = FileType::archive;
constexpr FileType kProgram = FileType::program;

/// Sorted by extension, so that a name costs one binary search. ("ts" is video here rather than
/// TypeScript: people share recordings.)
constexpr Extension kExtensions[] = {
    {"3g2", kVideo},    {"3gp", kVideo},        {"7z", kPacked},       {"aac", kAudio},
    {"ace", kPacked},   {"ai", kImage},         {"aif", kAudio},       {"aiff", kAudio},
    {"alac", kAudio},   {"amr", kAudio},        {"ape", kAudio},       {"apk", kProgram},
    {"app", kProgram},  {"appimage", kProgram}, {"arj", kPacked},      {"arw", kImage},
    {"asf", kVideo},    {"avi", kVideo},        {"avif", kImage},      {"azw", kText},
    {"azw3", kText},    {"bat", kProgram},      {"bmp", kImage},       {"br", kPacked},
    {"bz2", kPacked},   {"cab", kPacked},       {"cbr", kText},        {"cbz", kText},
    {"chm", kText},     {"cmd", kProgram},      {"com", kProgram},     {"cpio", kPacked},
    {"cr2", kImage},    {"cr3", kImage},        {"csv", kText},        {"dbk", kText},
    {"deb", kProgram},  {"dff", kAudio},        {"divx", kVideo},      {"djvu", kText},
    {"dmg", kPacked},   {"dng", kImage},        {"doc", kText},        {"docm", kText},
    {"docx", kText},    {"dot", kText},         {"dotx", kText},       {"dsf", kAudio},
    {"eps", kImage},    {"epub", kText},        {"exe", kProgram},     {"f4v", kVideo},
    {"fb2", kText},     {"flac", kAudio},       {"flatpak", kProgram}, {"flv", kVideo},
    {"gif", kImage},    {"gz", kPacked},        {"heic", kImage},      {"heif", kImage},
    {"htm", kText},     {"html", kText},        {"ico", kImage},       {"img", kPacked},
    {"ipa", kProgram},  {"iso", kPacked},       {"jar", kProgram},     {"jfif", kImage},
    {"jpe", kImage},    {"jpeg", kImage},       {"jpg", kImage},       {"jxl", kImage},
    {"key", kText},     {"lha", kPacked},       {"log", kText},        {"lz", kPacked},
    {"lz4", kPacked},   {"lzh", kPacked},       {"lzma", kPacked},     {"m2ts", kVideo},
    {"m4a", kAudio},    {"m4b", kAudio},        {"m4v", kVideo},       {"md", kText},
    {"mid", kAudio},    {"midi", kAudio},       {"mka", kAudio},       {"mkv", kVideo},
    {"mobi", kText},    {"mov", kVideo},        {"mp2", kAudio},       {"mp3", kAudio},
    {"mp4", kVideo},    {"mpc", kAudio},        {"mpe", kVideo},       {"mpeg", kVideo},
    {"mpg", kVideo},    {"msi", kProgram},      {"mts", kVideo},       {"nef", kImage},
    {"numbers", kText}, {"odp", kText},         {"ods", kText},        {"odt", kText},
    {"oga", kAudio},    {"ogg", kAudio},        {"ogm", kVideo},       {"ogv", kVideo},
    {"opus", kAudio},   {"orf", kImage},        {"pages", kText},      {"pbm", kImage},
    {"pcx", kImage},    {"pdf", kText},         {"pgm", kImage},       {"pkg", kProgram},
    {"png", kImage},    {"pnm", kImage},        {"ppm", kImage},       {"pps", kText},
    {"ppsx", kText},    {"ppt", kText},         {"pptm", kText},       {"pptx", kText},
    {"ps", kText},      {"ps1", kProgram},      {"psd", kImage},       {"qcow2", kPacked},
    {"qt", kVideo},     {"ra", kAudio},         {"raf", kImage},       {"rar", kPacked},
    {"raw", kImage},    {"rm", kVideo},         {"rmvb", kVideo},      {"rpm", kProgram},
    {"rst", kText},     {"rtf", kText},         {"run", kProgram},     {"rw2", kImage},
    {"sh", kProgram},   {"snap", kProgram},     {"spx", kAudio},       {"svg", kImage},
    {"svgz", kImage},   {"swf", kVideo},        {"tar", kPacked},      {"tbz", kPacked},
    {"tbz2", kPacked},  {"tex", kText},         {"tga", kImage},       {"tgz", kPacked},
    {"tif", kImage},    {"tiff", kImage},       {"ts", kVideo},        {"tsv", kText},
    {"tta", kAudio},    {"txt", kText},         {"txz", kPacked},      {"tzst", kPacked},
    {"vdi", kPacked},   {"vhd", kPacked},       {"vhdx", kPacked},     {"vmdk", kPacked},
    {"vob", kVideo},    {"wav", kAudio},        {"webm", kVideo},      {"webp", kImage},
    {"wim", kPacked},   {"wma", kAudio},        {"wmv", kVideo},       {"wps", kText},
    {"wv", kAudio},     {"xcf", kImage},        {"xhtml", kText},      {"xls", kText},
    {"xlsm", kText},    {"xlsx", kText},        {"xpm", kImage},       {"xps", kText},
    {"xz", kPacked},    {"z", kPacked},         {"zip", kPacked},      {"zipx", kPacked},
    {"zst", kPacked},
};
static_assert(std::ranges::is_sorted(kExtensions, {}, &Extension::name));

constexpr std::size_t kLongestExtension =
    std::ranges::max(kExtensions, {}, [](const Extension& e) { return e.name.size(); }).name.size();

constexpr std::array<std::string_view, 8> kTypeWords = {"any",      "video",   "audio",   "image",
                                                        "document", "archive", "program", "folder"};

}  // namespace

FileType type_of_name(std::string_view name) {
    const std::size_t dot = name.rfind('.');
    // A name that only begins with a dot is hidden, it has no extension.
    if (dot == std::string_view::npos || dot == 0) return FileType::any;
    const std::string_view extension = name.substr(dot + 1);
    std::array<char, kLongestExtension> lower{};
    if (extension.size() > lower.size()) return FileType::any;
    std::ranges::transform(extension, lower.begin(), [](char c) { return lowered(c); });
    const std::string_view key(lower.data(), extension.size());
    const auto* found = std::ranges::lower_bound(kExtensions, key, {}, &Extension::name);
    if (found == std::end(kExtensions) || found->name != key) return FileType::any;
    return found->type;
}

std::optional<FileType> parse_file_type(std::string_view word) {
    const auto* found = std::ranges::find(kTypeWords, word);
    if (found == kTypeWords.end()) return std::nullopt;
    return static_cast<FileType>(found - kTypeWords.begin());
}

std::string_view to_string(FileType type) {
    return kTypeWords.at(static_cast<std::size_t>(type));
}

std::optional<FileTypes> FileTypes::from_bits(std::uint32_t bits) {
    FileTypes types;
    for (std::size_t i = 1; i < kTypeWords.size(); ++i) {
        if ((bits >> i & 1) != 0) types.add(static_cast<FileType>(i));
    }
    if (types.bits() != bits) return std::nullopt;
    return types;
}

}  // namespace iwant
