#pragma once

// Names on disk and the names they are announced by. Disks hold any bytes; what is announced is
// valid UTF-8 in NFC and passes check_wire_name. Mostly both are equal. Where they are not, the
// announced name is a pure function of the folder's names, so that it stays the same over restarts.

#include <functional>
#include <string>
#include <string_view>
#include <vector>

namespace iwant::scanner {

/// Which names are not shared.
class NamePatterns {
  public:
    NamePatterns() = default;
    explicit NamePatterns(std::vector<std::string> patterns) : patterns_(std::move(patterns)) {}

    bool match(std::string_view name) const;
    /// Whether any component of a relative path does.
    bool match_any_component(std::string_view path) const;

  private:
    std::vector<std::string> patterns_;
};

/// Whether `name` fits a pattern where '*' is any run of bytes and '?' any one byte; ASCII letters
/// fit in either case.
bool matches_pattern(std::string_view pattern, std::string_view name);

/// The name that `disk_name` is announced by if no other name in its folder comes out the same:
/// NFC, invalid bytes and backslashes as %XX, too long ones cut with a piece of their hash.
std::string plain_announced_name(std::string_view disk_name);

/// One name on disk whose announced name is another.
struct OddName {
    std::string disk;
    std::string announced;
};

/// Announced names for all names of one folder that are announced by another than their own: the
/// plain one or, where that is taken, "name (2).ext" and so on. `is_taken` says whether a name is
/// one of the folder's names that are announced as they are. In order of the bytes on disk.
std::vector<OddName> announce_odd_names(std::vector<std::string> disk_names,
                                        const std::function<bool(const std::string&)>& is_taken);

}  // namespace iwant::scanner
