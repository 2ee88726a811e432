#include "base/query_text.h"

#include <algorithm>
#include <array>
#include <optional>

#include "base/ascii.h"
#include "base/query_values.h"
#include "base/text.h"

namespace iwant {
namespace {

struct FilterName {
    std::string_view name;
    std::string_view example;
};

constexpr std::array kFilters = {
    FilterName{"type", "type:video,audio"}, FilterName{"ext", "ext:iso"},
    FilterName{"size", "size:>1G"},         FilterName{"newer", "newer:7d"},
    FilterName{"older", "older:1y"},        FilterName{"peer", "peer:laptop"},
    FilterName{"path", "path:TV"},
};

const FilterName* find_filter(std::string_view name) {
    const auto* found = std::ranges::find(kFilters, lowered(name), &FilterName::name);
    return found == kFilters.end() ? nullptr : found;
}

/// Whether one letter too many, missing, wrong, or swapped with its neighbour makes one the other.
bool is_one_slip_away(std::string_view a, std::string_view b) {
    if (a.size() < b.size()) std::swap(a, b);
    if (a.size() > b.size() + 1) return false;
    const auto same = static_cast<std::size_t>(std::ranges::mismatch(a, b).in1 - a.begin());
    const std::string_view a_rest = a.substr(same);
    const std::string_view b_rest = b.substr(same);
    if (a.size() > b.size()) return a_rest.substr(1) == b_rest;
    if (a_rest.size() < 1) return false;
    if (a_rest.substr(1) == b_rest.substr(1)) return true;
    return a_rest.size() >= 2 && a_rest[0] == b_rest[1] && a_rest[1] == b_rest[0] &&
           a_rest.substr(2) == b_rest.substr(2);
}

const FilterName* nearly_a_filter(std::string_view name) {
    const std::string lower = lowered(name);
    const auto* found = std::ranges::find_if(
        kFilters, [&](const FilterName& filter) { return is_one_slip_away(lower, filter.name); });
    return found == kFilters.end() ? nullptr : found;
}

std::unexpected<Error> wrong(std::string message) {
    return failure(ErrorCode::invalid_argument, "", std::move(message));
}

std::string shown(std::string_view text) {
    constexpr std::size_t kColumnsMax = 60;
    return fit_to_width(escape_for_display(text), kColumnsMax);
}

/// Calls `visit` for each of "a,b,c" until one fails.
template <class Visit>
Result<void> each_of_list(std::string_view list, Visit visit) {
    while (true) {
        const std::size_t comma = list.find(',');
        if (Result<void> done = visit(trimmed(list.substr(0, comma))); !done) return done;
        if (comma == list.npos) return {};
        list.remove_prefix(comma + 1);
    }
}

Result<void> check_term(std::string_view term) {
    if (term.size() > kQueryTextBytesMax) {
        return wrong("A phrase or part is longer than " + std::to_string(kQueryTextBytesMax) +
                     " bytes.");
    }
    if (!is_valid_utf8(term)) return wrong("The words are not UTF-8.");
    return {};
}

Result<void> add_once(std::vector<std::string>& terms, std::string_view term, std::size_t max,
                      std::string_view what) {
    if (Result<void> checked = check_term(term); !checked) return checked;
    if (std::ranges::find(terms, term) != terms.end()) return {};
    if (terms.size() == max) {
        return wrong("There are more than " + std::to_string(max) + " " + std::string(what) + ".");
    }
    terms.emplace_back(term);
    return {};
}

template <class Value>
void raise(std::optional<Value>& least, Value value) {
    least = std::max(value, least.value_or(value));
}

template <class Value>
void lower(std::optional<Value>& most, Value value) {
    most = std::min(value, most.value_or(value));
}

// Typing helps of phones and word processors turn quotes round.
std::string with_plain_quotes(std::string_view text) {
    std::string plain;
    while (!text.empty()) {
        const std::string_view three = text.substr(0, 3);
        const bool is_quote = three == "“" || three == "”" || three == "„";
        plain += is_quote ? '"' : text.front();
        text.remove_prefix(is_quote ? 3 : 1);
    }
    return plain;
}

}  // namespace

/// Takes the text apart: words end at spaces, phrases at their closing quote.
class QueryReader::Cursor {
  public:
    explicit Cursor(std::string_view text) : left_(text) {}

