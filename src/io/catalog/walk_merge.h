#pragma once

// Compares what a walk of a share saw with what the catalogue has. A walk comes in batches; what it
// saw is kept as a list of ids until it is complete, so that walking an unchanged share writes
// nothing.

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "io/catalog/catalog.h"
#include "io/catalog/entry_writer.h"

namespace iwant::catalog {

class WalkMerge {
  public:
    /// Walks that are under way at once; the oldest is given up, and then removes nothing.
    static constexpr std::size_t kOpenWalksMax = 16;

    struct Walk {
        std::int64_t share = 0;
        std::string share_name;
        std::string prefix;
        std::uint64_t number = 0;
        std::vector<EntryId> seen;
        bool operator==(const Walk& other) const {
            return share == other.share && prefix == other.prefix && number == other.number;
        }
    };

    WalkMerge(EntryTable& entries, EntryWriter& writer, ContentTable& contents)
        : entries_(entries), writer_(writer), contents_(contents) {}

    /// Takes a batch; with `complete` also removes what the walk has not seen.
    void merge(Walk walk, const std::vector<SeenEntry>& seen, bool complete);
    /// Part of it was lost: it must not remove anything when it completes.
    void give_up(std::uint64_t number);
    void forget_share(std::int64_t share);
    bool is_walking(std::int64_t share) const;

  private:
    Walk& continue_walk(Walk walk);
    void close(const Walk& done);
    void take(Walk& walk, const SeenEntry& seen);
    void add(Walk& walk, const SeenEntry& seen, const std::string& path);
    void refresh(const Row& row, const SeenEntry& seen);
    /// The folder at this path, made when it lacks.
    EntryId folder_at(Walk& walk, std::string_view path);
    void remove_unseen(Walk& walk);

    EntryTable& entries_;
    EntryWriter& writer_;
    ContentTable& contents_;
    std::vector<Walk> open_;  ///< oldest first
    std::uint64_t given_up_ = 0;
    /// Of the batch that is being taken.
    std::map<std::string, EntryId, std::less<>> folders_;
};

}  // namespace iwant::catalog
