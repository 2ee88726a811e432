#pragma once

// The head of one HTTP request as the checks see it, independent of the library that read it.

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace iwant::control {

struct Field {
    std::string name;
    std::string value;
};

struct RequestHead {
    std::string method;  ///< upper case as sent
    std::string target;  ///< as sent
    std::vector<Field> fields;

    /// How often a field is there; names compare without case.
    std::size_t count(std::string_view name) const;
    /// The first of that name; empty when there is none.
    std::string_view value(std::string_view name) const;
};

/// ASCII only, as HTTP has it.
bool equal_ignoring_case(std::string_view a, std::string_view b);

}  // namespace iwant::control
