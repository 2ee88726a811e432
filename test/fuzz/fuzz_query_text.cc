// Whatever is typed: the reader keeps its limits, says so in one clean line when it does not
// understand, and a query put into words again, by the functions that flags use or as text, is the
// same query. Plain words, which a simple model knows as well, stay as they are.

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "base/assert.h"
#include "base/query_text.h"
#include "base/text.h"

namespace {

using namespace iwant;

constexpr UnixSeconds kNow = 1'800'000'000;

Result<TypedQuery> read(std::string_view text) {
    QueryReader reader(kNow);
    if (Result<void> done = reader.read_text(text); !done) return failure(std::move(done));
    return reader.finish();
}

void check_terms(const std::vector<std::string>& terms, std::size_t count_max,
                 std::size_t bytes_max) {
    ASSERT(terms.size() <= count_max);
    for (const std::string& term : terms) {
        ASSERT(!term.empty() && term.size() <= bytes_max && is_valid_utf8(term));
        ASSERT(std::ranges::count(terms, term) == 1);
    }
}

void check(const TypedQuery& typed) {
    const Query& query = typed.query;
    ASSERT(query.text.size() <= kQueryTextBytesMax && is_valid_utf8(query.text));
    check_terms(query.phrases, kQueryTermsMax, kQueryTextBytesMax);
    check_terms(query.excluded, kQueryTermsMax, kQueryTextBytesMax);
    check_terms(query.folders, kQueryTermsMax, kQueryTextBytesMax);
    check_terms(query.extensions, kQueryExtensionsMax, kQueryExtensionBytesMax);
    ASSERT(!query.owner);
    for (const std::string& phrase : query.phrases)
        ASSERT(query.text.find(phrase) != std::string::npos);
}

/// The filters again, each by the function that flags use.
void check_again(const TypedQuery& typed) {
    const Query& query = typed.query;
    QueryReader reader(kNow);
    for (const std::string& phrase : query.phrases) ASSERT(reader.add_phrase(phrase));
    for (const std::string& words : query.excluded) ASSERT(reader.exclude(words));
    for (const std::string& part : query.folders) ASSERT(reader.narrow("path", part));
    for (const std::string& one : query.extensions) ASSERT(reader.narrow("ext", "." + one));
    if (query.size_min) ASSERT(reader.narrow("size", ">=" + std::to_string(*query.size_min)));
    if (query.size_max) ASSERT(reader.narrow("size", "<=" + std::to_string(*query.size_max)));
    if (!typed.peer.empty()) ASSERT(reader.narrow("peer", typed.peer));
    const Result<TypedQuery> again = reader.finish();
    if (!again) return;
    ASSERT(again->query.phrases == query.phrases && again->query.excluded == query.excluded);
    ASSERT(again->query.folders == query.folders && again->query.extensions == query.extensions);
    ASSERT(again->query.size_min == query.size_min && again->query.size_max == query.size_max);
    ASSERT(again->peer == typed.peer);
}

bool has_quote(const std::string& term) {
    return std::ranges::any_of(std::array{"\"", "“", "”", "„"}, [&](std::string_view quote) {
        return term.find(quote) != term.npos;
    });
}

/// As a person would type it; the words that are no phrase left out.
std::string typed_again(const TypedQuery& typed) {
    const Query& query = typed.query;
    std::string text;
    const auto quoted = [&](std::string_view before, const std::string& term) {
        text += std::string(before) + '"' + term + "\" ";
    };
    for (const std::string& phrase : query.phrases) quoted("", phrase);
    for (const std::string& words : query.excluded) quoted("-", words);
    for (const std::string& part : query.folders) quoted("path:", part);
    for (const std::string& one : query.extensions) quoted("ext:", "." + one);
    if (!typed.peer.empty()) quoted("peer:", typed.peer);
    if (query.size_min) text += "size:>=" + std::to_string(*query.size_min) + " ";
    if (query.size_max) text += "size:<=" + std::to_string(*query.size_max) + " ";
    for (unsigned i = 1; i <= static_cast<unsigned>(FileType::folder); ++i) {
        const auto type = static_cast<FileType>(i);
        if (query.types.contains(type)) text += "type:" + std::string(to_string(type)) + " ";
    }
    return text;
}

bool can_be_quoted(const TypedQuery& typed) {
    std::vector<std::string> terms{typed.peer};
    const Query& query = typed.query;
    for (const auto* list : {&query.phrases, &query.excluded, &query.folders, &query.extensions})
        terms.insert(terms.end(), list->begin(), list->end());
    return std::ranges::none_of(terms, has_quote);
}

void check_typed_again(const TypedQuery& typed) {
    if (!can_be_quoted(typed)) return;
    const std::string text = typed_again(typed);
    const Result<TypedQuery> again = read(text);
    // What only leaves words out, or has words that are no phrase, is not all that was typed.
    if (!again) return;
    const Query& query = typed.query;
    ASSERT(again->query.phrases == query.phrases && again->query.excluded == query.excluded);
    ASSERT(again->query.folders == query.folders && again->query.types == query.types);
    ASSERT(again->query.extensions == query.extensions && again->peer == typed.peer);
    ASSERT(again->query.size_min == query.size_min && again->query.size_max == query.size_max);
}

/// A part that was read twice counts once, and the order of parts does not matter to filters.
void check_twice(std::string_view text, const TypedQuery& typed) {
    QueryReader reader(kNow);
    ASSERT(reader.read_text(text) && reader.read_text(text));
    const Result<TypedQuery> twice = reader.finish();
    if (!twice) {
        ASSERT(2 * typed.query.text.size() + 1 > kQueryTextBytesMax);
        return;
    }
    Query query = twice->query;
    query.text = typed.query.text;
    ASSERT(query == typed.query && twice->peer == typed.peer);
    ASSERT(twice->remarks == typed.remarks);
}

bool is_plain(std::string_view text) {
    return std::ranges::all_of(text, [](char c) { return (c >= 'a' && c <= 'z') || c == ' '; });
}

std::string single_spaced(std::string_view text) {
    std::string words;
    for (const char c : text) {
        if (c != ' ' || (!words.empty() && words.back() != ' ')) words += c;
    }
    if (words.ends_with(' ')) words.pop_back();
    return words;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string_view text(reinterpret_cast<const char*>(data), size);
    const Result<TypedQuery> typed = read(text);
    if (typed) {
        check(*typed);
        check_again(*typed);
        check_typed_again(*typed);
        check_twice(text, *typed);
        if (is_plain(text)) ASSERT(typed->query.text == single_spaced(text));
    } else {
        ASSERT(typed.error().code == ErrorCode::invalid_argument);
        ASSERT(escape_for_display(typed.error().message) == typed.error().message);
        ASSERT(!is_plain(text) || single_spaced(text).empty() || size > kQueryTextBytesMax);
    }
    return 0;
}
