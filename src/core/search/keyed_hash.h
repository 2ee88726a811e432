#pragma once

// A hash that strangers cannot foresee: who names files does not know the key, so cannot make names
// that all fall into one place. (Folded 128-bit products, as wyhash has them: Wang Yi, 2019.)

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string_view>

namespace iwant::search {

class KeyedHash {
  public:
    explicit KeyedHash(std::uint64_t key)
        : first_(mix(key ^ 0x9e3779b97f4a7c15u, 0xbf58476d1ce4e5b9u) | 1),
          second_(mix(key ^ 0x94d049bb133111ebu, first_) | 1) {}

    std::uint64_t operator()(std::string_view text, std::uint64_t more = 0) const {
        std::uint64_t value = mix(first_ ^ more, second_ ^ text.size());
        while (text.size() > 8) {
            value = mix(value ^ load(text.begin(), 8), second_);
            text.remove_prefix(8);
        }
        value = mix(value ^ load(text.begin(), text.size()), second_);
        return mix(value, first_);
    }

  private:
    static std::uint64_t load(const char* bytes, std::size_t count) {
        std::uint64_t word = 0;
        std::memcpy(&word, bytes, count);
        return word;
    }
    static std::uint64_t mix(std::uint64_t a, std::uint64_t b) {
        __extension__ using Wide = unsigned __int128;
        const Wide product = static_cast<Wide>(a) * b;
        return static_cast<std::uint64_t>(product) ^ static_cast<std::uint64_t>(product >> 64);
    }

    std::uint64_t first_;
    std::uint64_t second_;
};

}  // namespace iwant::search
