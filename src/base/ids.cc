#include "base/ids.h"

#include "base/hex.h"

namespace iwant {

std::string Hash256::hex() const {
    return to_hex(bytes);
}

std::optional<Hash256> Hash256::from_hex(std::string_view digits) {
    Hash256 hash;
    if (digits.size() != 2 * hash.bytes.size() || !hex_decode(digits, hash.bytes)) {
        return std::nullopt;
    }
    return hash;
}

}  // namespace iwant
