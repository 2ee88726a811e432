#include "io/control/query_fields.h"

namespace iwant::control {

namespace {

constexpr std::uint64_t kSizeMax = std::uint64_t{1} << 53;

}  // namespace

Result<TypedQuery> read_query(RequestBody& body, UnixSeconds now) {
    QueryReader reader(now);
    Result<void> read = reader.read_text(body.text_if_given("query").value_or(""));
    const auto take = [&](Result<void> next) {
        if (read) read = std::move(next);
    };
    for (const char* filter : {"type", "ext", "size", "newer", "older", "peer"}) {
        if (const auto value = body.text_if_given(filter)) take(reader.narrow(filter, *value));
    }
    for (const std::string& part : body.texts_if_given("path")) take(reader.narrow("path", part));
    for (const std::string& phrase : body.texts_if_given("phrase")) take(reader.add_phrase(phrase));
    for (const std::string& words : body.texts_if_given("exclude")) take(reader.exclude(words));
    if (const auto size = body.number_if_given("min_size", kSizeMax)) reader.size_at_least(*size);
    if (const auto size = body.number_if_given("max_size", kSizeMax)) reader.size_at_most(*size);
    if (!read) return std::unexpected(read.error());
    return reader.finish();
}

}  // namespace iwant::control
