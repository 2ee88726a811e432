#include "core/search/filter.h"

#include <algorithm>
#include <limits>

#include "core/search/tokens.h"

namespace iwant::search {
namespace {

char lowered(char byte) {
    return byte >= 'A' && byte <= 'Z' ? static_cast<char>(byte + 32) : byte;
}

}  // namespace

Filter::Filter(const Query& query, const Entries& entries)
    : entries_(entries),
      type_(query.type),
      size_min_(query.size_min.value_or(0)),
      size_max_(query.size_max.value_or(std::numeric_limits<std::uint64_t>::max())),
      owner_id_(query.owner),
      has_size_(query.size_min || query.size_max) {
    if (query.owner) owner_ = entries.owner_slot(*query.owner);
    if (!query.extension.empty()) {
        suffix_ = query.extension.front() == '.' ? "" : ".";
        suffix_ += query.extension;
        std::transform(suffix_.begin(), suffix_.end(), suffix_.begin(), lowered);
    }
    is_set_ = type_ != FileType::any || has_size_ || owner_id_ || !suffix_.empty();
}

// What the record alone tells comes first.
bool Filter::passes(Slot slot) const {
    const Record& record = entries_.at(slot);
    if (type_ != FileType::any && record.type != static_cast<std::uint32_t>(type_)) return false;
    if (owner_id_ && (owner_ == Record::kNoOwner || record.owner != owner_)) return false;
    if (has_size_) {
        const std::uint64_t size = entries_.details(slot).size_bytes;
        if (size < size_min_ || size > size_max_) return false;
    }
    if (suffix_.empty()) return true;
    if (record.kind() != EntryKind::file) return false;
    std::string name;
    entries_.append_name(slot, name);
    if (name.size() <= suffix_.size()) return false;
    return std::equal(suffix_.begin(), suffix_.end(), name.end() - std::ssize(suffix_),
                      [](char a, char b) { return a == lowered(b); });
}

}  // namespace iwant::search
