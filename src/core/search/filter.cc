#include "core/search/filter.h"

#include <algorithm>
#include <limits>

#include "base/ascii.h"
#include "core/search/tokens.h"

namespace iwant::search {

Filter::Filter(const Query& query, const Entries& entries)
    : entries_(entries),
      types_(query.types),
      size_min_(query.size_min.value_or(0)),
      size_max_(query.size_max.value_or(std::numeric_limits<std::uint64_t>::max())),
      modified_min_(query.modified_min.value_or(std::numeric_limits<UnixSeconds>::min())),
      modified_max_(query.modified_max.value_or(std::numeric_limits<UnixSeconds>::max())),
      owner_id_(query.owner),
      reads_details_(query.size_min || query.size_max || query.modified_min || query.modified_max),
      text_(query, entries) {
    if (query.owner) owner_ = entries.owner_slot(*query.owner);
    for (const std::string& extension : query.extensions) {
        std::string& suffix = suffixes_.emplace_back(extension.starts_with('.') ? "" : ".");
        suffix += lowered(extension);
    }
    is_set_ = !types_.is_empty() || reads_details_ || owner_id_ || !suffixes_.empty();
}

// What the record alone tells comes first.
bool Filter::passes_by_record(Slot slot) const {
    const Record& record = entries_.at(slot);
    if (!passes_by_type(slot)) return false;
    if (owner_id_ && (owner_ == Record::kNoOwner || record.owner != owner_)) return false;
    if (reads_details_) {
        const Details details = entries_.details(slot);
        if (details.size_bytes < size_min_ || details.size_bytes > size_max_) return false;
        if (details.modified < modified_min_ || details.modified > modified_max_) return false;
    }
    return suffixes_.empty() || (record.kind() == EntryKind::file && has_extension(slot));
}

bool Filter::passes_by_type(Slot slot) const {
    const auto type = static_cast<FileType>(static_cast<std::uint32_t>(entries_.at(slot).type));
    return types_.is_empty() || types_.contains(type);
}

bool Filter::has_extension(Slot slot) const {
    std::string name;
    entries_.append_name(slot, name);
    return std::ranges::any_of(suffixes_, [&](const std::string& suffix) {
        return name.size() > suffix.size() &&
               std::equal(suffix.begin(), suffix.end(), name.end() - std::ssize(suffix),
                          [](char a, char b) { return a == lowered(b); });
    });
}

}  // namespace iwant::search
