#include "app/daemon/part_store.h"

#include <filesystem>
#include <fstream>
#include <set>
#include <thread>

#include <gmock/gmock.h>

#include "base/hash.h"
#include "base/prng.h"
#include "io/platform/test_folder.h"

namespace iwant::daemon {
namespace {

namespace fs = std::filesystem;
using platform::TestFolder;
using swarm::Plan;
using swarm::PlannedFile;
using swarm::Release;

constexpr DownloadId kId{7};

std::string some_bytes(std::uint64_t size_bytes, std::uint64_t seed) {
    Prng prng(seed);
    std::string bytes(size_bytes, '\0');
    for (char& byte : bytes) byte = static_cast<char>(prng.next());
    return bytes;
}

std::span<const std::uint8_t> as_bytes(std::string_view text) {
    return {reinterpret_cast<const std::uint8_t*>(text.data()), text.size()};
}

std::string_view piece_of(std::string_view content, std::uint32_t piece) {
    const std::uint64_t size = piece_size_for(content.size());
    return content.substr(piece * size, size);
}

FileId id_of(std::string_view content) {
    PieceList pieces{content.size(), {}};
    for (std::uint32_t i = 0; i < piece_count(content.size()); ++i) {
        pieces.hashes.push_back(hash_bytes(as_bytes(piece_of(content, i))));
    }
    return file_id(pieces);
}

/// A plan over these contents; "" as the only path is a single file.
std::shared_ptr<Plan> plan_of(const std::string& root,
                              const std::map<std::string, std::string>& contents,
                              std::vector<std::string> folders = {}) {
    auto plan = std::make_shared<Plan>();
    plan->kind =
        contents.size() == 1 && contents.contains("") ? EntryKind::file : EntryKind::folder;
    plan->root_name = root;
    plan->folders = std::move(folders);
    Hasher all;
    for (const auto& [path, content] : contents) {
        plan->files.push_back({path, content.size(), id_of(content), false, plan->pieces});
        plan->pieces += piece_count(content.size());
        plan->size_bytes += content.size();
        all.update(path).update(id_of(content).hash.bytes);
    }
    plan->content = plan->kind == EntryKind::file ? plan->files[0].file.hash : all.digest();
    return plan;
}

class APartStore : public testing::Test {
  protected:
    APartStore() { restart(); }

    /// What a kill and a new start do: only what was saved is left.
    void restart() {
        store_ = std::make_unique<PartStore>(
            [this](DownloadId, const PartRecord& record) -> Result<void> {
                if (save_fails_) return failure(ErrorCode::no_space, "save", "the disk is full");
                saved_ = record;
                ++saves_;
                return {};
            },
            [this](const FileId& file) -> std::optional<fs::path> {
                const auto found = copies_.find(file);
                if (found == copies_.end()) return {};
                return found->second;
            },
            logger_);
    }

    Result<swarm::Prepared::Ready> prepare() {
        return store_->prepare({kId, plan_, downloads().string()}, saved_);
    }
    std::uint64_t present() {
        const Result<swarm::Prepared::Ready> ready = prepare();
        EXPECT_TRUE(ready) << ready.error().text();
        EXPECT_FALSE(ready && ready->final_path);
        return ready ? ready->present.count() : 0;
    }

    void use(const std::string& root, const std::map<std::string, std::string>& contents,
             std::vector<std::string> folders = {}) {
        contents_ = contents;
        plan_ = plan_of(root, contents, std::move(folders));
    }

    Result<void> write(std::uint32_t file, std::uint32_t piece) {
        const std::string& content = contents_.at(plan_->files[file].path);
        return store_->write_piece(kId, FileIndex{file}, PieceIndex{piece},
                                   as_bytes(piece_of(content, piece)));
    }
    void write_all() {
        for (std::uint32_t file = 0; file < plan_->files.size(); ++file) {
            for (std::uint32_t i = 0; i < piece_count(plan_->files[file].size_bytes); ++i) {
                const Result<void> written = write(file, i);
                ASSERT_TRUE(written) << written.error().text();
            }
        }
    }

    std::string finish() {
        const Result<PartFolder::Done> done = store_->finish(kId);
        EXPECT_TRUE(done) << done.error().text();
        return done ? fs::path(done->path).lexically_relative(downloads()).string() : "";
    }

    fs::path downloads() const { return scratch_ / "downloads"; }
    std::string downloaded(const std::string& path) const {
        return scratch_.read("downloads/" + path);
    }
    fs::path part_file(const std::string& path = "") const {
        const fs::path content = downloads() / saved_.part_folder / "content";
        return path.empty() ? content : content / path;
    }
    std::size_t part_folders() const {
        if (!scratch_.has("downloads/.iwant-parts")) return 0;
        return static_cast<std::size_t>(
            std::distance(fs::directory_iterator(downloads() / ".iwant-parts"), {}));
    }

    TestFolder scratch_;
    NullLogger logger_;
    PartRecord saved_;
    int saves_ = 0;
    bool save_fails_ = false;
    std::map<FileId, fs::path> copies_;
    std::map<std::string, std::string> contents_;
    std::shared_ptr<Plan> plan_;
    std::unique_ptr<PartStore> store_;
};

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
    EXPECT_EQ(part_folders(), 0u);
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

TEST_F(APartStore, saves_nothing_as_present_before_it_is_durable) {
    // More files than it holds open: a checkpoint opens the first again, and does not find it.
    std::map<std::string, std::string> contents;
    for (int i = 100; i < 200; ++i) contents[std::to_string(i)] = some_bytes(10, 1);
    use("album", contents);
    present();
    write_all();
    fs::remove(part_file("100"));
    store_->checkpoint_all();
    EXPECT_EQ(swarm::PieceSet::from_bytes(plan_->pieces, saved_.present).count(), 0u);
    EXPECT_FALSE(store_->finish(kId));
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

TEST(APartKey, is_read_as_it_was_written_and_refused_when_cut) {
    PartKey key;
    key.content = hash_bytes({});
    key.download_folder = "/home/ann/Downloads";
    key.folder_device = 1;
    key.content_inode = 1ull << 63;
    key.moving_to = "film (1).mkv";
    key.partial_files = {{1, 2}, {3, 4}};
    const std::vector<std::uint8_t> bytes = key.encode();
    EXPECT_EQ(PartKey::decode(bytes), key);
    const std::size_t fixed = bytes.size() - 32;  // whole pairs at the end may be missing
    for (std::size_t size = 0; size < fixed; ++size) {
        EXPECT_FALSE(PartKey::decode(std::span(bytes).first(size))) << size;
    }
    EXPECT_FALSE(PartKey::decode(std::span(bytes).first(bytes.size() - 1)));
}

}  // namespace
}  // namespace iwant::daemon
