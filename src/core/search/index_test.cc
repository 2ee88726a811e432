#include "core/search/index.h"

#include <gtest/gtest.h>

namespace iwant::search {
namespace {

PeerId peer(std::uint8_t number) {
    PeerId id;
    id.hash.bytes[0] = number;
    return id;
}

TEST(Index, FindsANameInSpiteOfTypos) {
    Index index;
    Entry entry;
    entry.id = {1};
    entry.path = "Series/Silicon Valley S01E01.mkv";
    index.put(peer(1), entry);
    for (const char* text :
         {"slicon valey", "silicom vallay", "siilcon vlaley", "silliconn vallley"}) {
        Query query;
        query.text = text;
        EXPECT_EQ(index.search(query).matches.size(), 1u) << text;
    }
}

}  // namespace
}  // namespace iwant::search
