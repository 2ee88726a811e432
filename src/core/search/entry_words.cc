#include "core/search/entry_words.h"

#include <algorithm>

namespace iwant::search {
namespace {

Place place_of(Field field) {
    if (field == Field::name_start) return Place::start;
    return field == Field::name ? Place::name : Place::around;
}

}  // namespace

const std::vector<EntryWord>& EntryWords::of(Slot slot) {
    words_.clear();
    read_name(slot);
    look_up_expected();
    for (const Pending& one : pending_) add(one.word, one.place);
    const FolderId folder = entries_.at(slot).folder;
    if (folder != kNoFolder) {
        for (const WordId word : of_folder(folder)) add(word, Place::around);
    }
    return words_;
}

void EntryWords::read_name(Slot slot) {
    name_.clear();
    entries_.append_name(slot, name_);
    texts_.clear();
    pending_.clear();
    unsigned name_words = 0;
    const auto take = [&](std::string_view text, Field field, std::uint16_t, bool is_part) {
        expect(text, place_of(field));
        name_words += field != Field::extension && !is_part;
    };
    visit_name_words(cutter_, name_, entries_.at(slot).kind(), take);
    name_words_ = static_cast<std::uint8_t>(std::min(name_words, 255u));
}

void EntryWords::expect(std::string_view text, Place place) {
    const std::uint64_t hash = dictionary_.hash(text);
    dictionary_.prefetch(hash);
    pending_.push_back({hash, texts_.size(), texts_.size() + text.size(), place, 0});
    texts_.append(text);
}

void EntryWords::look_up_expected() {
    for (const Pending& one : pending_) dictionary_.prefetch_word(one.hash);
    for (Pending& one : pending_) {
        const std::string_view text(texts_.data() + one.begin, one.end - one.begin);
        one.word = dictionary_.find_or_add(text, one.hash);
    }
}

// The words of its own name and of all folders above it, the nearest first.
const std::vector<WordId>& EntryWords::of_folder(FolderId folder) {
    const auto is_known = [this](FolderId one) {
        const Remembered& cell = cell_of(one);
        return cell.folder == one && cell.age == age();
    };
    if (is_known(folder)) return cell_of(folder).words;
    above_.clear();
    const Folders& folders = entries_.folders();
    for (FolderId one = folder; one != kNoFolder; one = folders.parent(one)) {
        above_.push_back(one);
        if (is_known(one)) break;
    }
    for (std::size_t i = above_.size(); i-- > 0;) {
        if (!is_known(above_[i])) learn(above_[i]);
    }
    return cell_of(folder).words;
}

void EntryWords::learn(FolderId folder) {
    name_.clear();
    entries_.folders().append_name(folder, name_);
    std::vector<WordId>& words = learnt_;
    words.clear();
    const auto take = [&](WordId word) {
        const bool is_new = std::find(words.begin(), words.end(), word) == words.end();
        if (is_new && words.size() < kTokensPerEntryMax) words.push_back(word);
    };
    texts_.clear();
    pending_.clear();
    for (const WordCutter::Word& word : cutter_.cut(name_)) expect(word.text, Place::around);
    look_up_expected();
    for (const Pending& one : pending_) take(one.word);
    // The folder above was learnt just before, or known.
    const FolderId parent = entries_.folders().parent(folder);
    if (parent != kNoFolder) {
        for (const WordId word : cell_of(parent).words) take(word);
    }
    Remembered& cell = cell_of(folder);
    cell.folder = folder;
    cell.age = age();
    cell.words.assign(words.begin(), words.end());
}

void EntryWords::add(WordId word, Place place) {
    if (words_.size() >= kTokensPerEntryMax) return;
    const auto is_same = [word](const EntryWord& one) { return one.word == word; };
    if (std::none_of(words_.begin(), words_.end(), is_same)) words_.push_back({word, place});
}

std::size_t EntryWords::memory_bytes() const {
    std::size_t bytes = remembered_.capacity() * sizeof(Remembered);
    for (const Remembered& cell : remembered_) bytes += cell.words.capacity() * sizeof(WordId);
    return bytes;
}

}  // namespace iwant::search
