#pragma once

// Peers that went on sending wrong data: nothing is fetched from them for an hour, by any download.
// One wrong piece may be an accident of their disk; wrong pieces of two contents are not.

#include <cstddef>
#include <map>
#include <optional>
#include <set>
#include <utility>
#include <vector>

#include "base/ids.h"
#include "base/time.h"

namespace iwant::swarm {

class Bans {
  public:
    static constexpr Duration kBan = std::chrono::hours(1);
    static constexpr std::size_t kContentsMin = 2;  ///< of which it sent wrong data within an hour
    static constexpr std::size_t kPeersMax = 1024;

    /// It sent wrong data; true when it is banned for that from now on.
    bool strike(const PeerId& peer, const Hash256& content, Time now) {
        forget(now);
        if (!records_.contains(peer) && records_.size() >= kPeersMax) return false;
        Record& record = records_[peer];
        record.last = now;
        record.contents.insert(content);
        if (record.contents.size() < kContentsMin) return false;
        record.contents.clear();
        record.until = now + kBan;
        ++version_;
        return true;
    }

    /// Until when it is banned, if it is or was; a time that is over means nothing.
    std::optional<Time> until(const PeerId& peer) const {
        const auto record = records_.find(peer);
        return record == records_.end() ? std::nullopt : record->second.until;
    }

    /// Who is banned now, and until when.
    std::vector<std::pair<PeerId, Time>> all(Time now) const {
        std::vector<std::pair<PeerId, Time>> banned;
        for (const auto& [peer, record] : records_) {
            if (record.until && now < *record.until) banned.emplace_back(peer, *record.until);
        }
        return banned;
    }

    /// Rises with every ban.
    std::uint64_t version() const { return version_; }

  private:
    struct Record {
        std::set<Hash256> contents;
        Time last;
        std::optional<Time> until;
    };

    void forget(Time now) {
        std::erase_if(records_, [&](const auto& one) { return now >= one.second.last + kBan; });
    }

    std::map<PeerId, Record> records_;
    std::uint64_t version_ = 0;
};

}  // namespace iwant::swarm