    bool at_end() {
        while (!left_.empty() && is_space(left_.front())) left_.remove_prefix(1);
        return left_.empty();
    }
    bool at_word_end() const { return left_.empty() || is_space(left_.front()); }
    bool at_quote() const { return left_.starts_with('"'); }
    bool take(char c) {
        if (!left_.starts_with(c)) return false;
        left_.remove_prefix(1);
        return true;
    }
    /// The letters up to a colon, which is taken as well; nothing when none follows.
    std::optional<std::string_view> take_name() {
        const auto end = std::ranges::find_if_not(left_, is_letter);
        const std::string_view name(left_.begin(), end);
        if (name.empty() || end == left_.end() || *end != ':') return std::nullopt;
        left_.remove_prefix(name.size() + 1);
        return name;
    }
    std::string_view take_word() {
        const auto end = std::ranges::find_if(left_, is_space);
        const std::string_view word(left_.begin(), end);
        left_.remove_prefix(word.size());
        return word;
    }
    /// At a quote: what stands up to the next one or the end.
    std::string_view take_phrase() {
        take('"');
        const std::string_view phrase = left_.substr(0, left_.find('"'));
        left_.remove_prefix(phrase.size());
        was_closed_ = take('"');
        return phrase;
    }
    std::string_view take_phrase_or_word() { return at_quote() ? take_phrase() : take_word(); }
    /// Whether the last phrase had its second quote.
    bool was_closed() const { return was_closed_; }
    Cursor copy() const { return *this; }

