#include "app/daemon/part_store_fixture.h"
#include "app/daemon/stream_cache.h"

namespace iwant::daemon {
namespace {

TEST_F(APartStore, recognises_what_is_there_already) {
    use("song.mp3", {{"", some_bytes(kPieceSizeMin + 1, 1)}});
    scratch_.write("downloads/song.mp3", contents_.at(""));
    Result<swarm::Prepared::Ready> ready = prepare();
    ASSERT_TRUE(ready);
    EXPECT_EQ(ready->final_path, (downloads() / "song.mp3").string());
    EXPECT_EQ(part_folders(), 0u);

    use("album", {{"a/x", "xx"}, {"y", ""}}, {"a", "b"});
    scratch_.write("downloads/album/a/x", "xx");
    scratch_.write("downloads/album/y", "");
    EXPECT_EQ(present(), 0u) << "a folder lacks";
    store_->release(kId, Release::Parts::remove);
    saved_ = {};
    scratch_.make("downloads/album/b");
    ready = prepare();
    ASSERT_TRUE(ready);
    EXPECT_TRUE(ready->final_path);
    scratch_.write("downloads/album/a/x", "xy");
    EXPECT_EQ(present(), 0u) << "another content of the same size";
}

TEST_F(APartStore, neither_believes_nor_makes_anything_once_it_stops) {
    use("song.mp3", {{"", some_bytes(kPieceSizeMin + 1, 1)}});
    scratch_.write("downloads/song.mp3", contents_.at(""));
    store_->request_stop();
    EXPECT_FALSE(prepare());
    EXPECT_EQ(part_folders(), 0u);
}

TEST_F(APartStore, takes_over_a_copy_that_lies_elsewhere_only_if_it_is_right) {
    use("film", {{"", some_bytes(2 * kPieceSizeMin, 1)}});
    scratch_.write("shared/film", contents_.at(""));
    copies_[plan_->files[0].file] = scratch_ / "shared/film";
    EXPECT_EQ(present(), 2u);
    EXPECT_EQ(finish(), "film");
    EXPECT_EQ(downloaded("film"), contents_.at(""));

    saved_ = {};
    use("other", {{"", some_bytes(2 * kPieceSizeMin, 2)}});
    scratch_.write("shared/film", some_bytes(2 * kPieceSizeMin, 3));
    copies_[plan_->files[0].file] = scratch_ / "shared/film";
    EXPECT_EQ(present(), 0u);
}

TEST_F(APartStore, moves_what_was_only_played_into_place) {
    use("film", {{"", some_bytes(2 * kPieceSizeMin, 1)}});
    const fs::path played = stream_folder(downloads()) / "film (1)";
    scratch_.write("downloads/.iwant-streamed/film (1)", contents_.at(""));
    scratch_.write("downloads/film", "another one");
    const auto ready = store_->prepare({kId, plan_, downloads().string(), played.string()}, {});
    ASSERT_TRUE(ready);
    EXPECT_EQ(ready->final_path, (downloads() / "film (1)").string());
    EXPECT_EQ(downloaded("film (1)"), contents_.at(""));
    EXPECT_EQ(downloaded("film"), "another one");
    EXPECT_FALSE(fs::exists(played));
}

TEST_F(APartStore, moves_neither_what_was_changed_nor_what_is_somebodys) {
    use("film", {{"", some_bytes(2 * kPieceSizeMin, 1)}});
    const auto is_moved = [this](const std::string& folder, const std::string& content) {
        scratch_.write(folder + "/film", content);
        const std::string path = (scratch_ / folder / "film").string();
        const auto ready = store_->prepare({kId, plan_, downloads().string(), path}, {});
        store_->release(kId, Release::Parts::remove);
        return (ready && ready->final_path) || !scratch_.has(folder + "/film");
    };
    EXPECT_FALSE(is_moved("downloads/.iwant-streamed", some_bytes(2 * kPieceSizeMin, 2)));
    EXPECT_FALSE(is_moved("films", contents_.at("")));
}

TEST_F(APartStore, takes_small_files_of_a_folder_from_elsewhere_too) {
    std::map<std::string, std::string> contents;
    for (int i = 0; i < 200; ++i) contents["f" + std::to_string(i)] = some_bytes(10, i);
    use("many", contents);
    for (std::size_t i = 0; i < 180; ++i) {
        const swarm::PlannedFile& file = plan_->files[i];
        scratch_.write("shared/" + file.path, contents[file.path]);
        copies_[file.file] = scratch_ / "shared" / file.path;
    }
    scratch_.write("shared/" + plan_->files[5].path, "0123456789");
    EXPECT_EQ(present(), 179u) << "one is not what it was";
    write_all();
    EXPECT_EQ(finish(), "many");
    for (const auto& [path, content] : contents) EXPECT_EQ(downloaded("many/" + path), content);
}

}  // namespace
}  // namespace iwant::daemon
