#include "app/daemon/finished_files.h"

#include <future>
#include <utility>

#include "base/hash.h"
#include "core/swarm/plan_trees.h"
#include "io/platform/file.h"

namespace iwant::daemon {
namespace {

/// The list of a file in one piece, if it still is what was downloaded.
SharedPieceList read_list(const std::filesystem::path& path, const swarm::PlannedFile& file) {
    Result<platform::File> opened = platform::File::open_for_reading(path);
    if (!opened) return nullptr;
    std::vector<std::uint8_t> bytes(file.size_bytes);
    const Result<std::size_t> read = opened->read_at(0, bytes);
    if (!read || *read != bytes.size()) return nullptr;
    auto list = std::make_shared<const PieceList>(PieceList{file.size_bytes, {hash_bytes(bytes)}});
    return file_id(*list) == file.file ? list : nullptr;
}

}  // namespace

void FinishedFiles::record(DownloadId download, swarm::SharedPlan plan, PartFolder::Done done) {
    worker_.post([this, download, plan = std::move(plan), done = std::move(done)] {
        record_all(download, *plan, done);
        held_.let_go(download);
    });
}

void FinishedFiles::moved(const std::filesystem::path& from, const std::filesystem::path& to) {
    worker_.post([this, from, to] {
        const Result<platform::FileInfo> info = platform::info_of(to);
        if (!info || platform::info_of(from)) return;
        save([&] { return catalog_.move_finished_file(from, to, info->stamp); });
    });
}

void FinishedFiles::record_all(DownloadId download, const swarm::Plan& plan,
                               const PartFolder::Done& done) {
    std::vector<catalog::FinishedFile> batch;
    for (std::size_t i = 0; i < plan.files.size() && i < done.stamps.size(); ++i) {
        if (stopping_) return;
        const swarm::PlannedFile& file = plan.files[i];
        std::filesystem::path path = done.path;
        if (!file.path.empty()) path /= file.path;
        SharedPieceList list = held_.list_of(download, file.file);
        if (list == nullptr && piece_count(file.size_bytes) == 1) list = read_list(path, file);
        if (list == nullptr) continue;
        batch.push_back({std::move(path), done.stamps[i], std::move(list)});
        if (batch.size() == kBatch) {
            save(batch);
            batch.clear();
        }
    }
    if (!batch.empty()) save(batch);
    const auto trees = swarm::listings_of(plan);
    if (!trees.empty()) save([&] { return catalog_.add_finished_trees(trees); });
}

void FinishedFiles::save(const std::vector<catalog::FinishedFile>& batch) {
    save([&] { return catalog_.add_finished_files(batch); });
}

// Waits, so that the catalogue's queue never holds more than one batch.
void FinishedFiles::save(const std::function<Result<void>()>& write) {
    std::promise<Result<void>> saved;
    std::future<Result<void>> outcome = saved.get_future();
    catalog_worker_.post([&] { saved.set_value(write()); });
    if (const Result<void> done = outcome.get(); !done) logger_.warning(done.error().text());
}

void FinishedFiles::stop() {
    stopping_ = true;
    worker_.finish();
}

}  // namespace iwant::daemon
