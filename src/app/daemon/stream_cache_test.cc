#include "app/daemon/stream_cache.h"

#include <gmock/gmock.h>

#include "io/platform/test_folder.h"

namespace iwant::daemon {
namespace {

using swarm::DownloadState;
using swarm::DownloadStatus;
using testing::ElementsAre;
using testing::IsEmpty;

Hash256 content(std::uint64_t number) {
    Hash256 hash;
    hash.bytes.fill(static_cast<std::uint8_t>(number));
    return hash;
}

class AStreamCache : public testing::Test {
  protected:
    void stream(std::uint64_t id, std::uint64_t bytes, DownloadState state = DownloadState::done) {
        add(id, bytes, state, stream_folder("/downloads"));
    }
    void add(std::uint64_t id, std::uint64_t bytes, DownloadState state,
             const std::filesystem::path& folder) {
        DownloadStatus status;
        status.id = DownloadId{id};
        status.content = content(id);
        status.bytes_done = bytes;
        status.state = state;
        status.folder = folder;
        if (state == DownloadState::done) status.final_path = folder / std::to_string(id);
        all_.push_back(std::move(status));
    }

    /// A minute and a look later.
    void pass(const std::vector<Hash256>& read = {}) {
        for (int second = 0; second < 70; ++second) {
            now_ += std::chrono::seconds(1);
            cache_.tick(read, now_);
        }
    }
    std::vector<std::uint64_t> left() const {
        std::vector<std::uint64_t> ids;
        for (const DownloadStatus& status : all_) ids.push_back(status.id.value);
        return ids;
    }

    Time now_{std::chrono::hours(1)};
    std::vector<DownloadStatus> all_;
    std::vector<std::set<std::string>> removals_;
    StreamCache cache_{
        100,
        {[this] { return all_; },
         [this](DownloadId id) {
             std::erase_if(all_, [id](const auto& one) { return one.id == id; });
         },
         [this](std::set<std::string> names) { removals_.push_back(std::move(names)); }}};
};

TEST_F(AStreamCache, keeps_what_there_is_room_for) {
    stream(1, 60);
    stream(2, 40);
    pass();
    EXPECT_THAT(left(), ElementsAre(1, 2));
    EXPECT_THAT(removals_, ElementsAre(std::set<std::string>{"1", "2"}));
}

TEST_F(AStreamCache, lets_go_what_was_not_read_for_longest) {
    cache_.tick({}, now_);
    stream(1, 60);
    stream(2, 30);
    stream(3, 30);
    pass({content(1)});
    EXPECT_THAT(left(), ElementsAre(1, 3));
    stream(4, 60, DownloadState::transferring);
    pass({content(3)});
    EXPECT_THAT(left(), ElementsAre(3, 4)) << "nobody reads the first any more";
}

TEST_F(AStreamCache, never_takes_what_is_read_or_was_a_moment_ago) {
    cache_.tick({}, now_);
    stream(1, 500);
    pass({content(1)});
    EXPECT_THAT(left(), ElementsAre(1));
    for (int second = 0; second < 55; ++second) cache_.tick({}, now_ += std::chrono::seconds(1));
    EXPECT_THAT(left(), ElementsAre(1));
    pass();
    EXPECT_THAT(left(), IsEmpty());
}

TEST_F(AStreamCache, waits_for_the_player_of_a_new_one) {
    cache_.tick({}, now_);
    stream(1, 500, DownloadState::transferring);
    for (int second = 0; second < 60; ++second) cache_.tick({}, now_ += std::chrono::seconds(1));
    EXPECT_THAT(left(), ElementsAre(1));
}

TEST_F(AStreamCache, lets_go_at_once_what_an_earlier_run_left) {
    stream(1, 500);
    cache_.tick({}, now_);
    EXPECT_THAT(left(), IsEmpty());
    EXPECT_THAT(removals_, ElementsAre(std::set<std::string>{}));
}

TEST_F(AStreamCache, leaves_downloads_alone) {
    add(1, 500, DownloadState::done, "/downloads");
    stream(2, 50);
    pass();
    EXPECT_THAT(left(), ElementsAre(1, 2));
}

TEST_F(AStreamCache, removes_no_file_while_one_may_be_on_its_way) {
    add(1, 0, DownloadState::checking, "/downloads");
    stream(2, 50);
    pass();
    EXPECT_THAT(removals_, IsEmpty());
    all_.front().state = DownloadState::done;
    pass();
    EXPECT_THAT(removals_, ElementsAre(std::set<std::string>{"2"}));
}

TEST(RemoveStreamsBut, LeavesNamedFilesAndFolders) {
    platform::TestFolder scratch;
    scratch.write("s/a", "a");
    scratch.write("s/b", "b");
    scratch.write("s/.iwant-parts/x/content", "c");
    remove_streams_but(scratch / "s", {"a"});
    EXPECT_TRUE(scratch.has("s/a"));
    EXPECT_FALSE(scratch.has("s/b"));
    EXPECT_TRUE(scratch.has("s/.iwant-parts/x/content"));
    remove_streams_but(scratch / "none", {});
}

}  // namespace
}  // namespace iwant::daemon
