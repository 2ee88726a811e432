#pragma once

// What the words and flags of a search ask for: one request of the local API. The text is read here
// as well, so that a mistake is told as a wrong use, whether the service runs or not.

#include <string>
#include <vector>

#include <boost/json/object.hpp>

#include "base/result.h"
#include "base/time.h"

namespace CLI {
class App;
}

namespace iwant::cli {

struct AskedSearch {
    boost::json::object request;
    std::string words;  ///< that names are looked through for, without filters
};

struct SearchOptions {
    std::vector<std::string> words;
    int limit = 0;  ///< 0: not given
    std::string type;
    std::string min_size;
    std::string max_size;
    std::string extension;
    std::string newer;
    std::string older;
    std::string peer;
    std::vector<std::string> folders;
    std::vector<std::string> phrases;
    std::vector<std::string> excluded;
    bool exact = false;
    bool verify = false;
    double wait_s = 3;
    bool follow = false;
    bool json = false;

    void declare(CLI::App& app);
    /// The failure is for people; `now` is the date.
    Result<AskedSearch> read(UnixSeconds now) const;

  private:
    std::string text() const;
};

/// The arguments with words to leave out (-trailer, -"making of") put where they are not taken for
/// flags.
std::vector<std::string> with_excluded_words_last(std::vector<std::string> arguments);

}  // namespace iwant::cli
