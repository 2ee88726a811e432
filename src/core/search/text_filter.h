#pragma once

// The filters of a query that read names: phrases, words to leave out, parts of folders. Words are
// cut and folded as those of the index are, so "silicon valley" is in "SiliconValley.S01", and are
// compared exactly. What is read for one query has a maximum; what would be beyond it does not
// pass.

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "base/query.h"
#include "core/search/entries.h"
#include "core/search/word_cutter.h"

namespace iwant::search {

/// Borrows the entries, which must not change.
class TextFilter {
  public:
    TextFilter(const Query& query, const Entries& entries);

    bool is_set() const { return !phrases_.empty() || !excluded_.empty() || !folders_.empty(); }
    bool passes(Slot slot);
    /// Whether nothing passes any more.
    bool has_run_out() const { return bytes_left_ == 0; }

  private:
    using Run = std::vector<std::string>;  ///< words that stand one behind the other
    using Bits = std::uint32_t;            ///< bit i: the run i
    struct Found {
        Bits phrases = 0;
        Bits excluded = 0;
    };

    static std::vector<Run> runs_of(const std::vector<std::string>& texts);
    static Bits all_of(const std::vector<Run>& runs) { return (Bits{1} << runs.size()) - 1; }
    Bits among(const std::vector<Run>& runs) const;
    Found find_in(std::string_view component);
    Found find_around(FolderId folder);
    bool lies_inside(Slot slot);
    bool has_parts(std::string_view path);
    void charge(std::size_t bytes) { bytes_left_ -= std::min(bytes_left_, bytes); }

    const Entries& entries_;
    std::vector<Run> phrases_;
    std::vector<Run> excluded_;
    std::vector<std::string> folders_;  ///< folded
    std::size_t bytes_left_;
    // Many entries share a folder. Looked up, never walked.
    std::unordered_map<FolderId, Found> found_around_;
    std::unordered_map<FolderId, bool> lies_inside_;
    WordCutter cutter_;
    std::vector<WordCutter::Word> words_;
    std::vector<FolderId> chain_;
    std::string text_;
};

}  // namespace iwant::search
