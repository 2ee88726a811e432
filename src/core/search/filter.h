#pragma once

// The filters of a query, ready to be asked often.

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/query.h"
#include "core/search/entries.h"
#include "core/search/text_filter.h"

namespace iwant::search {

class Filter {
  public:
    Filter(const Query& query, const Entries& entries);

    bool is_set() const { return is_set_ || text_.is_set(); }
    bool passes(Slot slot) { return passes_by_record(slot) && passes_by_text(slot); }
    /// What costs little: type, owner, size, date, extension.
    bool passes_by_record(Slot slot) const;
    /// The part of it that one record tells.
    bool passes_by_type(Slot slot) const;
    /// What reads whole names, as long as that is not too much for one query.
    bool reads_text() const { return text_.is_set(); }
    bool has_run_out() const { return text_.has_run_out(); }
    bool passes_by_text(Slot slot) { return !text_.is_set() || text_.passes(slot); }

  private:
    bool has_extension(Slot slot) const;

    const Entries& entries_;
    FileTypes types_;
    std::uint64_t size_min_;
    std::uint64_t size_max_;
    UnixSeconds modified_min_;
    UnixSeconds modified_max_;
    std::vector<std::string> suffixes_;  ///< with the dot, ASCII letters lower case
    std::optional<PeerId> owner_id_;
    OwnerSlot owner_ = Record::kNoOwner;
    bool reads_details_;  ///< size or date
    bool is_set_;
    TextFilter text_;
};

}  // namespace iwant::search
