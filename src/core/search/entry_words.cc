#include "core/search/entry_words.h"

#include <algorithm>

namespace iwant::search {
namespace {

Place place_of(Field field) {
    if (field == Field::name_start) return Place::start;
    return field == Field::name ? Place::name : Place::around;
}

}  // namespace

void EntryWords::read(std::span<const Slot> slots) {
    read_.clear();
    words_.clear();
    learnt_.clear();
    folder_words_.clear();
    pending_.clear();
    texts_.clear();
    for (const Slot slot : slots) read_folders(entries_.at(slot).folder);
    for (const Slot slot : slots) read_name(slot);
    look_up_expected();
    for (Learnt& folder : learnt_) learn(folder);
    for (Read& read : read_) put_together(read);
    // Only now: one may take the cell of another that is needed here.
    for (const Learnt& folder : learnt_) remember(folder);
}

// Those whose words are not known, from the top.
void EntryWords::read_folders(FolderId folder) {
    const Folders& folders = entries_.folders();
    unknown_.clear();
    while (folder != kNoFolder && find_learnt(folder) == nullptr && !is_known(folder)) {
        unknown_.push_back(folder);
        folder = folders.parent(folder);
    }
    for (std::size_t i = unknown_.size(); i-- > 0;) {
        name_.clear();
        folders.append_name(unknown_[i], name_);
        const std::size_t first = pending_.size();
        for (const WordCutter::Word& word : cutter_.cut(name_)) expect(word.text, Place::around);
        learnt_.push_back({unknown_[i], {first, pending_.size()}, {}});
    }
}

void EntryWords::read_name(Slot slot) {
    name_.clear();
    entries_.append_name(slot, name_);
    const Record& record = entries_.at(slot);
    const std::size_t first = pending_.size();
    unsigned name_words = 0;
    const auto take = [&](std::string_view text, Field field, std::uint16_t, bool is_part) {
        expect(text, place_of(field));
        name_words += field != Field::extension && !is_part;
    };
    visit_name_words(cutter_, name_, record.kind(), take);
    read_.push_back({record.folder,
                     {first, pending_.size()},
                     {},
                     static_cast<std::uint8_t>(std::min(name_words, 255u))});
}

void EntryWords::expect(std::string_view text, Place place) {
    const std::uint64_t hash = dictionary_.hash(text);
    dictionary_.prefetch(hash);
    pending_.push_back({hash, {texts_.size(), texts_.size() + text.size()}, place, 0});
    texts_.append(text);
}

void EntryWords::look_up_expected() {
    for (const Pending& one : pending_) dictionary_.prefetch_word(one.hash);
    for (Pending& one : pending_) {
        const std::string_view text(texts_.data() + one.text.begin, one.text.size());
        one.word = dictionary_.find_or_add(text, one.hash);
    }
}

// Its own words and those of all folders above it, the nearest first.
void EntryWords::learn(Learnt& folder) {
    const std::size_t first = folder_words_.size();
    const auto take = [&](WordId word) {
        const auto begin = folder_words_.begin() + static_cast<std::ptrdiff_t>(first);
        const bool is_new = std::find(begin, folder_words_.end(), word) == folder_words_.end();
        if (is_new && folder_words_.size() - first < kTokensPerEntryMax) {
            folder_words_.push_back(word);
        }
    };
    for (std::size_t i = folder.pending.begin; i < folder.pending.end; ++i) take(pending_[i].word);
    const FolderId parent = entries_.folders().parent(folder.folder);
    if (const Learnt* const learnt = find_learnt(parent)) {
        // By place: the list grows meanwhile.
        for (std::size_t i = learnt->words.begin; i < learnt->words.end; ++i)
            take(WordId{folder_words_[i]});
    } else if (parent != kNoFolder) {
        for (const WordId word : cell_of(parent).words) take(word);
    }
    folder.words = {first, folder_words_.size()};
}

void EntryWords::put_together(Read& read) {
    const std::size_t first = words_.size();
    const auto add = [&](WordId word, Place place) {
        if (words_.size() - first >= kTokensPerEntryMax) return;
        const auto begin = words_.begin() + static_cast<std::ptrdiff_t>(first);
        const auto is_same = [word](const EntryWord& one) { return one.word == word; };
        if (std::none_of(begin, words_.end(), is_same)) words_.push_back({word, place});
    };
    for (std::size_t i = read.pending.begin; i < read.pending.end; ++i) {
        add(pending_[i].word, pending_[i].place);
    }
    for (const WordId word : words_of(read.folder)) add(word, Place::around);
    read.words = {first, words_.size()};
}

std::span<const WordId> EntryWords::words_of(FolderId folder) {
    if (folder == kNoFolder) return {};
    if (const Learnt* const learnt = find_learnt(folder)) {
        return std::span(folder_words_).subspan(learnt->words.begin, learnt->words.size());
    }
    return cell_of(folder).words;
}

bool EntryWords::is_known(FolderId folder) {
    const Remembered& cell = cell_of(folder);
    return cell.folder == folder && cell.age == age();
}

// The last ones come first: entries of one folder mostly come together.
const EntryWords::Learnt* EntryWords::find_learnt(FolderId folder) const {
    const auto found = std::find_if(learnt_.rbegin(), learnt_.rend(),
                                    [folder](const Learnt& one) { return one.folder == folder; });
    return found == learnt_.rend() ? nullptr : &*found;
}

void EntryWords::remember(const Learnt& folder) {
    const auto begin = folder_words_.begin() + static_cast<std::ptrdiff_t>(folder.words.begin);
    const auto end = folder_words_.begin() + static_cast<std::ptrdiff_t>(folder.words.end);
    Remembered& cell = cell_of(folder.folder);
    cell.folder = folder.folder;
    cell.age = age();
    cell.words.assign(begin, end);
}

std::size_t EntryWords::memory_bytes() const {
    std::size_t bytes = remembered_.capacity() * sizeof(Remembered);
    for (const Remembered& cell : remembered_) bytes += cell.words.capacity() * sizeof(WordId);
    return bytes;
}

}  // namespace iwant::search
