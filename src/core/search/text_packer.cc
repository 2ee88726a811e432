#include "core/search/text_packer.h"

#include <algorithm>
#include <cstring>
#include <map>
#include <utility>

#include "core/search/varint.h"

namespace iwant::search {
namespace {

constexpr std::size_t kSampleBytes = 32 * 1024;
// Every n-th text is looked at for the n-th table: the first is there after about a thousand.
constexpr std::array<std::uint64_t, 3> kObserveEvery{1, 32, 512};
constexpr int kRounds = 5;
constexpr std::size_t kSymbolLengthMax = 8;
constexpr std::size_t kLongSize = 63;

std::uint64_t low_bytes(std::uint64_t letters, std::size_t count) {
    return count >= 8 ? letters : letters & ((std::uint64_t{1} << 8 * count) - 1);
}

std::uint64_t load(std::string_view text, std::size_t at) {
    std::uint64_t letters = 0;
    if (at + sizeof letters <= text.size()) {
        std::memcpy(&letters, text.data() + at, sizeof letters);
    } else {
        std::memcpy(&letters, text.data() + at, text.size() - at);
    }
    return letters;
}

std::size_t read_size(const std::uint8_t*& byte) {
    const std::size_t size = *byte++ >> 2;
    return size < kLongSize ? size : size + read_varint(byte);
}

}  // namespace

SymbolTable::SymbolTable() : long_(kLongCells), two_(std::size_t{1} << 16, kEscape) {
    one_.fill(kEscape);
}

SymbolTable SymbolTable::learn(const std::vector<std::string>& texts) {
    SymbolTable table;
    for (int round = 0; round < kRounds; ++round) table = table.learn_once(texts);
    return table;
}

void SymbolTable::pack(std::string_view text, std::string& packed) const {
    const std::size_t start = packed.size();
    packed.resize(start + 2 * text.size());
    char* out = packed.data() + start;
    for (std::size_t at = 0; at < text.size();) {
        const Symbol* symbol = longest_at(load(text, at), text.size() - at);
        if (symbol != nullptr) {
            *out++ = static_cast<char>(symbol->code);
            at += symbol->length;
        } else {
            *out++ = static_cast<char>(kEscape);
            *out++ = text[at++];
        }
    }
    packed.resize(static_cast<std::size_t>(out - packed.data()));
}

void SymbolTable::unpack(std::string_view packed, std::string& text) const {
    const std::size_t start = text.size();
    text.resize(start + kSymbolLengthMax * packed.size());
    char* out = text.data() + start;
    for (std::size_t i = 0; i < packed.size(); ++i) {
        const auto code = static_cast<std::uint8_t>(packed[i]);
        if (code == kEscape) {
            if (++i < packed.size()) *out++ = packed[i];
            continue;
        }
        const Symbol& symbol = symbols_[code];
        std::memcpy(out, &symbol.letters, sizeof symbol.letters);
        out += symbol.length;
    }
    text.resize(static_cast<std::size_t>(out - text.data()));
}

std::size_t SymbolTable::cell_of(std::uint64_t letters) {
    return (low_bytes(letters, 3) * 0x9e3779b97f4a7c15u >> 40) % kLongCells;
}

// False when the cell of a longer symbol is taken already.
bool SymbolTable::add(std::uint64_t letters, std::uint8_t length) {
    const Symbol symbol{letters, length, static_cast<std::uint8_t>(symbols_.size())};
    if (length == 1) {
        one_[letters] = symbol.code;
    } else if (length == 2) {
        two_[letters] = symbol.code;
    } else {
        Symbol& cell = long_[cell_of(letters)];
        if (cell.length != 0) return false;
        cell = symbol;
    }
    symbols_.push_back(symbol);
    return true;
}

const SymbolTable::Symbol* SymbolTable::longest_at(std::uint64_t letters, std::size_t left) const {
    const Symbol& cell = long_.data()[cell_of(letters)];
    if (cell.length != 0 && cell.length <= left &&
        low_bytes(letters, cell.length) == cell.letters) {
        return &cell;
    }
    const std::uint8_t two = two_.data()[low_bytes(letters, 2)];
    if (left >= 2 && two != kEscape) return &symbols_[two];
    const std::uint8_t one = one_[low_bytes(letters, 1)];
    return one != kEscape ? &symbols_[one] : nullptr;
}

// Counts what this table makes of the texts, symbols and pairs of neighbours, and keeps those that
// save most.
SymbolTable SymbolTable::learn_once(const std::vector<std::string>& texts) const {
    std::map<std::pair<std::uint64_t, std::uint8_t>, std::size_t> gains;
    for (const std::string& text : texts) {
        Symbol before;
        for (std::size_t at = 0; at < text.size();) {
            const std::uint64_t letters = load(text, at);
            const Symbol* known = longest_at(letters, text.size() - at);
            const Symbol here = known != nullptr ? *known : Symbol{low_bytes(letters, 1), 1, 0};
            // Without its symbol a single letter takes two bytes, so it counts for more (as in the
            // paper).
            gains[{here.letters, here.length}] += here.length == 1 ? 8 : here.length;
            const std::size_t both = std::size_t{before.length} + here.length;
            if (before.length != 0 && both <= kSymbolLengthMax) {
                const std::uint64_t pair = before.letters | here.letters << 8 * before.length;
                gains[{pair, static_cast<std::uint8_t>(both)}] += both;
            }
            // And with the next letter alone, as in the paper.
            if (here.length > 1 && before.length != 0 && before.length + 1u <= kSymbolLengthMax) {
                const std::uint64_t more = before.letters | low_bytes(letters, 1)
                                                                << 8 * before.length;
                gains[{more, static_cast<std::uint8_t>(before.length + 1)}] += before.length + 1u;
            }
            before = here;
            at += here.length;
        }
    }
    using Gain = std::pair<std::size_t, std::pair<std::uint64_t, std::uint8_t>>;
    std::vector<Gain> best;
    for (const auto& [symbol, gain] : gains) best.emplace_back(gain, symbol);
    std::sort(best.begin(), best.end(), std::greater<>());
    SymbolTable table;
    for (const auto& [gain, symbol] : best) {
        if (table.symbols_.size() == kSymbolsMax) break;
        table.add(symbol.first, symbol.second);
    }
    return table;
}

// A byte: the size of what follows, times four, with the number of the table in the lowest bits (3:
// as it is). From kLongSize on, what the size is more follows the byte.
void TextPacker::pack(std::string_view text, std::string& packed) {
    small_.clear();
    if (!tables_.empty()) tables_.back().pack(text, small_);
    const bool is_smaller = !tables_.empty() && small_.size() < text.size();
    const std::string_view kept = is_smaller ? std::string_view(small_) : text;
    const std::size_t table = is_smaller ? tables_.size() - 1 : kTablesMax;
    packed.push_back(static_cast<char>(std::min(kept.size(), kLongSize) << 2 | table));
    if (kept.size() >= kLongSize) append_varint(kept.size() - kLongSize, packed);
    packed.append(kept);
}

std::size_t TextPacker::unpack(const std::uint8_t* bytes, std::string& text) const {
    const std::uint8_t* byte = bytes;
    const std::size_t table = *byte & 3;
    const std::size_t size = read_size(byte);
    const std::string_view kept(reinterpret_cast<const char*>(byte), size);
    if (table == kTablesMax) {
        text.append(kept);
    } else {
        tables_[table].unpack(kept, text);
    }
    return static_cast<std::size_t>(byte - bytes) + kept.size();
}

std::size_t TextPacker::packed_size(const std::uint8_t* bytes) {
    const std::uint8_t* byte = bytes;
    const std::size_t size = read_size(byte);
    return static_cast<std::size_t>(byte - bytes) + size;
}

void TextPacker::observe(std::string_view text) {
    if (tables_.size() == kTablesMax || observed_++ % kObserveEvery[tables_.size()] != 0) return;
    sample_.emplace_back(text);
    sample_bytes_ += text.size();
    if (sample_bytes_ < kSampleBytes) return;
    tables_.push_back(SymbolTable::learn(sample_));
    sample_.clear();
    sample_bytes_ = 0;
}

std::size_t TextPacker::memory_bytes() const {
    constexpr std::size_t kTable = (std::size_t{1} << 16) + 2048 * 16 + 256 * 17;
    return tables_.size() * kTable + sample_bytes_;
}

}  // namespace iwant::search
