#pragma once

// Short ways to say what is shared and what is looked for, for the tests of this module.

#include <string>
#include <string_view>
#include <vector>

#include "core/search/index.h"

namespace iwant::search {

inline PeerId peer(std::uint8_t number) {
    PeerId id;
    id.hash.bytes[0] = number;
    return id;
}

inline Hash256 content(std::uint8_t number) {
    Hash256 hash;
    hash.bytes.fill(number);
    return hash;
}

inline Entry file(std::uint64_t id, std::string_view path) {
    Entry entry;
    entry.id = EntryId{id};
    entry.path = path;
    entry.size_bytes = 1000;
    entry.modified = 1'000'000;
    return entry;
}

inline Entry folder(std::uint64_t id, std::string_view path) {
    Entry entry = file(id, path);
    entry.kind = EntryKind::folder;
    return entry;
}

/// An index of one owner's files with these paths, ids from 1.
inline Index index_of(const std::vector<std::string_view>& paths) {
    Index index;
    std::uint64_t id = 0;
    for (const std::string_view path : paths) index.put(peer(1), file(++id, path));
    return index;
}

inline Query words(std::string_view text) {
    Query query;
    query.text = text;
    return query;
}

inline Query exact_words(std::string_view text) {
    Query query = words(text);
    query.exact = true;
    return query;
}

/// The paths of the matches, best first.
inline std::vector<std::string> paths_for(const Index& index, const Query& query) {
    std::vector<std::string> paths;
    for (const Match& match : index.search(query).matches) paths.push_back(match.path);
    return paths;
}

inline std::vector<std::string> paths_for(const Index& index, std::string_view text) {
    return paths_for(index, words(text));
}

}  // namespace iwant::search
