// Whatever is typed: the reader keeps its limits, says so in one clean line when it does not
// understand, and a query put into words again is the same query. Plain words, which a simple model
// knows as well, stay as they are.

#include <algorithm>
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
        if (is_plain(text)) ASSERT(typed->query.text == single_spaced(text));
    } else {
        ASSERT(typed.error().code == ErrorCode::invalid_argument);
        ASSERT(escape_for_display(typed.error().message) == typed.error().message);
        ASSERT(!is_plain(text) || single_spaced(text).empty() || size > kQueryTextBytesMax);
    }
    return 0;
}
