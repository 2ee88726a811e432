#include "app/daemon/hash_waits.h"

#include <numeric>

#include <gmock/gmock.h>

namespace iwant::daemon {
namespace {

using testing::IsEmpty;

constexpr EntryId kFolder{100};
constexpr EntryId kOtherFolder{200};
const HashWaits::Hashed kNobody = [](const Result<Entry>&) {};

std::vector<EntryId> files(std::uint64_t first, std::size_t count) {
    std::vector<EntryId> ids;
    for (std::uint64_t i = 0; i < count; ++i) ids.push_back(EntryId{first + i});
    return ids;
}

TEST(HashWaits, AFolderIsOverWithTheLastOfItsFiles) {
    HashWaits waits;
    ASSERT_TRUE(waits.add(kFolder, files(1, 2), kNobody));
    EXPECT_EQ(waits.next(), EntryId{1});
    EXPECT_EQ(waits.next(), EntryId{2});
    EXPECT_EQ(waits.next(), std::nullopt);
    EXPECT_THAT(waits.settle({2}), IsEmpty());
    const auto over = waits.settle({1});
    ASSERT_EQ(over.size(), 1U);
    EXPECT_EQ(over[0].entry, kFolder);
    EXPECT_THAT(waits.settle({1}), IsEmpty()) << "it is told once";
}

TEST(HashWaits, ThoseWhoAskForTheSameShareOneWait) {
    HashWaits waits;
    EXPECT_FALSE(waits.join(kFolder, kNobody));
    ASSERT_TRUE(waits.add(kFolder, files(1, 1), kNobody));
    EXPECT_TRUE(waits.join(kFolder, kNobody));
    const auto over = waits.settle({1});
    ASSERT_EQ(over.size(), 1U);
    EXPECT_EQ(over[0].hashed.size(), 2U);
    EXPECT_FALSE(waits.join(kFolder, kNobody));
}

TEST(HashWaits, AFileThatTwoFoldersNeedIsHashedOnce) {
    HashWaits waits;
    ASSERT_TRUE(waits.add(kFolder, files(1, 1), kNobody));
    ASSERT_TRUE(waits.add(kOtherFolder, files(1, 2), kNobody));
    EXPECT_EQ(waits.next(), EntryId{1});
    EXPECT_EQ(waits.next(), EntryId{2});
    EXPECT_EQ(waits.next(), std::nullopt);
    EXPECT_EQ(waits.settle({1}).size(), 1U);
    EXPECT_EQ(waits.settle({2}).size(), 1U);
}

TEST(HashWaits, AFileThatWasHashedInItsTurnIsNotGivenOut) {
    HashWaits waits;
    ASSERT_TRUE(waits.add(kFolder, files(1, 2), kNobody));
    EXPECT_THAT(waits.settle({1}), IsEmpty());
    EXPECT_EQ(waits.next(), EntryId{2});
    EXPECT_EQ(waits.next(), std::nullopt);
}

TEST(HashWaits, GivesOutNoMoreThanIsWorthwhileAtOnce) {
    HashWaits waits;
    ASSERT_TRUE(waits.add(kFolder, files(1, HashWaits::kUnderWayMax + 5), kNobody));
    for (std::size_t i = 0; i < HashWaits::kUnderWayMax; ++i) ASSERT_TRUE(waits.next()) << i;
    EXPECT_EQ(waits.next(), std::nullopt);
    EXPECT_THAT(waits.settle({1}), IsEmpty());
    EXPECT_EQ(waits.next(), (EntryId{HashWaits::kUnderWayMax + 1}));
    EXPECT_EQ(waits.next(), std::nullopt);
}

TEST(HashWaits, TakesNoMoreFilesThanItsMaximum) {
    HashWaits waits;
    constexpr std::size_t kHalf = HashWaits::kFilesMax / 2;
    ASSERT_TRUE(waits.add(kFolder, files(1, kHalf), kNobody));
    EXPECT_FALSE(waits.add(kOtherFolder, files(1, kHalf + 1), kNobody));
    EXPECT_FALSE(waits.join(kOtherFolder, kNobody));
    ASSERT_TRUE(waits.add(kOtherFolder, files(1, kHalf), kNobody));
    EXPECT_FALSE(waits.add({300}, files(1, 1), kNobody));
    EXPECT_EQ(waits.settle({1}).size(), 0U);
    EXPECT_TRUE(waits.add({300}, files(2, 1), kNobody)) << "what is settled makes room";
}

}  // namespace
}  // namespace iwant::daemon
