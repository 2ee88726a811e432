// A request's Range field of any bytes: a part that lies in the file, the whole, or nothing; and
// for one that is well-formed exactly the bytes that RFC 9110 says.

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/assert.h"
#include "input.h"
#include "io/control/byte_range.h"

namespace {

using iwant::control::ByteRange;

/// Whether a byte is meant, of a field "bytes=FIRST-LAST" in plain form; nothing for all others.
std::optional<bool> is_meant(std::string_view field, std::uint64_t size, std::uint64_t byte) {
    if (!field.starts_with("bytes=")) return std::nullopt;
    const std::string range(field.substr(6));
    const std::size_t dash = range.find('-');
    if (dash == std::string::npos || range.size() > 18) return std::nullopt;
    const std::string first = range.substr(0, dash);
    const std::string last = range.substr(dash + 1);
    if ((first + last).find_first_not_of("0123456789") != std::string::npos) return std::nullopt;
    if (first.empty() && last.empty()) return std::nullopt;
    if (first.empty()) return size - byte <= std::stoull(last);
    if (!last.empty() && std::stoull(last) < std::stoull(first)) return std::nullopt;
    return byte >= std::stoull(first) && (last.empty() || byte <= std::stoull(last));
}

void check(std::string_view field, std::uint64_t size) {
    const ByteRange range = iwant::control::parse_byte_range(field, size);
    switch (range.kind) {
        case ByteRange::Kind::whole:
            ASSERT(range.first == 0 && range.end == size);
            break;
        case ByteRange::Kind::part:
            ASSERT(range.first < range.end && range.end <= size);
            break;
        case ByteRange::Kind::unsatisfiable:
            ASSERT(range.first == 0 && range.end == 0);
            break;
    }
    for (const std::uint64_t byte :
         {std::uint64_t{0}, size / 2, size - 1, range.first, range.end}) {
        if (byte >= size) continue;
        const std::optional<bool> meant = is_meant(field, size, byte);
        if (meant) ASSERT(*meant == (range.first <= byte && byte < range.end));
    }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    iwant::fuzz::Input input(data, size);
    std::uint64_t file_size = 0;
    const unsigned bits = input.byte() % 65;
    for (int i = 0; i < 8; ++i) file_size = file_size << 8 | input.byte();
    file_size = bits == 0 ? 0 : file_size >> (64 - bits);
    const std::string field = input.up_to('\n');
    check(field, file_size);
    check("bytes=" + field, file_size);
    return 0;
}
