#include "app/daemon/part_store.h"

#include "app/daemon/part_store_fixture.h"

namespace iwant::daemon {
namespace {

TEST_F(APartStore, puts_a_file_together_and_moves_it_into_place) {
    const std::string content = some_bytes(2 * kPieceSizeMin + 5, 1);
    use("film.mkv", {{"", content}});
    EXPECT_EQ(present(), 0u);
    EXPECT_FALSE(scratch_.has("downloads/film.mkv"));
    ASSERT_TRUE(write(0, 2));
    ASSERT_TRUE(write(0, 0));
    EXPECT_FALSE(store_->finish(kId)) << "a piece is missing";
    EXPECT_FALSE(scratch_.has("downloads/film.mkv"));
    ASSERT_TRUE(write(0, 1));
    EXPECT_EQ(finish(), "film.mkv");
    EXPECT_EQ(downloaded("film.mkv"), content);
    EXPECT_FALSE(scratch_.has("downloads/.iwant-parts")) << "the last one takes it away";
    EXPECT_FALSE(write(0, 0)) << "it is over";
}

TEST_F(APartStore, makes_files_of_every_boundary_size) {
    for (const std::uint64_t size : {std::uint64_t{0}, std::uint64_t{1}, kPieceSizeMin - 1,
                                     kPieceSizeMin, kPieceSizeMin + 1}) {
        const std::string name = "f" + std::to_string(size);
        use(name, {{"", some_bytes(size, size)}});
        saved_ = {};
        present();
        write_all();
        EXPECT_EQ(finish(), name);
        EXPECT_EQ(downloaded(name), contents_.at(""));
    }
}

TEST_F(APartStore, makes_folders_with_empty_files_empty_folders_and_programs) {
    use("album", {{"a/b/song", some_bytes(10, 1)}, {"empty", ""}, {"run.sh", "#!/bin/sh"}},
        {"a", "a/b", "nothing"});
    plan_->files[2].executable = true;
    present();
    write_all();
    EXPECT_EQ(finish(), "album");
    EXPECT_EQ(downloaded("album/a/b/song"), contents_.at("a/b/song"));
    EXPECT_TRUE(fs::is_directory(downloads() / "album/nothing"));
    EXPECT_EQ(fs::file_size(downloads() / "album/empty"), 0u);
    const auto is_executable = [&](const char* path) {
        return (fs::status(downloads() / path).permissions() & fs::perms::owner_exec) !=
               fs::perms::none;
    };
    EXPECT_TRUE(is_executable("album/run.sh"));
    EXPECT_FALSE(is_executable("album/a/b/song"));
}

TEST_F(APartStore, takes_more_files_than_it_holds_open_from_several_threads) {
    std::map<std::string, std::string> contents;
    for (int i = 0; i < 300; ++i) contents["f" + std::to_string(i)] = some_bytes(100, i);
    use("many", contents);
    present();
    std::vector<std::thread> threads;
    for (std::uint32_t first = 0; first < 4; ++first) {
        threads.emplace_back([this, first] {
            for (std::uint32_t i = first; i < 300; i += 4) EXPECT_TRUE(write(i, 0));
        });
    }
    for (int i = 0; i < 20; ++i) store_->checkpoint_all();
    for (std::thread& thread : threads) thread.join();
    EXPECT_EQ(finish(), "many");
    for (const auto& [path, content] : contents) EXPECT_EQ(downloaded("many/" + path), content);
}

TEST_F(APartStore, gives_out_what_was_written_and_nothing_else) {
    use("film", {{"", some_bytes(2 * kPieceSizeMin + 7, 1)}});
    present();
    std::vector<std::uint8_t> last(7);
    const auto read_last = [&] {
        return store_->read_piece(kId, FileIndex{0}, PieceIndex{2}, last);
    };
    EXPECT_EQ(read_last().error().code, ErrorCode::not_found);
    ASSERT_TRUE(write(0, 2));
    ASSERT_TRUE(read_last());
    EXPECT_TRUE(std::ranges::equal(last, as_bytes(piece_of(contents_.at(""), 2))));
    store_->release(kId, Release::Parts::keep);
    EXPECT_EQ(read_last().error().code, ErrorCode::not_found);
    present();
    EXPECT_TRUE(read_last()) << "it was present before";
    std::vector<std::uint8_t> first(kPieceSizeMin);
    EXPECT_FALSE(store_->read_piece(kId, FileIndex{0}, PieceIndex{0}, first));
    fs::resize_file(part_file(), kPieceSizeMin);
    EXPECT_EQ(read_last().error().code, ErrorCode::changed);
}

// Players read while a download ends: they look for what has left at its final place.
TEST_F(APartStore, says_of_what_is_moved_into_place_that_it_is_not_found_here) {
    const std::string content = some_bytes(2 * kPieceSizeMin, 1);
    use("film", {{"", content}});
    fs::create_directories(downloads());
    Result<platform::Folder> root = platform::Folder::open(downloads().string());
    ASSERT_TRUE(root);
    const auto made = PartFolder::make(plan_, std::move(*root), [this](const PartRecord& record) {
        saved_ = record;
        return Result<void>();
    });
    ASSERT_TRUE(made) << made.error().text();
    PartFolder& folder = **made;
    for (std::uint32_t i = 0; i < 2; ++i) {
        const auto piece = as_bytes(piece_of(content, i));
        ASSERT_TRUE(folder.write_piece(FileIndex{0}, PieceIndex{i}, piece, list_of(content)));
    }
    std::vector<std::uint8_t> first(kPieceSizeMin);
    const auto read_first = [&] { return folder.read_piece(FileIndex{0}, PieceIndex{0}, first); };
    fs::rename(part_file(), downloads() / "on its way");
    EXPECT_EQ(read_first().error().code, ErrorCode::not_found);
    fs::rename(downloads() / "on its way", part_file());
    ASSERT_TRUE(read_first());
    ASSERT_TRUE(folder.finish({}));
    EXPECT_EQ(read_first().error().code, ErrorCode::not_found);
}

TEST_F(APartStore, tells_what_its_files_were_like_when_they_were_done) {
    use("album", {{"a/b", some_bytes(10, 1)}, {"c", ""}}, {"a"});
    present();
    write_all();
    const Result<PartFolder::Done> done = store_->finish(kId);
    ASSERT_TRUE(done);
    ASSERT_EQ(done->stamps.size(), 2u);
    EXPECT_EQ(done->stamps[0], platform::info_of(downloads() / "album/a/b")->stamp);
    EXPECT_EQ(done->stamps[1], platform::info_of(downloads() / "album/c")->stamp);
}

TEST_F(APartStore, keeps_its_folder_private) {
    use("x", {{"", "secret"}});
    present();
    for (const fs::path& path : {downloads() / ".iwant-parts", downloads() / saved_.part_folder}) {
        EXPECT_EQ(fs::status(path).permissions(), fs::perms::owner_all) << path;
    }
}

TEST_F(APartStore, makes_a_checkpoint_some_time_after_the_first_write) {
    use("film", {{"", some_bytes(3 * kPieceSizeMin, 1)}});
    present();
    const int before = saves_;
    store_->checkpoint(Time{std::chrono::seconds(1)});
    EXPECT_EQ(saves_, before) << "nothing was written";
    ASSERT_TRUE(write(0, 0));
    store_->checkpoint(Time{std::chrono::seconds(10)});
    store_->checkpoint(Time{std::chrono::seconds(14)});
    EXPECT_EQ(saves_, before);
    store_->checkpoint(Time{std::chrono::seconds(15)});
    EXPECT_EQ(saves_, before + 1);
    store_->checkpoint(Time{std::chrono::seconds(25)});
    EXPECT_EQ(saves_, before + 1);
}

TEST_F(APartStore, removes_its_folder_when_cancelled_and_nothing_else) {
    scratch_.write("downloads/film", "mine");
    use("film", {{"", some_bytes(10, 1)}});
    present();
    write_all();
    store_->release(kId, Release::Parts::remove);
    EXPECT_EQ(part_folders(), 0u);
    EXPECT_EQ(downloaded("film"), "mine");
}

TEST_F(APartStore, removes_the_folder_of_an_earlier_run_too) {
    use("film", {{"", some_bytes(10, 1)}});
    present();
    restart();
    PartRecord forged = saved_;
    forged.part_folder = ".iwant-parts/../../downloads";
    store_->release(kId, Release::Parts::remove, forged);
    EXPECT_EQ(part_folders(), 1u) << "only names of ours are removed";
    store_->release(kId, Release::Parts::remove, saved_);
    EXPECT_EQ(part_folders(), 0u);
}

TEST_F(APartStore, never_takes_a_name_that_is_taken) {
    scratch_.write("downloads/song.mp3", "mine");
    scratch_.write("elsewhere", "mine too");
    fs::create_symlink(scratch_ / "elsewhere", downloads() / "song (1).mp3");
    fs::create_directory(downloads() / "song (2).mp3");
    use("song.mp3", {{"", some_bytes(100, 1)}});
    present();
    write_all();
    EXPECT_EQ(finish(), "song (3).mp3");
    EXPECT_EQ(downloaded("song.mp3"), "mine");
    EXPECT_EQ(scratch_.read("elsewhere"), "mine too");
    EXPECT_EQ(downloaded("song (3).mp3"), contents_.at(""));
}

TEST_F(APartStore, says_how_much_space_is_missing_before_it_starts) {
    use("film", {{"", "x"}});
    plan_->size_bytes = plan_->files[0].size_bytes = kFileSizeMax;
    plan_->pieces = piece_count(kFileSizeMax);
    const Result<swarm::Prepared::Ready> ready = prepare();
    ASSERT_FALSE(ready);
    EXPECT_EQ(ready.error().code, ErrorCode::no_space);
    EXPECT_NE(ready.error().message.find("free"), std::string::npos);
    EXPECT_EQ(part_folders(), 0u);
}

}  // namespace
}  // namespace iwant::daemon
