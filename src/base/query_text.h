#pragma once

// The language of searches: how what a person typed becomes a Query. Words; "a phrase" as typed;
// -word and -"a phrase" left out; and filters: type:video, ext:iso,img, size:>1G, newer:7d,
// older:1y, peer:laptop, path:TV. Flags and fields of the local API go the same way. What cannot be
// meant is a failure that says so with an example; nothing is guessed. A colon behind any other
// word belongs to the words, since names have colons.

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "base/query.h"
#include "base/result.h"
#include "base/time.h"

namespace iwant {

inline constexpr std::size_t kTypedBytesMax = 1024;     ///< the text, filters and all
inline constexpr std::size_t kQueryTextBytesMax = 256;  ///< its words; each phrase and part, too
inline constexpr std::size_t kQueryTermsMax = 8;        ///< phrases; excluded; folders
inline constexpr std::size_t kQueryExtensionsMax = 16;
inline constexpr std::size_t kQueryExtensionBytesMax = 32;

struct TypedQuery {
    Query query;                       ///< all but the owner
    std::string peer;                  ///< whose entries, as typed; empty: everybody's
    std::vector<std::string> remarks;  ///< sentences on what was typed to no effect
};

/// Reads the parts of one query, in any order, then gives the whole. A part that fails changes
/// nothing that counts: the query is not to be asked.
class QueryReader {
  public:
    /// Ages are counted from `now`.
    explicit QueryReader(UnixSeconds now) : now_(now) {}

    Result<void> read_text(std::string_view text);
    /// One filter by its name: "size" and ">1G".
    Result<void> narrow(std::string_view filter, std::string_view value);
    Result<void> add_phrase(std::string_view phrase);
    Result<void> exclude(std::string_view words);
    void size_at_least(std::uint64_t bytes);
    void size_at_most(std::uint64_t bytes);

    /// Fails when nothing is looked for, or nothing could ever be found.
    Result<TypedQuery> finish() const;

  private:
    class Cursor;

    Result<void> read_part(Cursor& cursor);
    Result<void> read_excluded(Cursor& cursor);
    Result<void> read_filter(std::string_view filter, Cursor& cursor);
    Result<void> read_word(std::string_view word);
    Result<void> add_types(std::string_view value);
    Result<void> add_extensions(std::string_view value);
    Result<void> add_size(std::string_view value);
    Result<void> add_age(std::string_view filter, std::string_view value);
    Result<void> add_peer(std::string_view value);
    void add_words(std::string_view words);
    void remark(std::string sentence);

    UnixSeconds now_;
    TypedQuery typed_;
};

}  // namespace iwant
