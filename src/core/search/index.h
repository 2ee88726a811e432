#pragma once

// The search index: names of everybody's shared files and folders, found again by roughly what they
// are called. It forgives typos but never lets a typo hide an exact hit, merges equal content into
// one result with several sources, and ranks exact names, then prefixes, then all words, then close
// spellings. One thread; pure; the same calls give the same answers in the same order.

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/entry.h"
#include "base/ids.h"
#include "base/query.h"

namespace iwant::search {

/// One content (or, while unhashed, one entry) that matched, with everybody who has it.
struct Match {
    /// Best-matching first; at least one.
    struct Source {
        PeerId owner;
        EntryId entry;
    };
    EntryKind kind = EntryKind::file;
    std::optional<Hash256> content;
    std::string path;  ///< of the best-matching source
    std::uint64_t size_bytes = 0;
    UnixSeconds modified = 0;
    double score = 0;  ///< 1 is an exact name
    std::vector<Source> sources;
};

struct Answer {
    /// Matches before the limit, as far as they were counted: at least so many.
    std::uint64_t total = 0;
    std::vector<Match> matches;
    /// The words of the best match, folded, when it has not all of them as they were typed but in
    /// a close spelling; else empty. At most kQueryTextBytesMax.
    std::string did_you_mean = {};
};

class Index {
  public:
    /// Owners choose the names, so the keys of hash tables should be a secret: a random number.
    explicit Index(std::uint64_t hash_key = 0x1337'c0de'5eed);
    ~Index();
    Index(Index&&) noexcept;
    Index& operator=(Index&&) noexcept;

    /// Adds an entry or replaces the one with the same owner and id.
    void put(const PeerId& owner, const Entry& entry);
    /// Does nothing when it is not there.
    void remove(const PeerId& owner, EntryId entry);
    /// The same, one after the other, and faster.
    void apply(const PeerId& owner, std::span<const EntryChange> changes);
    void remove_owner(const PeerId& owner);

    /// Answers within the limits of Query; costs are bounded whatever the text is.
    Answer search(const Query& query) const;

    /// Entries whose content hash starts with these hexadecimal digits, merged by content; at most
    /// `limit` different contents, in order of hash.
    std::vector<Match> with_content_prefix(std::string_view hex_digits, std::size_t limit) const;

    /// The entry as it was put; nothing when it is not there.
    std::optional<Entry> entry(const PeerId& owner, EntryId id) const;

    std::size_t entry_count() const;
    std::size_t entry_count(const PeerId& owner) const;

    /// What the index holds, by what it is for.
    struct Memory {
        std::size_t entries_bytes = 0;   ///< records, names, folders, owners, contents
        std::size_t words_bytes = 0;     ///< the dictionary and its tables
        std::size_t postings_bytes = 0;  ///< which entries have which word
        std::size_t total_bytes() const { return entries_bytes + words_bytes + postings_bytes; }
    };
    Memory memory() const;
    /// Of names, folders and posting lists, which is what owners can make large; unlike memory() at
    /// no cost.
    std::size_t arena_bytes() const;

  private:
    struct State;
    std::unique_ptr<State> state_;
};

}  // namespace iwant::search
