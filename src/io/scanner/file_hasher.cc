#include "io/scanner/file_hasher.h"

#include <algorithm>
#include <chrono>
#include <mutex>
#include <optional>
#include <thread>

#include "base/hash.h"
#include "io/platform/process.h"

namespace iwant::scanner {

namespace {

using platform::File;
using platform::FileStamp;

/// Small enough to stay in a core's cache between being read and being hashed.
constexpr std::size_t kChunkBytes = std::size_t{1} << 20;

/// How coarse clocks of file systems are: FAT counts in 2 s, others in the kernel's ticks.
constexpr std::int64_t kCoarseClockNs = 2'100'000'000;
constexpr std::int64_t kFineClockNs = 20'000'000;
constexpr std::int64_t kSecondNs = 1'000'000'000;
constexpr std::chrono::milliseconds kSettlePause{5};

Error changed(const std::filesystem::path& path) {
    return Error{ErrorCode::changed, "hash " + path.string(),
                 "it changed while it was read; it will be looked at again"};
}

Error cancelled(const std::filesystem::path& path) {
    return Error{ErrorCode::cancelled, "hash " + path.string(), "stopped"};
}

/// A file changed twice within one tick of its clock has the same stamp both times, so a hash is
/// only of one state when the last change is further back ("racy git", git's
/// Documentation/technical/racy-git.txt).
bool may_change_unseen(const FileStamp& stamp) {
    const bool is_coarse = stamp.modified_ns % kSecondNs == 0 && stamp.changed_ns % kSecondNs == 0;
    const std::int64_t tick = is_coarse ? kCoarseClockNs : kFineClockNs;
    const auto since_1970 = std::chrono::system_clock::now().time_since_epoch();
    const std::int64_t now = std::chrono::nanoseconds(since_1970).count();
    const std::int64_t last = std::max(stamp.modified_ns, stamp.changed_ns);
    // A date in the future says nothing.
    return last + tick > now && last < now + kSecondNs;
}

bool wait_until_settled(const FileStamp& stamp, const std::atomic<bool>& stop) {
    const Time end = platform::now() + std::chrono::nanoseconds(kCoarseClockNs);
    while (may_change_unseen(stamp) && platform::now() < end) {
        if (stop) return false;
        std::this_thread::sleep_for(kSettlePause);
    }
    return !stop;
}

/// One file being hashed by several threads; each takes the next piece that none has taken.
class Hashing {
  public:
    Hashing(const File& file, const std::filesystem::path& path, std::uint64_t size_bytes,
            const std::atomic<bool>& stop, const std::function<void(std::uint64_t)>& progress)
        : file_(file), path_(path), stop_(stop), progress_(progress) {
        pieces_.size_bytes = size_bytes;
        pieces_.hashes.resize(piece_count(size_bytes));
    }

    Result<PieceList> run(unsigned threads) {
        const auto useful = std::min<std::uint64_t>(threads, pieces_.hashes.size());
        {
            std::vector<std::jthread> others;
            for (std::uint64_t i = 1; i < useful; ++i) others.emplace_back([this] { work(); });
            work();
        }
        if (error_) return std::unexpected(*error_);
        return std::move(pieces_);
    }

  private:
    void work() {
        std::vector<std::uint8_t> chunk(std::min<std::uint64_t>(kChunkBytes, pieces_.size_bytes));
        while (!failed_) {
            const std::uint64_t piece = next_piece_++;
            if (piece >= pieces_.hashes.size()) return;
            if (auto hashed = hash_piece(piece, chunk); !hashed) return fail(hashed.error());
        }
    }

    Result<void> hash_piece(std::uint64_t piece, std::span<std::uint8_t> chunk) {
        std::uint64_t offset = piece * piece_size_for(pieces_.size_bytes);
        std::uint64_t rest =
            piece_length(pieces_.size_bytes, PieceIndex{static_cast<std::uint32_t>(piece)});
        file_.will_read(offset, rest);
        Hasher hasher;
        while (rest > 0) {
            if (stop_) return std::unexpected(cancelled(path_));
            const auto part = chunk.first(std::min<std::uint64_t>(rest, chunk.size()));
            const auto got = file_.read_at(offset, part);
            if (!got) return std::unexpected(got.error());
            if (*got < part.size()) return std::unexpected(changed(path_));
            hasher.update(part);
            offset += part.size();
            rest -= part.size();
            const std::uint64_t done = bytes_done_ += part.size();
            if (progress_) progress_(done);
        }
        pieces_.hashes[piece] = hasher.digest();
        return {};
    }

    void fail(const Error& error) {
        const std::lock_guard lock(error_mutex_);
        if (!error_) error_ = error;
        failed_ = true;
    }

    const File& file_;
    const std::filesystem::path& path_;
    const std::atomic<bool>& stop_;
    const std::function<void(std::uint64_t)>& progress_;
    PieceList pieces_;
    std::atomic<std::uint64_t> next_piece_ = 0;
    std::atomic<std::uint64_t> bytes_done_ = 0;
    std::atomic<bool> failed_ = false;
    /// The threads have no event loop to post to; only the first error is kept.
    std::mutex error_mutex_;
    std::optional<Error> error_;
};

}  // namespace

Result<HashedFile> hash_file(const std::filesystem::path& path, const FileStamp& expected,
                             unsigned threads, const std::atomic<bool>& stop,
                             const std::function<void(std::uint64_t)>& progress) {
    const auto file = File::open_for_reading(path);
    if (!file) return std::unexpected(file.error());
    const auto before = file->info();
    if (!before) return std::unexpected(before.error());
    if (before->stamp != expected) return std::unexpected(changed(path));
    if (!wait_until_settled(expected, stop)) return std::unexpected(cancelled(path));
    auto pieces = Hashing(*file, path, expected.size_bytes, stop, progress).run(threads);
    if (!pieces) return failure(std::move(pieces));
    const auto after = file->info();
    if (!after) return std::unexpected(after.error());
    if (after->stamp != expected) return std::unexpected(changed(path));
    return HashedFile{std::move(*pieces), expected};
}

}  // namespace iwant::scanner
