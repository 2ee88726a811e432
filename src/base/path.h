#pragma once

// A path that has '/' between its components and neither begins nor ends with one: its two ends,
// and two of them as one.

#include <string>
#include <string_view>

namespace iwant {

inline std::string_view last_component(std::string_view path) {
    return path.substr(path.rfind('/') + 1);  // npos + 1 is 0
}

/// Empty for a path of one component.
inline std::string_view parent_of(std::string_view path) {
    const std::size_t slash = path.rfind('/');
    return slash == std::string_view::npos ? std::string_view() : path.substr(0, slash);
}

/// What lies at `below` in `folder`; where one of them is empty, the other.
inline std::string join_path(std::string_view folder, std::string_view below) {
    std::string path(folder);
    if (!folder.empty() && !below.empty()) path += '/';
    path += below;
    return path;
}

}  // namespace iwant
