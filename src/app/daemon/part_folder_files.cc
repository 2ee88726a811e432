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

Result<PartFiles::SharedFile> PartFiles::open(FileIndex index) {
    const std::lock_guard lock(mutex_);
    ASSERT(index.value < plan_.files.size());
    const swarm::PlannedFile& planned = plan_.files[index.value];
    if (closed_) return failure(ErrorCode::cancelled, "write " + planned.path, "it was given up");
    if (const auto found = open_.find(index); found != open_.end()) {
        found->second.last_use = ++uses_;
        return found->second.file;
    }
    Result<platform::File> file =
        ours_[index.value] ? folder_.open_file_for_writing(part_path(planned)) : make(planned);
    if (!file) return failure(std::move(file));
    ours_[index.value] = true;
    make_room();
    auto shared = std::make_shared<const platform::File>(std::move(*file));
    open_[index] = {shared, ++uses_};
    return shared;
}

Result<platform::File> PartFiles::make(const swarm::PlannedFile& planned) {
    const std::string path = part_path(planned);
    Result<platform::File> file = folder_.create_file(path);
    if (!file && file.error().code == ErrorCode::already_exists) {
        if (Result<void> removed = folder_.remove_file(path); !removed) {
            return failure(std::move(removed));
        }
        file = folder_.create_file(path);
    }
    if (!file) return file;
    if (Result<void> sized = file->resize(planned.size_bytes); !sized) {
        return failure(std::move(sized));
    }
    return file;
}

void PartFiles::make_room() {
    if (open_.size() < kOpenMax) return;
    // Closing does not lose anything: a checkpoint opens it again to make it durable.
    open_.erase(std::ranges::min_element(
        open_, {}, [](const auto& opened) { return opened.second.last_use; }));
}

void PartFiles::close() {
    const std::lock_guard lock(mutex_);
    closed_ = true;
    open_.clear();
}

}  // namespace iwant::daemon
