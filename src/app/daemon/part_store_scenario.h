#pragma once

// For tests that interrupt a download: one that a seed describes, carried out with a real part
// store, and the look afterwards whether all is as it must be.

#include <algorithm>
#include <functional>

#include "app/daemon/part_store_fixture.h"

namespace iwant::daemon {

using platform::fast_folder;

/// After a download only its result lies in the download folder, and no part folder.
inline std::size_t entries_of(const fs::path& folder) {
    return static_cast<std::size_t>(std::distance(fs::directory_iterator(folder), {}));
}

/// A file or a folder; few big pieces, enough small files for both ways of making them durable.
struct Scenario {
    explicit Scenario(std::uint64_t seed) : order(seed) {
        if (seed % 2 == 0) {
            contents[""] = some_bytes(kPieceSizeMin + 4096 + seed, seed);
        } else {
            contents["a/big"] = some_bytes(kPieceSizeMin + 4096, seed);
            contents["empty"] = "";
            for (int i = 0; i < 24; ++i) {
                contents["b" + std::to_string(i)] =
                    some_bytes(500 + 700 * static_cast<std::uint64_t>(i), seed + 1);
            }
        }
        plan = plan_of("thing", contents, seed % 2 == 0 ? std::vector<std::string>() : folders);
    }

    std::uint64_t order;
    std::vector<std::string> folders{"a", "nothing"};
    std::map<std::string, std::string> contents;
    std::shared_ptr<Plan> plan;
};

/// What stands in for the database: each save is durable and whole, or did not happen.
class SavedRecords {
  public:
    explicit SavedRecords(fs::path path) : path_(std::move(path)) {}

    const fs::path& path() const { return path_; }
    Result<void> append(const PartRecord& record) const {
        Result<platform::Folder> folder = platform::Folder::open(path_.parent_path());
        if (!folder) return failure(std::move(folder));
        const std::string name = path_.filename();
        Result<platform::File> file = folder->create_file(name);
        if (!file && file.error().code == ErrorCode::already_exists) {
            file = folder->open_file_for_writing(name);
        }
        if (!file) return failure(std::move(file));
        return file->write_at(file->info()->stamp.size_bytes, as_bytes(encode(record)));
    }
    PartRecord last() const {
        std::ifstream file(path_, std::ios::binary);
        const std::string all{std::istreambuf_iterator<char>(file), {}};
        return decode_last(all);
    }
    /// The last whole one.
    static PartRecord decode_last(std::string_view all) {
        PartRecord last;
        while (true) {
            std::string parts[3];
            for (std::string& part : parts) {
                if (all.size() < 8) return last;
                std::uint64_t size = 0;
                std::copy_n(all.data(), 8, reinterpret_cast<char*>(&size));
                if (all.size() - 8 < size) return last;
                part = all.substr(8, size);
                all.remove_prefix(8 + size);
            }
            last = {
                parts[0], {parts[1].begin(), parts[1].end()}, {parts[2].begin(), parts[2].end()}};
        }
    }

  private:
    static std::string encode(const PartRecord& record) {
        std::string bytes;
        const auto add = [&](const auto& part) {
            const std::uint64_t size = part.size();
            bytes.append(reinterpret_cast<const char*>(&size), 8);
            bytes.append(part.begin(), part.end());
        };
        add(record.part_folder);
        add(record.part_key);
        add(record.present);
        return bytes;
    }

    fs::path path_;
};

/// One run of a download, from what an earlier one saved to its end.
class ScenarioRun {
  public:
    ScenarioRun(const Scenario& scenario, fs::path downloads, const SavedRecords& records)
        : scenario_(scenario),
          downloads_(std::move(downloads)),
          records_(records),
          store_([this](DownloadId, const PartRecord& record) { return records_.append(record); },
                 [](const FileId&) { return std::optional<fs::path>(); }, logger_) {}

