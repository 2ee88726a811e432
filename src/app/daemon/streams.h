#pragma once

// Files as players read them: at any place, while they are still coming. What a reader needs next
// is fetched before everything else, with a window behind it; nothing leaves here that was not
// verified. Event thread; reading is done by a worker of its own, so that no long work on the disk
// holds a film up.

#include <memory>

#include "app/daemon/stream_reader.h"

namespace iwant::daemon {

class Streams {
  public:
    static constexpr std::size_t kReadersMax = 32;

    /// `driver` outlives it. `reader` is for this alone.
    Streams(NodeDriver& driver, std::unique_ptr<catalog::CatalogReader> reader, StreamWorld world);
    ~Streams();

    /// A file that is shared, downloaded or on its way; not_found when it is none of these.
    void open(const FileId& file, control::Reply<control::OpenFile> reply);
    /// Something came: whoever waits looks again.
    void look_again();
    /// The files that players are at.
    std::vector<Hash256> read_now() const;
    /// About once a second.
    void tick();
    void stop();

  private:
    /// Readers that are there, not more.
    template <class Step>
    void for_each(Step step);
    static void look_at_opening(const std::shared_ptr<StreamDesk>& desk);
    static control::OpenFile open_on_disk(const std::shared_ptr<StreamDesk>& desk,
                                          const FileId& file, FileOnDisk on_disk);
    static control::OpenFile open_download(const std::shared_ptr<StreamDesk>& desk,
                                           const FileId& file, swarm::Swarm::Place place);

    std::shared_ptr<StreamDesk> desk_;
};

}  // namespace iwant::daemon
