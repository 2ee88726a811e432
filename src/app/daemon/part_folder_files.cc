#include "app/daemon/part_folder_files.h"

#include <algorithm>

#include "base/assert.h"

namespace iwant::daemon {

std::string part_path(const swarm::PlannedFile& file) {
    std::string path(kPartContent);
    if (!file.path.empty()) path += "/" + file.path;
    return path;
}

PartFiles::PartFiles(const platform::Folder& folder, const swarm::Plan& plan)
    : folder_(folder), plan_(plan), ours_(plan.files.size()) {}

void PartFiles::recognise(FileIndex file) {
    const std::lock_guard lock(mutex_);
    ours_[file.value] = true;
}

void PartFiles::disown(FileIndex file) {
    std::unique_lock lock(mutex_);
    opened_.wait(lock, [&] { return !opening_.contains(file); });
    ours_[file.value] = false;
    open_.erase(file);
}

Result<PartFiles::SharedFile> PartFiles::open(FileIndex index) {
    ASSERT(index.value < plan_.files.size());
    const swarm::PlannedFile& planned = plan_.files[index.value];
    std::unique_lock lock(mutex_);
    // Another would unlink what one has just made.
    opened_.wait(lock, [&] { return !opening_.contains(index); });
    if (closed_) return failure(ErrorCode::cancelled, "write " + planned.path, "it was given up");
    if (const auto found = open_.find(index); found != open_.end()) {
        found->second.last_use = ++uses_;
        return found->second.file;
    }
    const bool ours = ours_[index.value];
    opening_.insert(index);
    lock.unlock();
    Result<platform::File> file =
        ours ? folder_.open_file_for_writing(part_path(planned)) : make(planned);
    lock.lock();
    opening_.erase(index);
    opened_.notify_all();
    if (!file) return failure(std::move(file));
    ours_[index.value] = true;
    if (planned.size_bytes >= kBypassBytesMin) file->bypass_cache();
    auto shared = std::make_shared<const platform::File>(std::move(*file));
    if (piece_count(planned.size_bytes) > 1) {
        make_room();
        open_[index] = {shared, ++uses_};
    }
    return shared;
}

Result<platform::File> PartFiles::make(const swarm::PlannedFile& planned) {
    const std::string path = part_path(planned);
    const unsigned mode = planned.executable ? 0755 : 0644;
    Result<platform::File> file = folder_.create_file(path, mode);
    if (!file && file.error().code == ErrorCode::already_exists) {
        if (Result<void> removed = folder_.remove_file(path); !removed) {
            return failure(std::move(removed));
        }
        file = folder_.create_file(path, mode);
    }
    // The first piece of a small file is all of it.
    if (!file || piece_count(planned.size_bytes) <= 1) return file;
    if (Result<void> sized = file->resize(planned.size_bytes); !sized) {
        return failure(std::move(sized));
    }
    if (planned.size_bytes >= kBypassBytesMin) file->take_space(planned.size_bytes);
    return file;
}

void PartFiles::put_away(FileIndex file) {
    const std::lock_guard lock(mutex_);
    open_.erase(file);
}

void PartFiles::make_room() {
    if (open_.size() < kOpenMax) return;
    // Closing does not lose anything: a checkpoint opens it again to make it durable.
    open_.erase(std::ranges::min_element(
        open_, {}, [](const auto& opened) { return opened.second.last_use; }));
}

void PartFiles::close() {
    std::unique_lock lock(mutex_);
    closed_ = true;
    // Nothing is made any more when this returns.
    opened_.wait(lock, [this] { return opening_.empty(); });
    open_.clear();
}

Result<platform::FileInfo> PartLook::info_of(const std::string& path) {
    const std::size_t slash = path.rfind('/');
    if (slash == std::string::npos) return folder_.info_of(path);
    if (!parent_ || parent_path_ != std::string_view(path).substr(0, slash)) {
        parent_.reset();
        parent_path_ = path.substr(0, slash);
        Result<platform::Folder> parent = folder_.open_folder(parent_path_);
        if (!parent) return failure(std::move(parent));
        parent_ = std::move(*parent);
    }
    return parent_->info_of(std::string_view(path).substr(slash + 1));
}

}  // namespace iwant::daemon
