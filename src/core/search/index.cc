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

/// How many of the first changes are of different entries.
std::size_t distinct_entries(std::span<const EntryChange> changes) {
    for (std::size_t i = 1; i < changes.size(); ++i) {
        const auto is_same = [&](const EntryChange& one) {
            return one.entry.id == changes[i].entry.id;
        };
        if (std::ranges::any_of(changes.first(i), is_same)) return i;
    }
    return changes.size();
}

}  // namespace

struct Index::State {
    /// Enough that no step waits for memory, few enough that what is fetched is still there when
    /// its turn comes.
    static constexpr std::size_t kTogether = 16;

    struct Renewed {
        Slot slot = 0;
        const Entry* entry = nullptr;
    };

    struct SlotWord {
        Slot slot = 0;
        WordId word = 0;
        Place place = Place::around;
        auto operator<=>(const SlotWord&) const = default;
    };

    explicit State(std::uint64_t hash_key)
        : dictionary(hash_key), entries(hash_key), words(dictionary, entries) {}

    void sort_out(const PeerId& owner, std::span<const EntryChange> changes);
    void carry_out(const PeerId& owner);
    void add(const PeerId& owner);
    void change();
    void remove();
    void note_words(std::size_t at, std::vector<SlotWord>& noted) const;
    void prefetch_postings() const;

    Dictionary dictionary;
    Entries entries;
    EntryWords words;

    // What is to be done next, together; no two are of one entry.
    std::vector<const Entry*> added;
    std::vector<Renewed> changed;
    std::vector<Slot> removed;

    std::vector<Slot> slots;  ///< whose words were read last
    // What entries had before they changed, and what they have now; in order.
    std::vector<SlotWord> words_before;
    std::vector<SlotWord> words_after;
};

void Index::State::sort_out(const PeerId& owner, std::span<const EntryChange> changes) {
    for (const EntryChange& one : changes) {
        const std::optional<Slot> slot = entries.find(owner, one.entry.id);
        if (one.what == EntryChange::What::removed) {
            if (slot) removed.push_back(*slot);
        } else if (slot) {
            changed.push_back({*slot, &one.entry});
        } else {
            added.push_back(&one.entry);
        }
    }
}

// New words are added before old ones go, so that no word leaves in between.
void Index::State::carry_out(const PeerId& owner) {
    if (!added.empty()) add(owner);
    if (!changed.empty()) change();
    if (!removed.empty()) remove();
    added.clear();
    changed.clear();
    removed.clear();
}

void Index::State::add(const PeerId& owner) {
    for (const Entry* entry : added) entries.prefetch(entry->path);
    slots.clear();
    for (const Entry* entry : added) slots.push_back(entries.add(owner, *entry));
    words.read(slots);
    prefetch_postings();
    for (std::size_t i = 0; i < slots.size(); ++i) {
        for (const EntryWord& one : words.of(i)) dictionary.add(one.word, one.place, slots[i]);
        entries.set_name_words(slots[i], words.name_words(i));
    }
    dictionary.sweep();
}

// Most changes are of a size, a date or a content; words are touched only where they differ.
void Index::State::change() {
    std::erase_if(changed, [this](const Renewed& one) {
        const bool same_words = entries.at(one.slot).kind() == one.entry->kind &&
                                entries.path(one.slot) == one.entry->path;
        if (same_words) entries.change(one.slot, *one.entry);
        return same_words;
    });
    if (changed.empty()) return;
    slots.clear();
    for (const Renewed& one : changed) slots.push_back(one.slot);
    std::ranges::sort(slots);
    words.read(slots);
    prefetch_postings();
    words_before.clear();
    for (std::size_t i = 0; i < slots.size(); ++i) note_words(i, words_before);
    for (const Renewed& one : changed) entries.change(one.slot, *one.entry);
    words.read(slots);
    prefetch_postings();
    words_after.clear();
    for (std::size_t i = 0; i < slots.size(); ++i) {
        note_words(i, words_after);
        entries.set_name_words(slots[i], words.name_words(i));
    }
    // What both have stays. One may gain what another loses, so nothing leaves in between.
    for (const SlotWord& one : words_after) {
        if (!std::ranges::binary_search(words_before, one))
            dictionary.add(one.word, one.place, one.slot);
    }
    for (const SlotWord& one : words_before) {
        if (!std::ranges::binary_search(words_after, one))
            dictionary.remove(one.word, one.place, one.slot);
    }
    dictionary.sweep();
}

// Of the entry that was read at this place; entries come in order of their slots.
void Index::State::note_words(std::size_t at, std::vector<SlotWord>& noted) const {
    const auto first = static_cast<std::ptrdiff_t>(noted.size());
    for (const EntryWord& one : words.of(at)) noted.push_back({slots[at], one.word, one.place});
    std::sort(noted.begin() + first, noted.end());
}

void Index::State::remove() {
    slots = removed;
    words.read(slots);
    prefetch_postings();
    for (std::size_t i = 0; i < slots.size(); ++i) {
        for (const EntryWord& one : words.of(i)) dictionary.remove(one.word, one.place, slots[i]);
    }
    dictionary.sweep();
    for (const Slot slot : slots) entries.erase(slot);
}

// In steps for all lists at once, so that the misses of the processor's cache overlap.
void Index::State::prefetch_postings() const {
    for (std::size_t i = 0; i < slots.size(); ++i) {
        for (const EntryWord& one : words.of(i)) dictionary.prefetch_postings(one.word, one.place);
    }
    for (std::size_t i = 0; i < slots.size(); ++i) {
        for (const EntryWord& one : words.of(i)) {
            dictionary.prefetch_posting(one.word, one.place, slots[i]);
        }
    }
}

Index::Index(std::uint64_t hash_key) : state_(std::make_unique<State>(hash_key)) {}
Index::~Index() = default;
Index::Index(Index&&) noexcept = default;
Index& Index::operator=(Index&&) noexcept = default;

void Index::put(const PeerId& owner, const Entry& entry) {
    if (const std::optional<Slot> slot = state_->entries.find(owner, entry.id)) {
        state_->changed.push_back({*slot, &entry});
    } else {
        state_->added.push_back(&entry);
    }
    state_->carry_out(owner);
}

void Index::remove(const PeerId& owner, EntryId entry) {
    if (const std::optional<Slot> slot = state_->entries.find(owner, entry)) {
        state_->removed.push_back(*slot);
        state_->carry_out(owner);
    }
}

void Index::remove_owner(const PeerId& owner) {
    for (const Slot slot : state_->entries.slots_of(owner)) {
        state_->removed.push_back(slot);
        if (state_->removed.size() == State::kTogether) state_->carry_out(owner);
    }
    state_->carry_out(owner);
}

void Index::apply(const PeerId& owner, std::span<const EntryChange> changes) {
    while (!changes.empty()) {
        const std::size_t count =
            distinct_entries(changes.first(std::min(changes.size(), State::kTogether)));
        state_->sort_out(owner, changes.first(count));
        state_->carry_out(owner);
        changes = changes.subspan(count);
    }
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
