#pragma once

// Parts of other peers' shared folders as those peers told them last. While a peer is away, this is
// all there is of its folders: they can still be looked through, and what has a hash can be asked
// for, to come when the peer is back. Bounded in size and age; whatever is in it is somebody's word
// of an earlier time, so readers are always told of when.
//
// A page begins behind a place of its folder and reaches to its last entry, or to the folder's end.
// Pages of one folder may be of different ages and overlap; for each place the one that begins
// nearest before it counts.
//
// Belongs to the thread of the catalogue.

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/content.h"
#include "base/entry.h"
#include "base/ids.h"
#include "base/result.h"
#include "base/time.h"

namespace iwant::catalog {

class Database;
class Query;

/// What a part of a folder comes after.
struct FolderPlace {
    EntryKind kind = EntryKind::folder;
    std::string name;
    bool operator==(const FolderPlace&) const = default;
};

struct KeptPage {
    std::string path;  ///< with the share's name; empty: the shares themselves
    std::optional<FolderPlace> after;
    std::uint64_t files = 0;  ///< in the folder, at any depth
    std::uint64_t bytes = 0;
    bool more = false;              ///< the folder goes on behind it
    std::vector<FolderItem> items;  ///< folders first, both kinds in order of name
    UnixSeconds as_of = 0;          ///< when the peer told it
    bool operator==(const KeptPage&) const = default;
};

/// Something that a kept page names by its content.
struct KeptContent {
    Hash256 content;
    PeerId peer;
    std::string path;
    EntryKind kind = EntryKind::file;
    std::uint64_t size_bytes = 0;
    UnixSeconds as_of = 0;
};

/// An entry of a kept page as a search index takes it; it has no id.
struct KeptEntry {
    Entry entry;
    UnixSeconds as_of = 0;
};

class KeptPages {
  public:
    static constexpr UnixSeconds kKeptSeconds = 30 * 24 * 3600;
    /// On disk, all told; the oldest pages go first.
    static constexpr std::uint64_t kBytesMax = 200'000'000;

    /// `database` outlives it and has the tables.
    explicit KeptPages(Database& database, std::uint64_t bytes_max = kBytesMax)
        : database_(database), bytes_max_(bytes_max) {}

    /// In place of whatever was kept of that part of the folder. Costs little when it is the same.
    Result<void> keep(const PeerId& peer, const KeptPage& page);
    /// What is kept behind a place; nothing when nothing is, or only what is too old at `now`. The
    /// share's name may be left away where that leaves no doubt.
    Result<std::optional<KeptPage>> find(const PeerId& peer, const std::string& path,
                                         const std::optional<FolderPlace>& after, UnixSeconds now);
    /// Contents whose hash begins with these hexadecimal digits, each once, at most `count`.
    Result<std::vector<KeptContent>> contents(std::string_view digits, std::size_t count,
                                              UnixSeconds now);
    /// Whose folders are kept.
    Result<std::vector<PeerId>> owners(UnixSeconds now);
    /// What is kept of a peer's, the newest pages first, each path once, at most `count`.
    Result<std::vector<KeptEntry>> entries(const PeerId& peer, std::size_t count, UnixSeconds now);
    /// Forgets what is too old at `now`.
    Result<void> drop_old(UnixSeconds now);

  private:
    bool renew(const PeerId& peer, const KeptPage& page);
    void remove_within(const PeerId& peer, const KeptPage& page);
    void remove_same(const PeerId& peer, const KeptPage& page);
    void insert(const PeerId& peer, const KeptPage& page);
    bool make_room(std::uint64_t bytes);
    void add_up();
    void take_away(Query& deleting);
    std::optional<std::string> whole_path(const PeerId& peer, const std::string& path,
                                          UnixSeconds now);
    std::optional<KeptPage> read(const PeerId& peer, const std::string& path,
                                 const std::optional<FolderPlace>& after, UnixSeconds now);
    void read_items(std::int64_t id, const std::string& after, KeptPage& page);

    Database& database_;
    const std::uint64_t bytes_max_;
    std::optional<std::uint64_t> bytes_;  ///< of all pages; nothing: they have to be added up
};

}  // namespace iwant::catalog
