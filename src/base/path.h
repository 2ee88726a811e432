#pragma once

// The two ends of a path that has '/' between its components and neither begins nor ends with one.

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

}  // namespace iwant
