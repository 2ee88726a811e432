#pragma once

// The first half of a download: from what a user pointed at to a complete plan. Gets the content
// hashed by its owner when nobody knows it, walks a folder's listings, and has a large file's piece
// list proven, so that the size is known before anything is made.

#include <optional>

#include "core/swarm/ask_book.h"
#include "core/swarm/piece_lists.h"
#include "core/swarm/plan_builder.h"

namespace iwant::swarm {

class Finder {
  public:
    static constexpr std::size_t kTreesAskingMax = 32;

    /// What came of an event; `failed` is final.
    struct Found {
        SharedPlan plan;
        std::optional<Error> failed;
    };

    /// `target` and the others must outlive the finder. The content and the size become known in
    /// `target`.
    Finder(DownloadId download, Target& target, Suppliers& suppliers, PieceLists& lists,
           Desk& desk);
    ~Finder() { stop(); }
    Finder(const Finder&) = delete;
    Finder& operator=(const Finder&) = delete;

    /// Asks whatever can be asked now.
    Found advance(Time now);
    void answered(const HashAnswered& answer, Time now);
    void answered(const TreeAnswered& answer, Time now);
    void answered(const PieceListAnswered& answer, Time now);
    void peer_left(const PeerId& peer, Time now);
    void tick(Time now);
    bool hashing() const { return !target_.content; }

  private:
    void stop();
    void ask_hash(Time now);
    Found find_file(Time now);
    Found find_folder(Time now);
    void ask_tree(TreeId tree, std::uint32_t first, const PeerId& peer, Time now);
    void tree_failed(TreeId tree, const PeerId& peer, const Error& error, Time now);
    void end_ask(const PeerId& peer);

    DownloadId download_;
    Target& target_;
    Suppliers& suppliers_;
    PieceLists& lists_;
    Desk& desk_;
    AskBook asks_;  ///< for hashes (under the zero hash) and trees
    std::optional<PlanBuilder> builder_;
    std::optional<Error> failed_;
};

}  // namespace iwant::swarm
