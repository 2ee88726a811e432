#include <thread>

#include <gmock/gmock.h>

#include "io/platform/test_privileges.h"
#include "io/scanner/ignore_rules.h"
#include "io/scanner/scanner_fixture.h"

// `.iwantignore` files as the scanner follows them; what they mean is in ignore_rules_test.

namespace iwant::scanner {
namespace {

namespace fs = std::filesystem;
using testing::HasSubstr;

TEST_F(ScannerTest, WhatIsIgnoredIsNotToldNorWatched) {
    folder_.write("s/.iwantignore", "*.log\n/private/\n!keep.log\n");
    for (const char* path : {"a", "x.log", "keep.log", "private/b", "c/private/d", "c/y.log"}) {
        folder_.write(std::string("s/") + path, "1");
    }
    folder_.write("s/c/.iwantignore", "!y.log\n/e\n");
    start();
    const Listing shared{{"a", 1},          {"keep.log", 1},    {"c", -1},
                         {"c/private", -1}, {"c/private/d", 1}, {"c/y.log", 1}};
    EXPECT_EQ(sink_.listing(), shared);
    EXPECT_EQ(scanner_->report().folders_watched, 3u);
    folder_.write("s/c/e", "1");
    folder_.write("s/c/z.log", "1");
    folder_.write("s/private/f", "1");
    folder_.write("s/g", "1");
    Listing later = shared;
    later["g"] = 1;
    EXPECT_TRUE(sink_.wait_for(later));
}

TEST_F(ScannerTest, ChangedRulesTakeEffectByThemselves) {
    folder_.write("s/a", "1");
    folder_.write("s/b/c", "1");
    folder_.write("s/b/d/e", "1");
    start();
    folder_.write("s/.iwantignore", "b/\n");
    EXPECT_TRUE(sink_.wait_for({{"a", 1}}));
    folder_.write("s/b/later", "12");
    folder_.write("s/.iwantignore", "a\n/b/c\n");
    EXPECT_TRUE(sink_.wait_for({{"b", -1}, {"b/d", -1}, {"b/d/e", 1}, {"b/later", 2}}));
    folder_.write("s/b/.iwantignore", "d\n");
    EXPECT_TRUE(sink_.wait_for({{"b", -1}, {"b/later", 2}}));
    // Replaced as editors do it, then moved along with its folder, then removed.
    folder_.write("other", "c\n");
    fs::rename(folder_ / "other", folder_ / "s/b/.iwantignore");
    EXPECT_TRUE(sink_.wait_for({{"b", -1}, {"b/d", -1}, {"b/d/e", 1}, {"b/later", 2}}));
    fs::rename(folder_ / "s/b", folder_ / "s/n");
    EXPECT_TRUE(sink_.wait_for({{"n", -1}, {"n/d", -1}, {"n/d/e", 1}, {"n/later", 2}}));
    fs::remove(folder_ / "s/n/.iwantignore");
    EXPECT_TRUE(sink_.wait_for({{"n", -1}, {"n/c", 1}, {"n/d", -1}, {"n/d/e", 1}, {"n/later", 2}}));
    fs::remove(folder_ / "s/.iwantignore");
    expect_as_on_disk();
    EXPECT_EQ(sink_.listing().at("a"), 1);
}

TEST_F(ScannerTest, WhatBecomesAFolderMayBeIgnoredOnlyThen) {
    folder_.write("s/.iwantignore", "a/\n");
    folder_.write("s/a", "1");
    start();
    EXPECT_EQ(sink_.listing(), (Listing{{"a", 1}}));
    fs::remove(folder_ / "s/a");
    folder_.write("s/a/b", "1");
    EXPECT_TRUE(sink_.wait_for({}));
    fs::remove_all(folder_ / "s/a");
    folder_.write("s/a", "12");
    EXPECT_TRUE(sink_.wait_for({{"a", 2}}));
}

TEST_F(ScannerTest, RulesThatCannotBeUsedHideTheirFolderAndAreToldOf) {
    folder_.write("s/a", "1");
    folder_.write("s/b/c", "1");
    folder_.write("s/b/.iwantignore", std::string(70'000, '#'));
    folder_.write("s/d/e", "1");
    fs::create_symlink(folder_ / "s/a", folder_ / "s/d/.iwantignore");
    start();
    EXPECT_EQ(sink_.listing(), (Listing{{"a", 1}, {"b", -1}, {"d", -1}}));
    const std::vector<std::string> warnings = scanner_->report().warnings;
    ASSERT_EQ(warnings.size(), 2u);
    EXPECT_THAT(warnings[0], HasSubstr((folder_ / "s/b").string()));
    EXPECT_THAT(warnings[0], HasSubstr("larger than 64 KiB"));
    folder_.write("s/b/.iwantignore", "none\n");
    fs::remove(folder_ / "s/d/.iwantignore");
    EXPECT_TRUE(sink_.wait_for({{"a", 1}, {"b", -1}, {"b/c", 1}, {"d", -1}, {"d/e", 1}}));
    // The report is made anew after the walk was told.
    scanner_->rescan();
    const Time end = platform::now() + std::chrono::seconds(20);
    while (!scanner_->report().warnings.empty() && platform::now() < end) std::this_thread::yield();
    EXPECT_EQ(scanner_->report().warnings, std::vector<std::string>{});
}

TEST_F(ScannerTest, UnreadableRulesHideTheirFolderUntilTheyAreReadable) {
    folder_.write("s/a", "1");
    folder_.write("s/.iwantignore", "b\n");
    folder_.write("s/b", "1");
    fs::permissions(folder_ / "s/.iwantignore", fs::perms::none);
    {
        const platform::TestAsOrdinaryUser user;
        start();
    }
    EXPECT_EQ(sink_.listing(), Listing{});
    fs::permissions(folder_ / "s/.iwantignore", fs::perms::all);
    EXPECT_TRUE(sink_.wait_for({{"a", 1}}));
}

}  // namespace
}  // namespace iwant::scanner
