#include "app/daemon/streams.h"

#include <algorithm>
#include <utility>

#include "base/path.h"
#include "io/platform/process.h"

namespace iwant::daemon {

Streams::Streams(NodeDriver& driver, std::unique_ptr<catalog::CatalogReader> reader,
                 StreamWorld world)
    : desk_(std::make_shared<StreamDesk>(driver, std::move(reader), std::move(world))) {}

Streams::~Streams() {
    stop();
}

void Streams::stop() {
    desk_->stopped = true;
    desk_->worker.stop();
}

void Streams::open(const FileId& file, control::Reply<control::OpenFile> reply) {
    if (desk_->readers.size() + desk_->opening.size() >= kReadersMax) {
        return reply(failure(ErrorCode::limit, "open", "too many players read already"));
    }
    desk_->worker.post([desk = desk_, file, reply = std::move(reply)] {
        Result<std::optional<catalog::SharedFile>> shared = desk->catalog->find_file(file);
        desk->world.post([desk, file, reply, shared = std::move(shared)] {
            if (desk->stopped) return;
            if (shared && *shared) {
                const catalog::SharedFile& found = **shared;
                FileOnDisk on_disk{found.disk_path, found.stamp.size_bytes, found.stamp};
                return reply(open_on_disk(desk, file, std::move(on_disk)));
            }
            desk->opening.push_back({file, reply, platform::now()});
            look_at_opening(desk);
        });
    });
}

// It may take a moment until it is known what a download consists of: then that is waited for.
void Streams::look_at_opening(const std::shared_ptr<StreamDesk>& desk) {
    const Time now = platform::now();
    for (StreamDesk::Opening& one : std::exchange(desk->opening, {})) {
        if (auto place = desk->swarm().find_file(one.file)) {
            one.reply(open_download(desk, one.file, std::move(*place)));
        } else if (auto done = desk->find_done(one.file)) {
            one.reply(open_on_disk(desk, one.file, std::move(*done)));
        } else if (!desk->swarm().find(one.file.hash)) {
            one.reply(
                failure(ErrorCode::not_found, "open", "it is neither shared nor downloaded here"));
        } else if (now - one.since >= StreamReader::kPatience) {
            one.reply(
                failure(ErrorCode::unavailable, "open", "nobody who has it can be reached now"));
        } else {
            desk->opening.push_back(std::move(one));
        }
    }
}

control::OpenFile Streams::open_on_disk(const std::shared_ptr<StreamDesk>& desk, const FileId& file,
                                        FileOnDisk on_disk) {
    control::OpenFile opened;
    opened.hash = file.hash.hex();
    opened.name = on_disk.path.filename().string();
    opened.size_bytes = on_disk.size_bytes;
    auto reader = std::make_shared<StreamReader>(desk, file, on_disk.size_bytes);
    reader->set_on_disk(std::move(on_disk));
    opened.reader = std::move(reader);
    return opened;
}

control::OpenFile Streams::open_download(const std::shared_ptr<StreamDesk>& desk,
                                         const FileId& file, swarm::Swarm::Place place) {
    const swarm::PlannedFile& planned = place.plan->files[place.file.value];
    const std::string& path = planned.path.empty() ? place.plan->root_name : planned.path;
    control::OpenFile opened;
    opened.hash = file.hash.hex();
    opened.name = last_component(path);
    opened.size_bytes = planned.size_bytes;
    auto reader = std::make_shared<StreamReader>(desk, file, planned.size_bytes);
    reader->set_place(std::move(place));
    opened.reader = std::move(reader);
    return opened;
}

template <class Step>
void Streams::for_each(Step step) {
    const std::vector<StreamReader*> readers = desk_->readers;
    for (StreamReader* reader : readers) {
        // An answer may make another player leave.
        if (std::ranges::find(desk_->readers, reader) != desk_->readers.end()) step(*reader);
    }
}

void Streams::look_again() {
    if (!desk_->opening.empty()) look_at_opening(desk_);
    for_each([](StreamReader& reader) { reader.look(); });
}

std::vector<Hash256> Streams::read_now() const {
    std::vector<Hash256> contents;
    for (const StreamReader* reader : desk_->readers) contents.push_back(reader->file().hash);
    return contents;
}

void Streams::tick() {
    const Time now = platform::now();
    if (!desk_->opening.empty()) look_at_opening(desk_);
    for_each([now](StreamReader& reader) { reader.tick(now); });
}

}  // namespace iwant::daemon
