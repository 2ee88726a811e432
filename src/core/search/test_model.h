#pragma once

// What the index is compared with: everybody's entries as a plain list, searched by looking at
// each. Slow, and short enough to be seen to be right. For unit tests and the fuzz target.

#include <algorithm>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/ascii.h"
#include "core/search/index.h"
#include "core/search/letters.h"
#include "core/search/tokens.h"

namespace iwant::search {

using Key = std::pair<PeerId, EntryId>;
using Model = std::map<Key, Entry>;

inline void remove_owner(Model& model, const PeerId& owner) {
    std::erase_if(model, [&](const auto& one) { return one.first.first == owner; });
}

inline std::string name_of(const Entry& entry) {
    return entry.path.substr(entry.path.rfind('/') + 1);
}

/// Whether the path has all words of the query, the last one perhaps as a beginning.
inline bool has_words(const Entry& entry, const std::vector<std::string>& typed) {
    const std::vector<Token> tokens = tokens_of_path(entry.path, entry.kind);
    for (std::size_t i = 0; i < typed.size(); ++i) {
        const bool is_last = i + 1 == typed.size();
        const bool found = std::any_of(tokens.begin(), tokens.end(), [&](const Token& token) {
            return token.text == typed[i] || (is_last && token.text.starts_with(typed[i]));
        });
        if (!found) return false;
    }
    return !typed.empty();
}

inline std::vector<std::string> components_of(std::string_view path) {
    std::vector<std::string> components(1);
    for (const char c : path) {
        if (c == '/') {
            components.emplace_back();
        } else {
            components.back() += c;
        }
    }
    return components;
}

/// Whether the words stand one behind the other in one component of the path.
inline bool has_phrase(const Entry& entry, const std::string& phrase) {
    WordCutter cutter;
    std::vector<std::string> run;
    for (const WordCutter::Word& word : cutter.cut(phrase)) {
        if (!word.is_part) run.emplace_back(word.text);
    }
    for (const std::string& component : components_of(entry.path)) {
        std::set<std::pair<std::size_t, std::string>> words;
        for (const WordCutter::Word& word : cutter.cut(component))
            words.emplace(word.position, word.text);
        for (std::size_t at = 0; at <= component.size(); ++at) {
            std::size_t matched = 0;
            while (matched < run.size() && words.contains({at + matched, run[matched]})) ++matched;
            if (matched == run.size()) return true;
        }
    }
    return false;
}

/// Of punctuation alone a phrase says nothing.
inline bool has_no_words(const std::string& phrase) {
    return WordCutter().cut(phrase).empty();
}

inline bool lies_in(const Entry& entry, const std::string& part) {
    const std::size_t folder_bytes =
        entry.kind == EntryKind::folder ? entry.path.size() : entry.path.rfind('/');
    if (folder_bytes == std::string::npos) return false;
    return fold_for_search(entry.path.substr(0, folder_bytes)).find(fold_for_search(part)) !=
           std::string::npos;
}

inline bool has_extension(const Entry& entry, const std::string& extension) {
    const std::string name = lowered(name_of(entry));
    const std::string suffix = (extension.starts_with('.') ? "" : ".") + lowered(extension);
    return entry.kind == EntryKind::file && name.size() > suffix.size() && name.ends_with(suffix);
}

inline bool passes_by_text(const Entry& entry, const Query& query) {
    for (const std::string& phrase : query.phrases) {
        if (!has_no_words(phrase) && !has_phrase(entry, phrase)) return false;
    }
    for (const std::string& phrase : query.excluded) {
        if (!has_no_words(phrase) && has_phrase(entry, phrase)) return false;
    }
    return std::ranges::all_of(query.folders, [&](const std::string& part) {
        return fold_for_search(part).empty() || lies_in(entry, part);
    });
}

/// Whether the filters of the query let the entry through.
inline bool passes(const Key& key, const Entry& entry, const Query& query) {
    const FileType type =
        entry.kind == EntryKind::folder ? FileType::folder : type_of_name(name_of(entry));
    if (!query.types.is_empty() && !query.types.contains(type)) return false;
    if (query.owner && *query.owner != key.first) return false;
    if (entry.size_bytes < query.size_min.value_or(0)) return false;
    if (query.size_max && entry.size_bytes > *query.size_max) return false;
    if (query.modified_min && entry.modified < *query.modified_min) return false;
    if (query.modified_max && entry.modified > *query.modified_max) return false;
    const bool right_extension = query.extensions.empty() ||
                                 std::ranges::any_of(query.extensions, [&](const std::string& one) {
                                     return has_extension(entry, one);
                                 });
    return right_extension && passes_by_text(entry, query);
}

/// The keys of entries that `wanted(key, entry)` is true for, and of others with the content of
/// one. Empty files are each their own.
template <class Wanted>
std::set<Key> holders_where(const Model& model, Wanted wanted) {
    std::set<Key> holders;
    std::set<Hash256> contents;
    for (const auto& [key, entry] : model) {
        if (!wanted(key, entry)) continue;
        holders.insert(key);
        if (entry.content && entry.size_bytes > 0) contents.insert(*entry.content);
    }
    for (const auto& [key, entry] : model) {
        if (entry.content && entry.size_bytes > 0 && contents.contains(*entry.content))
            holders.insert(key);
    }
    return holders;
}

/// Whom the answer names.
inline std::set<Key> holders_in(const Answer& answer) {
    std::set<Key> holders;
    for (const Match& match : answer.matches) {
        for (const Match::Source& source : match.sources)
            holders.emplace(source.owner, source.entry);
    }
    return holders;
}

}  // namespace iwant::search
