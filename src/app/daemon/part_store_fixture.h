#pragma once

// For tests: a part store over a folder of its own, one download in it, and short ways to write its
// pieces, to end and to start again.

#include <filesystem>
#include <fstream>
#include <set>
#include <thread>

#include <gmock/gmock.h>

#include "app/daemon/part_store.h"
#include "base/hash.h"
#include "base/prng.h"
#include "io/platform/test_folder.h"

namespace iwant::daemon {

namespace fs = std::filesystem;
using platform::TestFolder;
using swarm::Plan;
using swarm::PlannedFile;
using swarm::Release;

inline constexpr DownloadId kId{7};

inline std::string some_bytes(std::uint64_t size_bytes, std::uint64_t seed) {
    Prng prng(seed);
    std::string bytes(size_bytes, '\0');
    for (char& byte : bytes) byte = static_cast<char>(prng.next());
    return bytes;
}

inline std::span<const std::uint8_t> as_bytes(std::string_view text) {
    return {reinterpret_cast<const std::uint8_t*>(text.data()), text.size()};
}

inline std::string_view piece_of(std::string_view content, std::uint32_t piece) {
    const std::uint64_t size = piece_size_for(content.size());
    return content.substr(piece * size, size);
}

inline SharedPieceList list_of(std::string_view content) {
    PieceList pieces{content.size(), {}};
    for (std::uint32_t i = 0; i < piece_count(content.size()); ++i) {
        pieces.hashes.push_back(hash_bytes(as_bytes(piece_of(content, i))));
    }
    return std::make_shared<const PieceList>(std::move(pieces));
}

inline FileId id_of(std::string_view content) {
    return file_id(*list_of(content));
}

/// A plan over these contents; "" as the only path is a single file.
inline std::shared_ptr<Plan> plan_of(const std::string& root,
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
                                   as_bytes(piece_of(content, piece)), list_of(content));
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

    /// Somebody else writes into a file.
    static void edit(const fs::path& path, std::uint64_t offset) {
        std::fstream file(path, std::ios::binary | std::ios::in | std::ios::out);
        file.seekp(static_cast<std::streamoff>(offset));
        file << "oops";
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

}  // namespace iwant::daemon
