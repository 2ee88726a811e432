#include "app/cli/new_hits.h"

#include <boost/json.hpp>

namespace iwant::cli {

namespace {

std::string place_of(const Object& result) {
    const Array& sources = list_at(result, "sources");
    const std::string owner = sources.empty() ? "" : text_at(as_object(sources.front()), "peer");
    return owner + "/" + text_at(result, "path");
}

}  // namespace

// A file is mostly seen before it is hashed: then it is not new when it has its hash.
Array NewHits::take(const Array& results) {
    Array fresh;
    std::set<std::string> present;
    for (const auto& value : results) {
        const Object& result = as_object(value);
        const std::string place = place_of(result);
        const bool is_empty = number_at(result, "size") == 0;
        const std::string hash = is_empty ? place : text_if_any(result, "hash").value_or(place);
        if (!shown_.contains(place) && !shown_.contains(hash)) fresh.push_back(value);
        present.insert(place);
        present.insert(hash);
    }
    if (shown_.size() > kRememberedMax) shown_.clear();
    shown_.merge(present);
    return fresh;
}

}  // namespace iwant::cli
