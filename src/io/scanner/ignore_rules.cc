#include "io/scanner/ignore_rules.h"

#include <algorithm>
#include <utility>

#include "base/path.h"
#include "io/scanner/run_match.h"

namespace iwant::scanner {

namespace {

constexpr std::string_view kByteOrderMark = "\xef\xbb\xbf";
/// What a file takes beside its text.
constexpr std::size_t kFileOverheadBytes = 64;

Error beyond(std::string message) {
    return {ErrorCode::limit, "read the rules", std::move(message)};
}

/// Spaces at the end count only behind a backslash.
std::string_view without_trailing_spaces(std::string_view line) {
    std::size_t end = 0;
    for (std::size_t at = 0; at < line.size(); ++at) {
        if (line[at] == ' ') continue;
        if (line[at] == '\\' && at + 1 < line.size()) ++at;
        end = at + 1;
    }
    return line.substr(0, end);
}

/// Behind the closing bracket of the set that opens at `at`, as far as splitting goes.
std::size_t end_of_set(std::string_view pattern, std::size_t at) {
    std::size_t end = at + 1;
    if (end < pattern.size() && (pattern[end] == '!' || pattern[end] == '^')) ++end;
    for (bool first = true; end < pattern.size(); first = false) {
        if (pattern[end] == ']' && !first) return end + 1;
        if (pattern.substr(end).starts_with("[:")) {
            const std::size_t close = pattern.find(']', end + 2);
            const bool is_class =
                close != std::string_view::npos && close >= end + 3 && pattern[close - 1] == ':';
            end = is_class ? close + 1 : end + 1;
            continue;
        }
        end += pattern[end] == '\\' ? 2 : 1;
    }
    return pattern.size();
}

/// At slashes outside of sets; one behind a backslash is a slash as well.
std::vector<std::string> split_pattern(std::string_view pattern) {
    std::vector<std::string> parts(1);
    for (std::size_t at = 0; at < pattern.size();) {
        std::size_t end = at + 1;
        if (pattern[at] == '[') {
            end = std::min(end_of_set(pattern, at), pattern.size());
        } else if (pattern[at] == '\\' && end < pattern.size()) {
            if (pattern[end] == '/') ++at;
            ++end;
        }
        if (pattern[at] == '/') {
            parts.emplace_back();
        } else {
            parts.back().append(pattern.substr(at, end - at));
        }
        at = end;
    }
    return parts;
}

bool is_any_depth(std::string_view part) {
    return part.size() >= 2 && part.find_first_not_of('*') == std::string_view::npos;
}

std::vector<std::string_view> components_of(std::string_view path) {
    std::vector<std::string_view> parts;
    for (std::size_t at = 0; at < path.size();) {
        const std::size_t end = std::min(path.find('/', at), path.size());
        parts.push_back(path.substr(at, end - at));
        at = end + 1;
    }
    return parts;
}

}  // namespace

Result<IgnoreFile> IgnoreFile::parse(std::string_view text) {
    if (text.size() > kIgnoreFileBytesMax) {
        return std::unexpected(
            beyond("it is larger than " + std::to_string(kIgnoreFileBytesMax / 1024) + " KiB"));
    }
    IgnoreFile file;
    if (text.starts_with(kByteOrderMark)) text.remove_prefix(kByteOrderMark.size());
    while (!text.empty()) {
        const std::size_t end = std::min(text.find('\n'), text.size());
        std::string_view line = text.substr(0, end);
        text.remove_prefix(std::min(end + 1, text.size()));
        if (line.ends_with('\r')) line.remove_suffix(1);
        if (line.empty() || line.starts_with('#')) continue;
        if (line.size() > kIgnorePatternBytesMax) {
            return std::unexpected(beyond("one of its patterns is longer than " +
                                          std::to_string(kIgnorePatternBytesMax) + " bytes"));
        }
        auto pattern = parse_pattern(without_trailing_spaces(line));
        if (!pattern) continue;
        if (file.patterns_.size() == kIgnorePatternsMax) {
            return std::unexpected(
                beyond("it has more than " + std::to_string(kIgnorePatternsMax) + " patterns"));
        }
        file.patterns_.push_back(std::move(*pattern));
    }
    return file;
}

std::optional<IgnoreFile::Pattern> IgnoreFile::parse_pattern(std::string_view line) {
    Pattern pattern;
    if (line.starts_with('!')) {
        pattern.verdict = Verdict::shared;
        line.remove_prefix(1);
    }
    if (line.ends_with('/')) {
        pattern.folders_only = true;
        line.remove_suffix(1);
    }
    pattern.anywhere = line.find('/') == std::string_view::npos;
    if (line.starts_with('/')) line.remove_prefix(1);
    if (line.empty()) return std::nullopt;
    const std::vector<std::string> parts = split_pattern(line);
    for (const std::string& part : parts) {
        const bool any_depth = !pattern.anywhere && is_any_depth(part);
        auto name = NameGlob::parse(part);
        if (!name) return std::nullopt;
        pattern.components.push_back({any_depth, std::move(*name)});
    }
    // "a/**" is all that is in a, at any depth, but not a.
    if (pattern.components.back().any_depth) {
        pattern.components.push_back({false, *NameGlob::parse("*")});
    }
    return pattern;
}

std::optional<IgnoreFile::Verdict> IgnoreFile::verdict(std::span<const std::string_view> components,
                                                       platform::FileKind kind) const {
    for (auto pattern = patterns_.rbegin(); pattern != patterns_.rend(); ++pattern) {
        if (pattern->folders_only && kind != platform::FileKind::folder) continue;
        const auto path = pattern->anywhere ? components.last(1) : components;
        if (match_path(pattern->components, path)) return pattern->verdict;
    }
    return std::nullopt;
}

bool IgnoreFile::match_path(const std::vector<Component>& pattern,
                            std::span<const std::string_view> path) {
    const auto is_run = [&](std::size_t item) { return pattern[item].any_depth; };
    const auto fits = [&](std::size_t item, std::size_t at) {
        return pattern[item].name.match(path[at]);
    };
    return matches_with_runs(pattern.size(), path.size(), is_run, fits);
}

void IgnoreRules::put(const std::string& folder, Rules rules) {
    clear(folder);
    bytes_ += rules.bytes;
    rules_.emplace(folder, std::move(rules));
}

Result<void> IgnoreRules::set(const std::string& folder, std::string_view text,
                              std::uint64_t walk) {
    clear(folder);
    const std::size_t bytes = text.size() + folder.size() + kFileOverheadBytes;
    auto file = IgnoreFile::parse(text);
    if (file && bytes_ + bytes > kIgnoreShareBytesMax) {
        file = std::unexpected(beyond("this shared folder has more than " +
                                      std::to_string(kIgnoreShareBytesMax / 1024 / 1024) +
                                      " MiB of rules"));
    }
    if (!file) {
        hide(folder, walk);
        return failure(std::move(file));
    }
    put(folder, {std::move(*file), bytes, walk});
    return {};
}

void IgnoreRules::hide(const std::string& folder, std::uint64_t walk) {
    put(folder, {*IgnoreFile::parse("*"), 0, walk});
}

void IgnoreRules::clear(const std::string& folder) {
    const auto known = rules_.find(folder);
    if (known == rules_.end()) return;
    bytes_ -= known->second.bytes;
    rules_.erase(known);
}

void IgnoreRules::forget_tree(const std::string& folder) {
    drop_older(folder, UINT64_MAX);
}

void IgnoreRules::drop_older(const std::string& folder, std::uint64_t walk) {
    std::erase_if(rules_, [&](const auto& each) {
        const auto& [path, rules] = each;
        const bool below = folder.empty() || path == folder || path.starts_with(folder + "/");
        if (!below || rules.walk >= walk) return false;
        bytes_ -= rules.bytes;
        return true;
    });
}

bool IgnoreRules::ignored_itself(std::string_view folder,
                                 std::span<const std::string_view> components,
                                 platform::FileKind kind) const {
    for (std::size_t depth = components.size(); depth-- > 0; folder = parent_of(folder)) {
        const auto rules = rules_.find(folder);
        if (rules == rules_.end()) continue;
        if (const auto verdict = rules->second.file.verdict(components.subspan(depth), kind)) {
            return *verdict == IgnoreFile::Verdict::ignored;
        }
    }
    return false;
}

bool IgnoreRules::ignores_entry(const std::string& folder, std::string_view name,
                                platform::FileKind kind) const {
    if (rules_.empty()) return false;
    std::vector<std::string_view> components = components_of(folder);
    components.push_back(name);
    return ignored_itself(folder, components, kind);
}

bool IgnoreRules::ignores(std::string_view path, platform::FileKind kind) const {
    if (rules_.empty() || path.empty()) return false;
    const std::vector<std::string_view> components = components_of(path);
    const std::span<const std::string_view> all = components;
    std::string_view folder;
    for (std::size_t count = 1; count < all.size(); ++count) {
        if (ignored_itself(folder, all.first(count), platform::FileKind::folder)) return true;
        folder = path.substr(0, path.find('/', folder.size() + 1));
    }
    return ignored_itself(folder, all, kind);
}

}  // namespace iwant::scanner
