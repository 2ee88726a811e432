#pragma once

// Takes the bytes of a fuzz input apart, a little at a time. At its end there are zeros.

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace iwant::fuzz {

class Input {
  public:
    Input(const std::uint8_t* bytes, std::size_t size)
        : left_(reinterpret_cast<const char*>(bytes), size) {}

    bool is_empty() const { return left_.empty(); }

    std::uint8_t byte() {
        if (left_.empty()) return 0;
        const auto value = static_cast<std::uint8_t>(left_.front());
        left_.remove_prefix(1);
        return value;
    }

    /// The bytes up to `end`, which is taken as well.
    std::string up_to(char end) {
        const std::string_view taken = left_.substr(0, left_.find(end));
        left_.remove_prefix(std::min(taken.size() + 1, left_.size()));
        return std::string(taken);
    }

  private:
    std::string_view left_;
};

}  // namespace iwant::fuzz
