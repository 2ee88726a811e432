#include <algorithm>
#include <array>
#include <utility>

#include "base/ascii.h"
#include "io/scanner/ignore_rules.h"
#include "io/scanner/run_match.h"

namespace iwant::scanner {

namespace {

using Set = std::bitset<256>;

struct NamedClass {
    std::string_view name;
    bool (*contains)(char byte);
};

bool is_alnum(char byte) {
    return is_letter(byte) || is_digit(byte);
}
bool is_blank(char byte) {
    return byte == ' ' || byte == '\t';
}
bool is_control(char byte) {
    return (byte >= '\0' && byte < ' ') || byte == 0x7f;
}
bool is_graph(char byte) {
    return byte > ' ' && byte < 0x7f;
}
bool is_print(char byte) {
    return byte == ' ' || is_graph(byte);
}
bool is_punct(char byte) {
    return is_graph(byte) && !is_alnum(byte);
}

constexpr std::array<NamedClass, 12> kClasses{{{"alnum", is_alnum},
                                               {"alpha", is_letter},
                                               {"blank", is_blank},
                                               {"cntrl", is_control},
                                               {"digit", is_digit},
                                               {"graph", is_graph},
                                               {"lower", is_lower},
                                               {"print", is_print},
                                               {"punct", is_punct},
                                               {"space", is_space},
                                               {"upper", is_upper},
                                               {"xdigit", is_hex_digit}}};

/// Reads one [set]; what git reads as what (wildmatch.c), byte by byte.
class SetReader {
  public:
    /// `at` is behind the opening bracket, and behind the closing one after read().
    SetReader(std::string_view pattern, std::size_t& at) : pattern_(pattern), at_(at) {}

    std::optional<Set> read() {
        const bool negated = !is_over() && (peek() == '!' || peek() == '^');
        if (negated) ++at_;
        // A closing bracket that comes first is one of the bytes.
        do {
            if (is_over() || !read_one()) return std::nullopt;
        } while (is_over() || peek() != ']');
        ++at_;
        return negated ? ~set_ : set_;
    }

  private:
    bool is_over() const { return at_ >= pattern_.size(); }
    unsigned char peek() const { return static_cast<unsigned char>(pattern_[at_]); }

    bool read_one() {
        const bool may_be_range = before_ && peek() == '-' && at_ + 1 < pattern_.size();
        if (may_be_range && pattern_[at_ + 1] != ']') return read_range();
        if (pattern_.substr(at_).starts_with("[:")) return read_class();
        return read_byte();
    }

    std::optional<unsigned char> next_byte() {
        if (peek() == '\\') ++at_;
        if (is_over()) return std::nullopt;
        const unsigned char byte = peek();
        ++at_;
        return byte;
    }

    bool read_byte() {
        before_ = next_byte();
        if (before_) set_.set(*before_);
        return before_.has_value();
    }

    bool read_range() {
        ++at_;
        const auto last = next_byte();
        if (!last) return false;
        for (unsigned byte = *before_; byte <= *last; ++byte) set_.set(byte);
        before_.reset();
        return true;
    }

    bool read_class() {
        const std::size_t end = pattern_.find(']', at_ + 2);
        if (end == std::string_view::npos) return false;
        if (end < at_ + 3 || pattern_[end - 1] != ':') return read_byte();
        const std::string_view name = pattern_.substr(at_ + 2, end - at_ - 3);
        const auto known = std::ranges::find(kClasses, name, &NamedClass::name);
        if (known == kClasses.end()) return false;
        for (unsigned byte = 0; byte < 256; ++byte) {
            if (known->contains(static_cast<char>(byte))) set_.set(byte);
        }
        at_ = end + 1;
        before_.reset();
        return true;
    }

    std::string_view pattern_;
    std::size_t& at_;
    Set set_;
    std::optional<unsigned char> before_;  ///< what a range could start with
};

}  // namespace

std::optional<NameGlob> NameGlob::parse(std::string_view pattern) {
    NameGlob glob;
    for (std::size_t at = 0; at < pattern.size();) {
        const char byte = pattern[at++];
        Token token{Kind::byte, static_cast<unsigned char>(byte), 0};
        if (byte == '?') {
            token.kind = Kind::any_byte;
        } else if (byte == '*') {
            token.kind = Kind::any_run;
        } else if (byte == '[') {
            const auto set = SetReader(pattern, at).read();
            if (!set) return std::nullopt;
            token.kind = Kind::set;
            token.set = static_cast<std::uint16_t>(glob.sets_.size());
            glob.sets_.push_back(*set);
        } else if (byte == '\\') {
            if (at == pattern.size()) return std::nullopt;
            token.byte = static_cast<unsigned char>(pattern[at++]);
        }
        const bool repeated = token.kind == Kind::any_run && !glob.tokens_.empty() &&
                              glob.tokens_.back().kind == Kind::any_run;
        if (!repeated) glob.tokens_.push_back(token);
    }
    return glob;
}

bool NameGlob::fits(const Token& token, char byte) const {
    switch (token.kind) {
        case Kind::any_byte:
            return true;
        case Kind::set:
            return sets_[token.set].test(static_cast<unsigned char>(byte));
        default:
            return token.byte == static_cast<unsigned char>(byte);
    }
}

bool NameGlob::match(std::string_view name) const {
    const auto is_run = [&](std::size_t item) { return tokens_[item].kind == Kind::any_run; };
    const auto fits = [&](std::size_t item, std::size_t at) {
        return this->fits(tokens_[item], name[at]);
    };
    return matches_with_runs(tokens_.size(), name.size(), is_run, fits);
}

}  // namespace iwant::scanner
