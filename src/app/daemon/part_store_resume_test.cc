#include <thread>

#include "app/daemon/block_bytes.h"
#include "app/daemon/part_folder_files.h"
#include "app/daemon/part_store_fixture.h"
#include "io/platform/test_disk.h"

namespace iwant::daemon {
namespace {

/// No piece is like another.
std::string large_bytes(std::uint64_t size_bytes) {
    const std::string some = some_bytes(kPieceSizeMin - 1, 1);
    std::string bytes;
    while (bytes.size() < size_bytes) bytes += some;
    bytes.resize(size_bytes);
    return bytes;
}

TEST_F(APartStore, goes_on_after_a_kill_with_what_the_last_checkpoint_had) {
    use("film", {{"", some_bytes(3 * kPieceSizeMin, 1)}});
    present();
    ASSERT_TRUE(write(0, 0));
    store_->checkpoint_all();
    ASSERT_TRUE(write(0, 1));
    restart();
    const Result<swarm::Prepared::Ready> ready = prepare();
    ASSERT_TRUE(ready);
    EXPECT_TRUE(ready->present.contains(0));
    EXPECT_FALSE(ready->present.contains(1)) << "it was not durable yet";
    ASSERT_TRUE(write(0, 1));
    ASSERT_TRUE(write(0, 2));
    EXPECT_EQ(finish(), "film");
    EXPECT_EQ(downloaded("film"), contents_.at(""));
}

TEST_F(APartStore, goes_on_with_a_large_file_that_has_its_space_already) {
    const std::uint64_t size = PartFiles::kBypassBytesMin + kPieceSizeMin / 3;
    use("film", {{"", large_bytes(size)}});
    const platform::TestDisk disk(downloads(),
                                  PartFolder::kReserveBytes + size + (std::uint64_t{1} << 20));
    if (!disk.is_there()) GTEST_SKIP() << "only root can mount one";
    present();
    ASSERT_TRUE(write(0, 0));
    store_->checkpoint_all();
    restart();
    EXPECT_EQ(present(), 1U) << "no room for it twice";
    write_all();
    EXPECT_EQ(finish(), "film");
    EXPECT_TRUE(downloaded("film") == contents_.at(""));
}

TEST_F(APartStore, takes_a_large_file_from_several_threads_at_once) {
    use("film", {{"", large_bytes(PartFiles::kBypassBytesMin + 12'345)}});
    present();
    const std::string& content = contents_.at("");
    const SharedPieceList list = list_of(content);
    std::vector<std::jthread> writers;
    for (std::uint32_t first = 0; first < 4; ++first) {
        writers.emplace_back([&, first] {
            BlockBytes bytes;
            for (std::uint32_t i = first; i < piece_count(content.size()); i += 4) {
                const auto piece = as_bytes(piece_of(content, i));
                bytes.assign(piece.begin(), piece.end());
                EXPECT_TRUE(store_->write_piece(kId, FileIndex{0}, PieceIndex{i}, bytes, list));
            }
        });
    }
    writers.clear();
    EXPECT_EQ(finish(), "film");
    EXPECT_TRUE(downloaded("film") == content);
}

TEST_F(APartStore, keeps_what_it_has_when_paused_and_prepared_again) {
    use("film", {{"", some_bytes(2 * kPieceSizeMin, 1)}});
    present();
    ASSERT_TRUE(write(0, 1));
    EXPECT_EQ(present(), 1u) << "prepared again without a pause";
    store_->release(kId, Release::Parts::keep);
    EXPECT_FALSE(write(0, 0));
    EXPECT_EQ(present(), 1u);
    EXPECT_EQ(part_folders(), 1u);
}

TEST_F(APartStore, leaves_a_part_file_alone_that_was_replaced) {
    const std::string precious = some_bytes(2 * kPieceSizeMin, 99);
    for (const bool hard : {false, true}) {
        saved_ = {};
        use(hard ? "film" : "song", {{"", some_bytes(2 * kPieceSizeMin, 1)}});
        present();
        ASSERT_TRUE(write(0, 0));
        store_->release(kId, Release::Parts::keep);
        scratch_.write("precious", precious);
        fs::remove(part_file());
        const fs::path old = part_file();
        hard ? fs::create_hard_link(scratch_ / "precious", old)
             : fs::create_symlink(scratch_ / "precious", old);
        EXPECT_EQ(present(), 0u) << "it starts again";
        EXPECT_NE(part_file(), old);
        EXPECT_TRUE(fs::exists(fs::symlink_status(old)));
        write_all();
        finish();
        EXPECT_EQ(scratch_.read("precious"), precious);
    }
}

TEST_F(APartStore, does_not_write_through_links_put_into_a_folder_under_construction) {
    use("album", {{"a", some_bytes(2 * kPieceSizeMin, 1)}, {"b", some_bytes(10, 2)}});
    present();
    ASSERT_TRUE(write(0, 0));
    store_->release(kId, Release::Parts::keep);
    scratch_.write("precious", some_bytes(2 * kPieceSizeMin, 3));
    const std::string precious = scratch_.read("precious");
    fs::remove(part_file("a"));
    fs::create_hard_link(scratch_ / "precious", part_file("a"));
    fs::create_symlink(scratch_ / "precious", part_file("b"));
    EXPECT_EQ(present(), 0u);
    write_all();
    EXPECT_EQ(finish(), "album");
    EXPECT_EQ(downloaded("album/a"), contents_.at("a"));
    EXPECT_EQ(downloaded("album/b"), contents_.at("b"));
    EXPECT_EQ(scratch_.read("precious"), precious);
}

TEST_F(APartStore, fetches_again_what_was_cut_short_or_deleted) {
    use("album", {{"a", some_bytes(100, 1)}, {"b", some_bytes(100, 2)}, {"c", some_bytes(100, 3)}});
    present();
    write_all();
    store_->release(kId, Release::Parts::keep);
    fs::resize_file(part_file("a"), 50);
    fs::remove(part_file("b"));
    const Result<swarm::Prepared::Ready> ready = prepare();
    ASSERT_TRUE(ready);
    EXPECT_EQ(ready->present.count(), 1u);
    EXPECT_TRUE(ready->present.contains(2));
    ASSERT_TRUE(write(0, 0));
    ASSERT_TRUE(write(1, 0));
    EXPECT_EQ(finish(), "album");
    EXPECT_EQ(downloaded("album/a"), contents_.at("a"));
}

TEST_F(APartStore, starts_again_when_its_folder_was_deleted_or_the_record_is_damaged) {
    use("film", {{"", some_bytes(100, 1)}});
    present();
    ASSERT_TRUE(write(0, 0));
    store_->release(kId, Release::Parts::keep);
    fs::remove_all(downloads() / saved_.part_folder);
    EXPECT_EQ(present(), 0u);
    restart();
    saved_.part_key.resize(saved_.part_key.size() / 2);
    EXPECT_EQ(present(), 0u);
    write_all();
    EXPECT_EQ(finish(), "film");
}

TEST_F(APartStore, knows_that_it_was_done_when_killed_right_after_the_move) {
    scratch_.write("downloads/song.mp3", "mine");
    use("song.mp3", {{"", some_bytes(100, 1)}});
    present();
    write_all();
    store_->checkpoint_all();
    // As far as finish came before the kill: the intent saved, the content moved, its folder left.
    PartKey key = PartKey::decode(saved_.part_key).value();
    key.moving_to = "song (1).mp3";
    saved_.part_key = key.encode();
    fs::rename(part_file(), downloads() / "song (1).mp3");
    restart();
    const Result<swarm::Prepared::Ready> ready = prepare();
    ASSERT_TRUE(ready) << ready.error().text();
    EXPECT_EQ(ready->final_path, (downloads() / "song (1).mp3").string());
    EXPECT_EQ(part_folders(), 0u);
}

TEST_F(APartStore, knows_that_it_was_done_when_killed_before_anybody_was_told) {
    scratch_.write("downloads/song.mp3", "mine");
    use("song.mp3", {{"", some_bytes(100, 1)}});
    present();
    write_all();
    EXPECT_EQ(finish(), "song (1).mp3");
    restart();
    const Result<swarm::Prepared::Ready> ready = prepare();
    ASSERT_TRUE(ready) << ready.error().text();
    EXPECT_EQ(ready->final_path, (downloads() / "song (1).mp3").string());
    EXPECT_EQ(part_folders(), 0u);
}

TEST_F(APartStore, finishes_after_a_kill_between_the_intent_and_the_move) {
    use("song.mp3", {{"", some_bytes(100, 1)}});
    present();
    write_all();
    store_->checkpoint_all();
    PartKey key = PartKey::decode(saved_.part_key).value();
    key.moving_to = "song.mp3";
    saved_.part_key = key.encode();
    scratch_.write("downloads/song.mp3", "somebody was faster");
    restart();
    EXPECT_EQ(present(), 1u);
    EXPECT_EQ(finish(), "song (1).mp3");
    EXPECT_EQ(downloaded("song.mp3"), "somebody was faster");
}

TEST_F(APartStore, marks_nothing_as_present_that_could_not_be_saved) {
    use("film", {{"", some_bytes(2 * kPieceSizeMin, 1)}});
    present();
    ASSERT_TRUE(write(0, 0));
    save_fails_ = true;
    store_->checkpoint_all();
    EXPECT_FALSE(store_->finish(kId));
    restart();
    save_fails_ = false;
    EXPECT_EQ(present(), 0u);
}

TEST_F(APartStore, marks_nothing_as_present_that_could_not_be_written) {
    use("album", {{"a", some_bytes(100, 1)}, {"b", some_bytes(100, 2)}});
    present();
    fs::create_directory(part_file("a"));
    EXPECT_FALSE(write(0, 0)) << "there is a folder in its place";
    fs::remove(part_file("a"));
    ASSERT_TRUE(write(1, 0));
    store_->checkpoint_all();
    restart();
    const Result<swarm::Prepared::Ready> ready = prepare();
    ASSERT_TRUE(ready);
    EXPECT_FALSE(ready->present.contains(0));
    EXPECT_TRUE(ready->present.contains(1));
}

TEST_F(APartStore, notices_an_edit_of_the_same_size_during_a_pause) {
    use("film", {{"", some_bytes(3 * kPieceSizeMin, 1)}});
    present();
    ASSERT_TRUE(write(0, 0));
    ASSERT_TRUE(write(0, 1));
    store_->release(kId, Release::Parts::keep);
    edit(part_file(), kPieceSizeMin + 5);
    const Result<swarm::Prepared::Ready> ready = prepare();
    ASSERT_TRUE(ready) << ready.error().text();
    EXPECT_TRUE(ready->present.contains(0)) << "it is right still";
    EXPECT_FALSE(ready->present.contains(1));
    ASSERT_TRUE(write(0, 1));
    ASSERT_TRUE(write(0, 2));
    EXPECT_EQ(finish(), "film");
    EXPECT_EQ(downloaded("film"), contents_.at(""));
}

TEST_F(APartStore, keeps_what_is_right_of_a_part_file_that_was_cut_or_grew) {
    for (const std::uint64_t size : {kPieceSizeMin + 1, 4 * kPieceSizeMin}) {
        saved_ = {};
        use("film" + std::to_string(size), {{"", some_bytes(3 * kPieceSizeMin, 1)}});
        present();
        ASSERT_TRUE(write(0, 0));
        ASSERT_TRUE(write(0, 1));
        store_->release(kId, Release::Parts::keep);
        fs::resize_file(part_file(), size);
        EXPECT_EQ(present(), size < 2 * kPieceSizeMin ? 1u : 2u);
        write_all();
        EXPECT_EQ(downloaded(finish()), contents_.at(""));
    }
}

TEST_F(APartStore, notices_edits_within_a_folder_during_a_pause) {
    use("album", {{"big", some_bytes(3 * kPieceSizeMin, 1)},
                  {"a", some_bytes(100, 2)},
                  {"b", some_bytes(100, 3)},
                  {"none", ""}});
    present();
    ASSERT_TRUE(write(0, 0));
    ASSERT_TRUE(write(1, 0));
    ASSERT_TRUE(write(2, 0));
    ASSERT_TRUE(write(2, 1));
    store_->release(kId, Release::Parts::keep);
    edit(part_file("a"), 50);
    edit(part_file("big"), 5);
    fs::last_write_time(part_file("b"), fs::file_time_type::clock::now());
    scratch_.write("downloads/" + saved_.part_folder + "/content/none", "something");
    EXPECT_EQ(present(), 2u) << "b, and the second piece of big";
    write_all();
    EXPECT_EQ(finish(), "album");
    for (const auto& [path, content] : contents_) EXPECT_EQ(downloaded("album/" + path), content);
}

TEST_F(APartStore, believes_its_own_writes_after_a_kill_but_not_those_of_others_later) {
    use("film", {{"", some_bytes(3 * kPieceSizeMin, 1)}});
    present();
    ASSERT_TRUE(write(0, 0));
    store_->checkpoint_all();
    const PartRecord checkpoint = saved_;
    ASSERT_TRUE(write(0, 1));
    restart();
    edit(part_file(), 0);
    // Nothing tells these bytes from those that were written last: they changed within seconds.
    EXPECT_EQ(present(), 1u);
    store_.reset();
    saved_ = checkpoint;
    PartKey key = PartKey::decode(saved_.part_key).value();
    key.partial_files[0].changed_ns -= 2 * PartFolder::kOwnWrites.count();
    saved_.part_key = key.encode();
    restart();
    EXPECT_EQ(present(), 0u);
}

TEST_F(APartStore, reads_a_whole_file_again_that_was_touched_before_it_is_moved) {
    use("album", {{"a", some_bytes(100, 1)},
                  {"b", some_bytes(2 * kPieceSizeMin, 2)},
                  {"c", some_bytes(100, 3)},
                  {"none", ""}});
    present();
    write_all();
    store_->checkpoint_all();
    edit(part_file("a"), 5);
    edit(part_file("b"), kPieceSizeMin + 5);
    fs::remove(part_file("c"));
    scratch_.write("downloads/" + saved_.part_folder + "/content/none", "something");
    const Result<PartFolder::Done> done = store_->finish(kId);
    ASSERT_FALSE(done);
    EXPECT_EQ(done.error().code, ErrorCode::io);
    EXPECT_FALSE(scratch_.has("downloads/album"));
    EXPECT_EQ(present(), 0u);
    write_all();
    fs::last_write_time(part_file("a"), fs::file_time_type::clock::now());
    EXPECT_EQ(finish(), "album") << "touched, but right";
    for (const auto& [path, content] : contents_) EXPECT_EQ(downloaded("album/" + path), content);
}

TEST_F(APartStore, needs_no_list_that_was_damaged) {
    use("film", {{"", some_bytes(3 * kPieceSizeMin, 1)}});
    present();
    ASSERT_TRUE(write(0, 0));
    store_->release(kId, Release::Parts::keep);
    edit(downloads() / saved_.part_folder / "lists", 20);
    edit(part_file(), 5);
    EXPECT_EQ(present(), 0u);
    write_all();
    EXPECT_EQ(finish(), "film");
    EXPECT_EQ(downloaded("film"), contents_.at(""));
}

TEST_F(APartStore, does_not_write_lists_through_a_link) {
    use("film", {{"", some_bytes(3 * kPieceSizeMin, 1)}});
    present();
    ASSERT_TRUE(write(0, 0));
    store_->release(kId, Release::Parts::keep);
    scratch_.write("precious", "mine");
    const fs::path lists = downloads() / saved_.part_folder / "lists";
    fs::remove(lists);
    fs::create_hard_link(scratch_ / "precious", lists);
    EXPECT_EQ(present(), 1u);
    ASSERT_TRUE(write(0, 1));
    store_->checkpoint_all();
    EXPECT_EQ(scratch_.read("precious"), "mine");
}

TEST_F(APartStore, does_not_go_on_where_the_download_folder_was_replaced) {
    use("film", {{"", some_bytes(2 * kPieceSizeMin, 1)}});
    present();
    ASSERT_TRUE(write(0, 0));
    fs::rename(downloads(), scratch_ / "away");
    fs::create_directory(downloads());
    ASSERT_TRUE(write(0, 1)) << "it goes to the folder that is held";
    const Result<PartFolder::Done> finished = store_->finish(kId);
    ASSERT_FALSE(finished);
    EXPECT_EQ(finished.error().code, ErrorCode::io);
    EXPECT_NE(finished.error().text().find("gone"), std::string::npos);
    EXPECT_TRUE(fs::is_empty(downloads()));
    EXPECT_FALSE(write(0, 1));

    fs::remove(downloads());
    EXPECT_EQ(prepare().error().code, ErrorCode::io) << "it is not made again";
    EXPECT_FALSE(fs::exists(downloads()));
    fs::rename(scratch_ / "away", downloads());
    EXPECT_EQ(present(), 0u) << "it was never known to be durable";
    write_all();
    EXPECT_EQ(finish(), "film");
}

}  // namespace
}  // namespace iwant::daemon
