#include "core/search/dictionary.h"

#include <algorithm>
#include <cstring>
#include <string>
#include <tuple>
#include <utility>

#include "base/assert.h"
#include "core/search/letters.h"
#include "core/search/tokens.h"

namespace iwant::search {

std::optional<WordId> Dictionary::find(std::uint64_t hash) const {
    return by_text_.find(hash, [&](WordId word) { return hash_of(word) == hash; });
}

WordId Dictionary::find_or_add(std::string_view text, std::uint64_t hash) {
    const std::optional<WordId> known = find(hash);
    return known ? *known : add_word(text, hash);
}

void Dictionary::sweep() {
    for (const WordId word : std::exchange(added_, {})) {
        if (words_[word].uses == 0 && words_[word].text != Arena::kNone) remove_word(word);
    }
}

void Dictionary::add(WordId word, Place place, Slot slot) {
    std::uint32_t& list = words_[word].lists[static_cast<std::size_t>(place)];
    if (list == kNoList) list = lists_.take();
    const bool is_new = lists_[list].insert(slot, arena_);
    ASSERT(is_new);
    ++words_[word].uses;
}

void Dictionary::remove(WordId word, Place place, Slot slot) {
    std::uint32_t& list = words_[word].lists[static_cast<std::size_t>(place)];
    ASSERT(list != kNoList);
    const bool was_there = lists_[list].erase(slot, arena_);
    ASSERT(was_there);
    if (lists_[list].empty()) {
        lists_.give_back(list);
        list = kNoList;
    }
    if (--words_[word].uses == 0) remove_word(word);
}

void Dictionary::prefetch_postings(WordId word, Place place) const {
    const std::uint32_t list = words_[word].lists[static_cast<std::size_t>(place)];
    if (list != kNoList) __builtin_prefetch(&lists_[list]);
}

void Dictionary::prefetch_posting(WordId word, Place place, Slot slot) const {
    const Postings* const list = postings(word, place);
    if (list != nullptr) list->prefetch(slot, arena_);
}

void Dictionary::prefetch_word(std::uint64_t hash) const {
    if (const std::optional<WordId> guess = by_text_.guess(hash)) {
        __builtin_prefetch(&words_[*guess]);
    }
}

std::vector<WordId> Dictionary::with_prefix(std::string_view prefix, std::size_t limit) const {
    constexpr std::size_t kLookedAtMax = 50'000;
    std::vector<WordId> found;
    in_order_.walk_from(
        prefix, [this](WordId word) { return text(word); },
        [&](WordId word) {
            const std::string_view here = text(word);
            if (!here.starts_with(prefix) || found.size() >= kLookedAtMax) return false;
            if (here.size() > prefix.size()) found.push_back(word);
            return true;
        });
    return most_used(std::move(found), limit);
}

std::string_view Dictionary::text(WordId word) const {
    const std::uint8_t* bytes = texts_.at(words_[word].text);
    return {reinterpret_cast<const char*>(bytes + 1), *bytes};
}

const Postings* Dictionary::postings(WordId word, Place place) const {
    const std::uint32_t list = words_[word].lists[static_cast<std::size_t>(place)];
    return list == kNoList ? nullptr : &lists_[list];
}

WordId Dictionary::add_word(std::string_view text, std::uint64_t hash) {
    ASSERT(text.size() <= 255);
    const WordId word = words_.take();
    const Arena::Ref ref = texts_.take(text.size() + 1);
    *texts_.at(ref) = static_cast<std::uint8_t>(text.size());
    std::memcpy(texts_.at(ref) + 1, text.data(), text.size());
    words_[word].hash = hash;
    words_[word].text = ref;
    by_text_.insert(hash, word, [this](WordId one) { return hash_of(one); });
    in_order_.insert(word, [this](WordId one) { return this->text(one); });
    put_on_shelf(word);
    added_.push_back(word);
    return word;
}

void Dictionary::remove_word(WordId word) {
    take_from_shelf(word);
    in_order_.erase(word, [this](WordId one) { return text(one); });
    by_text_.erase(hash_of(word), word, [this](WordId one) { return hash_of(one); });
    texts_.give_back(words_[word].text, text(word).size() + 1);
    words_.give_back(word);
    ++departures_;
}

std::vector<WordId> Dictionary::most_used(std::vector<WordId> words, std::size_t limit) const {
    const auto better = [&](WordId a, WordId b) {
        return std::pair(uses(b), text(a)) < std::pair(uses(a), text(b));
    };
    const std::size_t kept = std::min(limit, words.size());
    std::partial_sort(words.begin(), words.begin() + static_cast<std::ptrdiff_t>(kept), words.end(),
                      better);
    words.resize(kept);
    return words;
}

std::size_t Dictionary::words_bytes() const {
    std::size_t bytes = texts_.memory_bytes() + words_.memory_bytes() + by_text_.memory_bytes() +
                        in_order_.memory_bytes();
    for (const Shelf& shelf : shelves_) {
        bytes += shelf.words.capacity() * (sizeof(WordId) + sizeof(std::uint64_t)) +
                 shelf.letters.capacity();
    }
    return bytes;
}

std::size_t Dictionary::postings_bytes() const {
    std::size_t bytes = arena_.memory_bytes() + lists_.memory_bytes();
    for (std::size_t i = 0; i < lists_.end(); ++i) bytes += lists_[i].memory_bytes();
    return bytes;
}

}  // namespace iwant::search