  private:
    std::string_view left_;
    bool was_closed_ = true;
};

Result<void> QueryReader::read_text(std::string_view text) {
    if (text.size() > kTypedBytesMax) {
        return wrong("The search is longer than " + std::to_string(kTypedBytesMax) + " bytes.");
    }
    if (!is_valid_utf8(text)) return wrong("The words are not UTF-8.");
    const std::string plain = with_plain_quotes(text);
    Cursor cursor(plain);
    while (!cursor.at_end()) {
        if (Result<void> read = read_part(cursor); !read) return read;
    }
    if (!cursor.was_closed()) remark("The last quote was not closed: the phrase goes to the end.");
    return {};
}

Result<void> QueryReader::read_part(Cursor& cursor) {
    if (cursor.at_quote()) return add_phrase(cursor.take_phrase());
    if (cursor.take('-')) return read_excluded(cursor);
    Cursor behind_name = cursor.copy();
    const std::optional<std::string_view> name = behind_name.take_name();
    if (name && find_filter(*name) != nullptr) {
        cursor = behind_name;
        return read_filter(*name, cursor);
    }
    const FilterName* meant = name ? nearly_a_filter(*name) : nullptr;
    const std::string_view word = cursor.take_word();
    if (meant != nullptr && !behind_name.at_word_end()) {
        return wrong("There is no filter " + shown(*name) + ":. Did you mean " +
                     std::string(meant->name) + shown(word.substr(name->size())) +
                     "? As words to look for, put it in quotes: \"" + shown(word) + "\".");
    }
    return read_word(word);
}

Result<void> QueryReader::read_excluded(Cursor& cursor) {
    if (cursor.at_word_end()) {
        remark("A \"-\" alone leaves nothing out; it stands right before a word: -trailer.");
        return {};
    }
    const std::optional<std::string_view> name = cursor.copy().take_name();
    const bool is_dash = cursor.copy().take('-');
    const std::string_view words = cursor.take_phrase_or_word();
    if (name && find_filter(*name) != nullptr) {
        return wrong("-" + shown(words) +
                     ": only words and phrases can be left out, as in -trailer or "
                     "-\"making of\".");
    }
    if (is_dash) return wrong("-" + shown(words) + ": a word is left out by one dash: -trailer.");
    return exclude(words);
}

Result<void> QueryReader::read_filter(std::string_view filter, Cursor& cursor) {
    const std::string_view value =
        cursor.at_word_end() ? std::string_view() : cursor.take_phrase_or_word();
    return narrow(filter, value);
}

Result<void> QueryReader::read_word(std::string_view word) {
    const std::size_t sign = word.find_first_of("<>=");
    if (sign == 4 && find_filter(word.substr(0, sign)) == find_filter("size")) {
        return wrong(shown(word) + ": a colon is missing; write it like size:>1G.");
    }
    add_words(word);
    return {};
}

Result<void> QueryReader::narrow(std::string_view filter, std::string_view value) {
    const FilterName* known = find_filter(filter);
    if (known == nullptr) return wrong("There is no filter " + shown(filter) + ":.");
    const std::string_view name = known->name;
    value = trimmed(value);
    if (value.empty()) {
        return wrong(std::string(name) + ": has nothing behind it; write it like " +
                     std::string(known->example) + ".");
    }
    if (!is_valid_utf8(value)) return wrong("The words are not UTF-8.");
    if (name == "type") return add_types(value);
    if (name == "ext") return add_extensions(value);
    if (name == "size") return add_size(value);
    if (name == "peer") return add_peer(value);
    if (name == "path") {
        return add_once(typed_.query.folders, value, kQueryTermsMax, "parts of a path");
    }
    return add_age(name, value);
}

Result<void> QueryReader::add_phrase(std::string_view phrase) {
    phrase = trimmed(phrase);
    if (phrase.empty()) {
        remark("Quotes without words between them say nothing.");
        return {};
    }
    add_words(phrase);
    return add_once(typed_.query.phrases, phrase, kQueryTermsMax, "phrases");
}

Result<void> QueryReader::exclude(std::string_view words) {
    words = trimmed(words);
    if (words.empty()) {
        remark("Quotes without words between them leave nothing out.");
        return {};
    }
    return add_once(typed_.query.excluded, words, kQueryTermsMax, "words to leave out");
}

void QueryReader::size_at_least(std::uint64_t bytes) {
    raise(typed_.query.size_min, bytes);
}

void QueryReader::size_at_most(std::uint64_t bytes) {
    lower(typed_.query.size_max, bytes);
}

Result<void> QueryReader::add_types(std::string_view value) {
    return each_of_list(value, [&](std::string_view word) -> Result<void> {
        const std::optional<FileType> type = parse_file_type(lowered(word));
        if (!type || *type == FileType::any) {
            return wrong("type:" + shown(word) +
                         ": a type is one of video, audio, image, document, archive, program, "
                         "folder; write it like type:video,audio.");
        }
        typed_.query.types.add(*type);
        return {};
    });
}

Result<void> QueryReader::add_extensions(std::string_view value) {
    return each_of_list(value, [&](std::string_view word) -> Result<void> {
        std::string extension = lowered(word);
        if (extension.starts_with('.')) extension.erase(0, 1);
        if (extension.empty() || extension.size() > kQueryExtensionBytesMax ||
            extension.find('/') != extension.npos) {
            return wrong("ext:" + shown(word) +
                         ": an extension is what stands behind the last dot of a name; write it "
                         "like ext:iso,img.");
        }
        return add_once(typed_.query.extensions, extension, kQueryExtensionsMax, "extensions");
    });
}

Result<void> QueryReader::add_size(std::string_view value) {
    const Result<SizeRange> range = parse_size_range(value);
    if (!range) return wrong("size:" + shown(value) + ": " + range.error().message + ".");
    if (range->min) size_at_least(*range->min);
    if (range->max) size_at_most(*range->max);
    return {};
}

Result<void> QueryReader::add_age(std::string_view filter, std::string_view value) {
    const Result<UnixSeconds> past = parse_past(value, now_);
    if (!past) {
        return wrong(std::string(filter) + ":" + shown(value) + ": " + past.error().message + ".");
    }
    if (filter == "newer") {
        raise(typed_.query.modified_min, *past);
    } else {
        lower(typed_.query.modified_max, *past - 1);
    }
    return {};
}

Result<void> QueryReader::add_peer(std::string_view value) {
    if (!typed_.peer.empty() && typed_.peer != value) {
        return wrong("peer:" + shown(value) + ": one peer at a time; without peer: all are asked.");
    }
    typed_.peer = value;
    return {};
}

void QueryReader::add_words(std::string_view words) {
    std::string& text = typed_.query.text;
    if (!text.empty()) text += ' ';
    text += words;
}

void QueryReader::remark(std::string sentence) {
    if (std::ranges::find(typed_.remarks, sentence) == typed_.remarks.end())
        typed_.remarks.push_back(std::move(sentence));
}

Result<TypedQuery> QueryReader::finish() const {
    const Query& query = typed_.query;
    if (query.text.size() > kQueryTextBytesMax) {
        return wrong("The words are longer than " + std::to_string(kQueryTextBytesMax) + " bytes.");
    }
    const bool narrows = !query.types.is_empty() || query.size_min || query.size_max ||
                         !query.extensions.empty() || query.modified_min || query.modified_max ||
                         !query.folders.empty() || !typed_.peer.empty();
    if (trimmed(query.text).empty() && !narrows) {
        if (query.excluded.empty()) return wrong("Say what to search for, or give a filter.");
        return wrong(
            "Leaving words out is not enough: say what to search for as well, as in "
            "film -" +
            shown(query.excluded.front()) + ".");
    }
    if (query.size_min && query.size_max && *query.size_min > *query.size_max)
        return wrong("No size is both as large and as small as that: size:1G..4G is a range.");
    if (query.modified_min && query.modified_max && *query.modified_min > *query.modified_max)
        return wrong("Nothing is both newer and older than that: newer:30d older:7d is a range.");
    return typed_;
}

}  // namespace iwant
