#pragma once

// What peers told of their folders when somebody looked through them, kept for when those peers are
// away. Event thread; the catalogue's worker does the work, so keeping delays no answer.

#include <functional>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "app/daemon/away_index.h"
#include "app/daemon/worker.h"
#include "base/log.h"
#include "core/protocol/messages.h"
#include "io/catalog/catalog.h"
#include "io/control/api.h"

namespace iwant::daemon {

class KeptFolders {
  public:
    struct Found {
        protocol::BrowseReply reply;
        UnixSeconds as_of = 0;
    };

    /// How often what has become too old is looked for.
    static constexpr std::chrono::hours kDropEvery{24};
    /// Contents of one prefix: more than people are shown.
    static constexpr std::size_t kContentsMax = 20;

    /// `catalog` is used on `catalog_worker` only. All references outlive it; the worker is
    /// finished before it is destroyed.
    KeptFolders(catalog::Catalog& catalog, Worker& catalog_worker, Post post, Logger& logger);

    /// When the worker has too much to do, it is not kept.
    void keep(const PeerId& peer, const protocol::BrowseRequest& asked,
              const protocol::BrowseReply& told);
    /// Nothing when that part of the folder was not kept.
    void look(const PeerId& peer, const protocol::BrowseRequest& asked,
              control::Reply<std::optional<Found>> reply);
    /// What is kept whose hash begins with these digits.
    void find(const std::string& digits, control::Reply<std::vector<catalog::KeptContent>> reply);
    /// What is kept of these peers, for looking names up in it.
    void index(const std::set<PeerId>& peers, control::Reply<std::shared_ptr<AwayIndex>> reply);
    /// Whose folders are kept; nothing until that has been read.
    const std::optional<std::set<PeerId>>& owners() const { return owners_; }
    /// Lets time pass; call about once a second.
    void tick(Time now);

  private:
    /// Does `work` on the worker and hands on what it returns.
    template <class T, class Work>
    void ask(Work work, control::Reply<T> reply);

    catalog::Catalog& catalog_;
    Worker& worker_;
    const Post post_;
    Logger& logger_;
    std::optional<Time> next_drop_;
    std::optional<std::set<PeerId>> owners_;
};

}  // namespace iwant::daemon
