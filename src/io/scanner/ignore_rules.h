#pragma once

// What the `.iwantignore` files of a share keep from being shared: gitignore's syntax and meaning
// (https://git-scm.com/docs/gitignore). Pure: whoever reads the files gives their text. Names are
// bytes as on disk. Every file is bounded, and so is the time that a name takes: no pattern needs
// more steps than its length times that of the path.

#include <bitset>
#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "io/platform/file.h"

namespace iwant::scanner {

inline constexpr std::string_view kIgnoreFileName = ".iwantignore";
inline constexpr std::size_t kIgnoreFileBytesMax = 64 * 1024;
inline constexpr std::size_t kIgnorePatternsMax = 1000;  ///< in one file
inline constexpr std::size_t kIgnorePatternBytesMax = 1024;
/// Of all files of a share together.
inline constexpr std::size_t kIgnoreShareBytesMax = 1024 * 1024;

/// A pattern for one name: bytes, '?', '*' and [sets].
class NameGlob {
  public:
    /// Nothing when the pattern can match no name: an open bracket, a backslash at its end.
    static std::optional<NameGlob> parse(std::string_view pattern);
    bool match(std::string_view name) const;

  private:
    enum class Kind : std::uint8_t { byte, any_byte, any_run, set };
    struct Token {
        Kind kind = Kind::byte;
        unsigned char byte = 0;
        std::uint16_t set = 0;  ///< index in sets_
    };
    bool fits(const Token& token, char byte) const;

    std::vector<Token> tokens_;
    std::vector<std::bitset<256>> sets_;
};

/// The patterns of one file.
class IgnoreFile {
  public:
    enum class Verdict : std::uint8_t { ignored, shared };

    /// ErrorCode::limit when it is too large or has too many patterns.
    static Result<IgnoreFile> parse(std::string_view text);
    /// The last pattern that matches decides; nothing when none does. `components` is the path
    /// below the folder of the file.
    std::optional<Verdict> verdict(std::span<const std::string_view> components,
                                   platform::FileKind kind) const;

  private:
    struct Component {
        bool any_depth = false;  ///< "**"
        NameGlob name;
    };
    struct Pattern {
        Verdict verdict = Verdict::ignored;
        bool folders_only = false;
        bool anywhere = false;  ///< of one component, matched against the last name
        std::vector<Component> components;
    };
    static std::optional<Pattern> parse_pattern(std::string_view line);
    static bool match_path(const std::vector<Component>& pattern,
                           std::span<const std::string_view> path);

    std::vector<Pattern> patterns_;
};

/// All files of a share by their folders; paths are relative to it, "" is the share itself.
class IgnoreRules {
  public:
    /// Takes the text of a folder's file; `walk` as in drop_older. When it cannot be taken it is as
    /// with hide(), and the error says why.
    Result<void> set(const std::string& folder, std::string_view text, std::uint64_t walk);
    /// Nothing of the folder is shared: what its file would keep from being shared is not known.
    void hide(const std::string& folder, std::uint64_t walk);
    /// The folder has no file.
    void clear(const std::string& folder);
    void forget_tree(const std::string& folder);
    /// Forgets the files below that no walk from this one on has met.
    void drop_older(const std::string& folder, std::uint64_t walk);

    /// Whether an entry of a folder that is shared itself is ignored.
    bool ignores_entry(const std::string& folder, std::string_view name,
                       platform::FileKind kind) const;
    /// Whether `path` is ignored or lies in a folder that is.
    bool ignores(std::string_view path, platform::FileKind kind) const;

  private:
    struct Rules {
        IgnoreFile file;
        std::size_t bytes = 0;
        std::uint64_t walk = 0;
    };
    /// `folder` is the path of all `components` but the last.
    bool ignored_itself(std::string_view folder, std::span<const std::string_view> components,
                        platform::FileKind kind) const;
    void put(const std::string& folder, Rules rules);

    std::map<std::string, Rules, std::less<>> rules_;
    std::size_t bytes_ = 0;
};

}  // namespace iwant::scanner
