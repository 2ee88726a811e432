#pragma once

// Walks the posting lists of a plan and finds the entries worth a close look. Slots are taken in
// blocks, so that what is being counted stays in the processor's cache and takes the same little
// memory however many entries there are.

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/query.h"
#include "core/search/plan.h"

namespace iwant::search {

/// The filters of a query, ready to be asked often.
class Filter {
  public:
    Filter(const Query& query, const Entries& entries);

    bool is_set() const { return is_set_; }
    bool passes(const Record& record) const;

  private:
    FileType type_;
    std::uint64_t size_min_;
    std::uint64_t size_max_;
    std::string suffix_;  ///< with the dot, ASCII letters lower case
    OwnerSlot owner_ = kNoSlot;
    bool has_owner_;
    bool is_set_;
};

/// Keeps the best of many entries, one for each content, and counts how many contents there were.
class Shortlist {
  public:
    struct Place {
        double score = 0;
        std::uint32_t copies = 0;
        UnixSeconds modified = 0;
        Slot slot = 0;
    };

    Shortlist(const Entries& entries, std::size_t kept_max);

    void offer(Slot slot, double score);
    /// Different contents offered so far; entries without content count each.
    std::uint64_t total() const { return total_; }
    /// Best first; at most `kept_max`.
    std::vector<Place> take();
    /// Best first: by score, then more copies, newer, and path.
    void sort(std::vector<Place>& places) const;

  private:
    bool better(const Place& a, const Place& b) const;
    void prune();

    const Entries& entries_;
    std::size_t kept_max_;
    std::optional<Place> worst_;  ///< of those kept, once there are enough
    std::uint64_t total_ = 0;
    std::vector<bool> seen_contents_;
    std::vector<Place> places_;
};

/// Offers every entry that answers the plan and passes the filter.
void gather(const Plan& plan, const Dictionary& dictionary, const Entries& entries,
            const Filter& filter, Shortlist& shortlist);

}  // namespace iwant::search
