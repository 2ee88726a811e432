// The search index under names, queries and changes that a stranger chose: nothing may crash or run
// long, answers keep their limits, and an entry that was put is found by its exact name.

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "base/assert.h"
#include "core/search/index.h"

namespace {

using namespace iwant;

/// Takes the input apart, a little at a time.
class Input {
  public:
    Input(const std::uint8_t* bytes, std::size_t size)
        : left_(reinterpret_cast<const char*>(bytes), size) {}

    bool is_empty() const { return left_.empty(); }
    std::uint8_t byte() {
        if (left_.empty()) return 0;
        const auto value = static_cast<std::uint8_t>(left_.front());
        left_.remove_prefix(1);
        return value;
    }
    std::string text() {
        const std::string_view taken = left_.substr(0, byte());
        left_.remove_prefix(std::min(taken.size(), left_.size()));
        return std::string(taken);
    }

  private:
    std::string_view left_;
};

PeerId peer(std::uint8_t number) {
    PeerId id;
    id.hash.bytes[0] = number;
    return id;
}

void put(search::Index& index, Input& input) {
    Entry entry;
    const std::uint8_t flags = input.byte();
    entry.id = EntryId{input.byte() % std::uint64_t{16}};
    entry.kind = (flags & 1) != 0 ? EntryKind::folder : EntryKind::file;
    if ((flags & 2) != 0) entry.content.emplace().bytes.fill(flags);
    entry.path = input.text();
    index.put(peer(flags >> 6), entry);
}

void ask(const search::Index& index, Input& input) {
    Query query;
    const std::uint8_t flags = input.byte();
    query.exact = (flags & 1) != 0;
    query.types = static_cast<FileType>((flags >> 1) % 8);
    query.limit = flags;
    if ((flags & 16) != 0) query.extensions = {input.text()};
    if ((flags & 32) != 0) query.phrases = {input.text(), input.text()};
    if ((flags & 64) != 0) query.excluded = {input.text(), input.text()};
    if ((flags & 128) != 0) query.folders = {input.text()};
    query.text = input.text();
    const search::Answer answer = index.search(query);
    ASSERT(answer.matches.size() <= query.limit);
    ASSERT(answer.matches.size() <= answer.total);
    for (const search::Match& match : answer.matches) {
        ASSERT(!match.sources.empty() && match.sources.size() <= 64);
        ASSERT(match.score >= 0 && match.score <= 1);
    }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
    Input input(bytes, size);
    search::Index index;
    while (!input.is_empty()) {
        switch (input.byte() % 8) {
            case 0:
                index.remove(peer(input.byte() % 4), EntryId{input.byte() % std::uint64_t{16}});
                break;
            case 1:
                index.remove_owner(peer(input.byte() % 4));
                break;
            case 2:
                index.with_content_prefix(input.text(), 5);
                break;
            case 3:
            case 4:
                ask(index, input);
                break;
            default:
                put(index, input);
                break;
        }
    }
    for (std::uint8_t owner = 0; owner < 4; ++owner) index.remove_owner(peer(owner));
    ASSERT(index.entry_count() == 0);
    return 0;
}
