#include <gtest/gtest.h>

#include "core/swarm/test_world.h"

namespace iwant::swarm {
namespace {

using namespace std::chrono_literals;
using test::kMiB;
using test::Library;
using test::peer_number;
using test::World;

TEST(SwarmWorld, OneSourceGivesAFile) {
    Library library(1);
    World world(library, 1);
    const FileId file = library.file(100 * kMiB + 1);
    world.add_peer(1, {});
    world.ask(world.target_for(EntryKind::file, file.hash, 100 * kMiB + 1));
    ASSERT_TRUE(world.run_until_done());
    EXPECT_EQ(world.delivered_bytes, 100 * kMiB + 1);
    EXPECT_EQ(world.status().bytes_done, 100 * kMiB + 1);
    EXPECT_EQ(world.status().final_path, "/downloads/thing");
    EXPECT_LT(world.now(), Time{} + 1h + 2300ms) << "the wire idled";
}

TEST(SwarmWorld, SourcesOfDifferentRatesAddUp) {
    Library library(1);
    World world(library, 1);
    const FileId file = library.file(1000 * kMiB);
    world.add_peer(1, {.rate = 100 * kMiB});
    world.add_peer(2, {.rate = 50 * kMiB});
    world.add_peer(3, {.rate = 10 * kMiB});
    world.ask(world.target_for(EntryKind::file, file.hash, 1000 * kMiB));
    ASSERT_TRUE(world.run_until_done());
    EXPECT_LT(world.now(), Time{} + 1h + 6700ms) << "1000 MiB at 160 MiB/s take 6.25 s";
    EXPECT_LE(world.delivered_bytes + world.aborted_bytes, 1010 * kMiB);
    EXPECT_GT(world.sent_by[peer_number(3)], 40 * kMiB);
}

// Pieces of 16 MiB at 100 KB/s take almost three minutes each; meanwhile they come.
TEST(SwarmWorld, ASlowSourceIsNotTakenForASilentOne) {
    Library library(1);
    World world(library, 1);
    const FileId file = library.file(160'000 * kMiB);
    world.add_peer(1, {.rate = 100'000});
    world.add_peer(2, {.rate = 10 * kMiB});
    world.ask(world.target_for(EntryKind::file, file.hash, 160'000 * kMiB));
    world.run_for(170s);
    EXPECT_EQ(world.sent_by[peer_number(1)], 16 * kMiB);
    EXPECT_EQ(world.aborted_bytes, 0u);
    EXPECT_NEAR(static_cast<double>(world.status().rate_by_source.at(peer_number(1))), 1e5, 1e4);
    EXPECT_EQ(world.status().active_sources.size(), 2u);
}

/// Three sources of 100 MiB/s, of which one falls silent. Returns the longest time in which nothing
/// came.
Duration longest_gap(std::uint64_t seed, Duration until_silence) {
    Library library(seed);
    World world(library, seed);
    const std::uint64_t size = 600 * kMiB;
    const FileId file = library.file(size);
    const Time start = world.now();
    world.add_peer(1, {.rate = 100 * kMiB, .stalls_at = start + until_silence});
    world.add_peer(2, {.rate = 100 * kMiB});
    world.add_peer(3, {.rate = 100 * kMiB});
    world.ask(world.target_for(EntryKind::file, file.hash, size));
    std::uint64_t seen = 0;
    Time seen_at = world.now();
    Duration longest{};
    while (world.status().state != DownloadState::done) {
        const bool more = world.run_until([&] {
            const DownloadStatus status = world.status();
            return status.bytes_done != seen || status.state == DownloadState::done;
        });
        EXPECT_TRUE(more);
        if (!more) break;
        longest = std::max(longest, world.now() - seen_at);
        seen = world.status().bytes_done;
        seen_at = world.now();
    }
    const auto silent_ms = static_cast<std::uint64_t>(until_silence / 1ms);
    const std::uint64_t before = std::min(size, 3 * silent_ms * (100 * kMiB / 1000));
    const Duration ideal =
        until_silence + std::chrono::milliseconds((size - before) * 1000 / (200 * kMiB));
    EXPECT_LE(world.now() - start, ideal + ideal / 50 + 300ms);
    EXPECT_LE(world.delivered_bytes + world.aborted_bytes, size + size / 100);
    return longest;
}

TEST(SwarmWorld, ASourceThatFallsSilentStopsTheOthersForAMomentOnly) {
    Prng prng(7);
    for (std::uint64_t seed = 1; seed <= 60; ++seed) {
        SCOPED_TRACE("seed " + std::to_string(seed));
        EXPECT_LE(longest_gap(seed, 20ms + prng.below(Duration(1970ms))), 300ms);
    }
}

// Nobody knows yet who else downloads it; when they meet, they can exchange what they have.
TEST(SwarmWorld, DownloadersThatBeginTogetherBeginAtDifferentPlaces) {
    std::set<std::uint64_t> firsts;
    for (std::uint64_t seed = 1; seed <= 20; ++seed) {
        Library library(1);
        World world(library, seed);
        const FileId file = library.file(1000 * kMiB);
        world.add_peer(1, {});
        world.ask(world.target_for(EntryKind::file, file.hash, 1000 * kMiB));
        ASSERT_TRUE(world.run_until([&] { return world.status().bytes_done > 0; }));
        std::uint64_t first = 0;
        while (!world.disk.at(DownloadId{1}).contains(first)) ++first;
        firsts.insert(first / 16);
    }
    EXPECT_GE(firsts.size(), 12u) << "of 63 places 16 MiB apart";
}

// Whoever began first has asked for most, and looks fastest; that must not make it so.
TEST(SwarmWorld, DownloadsThatFetchFromTheSamePeersComeInAtTheSameRate) {
    for (const Duration apart : {1ms, 1000ms, 15000ms}) {
        SCOPED_TRACE("ms apart: " + std::to_string(apart / 1ms));
        Library library(1);
        World world(library, 1);
        world.add_peer(1, {.rate = 2 * kMiB});
        world.add_peer(2, {.rate = kMiB});
        for (std::uint64_t id = 1; id <= 3; ++id) {
            const FileId file = library.file(400 * kMiB);
            world.ask(world.target_for(EntryKind::file, file.hash, 400 * kMiB), id);
            world.run_for(apart);
        }
        std::map<std::uint64_t, std::uint64_t> came;
        for (std::uint64_t id = 1; id <= 3; ++id) came[id] = 0 - world.status(id).bytes_done;
        world.run_for(20s);
        for (std::uint64_t id = 1; id <= 3; ++id) came[id] += world.status(id).bytes_done;
        const auto [least, most] = std::ranges::minmax(came | std::views::values);
        EXPECT_LE(most, 2 * least);
        EXPECT_GE(least, 15 * kMiB) << "of 60 MiB in 20 s";
    }
}

TEST(SwarmWorld, ASmallFileTooComesFromEverybody) {
    Library library(1);
    World world(library, 1);
    const FileId file = library.file(6 * kMiB);
    for (std::uint8_t i = 1; i <= 3; ++i) world.add_peer(i, {.rate = 10 * kMiB});
    world.ask(world.target_for(EntryKind::file, file.hash, 6 * kMiB));
    ASSERT_TRUE(world.run_until_done());
    for (std::uint8_t i = 1; i <= 3; ++i) EXPECT_GE(world.sent_by[peer_number(i)], 1 * kMiB);
    EXPECT_LT(world.now(), Time{} + 1h + 350ms) << "6 MiB at 30 MiB/s take 200 ms";
}

TEST(SwarmWorld, EveryDownloadWithOneHonestCompleteSourceFinishes) {
    for (std::uint64_t seed = 1; seed <= 300; ++seed) {
        SCOPED_TRACE("seed " + std::to_string(seed));
        Library library(seed);
        Prng prng(seed);
        World world(library, seed);
        const std::uint64_t size = prng.below(300 * kMiB) + 1;
        const FileId file = library.file(size);
        const auto moment = [&] { return world.now() + prng.below(Duration(4s)); };
        const std::uint64_t rate = 5 * kMiB + prng.below(100 * kMiB);
        world.add_peer(1, {.rate = rate});
        world.add_peer(2, {.rate = 1 * kMiB + prng.below(100 * kMiB), .dies_at = moment()});
        world.add_peer(3, {.rate = 100 * kMiB, .corrupt_each = 1 + prng.below(std::uint64_t{20})});
        world.add_peer(4, {.lacks = {file.hash}});
        world.add_peer(5, {.rate = 20 * kMiB, .stalls_at = moment()});
        world.add_peer(6, {.busy_first = 3});
        world.add_peer(7, {.lies_in_lists = true, .lacks = {}});
        world.ask(world.target_for(EntryKind::file, file.hash, size));
        ASSERT_TRUE(world.run_until_done()) << world.status().message;
        ASSERT_EQ(world.status().bytes_done, size);
        // A few pieces in flight are lost with each source that goes.
        ASSERT_LE(world.delivered_bytes + world.aborted_bytes, size + size / 100 + 12 * kMiB);
        // However the others misbehave, it is hardly later than from the honest one alone.
        const Duration alone = std::chrono::milliseconds(size * 1000 / rate);
        ASSERT_LT(world.now() - Time{} - 1h, alone + 1s);
    }
}

// Eight downloaders of one seeder that have different parts make it a download of all of them.
TEST(SwarmWorld, PartsOfManyMakeAWholeWithoutASeeder) {
    for (std::uint64_t seed = 1; seed <= 20; ++seed) {
        SCOPED_TRACE("seed " + std::to_string(seed));
        Library library(seed);
        World world(library, seed);
        const FileId file = library.file(200 * kMiB);
        world.add_peer(1, {.dies_at = world.now() + 1s});
        for (std::uint8_t i = 2; i <= 8; ++i) {
            world.add_peer(
                i, {.rate = 20 * kMiB, .has_permille = std::uint64_t{100} * i, .gains_each = 20ms});
        }
        world.ask(world.target_for(EntryKind::file, file.hash, 200 * kMiB));
        ASSERT_TRUE(world.run_until_done()) << world.status().message;
        EXPECT_LE(world.delivered_bytes + world.aborted_bytes, 202 * kMiB + 16 * kMiB);
        EXPECT_GT(world.sent_by[peer_number(8)], 10 * kMiB);
    }
}

TEST(SwarmWorld, WhoSendsOneFileWrongIsStillAskedForTheOthers) {
    std::uint64_t good_left_most = 0;
    for (std::uint64_t seed = 1; seed <= 20; ++seed) {
        SCOPED_TRACE("seed " + std::to_string(seed));
        Library library(seed);
        World world(library, seed);
        const TreeEntry good = library.file_entry("good", 100 * kMiB);
        const TreeEntry wrong = library.file_entry("wrong", 30 * kMiB);
        const TreeId root = library.tree({good, wrong});
        world.add_peer(1, {.rate = 50 * kMiB, .wrong = {wrong.content}});
        world.add_peer(2, {.rate = 5 * kMiB});
        world.ask(world.target_for(EntryKind::folder, root.hash, 0));
        const auto told = peer_number(1).brief() + " sent wrong data, which was thrown away";
        ASSERT_TRUE(world.run_until([&] { return world.status().message == told; }, 10s));
        EXPECT_EQ(world.status().state, DownloadState::transferring);
        std::uint64_t good_left = 0;
        for (std::uint64_t piece = 0; piece < 100; ++piece) {
            if (!world.disk.at(DownloadId{1}).contains(piece)) good_left += kMiB;
        }
        const std::uint64_t sent_before = world.sent_by[peer_number(1)];
        ASSERT_TRUE(world.run_until_done()) << world.status().message;
        // The other one is ten times slower, and has the wrong file to give.
        EXPECT_GE(world.sent_by[peer_number(1)] - sent_before, good_left / 2);
        EXPECT_EQ(world.swarm().banned(world.now()).size(), 0u);
        good_left_most = std::max(good_left_most, good_left);
    }
    EXPECT_GE(good_left_most, 80 * kMiB) << "it begins anywhere, with the wrong file too";
}

TEST(SwarmWorld, WhoGoesOnSendingWrongFilesIsLeftAloneAndNamed) {
    Library library(1);
    World world(library, 1);
    const TreeEntry good = library.file_entry("good", 100 * kMiB);
    const TreeEntry wrong = library.file_entry("wrong", 30 * kMiB);
    const TreeEntry as_wrong = library.file_entry("as wrong", 30 * kMiB);
    const TreeId root = library.tree({good, wrong, as_wrong});
    world.add_peer(1, {.rate = 50 * kMiB, .wrong = {wrong.content, as_wrong.content}});
    world.ask(world.target_for(EntryKind::folder, root.hash, 0));
    world.run_for(10s);
    ASSERT_EQ(world.swarm().banned(world.now()).size(), 1u);
    EXPECT_EQ(world.swarm().banned(world.now())[0].first, peer_number(1));
    EXPECT_EQ(world.status().state, DownloadState::failed);
    EXPECT_NE(world.status().message.find(peer_number(1).brief()), std::string::npos);
    world.add_peer(2, {});
    world.tell(ResumeAsked{DownloadId{1}});
    ASSERT_TRUE(world.run_until_done());
    EXPECT_EQ(world.swarm().banned(world.now()).size(), 1u) << "resuming does not end the ban";
}

/// One world of the ten thousand: slow, dead, lying and partial sources, and one honest seeder.
/// Returns how many bytes were wanted, and how many came more than once or in vain.
std::pair<std::uint64_t, std::uint64_t> run_mixed_world(std::uint64_t seed) {
    Library library(seed);
    Prng prng(seed);
    World world(library, seed);
    const std::uint64_t size = prng.below(64 * kMiB) + 1;
    const FileId file = library.file(size);
    const auto moment = [&] { return world.now() + prng.below(Duration(2s)); };
    world.add_peer(1, {.rate = 5 * kMiB + prng.below(100 * kMiB)});
    for (std::uint8_t number = 2; number <= 7; ++number) {
        switch (prng.below(std::uint64_t{6})) {
            case 0:
                world.add_peer(number, {.rate = 64 << 10});
                break;
            case 1:
                world.add_peer(number, {.dies_at = moment()});
                break;
            case 2:
                world.add_peer(number, {.corrupt_each = 1 + prng.below(std::uint64_t{9})});
                break;
            case 3:
                world.add_peer(number, {.stalls_at = moment()});
                break;
            default:
                world.add_peer(number, {.rate = 1 * kMiB + prng.below(50 * kMiB),
                                        .has_permille = prng.below(std::uint64_t{1000})});
        }
    }
    world.ask(world.target_for(EntryKind::file, file.hash, size));
    EXPECT_TRUE(world.run_until_done()) << world.status().message;
    EXPECT_EQ(world.status().bytes_done, size);
    EXPECT_EQ(world.pieces_stored_twice, 0u);
    const std::uint64_t moved = world.delivered_bytes + world.aborted_bytes;
    // What two sources were just sending is lost at most.
    EXPECT_LE(moved, size + size / 100 + 2 * kMiB);
    return {size, moved - std::min(moved, size)};
}

// Programs that are watched for misuse of memory run ten times as long.
#ifdef __SANITIZE_ADDRESS__
constexpr std::uint64_t kSeeds = 500;
#else
constexpr std::uint64_t kSeeds = 10'000;
#endif

TEST(SwarmWorld, EveryDownloadFinishesWhereAnHonestCompleteSetExists) {
    std::uint64_t wanted = 0;
    std::uint64_t redundant = 0;
    for (std::uint64_t seed = 1; seed <= kSeeds; ++seed) {
        SCOPED_TRACE("seed " + std::to_string(seed));
        const auto [size, more] = run_mixed_world(seed);
        if (testing::Test::HasFailure()) return;
        wanted += size;
        redundant += more;
    }
    EXPECT_LE(redundant, wanted / 100) << "the bound of the whole";
}

TEST(SwarmWorld, AFolderWithEverythingInItArrivesWhole) {
    for (std::uint64_t seed = 1; seed <= 50; ++seed) {
        SCOPED_TRACE("seed " + std::to_string(seed));
        Library library(seed);
        Prng prng(seed);
        World world(library, seed);
        std::vector<TreeEntry> many;
        for (int i = 0; i < 700; ++i) {
            many.push_back(library.file_entry("small " + std::to_string(i), prng.below(3 * kMiB)));
        }
        const TreeId root = library.tree(
            {library.file_entry("big.iso", 50 * kMiB), library.file_entry("empty", 0),
             library.folder_entry("many", many), library.folder_entry("nothing", {}),
             library.folder_entry("a", {library.folder_entry("b", {library.file_entry("c", 5)})})});
        const auto moment = [&] { return world.now() + prng.below(Duration(10s)); };
        world.add_peer(1, {.rate = 100 * kMiB});
        world.add_peer(2, {.rate = 30 * kMiB, .dies_at = moment()});
        world.add_peer(3, {.lies_in_lists = true});
        world.add_peer(4, {.corrupt_each = 100});
        world.add_peer(5, {.lacks = {library.file_entry("x", 1).content, many[5].content}});
        world.ask(world.target_for(EntryKind::folder, root.hash, 0));
        ASSERT_TRUE(world.run_until_done()) << world.status().message;
        const Plan& plan = *world.plans.at(DownloadId{1});
        ASSERT_EQ(plan.files.size(), 703u);
        ASSERT_EQ(plan.folders, (std::vector<std::string>{"a", "a/b", "many", "nothing"}));
        ASSERT_EQ(world.status().files_done, 703u);
        ASSERT_LE(world.delivered_bytes + world.aborted_bytes,
                  plan.size_bytes + plan.size_bytes / 100 + 12 * kMiB);
    }
}

TEST(SwarmWorld, ManySmallFilesDoNotWaitForRoundTrips) {
    Library library(3);
    World world(library, 3);
    std::vector<TreeEntry> many;
    for (int i = 0; i < 20'000; ++i)
        many.push_back(library.file_entry("f" + std::to_string(i), 1000));
    const TreeId root = library.tree(many);
    world.add_peer(1, {.latency = 2ms});
    world.ask(world.target_for(EntryKind::folder, root.hash, 0));
    ASSERT_TRUE(world.run_until_done()) << world.status().message;
    EXPECT_EQ(world.fetches_started, 20'000u);
    EXPECT_LT(world.now(), Time{} + 1h + 3s) << "20,000 round trips take 80 s";
}

TEST(SwarmWorld, PausedAndResumedItGoesOnWhereItWas) {
    Library library(4);
    World world(library, 4);
    const FileId file = library.file(200 * kMiB);
    world.add_peer(1, {});
    world.add_peer(2, {});
    world.ask(world.target_for(EntryKind::file, file.hash, 200 * kMiB));
    world.run_for(1s);
    world.tell(PauseAsked{DownloadId{1}});
    EXPECT_EQ(world.status().state, DownloadState::paused);
    EXPECT_FALSE(world.is_open());
    const std::uint64_t before = world.delivered_bytes;
    EXPECT_GT(before, 50 * kMiB);
    world.run_for(5s);
    EXPECT_EQ(world.delivered_bytes, before);
    EXPECT_EQ(world.records().at(DownloadId{1}).state, DownloadState::paused);
    world.tell(ResumeAsked{DownloadId{1}});
    ASSERT_TRUE(world.run_until_done());
    EXPECT_LE(world.delivered_bytes, 204 * kMiB);
}

TEST(SwarmWorld, ARestartInTheMiddleKeepsWhatWasStored) {
    for (std::uint64_t seed = 1; seed <= 50; ++seed) {
        SCOPED_TRACE("seed " + std::to_string(seed));
        Library library(seed);
        Prng prng(seed);
        World world(library, seed);
        const FileId file = library.file(200 * kMiB);
        world.add_peer(1, {});
        world.add_peer(2, {});
        world.ask(world.target_for(EntryKind::file, file.hash, 200 * kMiB));
        world.run_for(1ms + prng.below(Duration(1900ms)));
        world.restart();
        ASSERT_TRUE(world.run_until_done());
        ASSERT_LE(world.delivered_bytes, 204 * kMiB);
        ASSERT_EQ(world.status().bytes_done, 200 * kMiB);
    }
}

TEST(SwarmWorld, WhenTheOnlySourceReturnsItGoesOn) {
    Library library(5);
    World world(library, 5);
    const FileId file = library.file(100 * kMiB);
    world.add_peer(1, {.dies_at = world.now() + 1s, .returns_at = world.now() + 2min});
    world.ask(world.target_for(EntryKind::file, file.hash, 100 * kMiB));
    world.run_for(10s);
    EXPECT_EQ(world.status().state, DownloadState::waiting);
    EXPECT_NE(world.status().message.find("nobody who has it can be reached"), std::string::npos);
    EXPECT_EQ(world.status().error, ErrorCode::unavailable);
    world.run_for(105s);
    EXPECT_EQ(world.status().state, DownloadState::waiting);
    EXPECT_GE(world.sources_asked, 4);
    EXPECT_LE(world.sources_asked, 12);
    ASSERT_TRUE(world.run_until_done());
    EXPECT_LT(world.now(), Time{} + 1h + 2min + 2s);
}

TEST(SwarmWorld, TheSameSeedIsTheSameRun) {
    const auto run = [](std::uint64_t seed) {
        Library library(9);
        World world(library, seed);
        const FileId file = library.file(300 * kMiB);
        for (std::uint8_t i = 1; i < 6; ++i) world.add_peer(i, {.rate = i * 7 * kMiB});
        world.ask(world.target_for(EntryKind::file, file.hash, 300 * kMiB));
        EXPECT_TRUE(world.run_until_done());
        return std::tuple(world.now(), world.fetches_started, world.sent_by);
    };
    EXPECT_EQ(run(1), run(1));
}

}  // namespace
}  // namespace iwant::swarm
