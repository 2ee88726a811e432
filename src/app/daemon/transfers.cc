#include "app/daemon/transfers.h"

#include <algorithm>
#include <future>
#include <type_traits>
#include <utility>

#include "app/daemon/download_record.h"
#include "base/assert.h"
#include "io/platform/process.h"

namespace iwant::daemon {

Transfers::Transfers(const net::TlsContext& tls, catalog::Catalog& catalog, Worker& catalog_worker,
                     std::unique_ptr<catalog::CatalogReader> reader, World world, Logger& logger)
    : catalog_(catalog),
      catalog_worker_(catalog_worker),
      reader_(std::move(reader)),
      world_(std::move(world)),
      logger_(logger),
      store_([this](DownloadId id, const PartRecord& parts) { return save_parts(id, parts); },
             [this](const FileId& file) { return find_copy(file); }, logger),
      held_([this](DownloadId id, FileIndex file, PieceIndex piece, std::span<std::uint8_t> into) {
          return store_.read_piece(id, file, piece, into);
      }),
      finished_(catalog, catalog_worker, held_, logger),
      fetcher_(tls,
               {[this](const FetchJob& job, PieceIndex piece, std::span<const std::uint8_t> bytes) {
                    return store_.write_piece(job.download, job.file_index, piece, bytes,
                                              job.pieces);
                },
                world_.tell, &rate_},
               logger) {}

Transfers::~Transfers() {
    stop();
}

Result<DownloadId> Transfers::restore(const std::function<void(swarm::Event)>& tell) {
    Result<std::vector<catalog::StoredDownload>> stored = catalog_.downloads();
    if (!stored) return failure(std::move(stored));
    DownloadId highest;
    for (catalog::StoredDownload& download : *stored) {
        const DownloadId id{download.id};
        highest = std::max(highest, id);
        Result<swarm::DownloadRecord> record = read_record(id, download.record);
        kept_[id] = {std::move(download.record),
                     {std::move(download.part_folder), std::move(download.part_key),
                      std::move(download.present)}};
        if (!record) {
            logger_.warning(record.error().text());
            continue;
        }
        tell(swarm::DownloadRestored{std::move(*record)});
    }
    return highest;
}

void Transfers::perform(const swarm::Action& action) {
    std::visit([this](const auto& chosen) { act(chosen); }, action);
}

template <class Ask>
void Transfers::act(const Ask&) {
    static_assert(std::is_same_v<Ask, swarm::AskSources> || std::is_same_v<Ask, swarm::AskHash> ||
                  std::is_same_v<Ask, swarm::AskTree> || std::is_same_v<Ask, swarm::AskPieceList> ||
                  std::is_same_v<Ask, swarm::AskPieces>);
    ASSERT(!"the node carries these out itself");
}

void Transfers::act(const swarm::Prepare& action) {
    plans_[action.id] = action.plan;
    disk_worker_.post([this, action] {
        auto ready = store_.prepare(action, kept_[action.id].parts);
        if (ready && !ready->final_path) held_.hold(action.id, action.plan);
        if (ready && ready->final_path && !action.earlier_path.empty()) {
            finished_.moved(action.earlier_path, *ready->final_path);
        }
        world_.tell(swarm::Prepared{action.id, std::move(ready)});
    });
}

void Transfers::act(const swarm::StartFetch& action) {
    const auto plan = plans_.find(action.id);
    ASSERT(plan != plans_.end() && action.file.value < plan->second->files.size());
    const swarm::PlannedFile& file = plan->second->files[action.file.value];
    held_.note_list(action.id, file.file, action.pieces);
    fetcher_.fetch(action.peer,
                   {action.fetch, action.id, action.file, file.file, file.size_bytes, action.first,
                    action.count, action.pieces, action.urgency},
                   world_.make_hello(), world_.addresses_of(action.peer));
}

void Transfers::act(const swarm::CancelFetch& action) {
    fetcher_.cancel(action.fetch);
}

void Transfers::act(const swarm::HurryFetch& action) {
    fetcher_.hurry(action.fetch);
}

void Transfers::act(const swarm::Finish& action) {
    // Nothing is fetched until it is prepared again; a plan may have a million files.
    swarm::SharedPlan plan = std::move(plans_.at(action.id));
    plans_.erase(action.id);
    disk_worker_.post([this, id = action.id, plan = std::move(plan)] {
        Result<PartFolder::Done> done = store_.finish(id);
        if (done) {
            world_.tell(swarm::Finished{id, done->path});
            finished_.record(id, plan, std::move(*done));
        } else {
            world_.tell(swarm::Finished{id, std::unexpected(std::move(done.error()))});
        }
    });
}

void Transfers::act(const swarm::Release& action) {
    plans_.erase(action.id);
    held_.let_go(action.id);
    disk_worker_.post(
        [this, action] { store_.release(action.id, action.parts, kept_[action.id].parts); });
}

void Transfers::act(const swarm::SaveDownload& action) {
    // Through the disk worker, which knows the part folder that belongs to the record.
    disk_worker_.post([this, record = action.record] {
        Kept& kept = kept_[record.id];
        kept.record = write_record(record);
        catalog_worker_.post([this, download = stored(record.id, kept)] {
            if (const Result<void> saved = catalog_.save_download(download); !saved) {
                logger_.warning(saved.error().text());
            }
        });
    });
}

void Transfers::act(const swarm::ForgetDownload& action) {
    plans_.erase(action.id);
    disk_worker_.post([this, id = action.id] {
        kept_.erase(id);
        catalog_worker_.post([this, id] {
            if (const Result<void> removed = catalog_.remove_download(id.value); !removed) {
                logger_.warning(removed.error().text());
            }
        });
    });
}

catalog::StoredDownload Transfers::stored(DownloadId id, const Kept& kept) {
    return {id.value, kept.record, kept.parts.part_folder, kept.parts.present, kept.parts.part_key};
}

// On the disk worker; waits for the database, since the order of the two is what crash safety rests
// on.
Result<void> Transfers::save_parts(DownloadId id, const PartRecord& parts) {
    Kept& kept = kept_[id];
    const bool only_present =
        kept.parts.part_folder == parts.part_folder && kept.parts.part_key == parts.part_key;
    kept.parts = parts;
    std::promise<Result<void>> saved;
    std::future<Result<void>> outcome = saved.get_future();
    catalog_worker_.post([&] {
        saved.set_value(only_present ? catalog_.save_present(id.value, parts.present)
                                     : catalog_.save_download(stored(id, kept)));
    });
    return outcome.get();
}

std::optional<std::filesystem::path> Transfers::find_copy(const FileId& file) {
    const Result<std::optional<catalog::SharedFile>> found = reader_->find_file(file);
    if (!found || !*found) return std::nullopt;
    const Result<platform::FileInfo> info = platform::info_of((*found)->disk_path);
    if (!info || info->stamp.size_bytes != (*found)->stamp.size_bytes ||
        info->stamp.modified_ns != (*found)->stamp.modified_ns) {
        return std::nullopt;
    }
    return (*found)->disk_path;
}

void Transfers::checkpoint() {
    if (plans_.empty()) return;  // nothing is written; an idle daemon wakes no thread for it
    // One at a time: what the disk worker does now may take longer than until the next tick.
    if (checkpoint_queued_.exchange(true)) return;
    disk_worker_.post([this] {
        checkpoint_queued_ = false;
        store_.checkpoint(platform::now());
    });
}

void Transfers::stop() {
    store_.request_stop();
    rate_.stop();
    fetcher_.stop();
    disk_worker_.post([this] { store_.close_all(); });
    disk_worker_.finish();
    finished_.stop();
}

}  // namespace iwant::daemon
