// The rules of an .iwantignore of any bytes: a pattern of stars and question marks matches what a
// simple matcher says, what comes last decides, and nothing takes long.
//
// The input is the file, an empty line, then a path.

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/assert.h"
#include "input.h"
#include "io/scanner/ignore_rules.h"

namespace {

using namespace iwant;
using scanner::IgnoreFile;
using scanner::NameGlob;

constexpr std::size_t kSlowBytesMax = 64;  // what the simple matcher can take

/// Whether each beginning of the pattern matches each beginning of the name.
bool slow_match(std::string_view pattern, std::string_view name) {
    std::array<bool, kSlowBytesMax + 1> matches{};
    matches[0] = true;
    for (const char sign : pattern) {
        std::array<bool, kSlowBytesMax + 1> next{};
        for (std::size_t end = 0; end <= name.size(); ++end) {
            const bool longer = end > 0 && (sign == '*' ? next[end - 1] : matches[end - 1]);
            const bool fits = sign == '*' || sign == '?' || (end > 0 && name[end - 1] == sign);
            next[end] = (sign == '*' && matches[end]) || (longer && fits);
        }
        matches = next;
    }
    return matches[name.size()];
}

bool is_simple(std::string_view pattern) {
    return pattern.size() <= kSlowBytesMax &&
           pattern.find_first_of("[\\") == std::string_view::npos;
}

void check_pattern(std::string_view pattern, std::string_view name) {
    const std::optional<NameGlob> glob = NameGlob::parse(pattern);
    if (!is_simple(pattern)) return;
    ASSERT(glob);
    if (name.size() <= kSlowBytesMax) ASSERT(glob->match(name) == slow_match(pattern, name));
}

std::vector<std::string_view> components_of(std::string_view path) {
    std::vector<std::string_view> components;
    while (!path.empty()) {
        const std::string_view one = path.substr(0, path.find('/'));
        if (!one.empty()) components.push_back(one);
        path.remove_prefix(std::min(one.size() + 1, path.size()));
    }
    return components;
}

void check_rules(const std::string& text, const std::vector<std::string_view>& path) {
    using enum IgnoreFile::Verdict;
    for (const auto kind : {platform::FileKind::file, platform::FileKind::folder}) {
        const auto verdict = [&](const std::string& rules) {
            const Result<IgnoreFile> file = IgnoreFile::parse(rules);
            return file ? file->verdict(path, kind) : std::nullopt;
        };
        if (!IgnoreFile::parse(text + "\n*\n!*")) continue;
        ASSERT(verdict(text + "\n*") == ignored);
        ASSERT(verdict(text + "\n*\n!*") == shared);
        ASSERT(verdict(text + "\n# *\n\n") == verdict(text + "\n"));
        const bool has_mark = text.starts_with("\xef\xbb\xbf");
        if (!has_mark && verdict(text)) ASSERT(verdict("!*\n" + text) == verdict(text));
    }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
    fuzz::Input input(bytes, size);
    std::string rules;
    std::vector<std::string> lines;
    for (std::string line = input.up_to('\n'); !line.empty(); line = input.up_to('\n')) {
        rules += line + "\n";
        lines.push_back(std::move(line));
    }
    const std::string path = input.up_to('\0');
    const std::vector<std::string_view> components = components_of(path);
    if (components.empty()) return 0;
    for (const std::string& line : lines) check_pattern(line, components.back());
    check_rules(rules, components);
    return 0;
}
