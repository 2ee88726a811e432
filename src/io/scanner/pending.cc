#include "io/scanner/pending.h"

#include <algorithm>

namespace iwant::scanner {

bool PendingChanges::is_covered(const std::string& path) const {
    std::string above = path;
    while (true) {
        const auto found = changes_.find(above);
        if (found != changes_.end() && found->second.change.deep) return true;
        const std::size_t slash = above.rfind('/');
        if (slash == std::string::npos || slash == 0) return false;
        above.resize(slash);
    }
}

bool PendingChanges::add(Change change, Duration wait, Time now) {
    if (is_covered(change.path)) return true;
    if (change.deep) forget_tree(change.path);
    std::string path = change.path;
    changes_.insert_or_assign(std::move(path), Waiting{std::move(change), now + wait});
    if (changes_.size() <= kPendingMax) return true;
    clear();
    return false;
}

void PendingChanges::forget_tree(const std::string& folder) {
    changes_.erase(folder);
    // '0' follows '/', so this is every path that starts with "folder/".
    changes_.erase(changes_.lower_bound(folder + "/"), changes_.lower_bound(folder + "0"));
}

std::vector<Change> PendingChanges::take_due(Time now) {
    std::vector<Change> due;
    for (auto at = changes_.begin(); at != changes_.end();) {
        if (at->second.due > now) {
            ++at;
            continue;
        }
        due.push_back(std::move(at->second.change));
        at = changes_.erase(at);
    }
    return due;
}

std::optional<Time> PendingChanges::next_due() const {
    std::optional<Time> next;
    for (const auto& [path, waiting] : changes_) {
        if (!next || waiting.due < *next) next = waiting.due;
    }
    return next;
}

}  // namespace iwant::scanner
