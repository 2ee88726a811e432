#include "core/search/index.h"

#include <algorithm>
#include <utility>

#include "base/hex.h"
#include "core/search/choice.h"
#include "core/search/dictionary.h"
#include "core/search/entries.h"
#include "core/search/entry_words.h"
#include "core/search/finder.h"

namespace iwant::search {
namespace {

/// The first and the last hash that start with these digits.
std::optional<std::pair<Hash256, Hash256>> range_of_prefix(std::string_view digits) {
    Hash256 first;
    Hash256 last;
    const std::size_t whole = 2 * first.bytes.size();
    if (digits.empty() || digits.size() > whole) return std::nullopt;
    std::string lowest(digits);
    std::string highest(digits);
    lowest.resize(whole, '0');
    highest.resize(whole, 'f');
    if (!hex_decode(lowest, first.bytes) || !hex_decode(highest, last.bytes)) return std::nullopt;
    return std::pair(first, last);
}

}  // namespace

struct Index::State {
    explicit State(std::uint64_t hash_key)
        : dictionary(hash_key), entries(hash_key), words(dictionary, entries) {}

    void add_words(Slot slot);
    void prefetch_postings(const std::vector<EntryWord>& found, Slot slot) const;
    void change(Slot slot, const Entry& entry);
    void remove(Slot slot);

    Dictionary dictionary;
    Entries entries;
    EntryWords words;
};

void Index::State::add_words(Slot slot) {
    const std::vector<EntryWord>& found = words.of(slot);
    prefetch_postings(found, slot);
    for (const EntryWord& one : found) dictionary.add(one.word, one.place, slot);
    dictionary.sweep();
    entries.set_name_words(slot, words.name_words());
}

// In steps for all lists at once, so that the misses of the processor's cache overlap.
void Index::State::prefetch_postings(const std::vector<EntryWord>& found, Slot slot) const {
    for (const EntryWord& one : found) dictionary.prefetch_postings(one.word, one.place);
    for (const EntryWord& one : found) dictionary.prefetch_posting(one.word, one.place, slot);
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
    prefetch_postings(before, slot);
    prefetch_postings(after, slot);
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
    const std::vector<EntryWord>& found = words.of(slot);
    prefetch_postings(found, slot);
    for (const EntryWord& one : found) dictionary.remove(one.word, one.place, slot);
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