    /// Prepares it; says what is wrong with what the store believes to be there, or nothing.
    std::string prepare() {
        Result<swarm::Prepared::Ready> ready =
            store_.prepare({kId, scenario_.plan, downloads_.string()}, records_.last());
        if (!ready) return failed("prepare", ready.error());
        final_path_ = ready->final_path.value_or("");
        present_ = std::move(ready->present);
        return final_path_.empty() ? wrong_piece() : "";
    }

    /// Writes what is missing, in an order and with checkpoints that the seed draws, and ends it.
    std::string complete() {
        if (!final_path_.empty()) return "";
        Prng prng(scenario_.order);
        for (const auto& [file, piece] : pieces_in(prng)) {
            const auto& planned = scenario_.plan->files[file];
            if (present_.contains(planned.first_piece + piece)) continue;
            const std::string& content = scenario_.contents.at(planned.path);
            const Result<void> written = store_.write_piece(
                kId, FileIndex{file}, PieceIndex{piece}, as_bytes(piece_of(content, piece)),
                planned.size_bytes > kPieceSizeMin ? list_of(content) : nullptr);
            if (!written) return failed("write", written.error());
            if (prng.next() % 8 == 0) store_.checkpoint_all();
        }
        const Result<PartFolder::Done> done = store_.finish(kId);
        if (!done) return failed("finish", done.error());
        final_path_ = done->path;
        return "";
    }

    /// What is wrong with the finished download.
    std::string wrong_result() const {
        for (const auto& [path, content] : scenario_.contents) {
            const fs::path file =
                path.empty() ? fs::path(final_path_) : final_path_ / fs::path(path);
            std::ifstream in(file, std::ios::binary);
            std::string bytes(content.size() + 1, '\0');
            in.read(bytes.data(), static_cast<std::streamsize>(bytes.size()));
            bytes.resize(static_cast<std::size_t>(in.gcount()));
            if (bytes != content) {
                return "wrong bytes in " + file.string();
            }
        }
        return "";
    }
    /// What prepare or complete failed with last.
    const std::optional<Error>& error() const { return error_; }
    /// As after a failure: the parts are kept, and prepare goes on from them.
    void release() { store_.release(kId, Release::Parts::keep); }
    std::uint64_t present() const { return present_.count(); }
    const std::string& final_path() const { return final_path_; }

  private:
    std::string failed(const std::string& what, const Error& error) {
        error_ = error;
        return what + ": " + error.text();
    }

    std::vector<std::pair<std::uint32_t, std::uint32_t>> pieces_in(Prng& prng) const {
        std::vector<std::pair<std::uint32_t, std::uint32_t>> pieces;
        for (std::uint32_t file = 0; file < scenario_.plan->files.size(); ++file) {
            const std::uint64_t count = piece_count(scenario_.plan->files[file].size_bytes);
            for (std::uint32_t i = 0; i < count; ++i) pieces.emplace_back(file, i);
        }
        for (std::size_t i = pieces.size(); i > 1; --i) {
            std::swap(pieces[i - 1], pieces[prng.next() % i]);
        }
        return pieces;
    }

    std::string wrong_piece() {
        for (std::uint32_t file = 0; file < scenario_.plan->files.size(); ++file) {
            const auto& planned = scenario_.plan->files[file];
            for (std::uint32_t i = 0; i < piece_count(planned.size_bytes); ++i) {
                if (!present_.contains(planned.first_piece + i)) continue;
                const std::string_view right = piece_of(scenario_.contents.at(planned.path), i);
                std::vector<std::uint8_t> bytes(right.size());
                const auto read = store_.read_piece(kId, FileIndex{file}, PieceIndex{i}, bytes);
                if (!read || !std::ranges::equal(bytes, as_bytes(right))) {
                    return "claims a piece that is not there: " + planned.path;
                }
            }
        }
        return "";
    }

    const Scenario& scenario_;
    const fs::path downloads_;
    const SavedRecords& records_;
    NullLogger logger_;
    PartStore store_;
    swarm::PieceSet present_;
    std::string final_path_;
    std::optional<Error> error_;
};

}  // namespace iwant::daemon
