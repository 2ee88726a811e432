#include "core/node/holdings.h"

#include <gtest/gtest.h>

#include "core/protocol/limits.h"
#include "core/protocol/sample_messages.h"

namespace iwant::node {
namespace {

using protocol::Holding;
using protocol::sample::hash;
using protocol::sample::peer;

Holding holding(std::uint8_t content) {
    return {EntryKind::file, hash(content), "thing", 5};
}

TEST(HoldingsBook, TellsWhoHoldsAContent) {
    HoldingsBook book;
    book.told(peer(1), {true, {holding(0xab), holding(0xcd)}, {}});
    book.told(peer(2), {true, {holding(0xab)}, {}});
    const auto found = book.with_prefix("ababab");
    ASSERT_EQ(found.size(), 1u);
    EXPECT_EQ(found[0].holding, holding(0xab));
    EXPECT_EQ(found[0].peers, (std::vector<PeerId>{peer(1), peer(2)}));
    EXPECT_TRUE(book.with_prefix("abababff").empty());
}

TEST(HoldingsBook, ChangesAddAndRemove) {
    HoldingsBook book;
    book.told(peer(1), {true, {holding(0xab)}, {}});
    book.told(peer(1), {false, {holding(0xcd)}, {hash(0xab)}});
    EXPECT_TRUE(book.with_prefix("ababab").empty());
    EXPECT_EQ(book.with_prefix("cdcdcd").size(), 1u);
    book.told(peer(1), {true, {}, {}});
    EXPECT_EQ(book.size(), 0u);
}

TEST(HoldingsBook, ForgetsAPeerThatLeft) {
    HoldingsBook book;
    book.told(peer(1), {true, {holding(0xab)}, {}});
    book.told(peer(2), {true, {holding(0xab)}, {}});
    book.forget(peer(1));
    ASSERT_EQ(book.with_prefix("ababab").size(), 1u);
    EXPECT_EQ(book.with_prefix("ababab")[0].peers, std::vector<PeerId>{peer(2)});
}

TEST(HoldingsBook, TakesNoMoreOfOnePeerThanItsShare) {
    HoldingsBook book;
    for (std::uint32_t i = 0; i < protocol::kHoldingsMax + 10; ++i) {
        Holding one = holding(1);
        one.content.bytes[0] = static_cast<std::uint8_t>(i);
        one.content.bytes[1] = static_cast<std::uint8_t>(i >> 8);
        book.told(peer(1), {false, {one}, {}});
    }
    EXPECT_EQ(book.size(), protocol::kHoldingsMax);
}

}  // namespace
}  // namespace iwant::node
