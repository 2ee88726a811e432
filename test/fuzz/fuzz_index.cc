// The search index under owners' changes and queries that strangers chose, beside a plain list:
// after each change both have the same entries, each query finds in both what it should, and
// answers as an index that was never changed does.
//
// The input is lines. The first character says what to do, then come an owner, an entry and what
// it is, one character each:
//
//   +1a.path   puts an entry; '/' is a folder, '.' a file without a hash, others one with
//   ~1apath    renames it, if it is there
//   -1a        removes it
//   !1         withdraws the owner
//   =1         replaces the owner's catalogue: the same entries by other numbers
//   ?words     searches, x the same without typos; as typed or, if that is wrong, as words
//   #digits    looks for contents by their first digits

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "base/assert.h"
#include "base/hex.h"
#include "base/query_text.h"
#include "core/search/index.h"
#include "core/search/test_entries.h"
#include "core/search/test_model.h"
#include "input.h"

namespace {

using namespace iwant;
using search::Answer;
using search::Key;
using search::Match;
using search::Model;

constexpr std::uint8_t kOwners = 4;
constexpr std::uint64_t kIds = 16;
constexpr std::uint32_t kLimit = 200;     // more than there can be entries: nothing is cut off
constexpr std::size_t kPathBytes = 255;   // longer ones are cut
constexpr std::size_t kQueriesMax = 24;   // of one input, each builds an index
constexpr std::size_t kReadingsMax = 64;  // beginnings looked up for the last word
constexpr UnixSeconds kNow = 1'800'000'000;

/// The paths that owners may announce have no empty components.
std::string path_of(std::string text) {
    text.resize(std::min(text.size(), kPathBytes));
    std::string path;
    for (const std::string& component : search::components_of(text)) {
        if (!component.empty()) path += (path.empty() ? "" : "/") + component;
    }
    return path.empty() ? "x" : path;
}

Entry entry_of(std::uint64_t id, std::uint8_t what, std::string path) {
    Entry entry;
    entry.id = EntryId{id};
    entry.path = std::move(path);
    entry.modified = kNow - std::int64_t{86'400} * what;
    entry.size_bytes = std::uint64_t{1000} * (what % 5);
    if (what == '/') entry.kind = EntryKind::folder;
    if (what != '/' && what != '.') entry.content = search::content(what % 8);
    return entry;
}

Query query_of(const std::string& text) {
    QueryReader reader(kNow);
    if (reader.read_text(text)) {
        if (const Result<TypedQuery> typed = reader.finish()) {
            Query query = typed->query;
            if (!typed->peer.empty())
                query.owner = search::peer(static_cast<std::uint8_t>(typed->peer[0]) % kOwners);
            return query;
        }
    }
    return search::words(text);
}

/// In one go, as a peer's catalogue comes.
search::Index built_from(const Model& model) {
    search::Index index(7);
    std::map<PeerId, std::vector<EntryChange>> catalogues;
    for (const auto& [key, entry] : model) {
        catalogues[key.first].push_back({0, EntryChange::What::present, entry});
    }
    for (const auto& [owner, changes] : catalogues) index.apply(owner, changes);
    return index;
}

/// How many words start like the last one: of more than are looked up, some are not found.
std::size_t beginnings(const Model& model, const std::vector<std::string>& typed) {
    std::set<std::string> found;
    for (const auto& [key, entry] : model) {
        for (const search::Token& token : search::tokens_of_path(entry.path, entry.kind))
            if (!typed.empty() && token.text.starts_with(typed.back())) found.insert(token.text);
    }
    return found.size();
}

bool is_crowded(const Model& model) {
    return std::ranges::any_of(model, [](const auto& one) {
        const auto tokens = search::tokens_of_path(one.second.path, one.second.kind);
        return tokens.size() >= search::kTokensPerEntryMax;
    });
}

void check_matches(const Model& model, const Query& query, const Answer& answer) {
    ASSERT(answer.matches.size() <= query.limit && answer.matches.size() <= answer.total);
    ASSERT(answer.did_you_mean.size() <= search::kQueryTextBytesMax);
    std::set<Key> seen;
    double before = 1;
    for (const Match& match : answer.matches) {
        ASSERT(match.score >= 0 && match.score <= before);
        before = match.score;
        ASSERT(!match.sources.empty());
        const Match::Source& best = match.sources.front();
        const Entry& entry = model.at({best.owner, best.entry});
        ASSERT(match.path == entry.path && match.kind == entry.kind);
        ASSERT(match.size_bytes == entry.size_bytes && match.modified == entry.modified);
        ASSERT(match.content == entry.content);
        ASSERT(search::passes({best.owner, best.entry}, entry, query));
        for (const Match::Source& source : match.sources)
            ASSERT(seen.emplace(source.owner, source.entry).second);
    }
}

void check_same(const Answer& a, const Answer& b) {
    ASSERT(a.total == b.total && a.did_you_mean == b.did_you_mean);
    ASSERT(a.matches.size() == b.matches.size());
    for (std::size_t i = 0; i < a.matches.size(); ++i) {
        const Match& x = a.matches[i];
        const Match& y = b.matches[i];
        ASSERT(x.path == y.path && x.score == y.score && x.sources.size() == y.sources.size());
        for (std::size_t j = 0; j < x.sources.size(); ++j) {
            ASSERT(x.sources[j].owner == y.sources[j].owner);
            ASSERT(x.sources[j].entry == y.sources[j].entry);
        }
    }
}

/// Without what says nothing, which is of punctuation alone.
Query without_idle_texts(Query query) {
    std::erase_if(query.phrases, search::has_no_words);
    std::erase_if(query.excluded, search::has_no_words);
    std::erase_if(query.folders,
                  [](const std::string& part) { return search::fold_for_search(part).empty(); });
    return query;
}

/// What everybody who has all the words, as typed, and passes the filters holds.
std::set<Key> expected(const Model& model, const Query& query) {
    const std::vector<std::string> typed = search::words_of_query(query.text);
    const bool narrows = without_idle_texts(query) != search::words(query.text);
    return search::holders_where(model, [&](const Key& key, const Entry& entry) {
        if (typed.empty() ? !narrows : !search::has_words(entry, typed)) return false;
        return search::passes(key, entry, query);
    });
}

void check_query(const search::Index& index, const Model& model, Query query) {
    Query exact = query;
    exact.exact = true;
    exact.limit = query.limit = kLimit;
    const Answer strict = index.search(exact);
    const Answer loose = index.search(query);
    check_matches(model, exact, strict);
    check_matches(model, query, loose);
    const search::Index other = built_from(model);
    check_same(strict, other.search(exact));
    check_same(loose, other.search(query));
    query.exact = false;
    query.limit = 20;
    const std::set<Key> wanted = expected(model, query);
    const std::set<Key> found = search::holders_in(strict);
    const std::set<Key> all = search::holders_in(loose);
    ASSERT(std::ranges::includes(all, found));
    if (is_crowded(model)) return;
    ASSERT(std::ranges::includes(wanted, found));
    const bool all_read = beginnings(model, search::words_of_query(query.text)) < kReadingsMax;
    ASSERT(!all_read || found == wanted);
}

void check_contents(const search::Index& index, const Model& model, const std::string& digits) {
    std::set<Key> wanted;
    const bool is_prefix = is_hex(digits);
    for (const auto& [key, entry] : model) {
        const std::string hex = entry.content ? to_hex(entry.content->bytes) : "";
        if (is_prefix && hex.starts_with(lowered(digits))) wanted.insert(key);
    }
    Answer answer;
    answer.matches = index.with_content_prefix(digits, kLimit);
    ASSERT(search::holders_in(answer) == wanted);
}

class Run {
  public:
    void step(std::string_view line) {
        fuzz::Input input(reinterpret_cast<const std::uint8_t*>(line.data()), line.size());
        const char what = static_cast<char>(input.byte());
        if (what == '?' || what == 'x') {
            if (++queries_ > kQueriesMax) return;
            check_query(index_, model_, query_of(std::string(line.substr(1))));
        } else if (what == '#') {
            check_contents(index_, model_, std::string(line.substr(1)));
        } else {
            change(what, input);
            check_entries();
        }
    }

    void finish() {
        for (std::uint8_t owner = 0; owner < kOwners; ++owner) withdraw(search::peer(owner));
        ASSERT(index_.entry_count() == 0 && model_.empty());
    }

  private:
    void change(char what, fuzz::Input& input) {
        const PeerId owner = search::peer(input.byte() % kOwners);
        if (what == '!') return withdraw(owner);
        if (what == '=') return replace(owner);
        const std::uint64_t id = input.byte() % kIds;
        const auto known = model_.find({owner, EntryId{id}});
        if (what == '+') {
            const std::uint8_t kind = input.byte();
            put(owner, entry_of(id, kind, path_of(input.up_to('\n'))));
        } else if (what == '~' && known != model_.end()) {
            Entry entry = known->second;
            entry.path = path_of(input.up_to('\n'));
            put(owner, entry);
        } else if (what == '-') {
            index_.remove(owner, EntryId{id});
            model_.erase({owner, EntryId{id}});
        }
    }

    void put(const PeerId& owner, const Entry& entry) {
        index_.put(owner, entry);
        model_[{owner, entry.id}] = entry;
    }

    void withdraw(const PeerId& owner) {
        index_.remove_owner(owner);
        search::remove_owner(model_, owner);
    }

    void replace(const PeerId& owner) {
        const Model before = model_;
        withdraw(owner);
        for (const auto& [key, old] : before) {
            if (key.first != owner) continue;
            Entry entry = old;
            entry.id = EntryId{kIds - 1 - old.id.value};
            put(owner, entry);
        }
    }

    void check_entries() const {
        ASSERT(index_.entry_count() == model_.size());
        for (std::uint8_t number = 0; number < kOwners; ++number) {
            const PeerId owner = search::peer(number);
            std::size_t count = 0;
            for (std::uint64_t id = 0; id < kIds; ++id) {
                const auto known = model_.find({owner, EntryId{id}});
                const std::optional<Entry> entry = index_.entry(owner, EntryId{id});
                ASSERT(entry.has_value() == (known != model_.end()));
                if (!entry) continue;
                ASSERT(*entry == known->second);
                ++count;
            }
            ASSERT(index_.entry_count(owner) == count);
        }
    }

    search::Index index_;
    Model model_;
    std::size_t queries_ = 0;
};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
    fuzz::Input input(bytes, size);
    Run run;
    while (!input.is_empty()) run.step(input.up_to('\n'));
    run.finish();
    return 0;
}
