#include "io/scanner/scanner.h"

#include <thread>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/prng.h"
#include "io/platform/test_privileges.h"
#include "io/scanner/scanner_fixture.h"

namespace iwant::scanner {
namespace {

namespace fs = std::filesystem;
using testing::Contains;
using testing::HasSubstr;
using testing::Key;
using testing::Not;

TEST_F(ScannerTest, TellsWhatIsThereAtStart) {
    folder_.write("s/a", "1");
    folder_.write("s/b/c/d", "12");
    folder_.make("s/empty");
    start();
    EXPECT_EQ(sink_.listing(),
              (Listing{{"a", 1}, {"b", -1}, {"b/c", -1}, {"b/c/d", 2}, {"empty", -1}}));
    EXPECT_EQ(scanner_->report().folders_watched, 4u);
    EXPECT_EQ(scanner_->report().folders_polled, 0u);
}

TEST_F(ScannerTest, TellsLargeFoldersInBatches) {
    for (int i = 0; i < 5000; ++i) folder_.write("s/" + std::to_string(i), "");
    start();
    EXPECT_EQ(sink_.listing().size(), 5000u);
    EXPECT_LE(sink_.max_batch(), 2000u);
    EXPECT_GE(sink_.reports(), 3u);
}

TEST_F(ScannerTest, TellsCreatedChangedRenamedAndRemovedFiles) {
    start();
    folder_.write("s/a", "1");
    EXPECT_TRUE(sink_.wait_for({{"a", 1}}));
    folder_.write("s/a", "12345");
    EXPECT_TRUE(sink_.wait_for({{"a", 5}}));
    fs::rename(folder_ / "s/a", folder_ / "s/b");
    EXPECT_TRUE(sink_.wait_for({{"b", 5}}));
    folder_.write("other", "123");
    fs::rename(folder_ / "other", folder_ / "s/b");
    EXPECT_TRUE(sink_.wait_for({{"b", 3}}));
    fs::remove(folder_ / "s/b");
    EXPECT_TRUE(sink_.wait_for({}));
}

TEST_F(ScannerTest, TellsAChangeWithinASecond) {
    start();
    const Time before = platform::now();
    folder_.write("s/a", "1");
    EXPECT_TRUE(sink_.wait_for({{"a", 1}}));
    const auto told = platform::now() - before;
    fs::rename(folder_ / "s/a", folder_ / "s/b");
    EXPECT_TRUE(sink_.wait_for({{"b", 1}}));
    const Time removing = platform::now();
    fs::remove(folder_ / "s/b");
    EXPECT_TRUE(sink_.wait_for({}));
    EXPECT_LT(told, std::chrono::milliseconds(800));
    EXPECT_LT(platform::now() - removing, std::chrono::milliseconds(400));
}

TEST_F(ScannerTest, AFileThatIsBeingWrittenIsToldWhenItIsQuiet) {
    start();
    std::ofstream file(folder_ / "s/growing");
    const Time end = platform::now() + std::chrono::milliseconds(900);
    while (platform::now() < end) {
        file << "more" << std::flush;
        EXPECT_EQ(sink_.listing(), Listing{});
    }
    expect_as_on_disk();
}

TEST_F(ScannerTest, TellsFoldersThatMoveInOutAndWithin) {
    folder_.write("s/in/x/y", "1");
    folder_.write("out/deep/z", "12");
    start();
    fs::rename(folder_ / "out", folder_ / "s/new");
    expect_as_on_disk();
    folder_.write("s/new/deep/later", "123");
    expect_as_on_disk();
    fs::rename(folder_ / "s/in", folder_ / "s/new/moved");
    expect_as_on_disk();
    folder_.write("s/new/moved/x/later", "1");
    expect_as_on_disk();
    fs::rename(folder_ / "s/new", folder_ / "gone");
    EXPECT_TRUE(sink_.wait_for({}));
    folder_.write("gone/deep/unseen", "");
    folder_.write("s/seen", "");
    EXPECT_TRUE(sink_.wait_for({{"seen", 0}}));
    EXPECT_EQ(scanner_->report().folders_watched, 1u);
}

TEST_F(ScannerTest, MissesNothingOfATreeThatIsMadeQuickly) {
    start();
    for (int i = 0; i < 200; ++i) {
        const std::string base = "s/" + std::to_string(i % 10) + "/" + std::to_string(i) + "/deep";
        for (int j = 0; j < 4; ++j) folder_.write(base + "/" + std::to_string(j), "x");
    }
    expect_as_on_disk();
    fs::remove_all(folder_ / "s/3");
    fs::rename(folder_ / "s/4", folder_ / "s/3");
    expect_as_on_disk();
}

TEST_F(ScannerTest, DoesNotTellRubbishHiddenFilesNorSymlinks) {
    folder_.write("outside/secret", "1");
    for (const char* name : {".hidden", ".git/config", "Thumbs.db", "THUMBS.DB", "a.part",
                             "@eaDir/x", "$RECYCLE.BIN/x", ".iwant-tmp-1/x", "b.crdownload"}) {
        folder_.write(std::string("s/") + name, "1");
    }
    folder_.write("s/party", "1");
    fs::create_symlink(folder_ / "outside", folder_ / "s/link");
    fs::create_symlink(folder_ / "outside/secret", folder_ / "s/file");
    start();
    EXPECT_EQ(sink_.listing(), (Listing{{"party", 1}}));
    folder_.write("s/c.part", "1");
    folder_.write("s/.git/index", "1");
    fs::create_symlink(folder_ / "outside", folder_ / "s/other");
    fs::rename(folder_ / "s/a.part", folder_ / "s/a");
    EXPECT_TRUE(sink_.wait_for({{"a", 1}, {"party", 1}}));
    fs::remove(folder_ / "s/a");
    fs::create_symlink(folder_ / "outside/secret", folder_ / "s/a");
    EXPECT_TRUE(sink_.wait_for({{"party", 1}}));
}

TEST_F(ScannerTest, DoesNotTellExcludedFoldersWhereverTheyMove) {
    folder_.write("s/state/key", "1");
    folder_.write("s/a", "1");
    ScanOptions options;
    options.shares = {{"s", folder_ / "s"}};
    options.excluded = {folder_ / "s/state"};
    start(std::move(options));
    EXPECT_EQ(sink_.listing(), (Listing{{"a", 1}}));
    folder_.write("s/state/more", "1");
    fs::rename(folder_ / "s/state", folder_ / "s/renamed");
    folder_.write("s/b", "1");
    EXPECT_TRUE(sink_.wait_for({{"a", 1}, {"b", 1}}));
}

TEST_F(ScannerTest, AnnouncesOddNamesByValidOnesAndKeepsTheirPaths) {
    folder_.write("s/bad\xff.txt", "1");
    folder_.write("s/back\\slash", "1");
    folder_.write(
        "s/u\xcc\x88"
        "ber/x",
        "1");
    start();
    EXPECT_EQ(sink_.listing(),
              (Listing{{"bad%FF.txt", 1}, {"back%5Cslash", 1}, {"über", -1}, {"über/x", 1}}));
    EXPECT_EQ(sink_.disk_path("bad%FF.txt"), "bad\xff.txt");
    EXPECT_EQ(sink_.disk_path("über/x"),
              "u\xcc\x88"
              "ber/x");
    folder_.write(
        "s/u\xcc\x88"
        "ber/y",
        "12");
    folder_.write("s/more\xfe", "12");
    fs::remove(folder_ / "s/back\\slash");
    EXPECT_TRUE(sink_.wait_for(
        {{"bad%FF.txt", 1}, {"more%FE", 2}, {"über", -1}, {"über/x", 1}, {"über/y", 2}}));
}

TEST_F(ScannerTest, NamesThatBecomeEqualAreToldApart) {
    folder_.write("s/\xc3\xbc.txt", "1");
    folder_.write("s/u\xcc\x88.txt", "12");
    start();
    const Listing both{{"ü.txt", 1}, {"ü (2).txt", 2}};
    EXPECT_EQ(sink_.listing(), both);
    EXPECT_EQ(sink_.disk_path("ü (2).txt"), "u\xcc\x88.txt");
    fs::remove(folder_ / "s/\xc3\xbc.txt");
    EXPECT_TRUE(sink_.wait_for({{"ü.txt", 2}}));
    folder_.write("s/\xc3\xbc.txt", "1");
    EXPECT_TRUE(sink_.wait_for(both));
    fs::remove(folder_ / "s/u\xcc\x88.txt");
    EXPECT_TRUE(sink_.wait_for({{"ü.txt", 1}}));
}

TEST_F(ScannerTest, SkipsWhatIsTooDeep) {
    std::string path = "s";
    for (int i = 0; i < 70; ++i) path += "/d";
    folder_.write(path + "/x", "1");
    start();
    EXPECT_EQ(sink_.listing().size(), 63u);
}

TEST_F(ScannerTest, AnUnreadableFolderHidesOnlyWhatIsInItUntilItIsReadable) {
    folder_.write("s/a", "1");
    folder_.write("s/closed/b", "12");
    fs::permissions(folder_ / "s/closed", fs::perms::none);
    {
        // Inherited by the scanner's thread, which keeps it.
        const platform::TestAsOrdinaryUser user;
        start();
    }
    EXPECT_EQ(sink_.listing(), (Listing{{"a", 1}, {"closed", -1}}));
    EXPECT_TRUE(sink_.unreadable().empty());
    fs::permissions(folder_ / "s/closed", fs::perms::all);
    EXPECT_TRUE(sink_.wait_for({{"a", 1}, {"closed", -1}, {"closed/b", 2}}));
    folder_.write("s/closed/c", "123");
    EXPECT_TRUE(sink_.wait_for({{"a", 1}, {"closed", -1}, {"closed/b", 2}, {"closed/c", 3}}));
    fs::permissions(folder_ / "s", fs::perms::none);
    EXPECT_TRUE(sink_.wait_for_unreadable());
    folder_.write("s/d", "1");
    fs::permissions(folder_ / "s", fs::perms::all);
    EXPECT_TRUE(sink_.wait_for_all_readable());
    expect_as_on_disk();
}

TEST_F(ScannerTest, AShareThatGoesAndComesBackKeepsItsEntries) {
    folder_.write("s/a", "1");
    start();
    fs::rename(folder_ / "s", folder_ / "away");
    ASSERT_TRUE(sink_.wait_for_unreadable());
    EXPECT_EQ(sink_.listing(), (Listing{{"a", 1}}));
    folder_.write("away/b", "12");
    fs::rename(folder_ / "away", folder_ / "s");
    EXPECT_TRUE(sink_.wait_for({{"a", 1}, {"b", 2}}));
    EXPECT_TRUE(sink_.unreadable().empty());
    folder_.write("s/c", "123");
    EXPECT_TRUE(sink_.wait_for({{"a", 1}, {"b", 2}, {"c", 3}}));
}

TEST_F(ScannerTest, AnEmptyFolderInItsPlaceIsNoReasonToForgetAShare) {
    folder_.write("s/a", "1");
    start();
    fs::rename(folder_ / "s", folder_ / "away");
    folder_.make("s");
    ASSERT_TRUE(sink_.wait_for_unreadable());
    EXPECT_EQ(sink_.listing(), (Listing{{"a", 1}}));
    folder_.write("s/b", "12");
    EXPECT_TRUE(sink_.wait_for({{"b", 2}}));
}

TEST_F(ScannerTest, AnEmptyFolderInItsPlaceIsNoneAfterARestartEither) {
    folder_.write("s/a", "1");
    start();
    EXPECT_EQ(sink_.inode(), platform::info_of(folder_ / "s")->stamp.inode);
    scanner_.reset();
    fs::rename(folder_ / "s", folder_ / "away");
    folder_.write("s/.trash", "what mount points may hold");
    ScanOptions options;
    options.shares = {{"s", folder_ / "s", sink_.inode()}};
    options.ignore = default_ignore_patterns();
    options.check_shares = std::chrono::milliseconds(100);
    scanner_ = Scanner::start(std::move(options), sink_, logger_).value();
    ASSERT_TRUE(sink_.wait_for_unreadable());
    EXPECT_EQ(sink_.listing(), (Listing{{"a", 1}}));
    fs::remove_all(folder_ / "s");
    fs::rename(folder_ / "away", folder_ / "s");
    ASSERT_TRUE(sink_.wait_for_all_readable());
    folder_.write("s/b", "12");
    EXPECT_TRUE(sink_.wait_for({{"a", 1}, {"b", 2}}));
}

TEST_F(ScannerTest, AFolderThatWasEmptiedWhileNobodyLookedIsEmpty) {
    folder_.write("s/a", "1");
    start();
    scanner_.reset();
    fs::remove(folder_ / "s/a");
    ScanOptions options;
    options.shares = {{"s", folder_ / "s", sink_.inode()}};
    ReplayedShares later;
    const auto scanner = Scanner::start(std::move(options), later, logger_).value();
    EXPECT_TRUE(later.wait_for_first_walk());
    EXPECT_EQ(later.reports(), 1u) << "it is told to be empty";
    EXPECT_TRUE(later.unreadable().empty());
}

TEST_F(ScannerTest, AShareThatIsNotThereIsToldAndNamed) {
    ScanOptions options;
    options.shares = {{"s", folder_ / "s"}, {"none", folder_ / "none"}};
    folder_.write("s/a", "1");
    start(std::move(options));
    EXPECT_EQ(sink_.listing(), (Listing{{"a", 1}}));
    ASSERT_THAT(sink_.unreadable(), Contains(Key("none")));
    EXPECT_THAT(sink_.unreadable().at("none").operation, HasSubstr((folder_ / "none").string()));
    folder_.write("none/x", "1");
    EXPECT_TRUE(sink_.wait_for({{"x", 1}}, "none"));
}

TEST_F(ScannerTest, TakesOtherSharesAtOnce) {
    folder_.write("s/a", "1");
    folder_.write("t/b", "12");
    start();
    scanner_->set_shares({{"t", folder_ / "t"}});
    ASSERT_TRUE(sink_.wait_for_first_walk(2));
    EXPECT_EQ(sink_.listing("t"), (Listing{{"b", 2}}));
    EXPECT_EQ(scanner_->report().folders_watched, 1u);
    const std::size_t reports = sink_.reports();
    folder_.write("s/unseen", "1");
    folder_.write("t/seen", "1");
    EXPECT_TRUE(sink_.wait_for({{"b", 2}, {"seen", 1}}, "t"));
    EXPECT_EQ(sink_.reports(), reports + 1);
    scanner_->set_shares({{"t", folder_ / "t"}, {"s", folder_ / "s"}});
    EXPECT_TRUE(sink_.wait_for({{"a", 1}, {"unseen", 1}}));
}

TEST_F(ScannerTest, ASharedFolderMayLieInAnother) {
    folder_.write("s/sub/a", "1");
    ScanOptions options;
    options.shares = {{"s", folder_ / "s"}, {"t", folder_ / "s/sub"}};
    start(std::move(options));
    folder_.write("s/sub/b", "1");
    EXPECT_TRUE(sink_.wait_for({{"sub", -1}, {"sub/a", 1}, {"sub/b", 1}}));
    EXPECT_TRUE(sink_.wait_for({{"a", 1}, {"b", 1}}, "t"));
    scanner_->set_shares({{"s", folder_ / "s"}});
    ASSERT_TRUE(sink_.wait_for_first_walk(2));
    folder_.write("s/sub/c", "1");
    EXPECT_TRUE(sink_.wait_for({{"sub", -1}, {"sub/a", 1}, {"sub/b", 1}, {"sub/c", 1}}));
}

TEST_F(ScannerTest, ARescanWalksEverythingAgain) {
    folder_.write("s/a", "1");
    start();
    const std::size_t reports = sink_.reports();
    scanner_->rescan();
    folder_.write("s/b", "1");
    EXPECT_TRUE(sink_.wait_for({{"a", 1}, {"b", 1}}));
    EXPECT_GT(sink_.reports(), reports);
}

// Whoever writes through another hard link of a file is not seen by the watch of its folder.
TEST_F(ScannerTest, TheFullCheckFindsWhatNoEventToldOf) {
    folder_.write("outside/link", "1");
    fs::create_hard_link(folder_ / "outside/link", folder_ / "s/a");
    ScanOptions options;
    options.shares = {{"s", folder_ / "s"}};
    options.full_check = std::chrono::seconds(1);
    start(std::move(options));
    folder_.write("outside/link", "12345");
    EXPECT_TRUE(sink_.wait_for({{"a", 5}}));
}

/// Whatever is done in whatever order, what was told is in the end what a fresh look finds.
class RandomOperations {
  public:
    RandomOperations(fs::path root, std::uint64_t seed) : root_(std::move(root)), prng_(seed) {}

