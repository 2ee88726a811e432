#include "core/swarm/swarm.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "core/swarm/test_world.h"

namespace iwant::swarm {
namespace {

using namespace std::chrono_literals;
using test::kMiB;
using test::Library;
using test::peer_number;
using test::World;

class SwarmTest : public testing::Test {
  protected:
    Library library_{1};
    World world_{library_, 1};

    Target file_target(std::uint64_t size_bytes) {
        return world_.target_for(EntryKind::file, library_.file(size_bytes).hash, size_bytes);
    }
};

TEST_F(SwarmTest, ThreeTransferAndTheOthersWaitForTheirTurn) {
    world_.add_peer(1, {});
    for (std::uint64_t id = 1; id <= 5; ++id) world_.ask(file_target(20 * kMiB), id);
    world_.run_for(100ms);
    for (std::uint64_t id = 1; id <= 3; ++id) {
        EXPECT_EQ(world_.status(id).state, DownloadState::transferring);
    }
    EXPECT_EQ(world_.status(4).state, DownloadState::queued);
    EXPECT_EQ(world_.status(5).state, DownloadState::queued);
    for (std::uint64_t id = 1; id <= 5; ++id) ASSERT_TRUE(world_.run_until_done(id));
}

TEST_F(SwarmTest, WhoeverWaitsForASourceLeavesItsPlaceToTheNext) {
    world_.add_peer(1, {.lacks = {}});
    for (std::uint64_t id = 1; id <= 3; ++id) {
        Target unreachable = file_target(2 * kMiB);
        unreachable.sources = {{peer_number(99), EntryId{1}}};
        world_.leave(peer_number(99));
        world_.ask(unreachable, id);
    }
    world_.leave(peer_number(1));
    world_.run_for(5s);
    EXPECT_EQ(world_.status(3).state, DownloadState::waiting);
    world_.return_of(peer_number(1));
    world_.ask(file_target(kMiB), 4);
    ASSERT_TRUE(world_.run_until_done(4));
}

TEST_F(SwarmTest, WhatIsNotHashedYetIsAskedOfItsOwnerAgainBeforeThatIsSeen) {
    world_.add_peer(1, {.latency = 1s});
    Target target = file_target(2 * kMiB);
    world_.hash_of_entry = *target.content;
    world_.size_of_entry = target.size_bytes;
    target.content.reset();
    world_.ask(target);
    world_.run_for(100ms);
    world_.leave(peer_number(1));
    world_.run_for(10s);
    world_.return_unseen(peer_number(1));
    ASSERT_TRUE(world_.run_until_done());
}

TEST_F(SwarmTest, TheSameContentIsOneDownload) {
    world_.add_peer(1, {});
    const Target target = file_target(50 * kMiB);
    world_.ask(target, 1);
    world_.ask(target, 2);
    EXPECT_EQ(world_.swarm().downloads(world_.now()).size(), 1u);
    EXPECT_EQ(world_.swarm().find(*target.content), DownloadId{1});
    world_.tell(PauseAsked{DownloadId{1}});
    world_.ask(target, 3);
    EXPECT_NE(world_.status(1).state, DownloadState::paused) << "asking again resumes it";
    ASSERT_TRUE(world_.run_until_done());
}

TEST_F(SwarmTest, AskedAgainWhenItIsDoneItIsLookedAtAgain) {
    world_.add_peer(1, {});
    const Target target = file_target(5 * kMiB);
    world_.ask(target);
    ASSERT_TRUE(world_.run_until_done());
    world_.disk.clear();
    world_.ask(target, 2);
    EXPECT_NE(world_.status(1).state, DownloadState::done);
    ASSERT_TRUE(world_.run_until_done());
    EXPECT_EQ(world_.delivered_bytes, 10 * kMiB);
}

TEST_F(SwarmTest, CancelledItIsGoneAndLateEventsAreIgnored) {
    world_.add_peer(1, {});
    const Target target = file_target(50 * kMiB);
    world_.ask(target);
    world_.run_for(300ms);
    world_.tell(CancelAsked{DownloadId{1}});
    EXPECT_FALSE(world_.swarm().find(*target.content));
    EXPECT_FALSE(world_.swarm().download(DownloadId{1}, world_.now()));
    EXPECT_TRUE(world_.removed.contains(DownloadId{1}));
    EXPECT_TRUE(world_.records().empty());
    world_.tell(PieceStored{FetchId{1}, PieceIndex{0}, 1});
    world_.tell(FetchEnded{FetchId{1}, {}});
    world_.tell(FetchEnded{FetchId{1}, {}});
    world_.tell(Prepared{DownloadId{1}, Prepared::Ready{}});
    world_.tell(Finished{DownloadId{1}, std::string("x")});
    world_.run_for(1s);
    world_.ask(target, 2);
    ASSERT_TRUE(world_.run_until_done(2));
}

TEST_F(SwarmTest, UnhashedContentIsHashedByItsOwnerFirst) {
    world_.add_peer(1, {});
    world_.hash_of_entry = library_.file(7 * kMiB).hash;
    world_.size_of_entry = 7 * kMiB;
    Target target = world_.target_for(EntryKind::file, {}, 1);
    target.content.reset();
    world_.ask(target);
    EXPECT_EQ(world_.status().state, DownloadState::hashing);
    ASSERT_TRUE(world_.run_until_done());
    EXPECT_EQ(world_.records().at(DownloadId{1}).target.content, world_.hash_of_entry);
    EXPECT_EQ(world_.status().bytes_total, 7 * kMiB);
}

TEST_F(SwarmTest, SeveralOwnersAreAskedToHashInTurn) {
    world_.hash_of_entry = library_.file(kMiB).hash;
    world_.size_of_entry = kMiB;
    for (std::uint8_t i = 1; i <= 3; ++i) world_.add_peer(i, {.lacks = {world_.hash_of_entry}});
    world_.add_peer(4, {});
    Target target = world_.target_for(EntryKind::file, {}, 1);
    target.content.reset();
    world_.ask(target);
    ASSERT_TRUE(world_.run_until_done());
}

TEST_F(SwarmTest, WhenNoOwnerHasItAnyMoreItFails) {
    world_.hash_of_entry = library_.file(kMiB).hash;
    world_.add_peer(1, {.lacks = {world_.hash_of_entry}});
    Target target = world_.target_for(EntryKind::file, {}, 1);
    target.content.reset();
    world_.ask(target);
    world_.run_for(1s);
    EXPECT_EQ(world_.status().state, DownloadState::failed);
    EXPECT_EQ(world_.status().error, ErrorCode::not_found);
}

TEST_F(SwarmTest, AWrongSizeInASearchResultIsCorrected) {
    world_.add_peer(1, {});
    Target target = file_target(20 * kMiB);
    target.size_bytes = 3 * kMiB;
    world_.ask(target);
    ASSERT_TRUE(world_.run_until_done());
    EXPECT_EQ(world_.status().bytes_done, 20 * kMiB);
}

TEST_F(SwarmTest, AWrongSizeInAListingFailsWithAClearMessage) {
    world_.add_peer(1, {});
    TreeEntry entry = library_.file_entry("video", 5 * kMiB);
    entry.size_bytes = 4 * kMiB;
    const TreeId root = library_.tree({entry});
    world_.ask(world_.target_for(EntryKind::folder, root.hash, 0));
    world_.run_for(1s);
    EXPECT_EQ(world_.status().state, DownloadState::failed);
    EXPECT_THAT(world_.status().message, testing::HasSubstr("4194304 bytes"));
    EXPECT_THAT(world_.status().message, testing::HasSubstr("5242880"));
    EXPECT_EQ(world_.records().at(DownloadId{1}).state, DownloadState::failed);
}

TEST_F(SwarmTest, AFullDiskIsWaitedForAndThenItGoesOn) {
    world_.add_peer(1, {});
    world_.ask(file_target(100 * kMiB));
    world_.run_for(1s);
    world_.disk_fails = world_.prepare_fails =
        Error{ErrorCode::no_space, "write", "the disk is full"};
    world_.run_for(1s);
    EXPECT_EQ(world_.status().state, DownloadState::waiting);
    EXPECT_EQ(world_.status().error, ErrorCode::no_space);
    world_.run_for(25s);
    EXPECT_EQ(world_.status().state, DownloadState::waiting) << "while it is tried again too";
    EXPECT_THAT(world_.status().message, testing::HasSubstr("the disk is full"));
    world_.disk_fails = world_.prepare_fails = std::nullopt;
    ASSERT_TRUE(
        world_.run_until([&] { return world_.status().state != DownloadState::waiting; }, 11s));
    ASSERT_TRUE(world_.run_until_done());
    EXPECT_LE(world_.delivered_bytes, 101 * kMiB);
}

TEST_F(SwarmTest, WhenEverybodyLiesItFailsAndSaysWho) {
    world_.add_peer(1, {.corrupt_each = 3});
    world_.ask(file_target(20 * kMiB));
    world_.run_for(10s);
    EXPECT_EQ(world_.status().state, DownloadState::failed);
    EXPECT_EQ(world_.status().error, ErrorCode::corrupt);
    EXPECT_THAT(world_.status().message, testing::HasSubstr(peer_number(1).brief()));
    world_.add_peer(2, {});
    world_.tell(ResumeAsked{DownloadId{1}});
    ASSERT_TRUE(world_.run_until_done());
}

TEST_F(SwarmTest, ASourceThatIsFoundLaterJoinsAtOnce) {
    world_.add_peer(1, {.rate = kMiB});
    world_.ask(file_target(100 * kMiB));
    world_.run_for(1s);
    world_.add_peer(2, {.rate = 100 * kMiB});
    world_.tell(SourcesFound{*world_.status().content, {{peer_number(2), EntryId{1}}}});
    ASSERT_TRUE(world_.run_until_done());
    EXPECT_LT(world_.now(), Time{} + 1h + 3s);
    const auto by_source = world_.status().bytes_by_source;
    EXPECT_GT(by_source.at(peer_number(2)), 95 * kMiB);
    EXPECT_EQ(by_source.at(peer_number(1)) + by_source.at(peer_number(2)), 100 * kMiB);
}

TEST_F(SwarmTest, TheLastPieceOfASlowSourceIsFetchedTwiceButNothingElse) {
    world_.add_peer(1, {.rate = kMiB / 10});
    world_.add_peer(2, {.rate = 100 * kMiB});
    world_.ask(file_target(50 * kMiB));
    ASSERT_TRUE(world_.run_until_done());
    EXPECT_LT(world_.now(), Time{} + 1h + 2s) << "a piece takes the slow one 10 s";
    EXPECT_LE(world_.delivered_bytes, 51 * kMiB);
}

TEST_F(SwarmTest, ASilentSourceIsKeptWhenThereIsNobodyElse) {
    world_.add_peer(1, {.rate = 100'000});
    world_.ask(file_target(3 * kMiB));
    ASSERT_TRUE(world_.run_until_done());
    EXPECT_EQ(world_.delivered_bytes, 3 * kMiB);
    EXPECT_EQ(world_.aborted_bytes, 0u);
}

TEST_F(SwarmTest, StatusTellsRateSourcesAndTime) {
    world_.add_peer(1, {.rate = 20 * kMiB});
    world_.ask(file_target(100 * kMiB));
    world_.run_for(4s);
    const DownloadStatus status = world_.status();
    EXPECT_NEAR(static_cast<double>(status.rate), 20.0 * kMiB, 2.0 * kMiB);
    EXPECT_EQ(status.active_sources, std::vector{peer_number(1)});
    EXPECT_EQ(status.elapsed, 4s);
    EXPECT_EQ(status.bytes_total, 100 * kMiB);
    EXPECT_NEAR(static_cast<double>(status.bytes_done), 80.0 * kMiB, 2.0 * kMiB);
}

TEST_F(SwarmTest, RestoredOnesAreAsTheyWere) {
    world_.add_peer(1, {});
    const std::vector<DownloadState> states{DownloadState::paused, DownloadState::failed,
                                            DownloadState::done, DownloadState::queued};
    std::uint64_t id = 0;
    for (const DownloadState state : states) {
        DownloadRecord record{DownloadId{++id}, file_target(kMiB), "/downloads", state, "", "why"};
        if (state == DownloadState::done) record.final_path = "/downloads/thing";
        world_.tell(DownloadRestored{record});
    }
    world_.run_for(1s);
    EXPECT_EQ(world_.status(1).state, DownloadState::paused);
    EXPECT_EQ(world_.status(2).state, DownloadState::failed);
    EXPECT_EQ(world_.status(2).message, "why");
    EXPECT_EQ(world_.status(3).final_path, "/downloads/thing");
    EXPECT_EQ(world_.status(3).bytes_done, kMiB);
    EXPECT_EQ(world_.status(4).state, DownloadState::done);
    EXPECT_EQ(world_.sources_asked, 1) << "those who were known may be gone";
}

TEST_F(SwarmTest, WhatIsAskedForInAnotherFolderMeanwhileGoesOnThere) {
    world_.add_peer(1, {.rate = 20 * kMiB});
    const Target target = file_target(100 * kMiB);
    world_.ask(target);
    world_.run_for(1s);
    world_.tell(DownloadAsked{DownloadId{2}, target, "/films"});
    EXPECT_EQ(world_.status().folder, "/films") << "where it will be put";
    world_.restart();
    ASSERT_TRUE(world_.run_until([&] { return world_.prepares.size() == 3; }));
    EXPECT_EQ(world_.prepares[1].folder, "/downloads") << "its parts are there";
    EXPECT_EQ(world_.prepares[2].folder, "/films");
    EXPECT_EQ(world_.prepares[2].earlier_path, "/downloads/thing");
    ASSERT_TRUE(world_.run_until_done());
    EXPECT_EQ(world_.records()[DownloadId{1}].folder, "/films");
    EXPECT_EQ(world_.records()[DownloadId{1}].next_folder, "");
}

TEST_F(SwarmTest, WhatIsDoneAndAskedForElsewhereIsTakenFromWhereItIs) {
    world_.add_peer(1, {});
    const Target target = file_target(kMiB);
    world_.ask(target);
    ASSERT_TRUE(world_.run_until_done());
    world_.tell(DownloadAsked{DownloadId{2}, target, "/downloads"});
    ASSERT_TRUE(world_.run_until_done());
    world_.tell(DownloadAsked{DownloadId{3}, target, "/films"});
    ASSERT_TRUE(world_.run_until_done());
    ASSERT_EQ(world_.prepares.size(), 3u);
    EXPECT_EQ(world_.prepares[1].earlier_path, "");
    EXPECT_EQ(world_.prepares[2].earlier_path, "/downloads/thing");
    EXPECT_EQ(world_.prepares[2].folder, "/films");
}

TEST_F(SwarmTest, EmptyFilesAreDoneWithoutAnybody) {
    world_.ask(Target{EntryKind::file, file_id({}).hash, "empty", 0, {}});
    ASSERT_TRUE(world_.run_until_done());
    EXPECT_EQ(world_.fetches_started, 0u);
}

TEST_F(SwarmTest, AnUnsafeNameFailsBeforeAnythingIsMade) {
    world_.add_peer(1, {});
    Target target = file_target(kMiB);
    target.name = "../../etc/passwd";
    world_.ask(target);
    EXPECT_EQ(world_.status().state, DownloadState::failed);
    EXPECT_EQ(world_.status().error, ErrorCode::unsafe_name);
    EXPECT_TRUE(world_.plans.empty());
}

TEST_F(SwarmTest, AnUnknownFetchIsABug) {
    EXPECT_DEATH(world_.tell(FetchEnded{FetchId{5}, {}}), "fetches_issued");
}

// Somebody reads while it comes.

TEST_F(SwarmTest, WhatIsWantedFirstComesBeforeTheRest) {
    world_.add_peer(1, {.rate = 4 * kMiB});
    world_.add_peer(2, {.rate = 4 * kMiB});
    world_.ask(file_target(400 * kMiB));
    world_.run_for(2s);
    ASSERT_FALSE(world_.swarm().has_piece(DownloadId{1}, 300));
    world_.tell(WantFirst{DownloadId{1}, {{300, 308}}});
    const auto all_there = [&] {
        for (std::uint64_t piece = 300; piece < 308; ++piece) {
            if (!world_.swarm().has_piece(DownloadId{1}, piece)) return false;
        }
        return true;
    };
    EXPECT_TRUE(world_.run_until(all_there, 20s));
    EXPECT_LT(world_.status().bytes_done, 200 * kMiB) << "long before its turn";
    world_.tell(WantFirst{DownloadId{1}, {}});
    ASSERT_TRUE(world_.run_until_done());
}

TEST_F(SwarmTest, WhatIsWantedBeforeItTransfersIsRememberedUntilThen) {
    world_.add_peer(1, {.rate = 4 * kMiB});
    world_.ask(file_target(400 * kMiB));
    world_.tell(PauseAsked{DownloadId{1}});
    world_.tell(WantFirst{DownloadId{1}, {{390, 392}}});
    world_.tell(ResumeAsked{DownloadId{1}});
    const auto there = [&] { return world_.swarm().has_piece(DownloadId{1}, 391); };
    EXPECT_TRUE(world_.run_until(there, 20s));
    EXPECT_LT(world_.status().bytes_done, 100 * kMiB);
}

TEST_F(SwarmTest, AFileIsFoundInTheDownloadThatBringsIt) {
    world_.add_peer(1, {});
    const TreeEntry film = library_.file_entry("film", 7 * kMiB);
    const TreeEntry folder = library_.folder_entry("all", {library_.file_entry("a", 9), film});
    world_.ask(world_.target_for(EntryKind::folder, folder.content, folder.size_bytes));
    EXPECT_FALSE(world_.swarm().find_file(FileId{Hash256{}}));
    ASSERT_TRUE(world_.run_until_done());
    const auto place = world_.swarm().find_file(FileId{film.content});
    ASSERT_TRUE(place);
    EXPECT_EQ(place->plan->files[place->file.value].path, "film");
    EXPECT_TRUE(world_.swarm().has_piece(place->download, 7));
}

// A source that is busy tells our place in its queue.

TEST_F(SwarmTest, AQueuedDownloadTellsItsPlaceAndGoesOnByItself) {
    world_.add_peer(1, {.busy_first = 40, .busy_place = 3});
    world_.ask(file_target(20 * kMiB));
    world_.run_for(1500ms);
    EXPECT_EQ(world_.status().state, DownloadState::waiting);
    EXPECT_EQ(world_.status().error, ErrorCode::busy);
    EXPECT_THAT(world_.status().place_by_source,
                testing::ElementsAre(testing::Pair(peer_number(1), 3u)));
    ASSERT_TRUE(world_.run_until_done());
    EXPECT_TRUE(world_.status().place_by_source.empty());
}

}  // namespace
}  // namespace iwant::swarm
