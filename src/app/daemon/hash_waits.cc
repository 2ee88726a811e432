#include "app/daemon/hash_waits.h"

#include <utility>

#include "base/assert.h"

namespace iwant::daemon {

bool HashWaits::join(EntryId entry, const Hashed& hashed) {
    const auto wait = waits_.find(entry);
    if (wait == waits_.end()) return false;
    wait->second.hashed.push_back(hashed);
    return true;
}

bool HashWaits::add(EntryId entry, const std::vector<EntryId>& files, const Hashed& hashed) {
    ASSERT(!files.empty() && !waits_.contains(entry));
    if (files.size() > kFilesMax - files_waiting_) return false;
    files_waiting_ += files.size();
    waits_.emplace(entry, Wait{files.size(), {hashed}});
    for (const EntryId file : files) {
        const auto [known, is_new] = files_.try_emplace(file);
        known->second.wanted_by.push_back(entry);
        if (is_new) queue_.push_back(file);
    }
    return true;
}

std::optional<EntryId> HashWaits::next() {
    while (!queue_.empty() && under_way_ < kUnderWayMax) {
        const EntryId file = queue_.front();
        queue_.pop_front();
        const auto known = files_.find(file);
        // Settled meanwhile: it was hashed in its turn. Or asked for twice, with that in between.
        if (known == files_.end() || known->second.under_way) continue;
        known->second.under_way = true;
        ++under_way_;
        return file;
    }
    return std::nullopt;
}

std::vector<HashWaits::Over> HashWaits::settle(EntryId file) {
    std::vector<Over> over;
    const auto node = files_.extract(file);
    if (node.empty()) return over;
    if (node.mapped().under_way) --under_way_;
    for (const EntryId entry : node.mapped().wanted_by) {
        const auto wait = waits_.find(entry);
        ASSERT(wait != waits_.end());
        --files_waiting_;
        if (--wait->second.files != 0) continue;
        over.push_back({entry, std::move(wait->second.hashed)});
        waits_.erase(wait);
    }
    return over;
}

}  // namespace iwant::daemon