    void one() {
        std::error_code error;
        const fs::path path = any_path();
        switch (prng_.below(std::uint64_t{7})) {
            case 0:
            case 1:
                std::ofstream(path) << std::string(prng_.below(std::uint64_t{50}), 'x');
                break;
            case 2:
                fs::create_directories(path, error);
                break;
            case 3:
                fs::remove_all(path, error);
                break;
            case 4:
            case 5:
                fs::rename(path, any_path(), error);
                break;
            case 6:
                fs::copy_file(path, any_path(), error);
                break;
        }
    }

  private:
    fs::path any_path() {
        fs::path path = root_;
        const std::uint64_t depth = 1 + prng_.below(std::uint64_t{4});
        for (std::uint64_t i = 0; i < depth; ++i) {
            path /= std::string(1, static_cast<char>('a' + prng_.below(std::uint64_t{5})));
        }
        return path;
    }

    fs::path root_;
    Prng prng_;
};

TEST_F(ScannerTest, AfterManyRandomOperationsEverythingIsAsOnDisk) {
    start();
    for (const std::uint64_t seed : {1, 2, 3, 4}) {
        RandomOperations operations(folder_ / "s", seed);
        for (int i = 0; i < 500; ++i) operations.one();
        expect_as_on_disk();
    }
}

TEST_F(ScannerTest, AStormOfChangesEndsAsOnDisk) {
    start();
    for (int i = 0; i < 30'000; ++i) {
        folder_.write("s/" + std::to_string(i % 7) + "/" + std::to_string(i), "");
    }
    expect_as_on_disk();
}

}  // namespace
}  // namespace iwant::scanner
