#pragma once

// Changed paths that wait until they are quiet. Many events about one path become one look at it,
// and a folder that is to be looked at as a whole takes in everything below it. Pure: time is a
// parameter.

#include <chrono>
#include <cstddef>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "base/time.h"
#include "io/platform/file.h"

namespace iwant::scanner {

/// Above this many paths the shares are walked instead.
inline constexpr std::size_t kPendingMax = 20'000;

/// Renames and removals come in groups; this is how long the rest of a group is waited for.
inline constexpr std::chrono::milliseconds kGroupTime{50};

struct Change {
    std::string path;  ///< absolute
    bool deep = false;
    std::optional<platform::FileStamp> stamp;  ///< of a file when it was last looked at
};

class PendingChanges {
  public:
    /// Another event about `path`: it is due `wait` from now. A folder's first event counts, of a
    /// file's events the last. False when there are too many: then nothing is kept any more.
    [[nodiscard]] bool add(Change change, Duration wait, Time now);
    /// Whether a folder above `path` (or itself) is to be looked at as a whole.
    bool is_covered(const std::string& path) const;
    /// Takes out what is due.
    std::vector<Change> take_due(Time now);
    /// When the next one is due.
    std::optional<Time> next_due() const;
    void forget_tree(const std::string& folder);
    void clear() { changes_.clear(); }
    std::size_t size() const { return changes_.size(); }

  private:
    struct Waiting {
        Change change;
        Time due;
    };

    std::map<std::string, Waiting> changes_;
};

}  // namespace iwant::scanner
