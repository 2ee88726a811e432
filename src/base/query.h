#pragma once

// What can be looked for.

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/ids.h"
#include "base/time.h"

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

/// Some types, of which any will do; none chosen: all of them.
class FileTypes {
  public:
    FileTypes() = default;
    /// Only this one; `any` chooses none.
    FileTypes(FileType type) { add(type); }

    void add(FileType type) {
        if (type != FileType::any) bits_ |= bit(type);
    }
    bool is_empty() const { return bits_ == 0; }
    bool contains(FileType type) const { return (bits_ & bit(type)) != 0; }

    /// As a number: 1 << type for each, `any` never among them; nothing for other numbers.
    std::uint32_t bits() const { return bits_; }
    static std::optional<FileTypes> from_bits(std::uint32_t bits);

    bool operator==(const FileTypes&) const = default;

  private:
    static std::uint32_t bit(FileType type) { return 1u << static_cast<unsigned>(type); }

    std::uint32_t bits_ = 0;
};

/// Every filter narrows; the text may be empty when a filter is set. Lists are of things any of
/// which (types, extensions) or all of which (phrases, excluded, folders) hold.
struct Query {
    std::string text;  ///< the words of the phrases among them
    FileTypes types;
    std::optional<std::uint64_t> size_min;
    std::optional<std::uint64_t> size_max;
    std::vector<std::string> extensions;  ///< without the dot, any case; empty: any
    std::optional<PeerId> owner;
    bool exact = false;  ///< no typos forgiven
    std::uint32_t limit = 20;
    std::optional<UnixSeconds> modified_min;
    std::optional<UnixSeconds> modified_max;
    std::vector<std::string> phrases;   ///< occur in the path, word by word, as typed
    std::vector<std::string> excluded;  ///< words and phrases that do not occur in the path
    std::vector<std::string> folders;   ///< parts that occur in the path of the folders around

    bool operator==(const Query&) const = default;
};

}  // namespace iwant
