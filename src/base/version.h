#pragma once

// The program's version; CMakeLists.txt reads it from here.

namespace iwant {

inline constexpr char kVersion[] = "0.1.0";

}  // namespace iwant
