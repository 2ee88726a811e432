#pragma once

// The filters of a query, ready to be asked often.

#include <cstdint>
#include <string>

#include "base/query.h"
#include "core/search/entries.h"

namespace iwant::search {

class Filter {
  public:
    Filter(const Query& query, const Entries& entries);

    bool is_set() const { return is_set_; }
    bool passes(Slot slot) const;
    /// The owner that entries must have, if that is asked for.
    const std::optional<PeerId>& owner() const { return owner_id_; }

  private:
    const Entries& entries_;
    FileType type_;
    std::uint64_t size_min_;
    std::uint64_t size_max_;
    std::string suffix_;  ///< with the dot, ASCII letters lower case
    std::optional<PeerId> owner_id_;
    OwnerSlot owner_ = Record::kNoOwner;
    bool has_size_;
    bool is_set_;
};

}  // namespace iwant::search
