#include "io/scanner/pending.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace iwant::scanner {
namespace {

using std::chrono::milliseconds;

Time at(int ms) {
    return Time(milliseconds(ms));
}

std::vector<std::string> take(PendingChanges& pending, int ms) {
    std::vector<std::string> paths;
    for (const Change& change : pending.take_due(at(ms))) paths.push_back(change.path);
    return paths;
}

TEST(PendingChanges, EachEventAboutAFilePutsItOff) {
    PendingChanges pending;
    ASSERT_TRUE(pending.add({"/a", false, {}}, milliseconds(100), at(0)));
    ASSERT_TRUE(pending.add({"/a", false, {}}, milliseconds(100), at(50)));
    EXPECT_EQ(pending.next_due(), at(150));
    EXPECT_THAT(take(pending, 149), testing::IsEmpty());
    EXPECT_THAT(take(pending, 150), testing::ElementsAre("/a"));
    EXPECT_EQ(pending.next_due(), std::nullopt);
}

TEST(PendingChanges, AFolderTakesInEverythingBelowAndIsNotPutOff) {
    PendingChanges pending;
    ASSERT_TRUE(pending.add({"/a/b", false, {}}, milliseconds(100), at(0)));
    ASSERT_TRUE(pending.add({"/a0", false, {}}, milliseconds(100), at(0)));
    ASSERT_TRUE(pending.add({"/a", true, {}}, milliseconds(50), at(0)));
    ASSERT_TRUE(pending.add({"/a/b/c", false, {}}, milliseconds(100), at(0)));
    ASSERT_TRUE(pending.add({"/a", true, {}}, milliseconds(50), at(40)));
    EXPECT_EQ(pending.size(), 2u);
    EXPECT_TRUE(pending.is_covered("/a/b/c"));
    EXPECT_FALSE(pending.is_covered("/a0"));
    EXPECT_THAT(take(pending, 50), testing::ElementsAre("/a"));
    EXPECT_THAT(take(pending, 100), testing::ElementsAre("/a0"));
}

TEST(PendingChanges, GivesUpWhenThereAreTooMany) {
    PendingChanges pending;
    for (std::size_t i = 0; i < kPendingMax; ++i) {
        ASSERT_TRUE(pending.add({"/" + std::to_string(i), false, {}}, milliseconds(1), at(0)));
    }
    EXPECT_FALSE(pending.add({"/more", false, {}}, milliseconds(1), at(0)));
    EXPECT_EQ(pending.size(), 0u);
}

}  // namespace
}  // namespace iwant::scanner
