#pragma once

// What can be looked for.

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/ids.h"

namespace iwant {

enum class FileType : std::uint8_t {
    any = 0,
    video,
    audio,
    image,
    document,
    archive,
    program,
    folder
};

/// The type that a file name's extension stands for; `any` when it is none of them.
FileType type_of_name(std::string_view name);
/// "video" and so on; nothing for other words.
std::optional<FileType> parse_file_type(std::string_view word);
std::string_view to_string(FileType type);

/// Every filter narrows; the text may be empty when a filter is set.
struct Query {
    std::string text;
    FileType type = FileType::any;
    std::optional<std::uint64_t> size_min;
    std::optional<std::uint64_t> size_max;
    std::string extension;  ///< without the dot, any case; empty: any
    std::optional<PeerId> owner;
    bool exact = false;  ///< no typos forgiven
    std::uint32_t limit = 20;

    bool operator==(const Query&) const = default;
};

}  // namespace iwant
