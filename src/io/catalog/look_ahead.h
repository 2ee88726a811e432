#pragma once

// What a reader will probably be asked next. Whoever fetches a folder asks for its files one after
// the other, and finding each by its content is a walk through two trees of the database; those
// that lie behind it are read together in one. They count only as long as nothing in the database
// has changed, so that what is unshared is not found from then on.

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>

#include "io/catalog/queries.h"

namespace iwant::catalog {

class LookAhead {
  public:
    /// Rows that are read together: twice as many as were of use the last time.
    static constexpr std::size_t kRowsMin = 8;
    static constexpr std::size_t kRowsMax = 128;
    /// Larger files are asked for so seldom that their look-up does not count.
    static constexpr std::uint64_t kFileBytesMax = std::uint64_t{1} << 20;

    /// Both outlive it.
    LookAhead(Database& database, Queries& queries) : database_(database), queries_(queries) {}

    /// As Queries::find_file.
    std::optional<SharedFile> find_file(const FileId& file);

  private:
    std::optional<SharedFile> take(const FileId& file);
    void read_behind(const SharedFile& found);

    Database& database_;
    Queries& queries_;
    std::int64_t version_ = 0;  ///< of the data that `ahead_` was read from, or of older
    std::map<FileId, SharedFile> ahead_;
    std::size_t used_ = 0;  ///< since ahead_ was read
};

}  // namespace iwant::catalog
