#pragma once

// Paths as people's shared folders have them, made up from a seed: films, series, music,
// photographs, books, office documents and source trees. A few words are very common and most are
// rare, as in any language, so that an index is measured with both.

#include <cstdint>
#include <string>
#include <vector>

#include "base/prng.h"

namespace iwant::bench {

class PathMaker {
  public:
    explicit PathMaker(std::uint64_t seed);

    /// The next path. Paths that belong together (an album, a season) follow each other.
    std::string next();

  private:
    void begin_group();
    std::string film();
    std::string series();
    std::string music();
    std::string photographs();
    std::string book();
    std::string documents();
    std::string source();

    std::string make_word();
    /// Common words more often than rare ones.
    const std::string& word();
    /// `count` words, capitalised, with spaces.
    std::string title(std::uint64_t count);
    std::string year();
    template <std::size_t kCount>
    std::string one_of(const char* const (&choices)[kCount]) {
        return choices[prng_.below(std::uint64_t{kCount})];
    }

    Prng prng_;
    std::vector<std::string> words_;
    std::uint64_t kind_ = 0;
    std::uint64_t left_ = 0;    ///< paths that are still to come in this group
    std::uint64_t number_ = 0;  ///< of the path in its group
    std::string folder_;
    std::string name_;
};

}  // namespace iwant::bench
