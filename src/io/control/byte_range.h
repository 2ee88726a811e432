#pragma once

// Which bytes of a file a request asks for (RFC 9110, section 14). Several ranges in one request
// are answered with the whole file, which the RFC allows; players ask for one.

#include <cstdint>
#include <string_view>

namespace iwant::control {

struct ByteRange {
    enum class Kind : std::uint8_t {
        whole,          ///< 200: there is no Range field, or none that is understood
        part,           ///< 206
        unsatisfiable,  ///< 416
    };
    Kind kind = Kind::whole;
    std::uint64_t first = 0;
    std::uint64_t end = 0;  ///< one beyond the last; of `whole`, the size
};

/// `field` is the value of Range; empty when there is none.
ByteRange parse_byte_range(std::string_view field, std::uint64_t size_bytes);

}  // namespace iwant::control
