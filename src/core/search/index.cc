#include "core/search/index.h"

#include <algorithm>
#include <utility>

#include "core/search/choice.h"
#include "core/search/dictionary.h"
#include "core/search/entries.h"
#include "core/search/entry_words.h"
#include "core/search/finder.h"

namespace iwant::search {
namespace {

std::optional<std::uint8_t> digit_value(char digit) {
    if (digit >= '0' && digit <= '9') return static_cast<std::uint8_t>(digit - '0');
    if (digit >= 'a' && digit <= 'f') return static_cast<std::uint8_t>(digit - 'a' + 10);
    if (digit >= 'A' && digit <= 'F') return static_cast<std::uint8_t>(digit - 'A' + 10);
    return std::nullopt;
}

/// The first and the last hash that start with these digits.
std::optional<std::pair<Hash256, Hash256>> range_of_prefix(std::string_view digits) {
    Hash256 first;
    Hash256 last;
    last.bytes.fill(0xFF);
    if (digits.empty() || digits.size() > 2 * first.bytes.size()) return std::nullopt;
    for (std::size_t i = 0; i < digits.size(); ++i) {
        const std::optional<std::uint8_t> value = digit_value(digits[i]);
        if (!value) return std::nullopt;
        const unsigned shift = i % 2 == 0 ? 4 : 0;
        const auto cleared = static_cast<std::uint8_t>(~(0xF << shift));
        const auto set = static_cast<std::uint8_t>(*value << shift);
        first.bytes[i / 2] = static_cast<std::uint8_t>((first.bytes[i / 2] & cleared) | set);
        last.bytes[i / 2] = static_cast<std::uint8_t>((last.bytes[i / 2] & cleared) | set);
    }
    return std::pair(first, last);
}

}  // namespace

struct Index::State {
    explicit State(std::uint64_t hash_key)
        : dictionary(hash_key), entries(hash_key), words(dictionary, entries) {}

    void add_words(Slot slot);
    void change(Slot slot, const Entry& entry);
    void remove(Slot slot);

    Dictionary dictionary;
    Entries entries;
    EntryWords words;
};

void Index::State::add_words(Slot slot) {
    const std::vector<EntryWord>& found = words.of(slot);
    for (const EntryWord& one : found) dictionary.prefetch_postings(one.word, one.place);
    for (const EntryWord& one : found) dictionary.prefetch_last_chunk(one.word, one.place);
    for (const EntryWord& one : found) dictionary.add(one.word, one.place, slot);
    dictionary.sweep();
    entries.set_name_words(slot, words.name_words());
}

// Most changes are of a size, a date or a content; words are touched only where they differ. New
// ones are added before old ones go, so that no word leaves in between.
void Index::State::change(Slot slot, const Entry& entry) {
    if (entries.at(slot).kind() == entry.kind && entries.path(slot) == entry.path) {
        entries.change(slot, entry);
        return;
    }
    std::vector<EntryWord> before = words.of(slot);
    entries.change(slot, entry);
    std::vector<EntryWord> after = words.of(slot);
    entries.set_name_words(slot, words.name_words());
    std::sort(before.begin(), before.end());
    std::sort(after.begin(), after.end());
    for (const EntryWord& one : after) {
        const bool is_new = !std::binary_search(before.begin(), before.end(), one);
        if (is_new) dictionary.add(one.word, one.place, slot);
    }
    for (const EntryWord& one : before) {
        const bool is_gone = !std::binary_search(after.begin(), after.end(), one);
        if (is_gone) dictionary.remove(one.word, one.place, slot);
    }
    dictionary.sweep();
}

void Index::State::remove(Slot slot) {
    for (const EntryWord& one : words.of(slot)) dictionary.remove(one.word, one.place, slot);
    dictionary.sweep();
    entries.erase(slot);
}

Index::Index(std::uint64_t hash_key) : state_(std::make_unique<State>(hash_key)) {}
Index::~Index() = default;
Index::Index(Index&&) noexcept = default;
Index& Index::operator=(Index&&) noexcept = default;

void Index::put(const PeerId& owner, const Entry& entry) {
    if (const std::optional<Slot> slot = state_->entries.find(owner, entry.id)) {
        state_->change(*slot, entry);
    } else {
        state_->add_words(state_->entries.add(owner, entry));
    }
}

void Index::remove(const PeerId& owner, EntryId entry) {
    if (const std::optional<Slot> slot = state_->entries.find(owner, entry)) state_->remove(*slot);
}

void Index::remove_owner(const PeerId& owner) {
    for (const Slot slot : state_->entries.slots_of(owner)) state_->remove(slot);
}

Answer Index::search(const Query& query) const {
    return Finder(state_->dictionary, state_->entries).search(query);
}

std::vector<Match> Index::with_content_prefix(std::string_view hex_digits,
                                              std::size_t limit) const {
    std::vector<Match> matches;
    const auto range = range_of_prefix(hex_digits);
    if (!range) return matches;
    const Finder finder(state_->dictionary, state_->entries);
    for (const Slot slot : state_->entries.contents_between(range->first, range->second, limit)) {
        matches.push_back(finder.match_of_content(slot));
    }
    return matches;
}

std::optional<Entry> Index::entry(const PeerId& owner, EntryId id) const {
    const std::optional<Slot> slot = state_->entries.find(owner, id);
    if (!slot) return std::nullopt;
    const Details details = state_->entries.details(*slot);
    return Entry{id,
                 state_->entries.at(*slot).kind(),
                 state_->entries.path(*slot),
                 details.size_bytes,
                 details.modified,
                 state_->entries.content_of(*slot)};
}

std::size_t Index::entry_count() const {
    return state_->entries.size();
}
std::size_t Index::entry_count(const PeerId& owner) const {
    return state_->entries.size(owner);
}

Index::Memory Index::memory() const {
    Memory memory;
    memory.entries_bytes = state_->entries.memory_bytes() + state_->words.memory_bytes();
    memory.words_bytes = state_->dictionary.words_bytes();
    memory.postings_bytes = state_->dictionary.postings_bytes();
    return memory;
}

std::size_t Index::arena_bytes() const {
    return state_->entries.arena_bytes() + state_->dictionary.arena_bytes();
}

}  // namespace iwant::search
