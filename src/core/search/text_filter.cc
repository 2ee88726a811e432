#include "core/search/text_filter.h"

#include <algorithm>
#include <span>

#include "core/search/letters.h"

namespace iwant::search {
namespace {

constexpr std::size_t kBytesReadMax = std::size_t{2} << 20;  // of names, in one query
constexpr std::size_t kBytesPerName = 16;                    // what a name costs besides its length
constexpr std::size_t kRunsMax = 16;                         // more than a query has

bool is_at(std::span<const WordCutter::Word> words, std::string_view text, std::size_t position) {
    return std::ranges::any_of(words, [&](const WordCutter::Word& word) {
        return word.position == position && word.text == text;
    });
}

bool has_run(std::span<const WordCutter::Word> words, const std::vector<std::string>& run) {
    for (const WordCutter::Word& word : words) {
        if (word.text != run.front()) continue;
        std::size_t matched = 1;
        while (matched < run.size() && is_at(words, run[matched], word.position + matched)) {
            ++matched;
        }
        if (matched == run.size()) return true;
    }
    return false;
}

}  // namespace

TextFilter::TextFilter(const Query& query, const Entries& entries)
    : entries_(entries),
      phrases_(runs_of(query.phrases)),
      excluded_(runs_of(query.excluded)),
      bytes_left_(kBytesReadMax) {
    for (const std::string& folder : query.folders) {
        std::string folded = fold_for_search(folder);
        if (!folded.empty() && folders_.size() < kRunsMax) folders_.push_back(std::move(folded));
    }
}

bool TextFilter::passes(Slot slot) {
    if (bytes_left_ == 0) return false;
    if (!phrases_.empty() || !excluded_.empty()) {
        Found found = find_around(entries_.at(slot).folder);
        if (found.excluded != 0) return false;
        text_.clear();
        entries_.append_name(slot, text_);
        const Found own = find_in(text_);
        if (own.excluded != 0) return false;
        if ((found.phrases | own.phrases) != all_of(phrases_)) return false;
    }
    return folders_.empty() || lies_inside(slot);
}

// Of punctuation alone there are no words, and nothing to compare.
std::vector<TextFilter::Run> TextFilter::runs_of(const std::vector<std::string>& texts) {
    std::vector<Run> runs;
    WordCutter cutter;
    for (const std::string& text : texts) {
        Run run;
        for (const WordCutter::Word& word : cutter.cut(text)) {
            if (!word.is_part) run.emplace_back(word.text);
        }
        if (!run.empty() && runs.size() < kRunsMax) runs.push_back(std::move(run));
    }
    return runs;
}

TextFilter::Bits TextFilter::among(const std::vector<Run>& runs) const {
    Bits bits = 0;
    for (std::size_t i = 0; i < runs.size(); ++i) {
        if (has_run(words_, runs[i])) bits |= Bits{1} << i;
    }
    return bits;
}

TextFilter::Found TextFilter::find_in(std::string_view component) {
    charge(component.size() + kBytesPerName);
    const auto words = cutter_.cut(component);
    words_.assign(words.begin(), words.end());
    return {among(phrases_), among(excluded_)};
}

TextFilter::Found TextFilter::find_around(FolderId folder) {
    const Folders& folders = entries_.folders();
    chain_.clear();
    Found found;
    for (; folder != kNoFolder; folder = folders.parent(folder)) {
        const auto known = found_around_.find(folder);
        if (known != found_around_.end()) {
            found = known->second;
            break;
        }
        chain_.push_back(folder);
    }
    for (; !chain_.empty(); chain_.pop_back()) {
        text_.clear();
        folders.append_name(chain_.back(), text_);
        const Found own = find_in(text_);
        found = {found.phrases | own.phrases, found.excluded | own.excluded};
        found_around_.emplace(chain_.back(), found);
    }
    return found;
}

bool TextFilter::lies_inside(Slot slot) {
    const Record& record = entries_.at(slot);
    if (record.kind() == EntryKind::folder) return has_parts(entries_.path(slot));
    if (record.folder == kNoFolder) return false;
    const auto known = lies_inside_.find(record.folder);
    if (known != lies_inside_.end()) return known->second;
    text_.clear();
    entries_.folders().append_path(record.folder, text_);
    return lies_inside_[record.folder] = has_parts(text_);
}

bool TextFilter::has_parts(std::string_view path) {
    charge(path.size() + kBytesPerName);
    const std::string folded = fold_for_search(path);
    return std::ranges::all_of(
        folders_, [&](const std::string& part) { return folded.find(part) != folded.npos; });
}

}  // namespace iwant::search
