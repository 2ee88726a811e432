#pragma once

// One simulated machine: a Node, what it shares, what its disk keeps over a restart, and workers
// that fetch pieces in simulated time.

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "base/test_signatory.h"
#include "core/node/node.h"
#include "sim/library.h"
#include "sim/network.h"
#include "sim/timeline.h"

namespace iwant::sim {

/// What is common to all hosts.
class Surroundings {
  public:
    virtual ~Surroundings() = default;
    virtual Timeline& timeline() = 0;
    virtual Network& network() = 0;
    virtual const Library& library() const = 0;
    /// Whether `server` can send a piece of this file to `client` now, and whether it is the right
    /// one.
    enum class Piece { right, wrong, missing, unreachable };
    virtual Piece fetch(HostNumber client, const PeerId& server, const FileId& file) = 0;
    virtual void answered(HostNumber host, const node::AnswerSearch& answer) = 0;
    /// After each step of a host's node.
    virtual void stepped(HostNumber host) = 0;
    /// A message arrives at a host, just before its node sees it.
    virtual void arrives(HostNumber host, const node::MessageReceived& message) = 0;
    virtual Logger& logger(HostNumber host) = 0;
};

class Host {
  public:
    using Condition = Hosts::Condition;

    Host(HostNumber number, TestSignatory signatory, Surroundings& surroundings, Prng prng);

    HostNumber number() const { return number_; }
    PeerId peer() const { return peer_; }
    const PublicKey& key() const { return signatory_.public_key(); }
    Condition condition() const { return condition_; }
    std::uint64_t instance() const { return instance_; }
    bool running() const { return condition_ == Condition::running; }
    /// There while the process lives, also when it is paused.
    const node::Node* node() const { return node_.get(); }
    std::optional<Time> disturbed() const { return disturbed_; }
    bool liar = false;  ///< serves wrong bytes

    void start();
    void end(Condition how);
    void pause();
    void resume();
    void stop_politely();

    /// One event for the node; kept for later while it is paused.
    void deliver(node::Event event);
    protocol::Hello hello() const;

    void share(const Item& item);
    void change_catalog();
    bool shares(const FileId& file) const;
    bool shares(const Hash256& content) const;
    std::uint64_t version() const { return version_; }
    /// The paths shared at some version that it went through.
    const std::map<std::uint64_t, std::set<std::string>>& history() const { return history_; }

    void search(const Query& query, node::Ticket ticket);
    /// Each content at most once.
    void download(const Item& item, PeerId from, EntryId entry);
    /// Downloads that are not done, with their contents.
    std::vector<swarm::DownloadStatus> open_downloads() const;
    std::optional<EntryId> entry_of(const Hash256& content) const;

  private:
    struct Parts {
        swarm::SharedPlan plan;
        swarm::PieceSet present;
    };
    struct Fetch {
        swarm::StartFetch what;
        std::uint32_t done = 0;
    };

    void step(node::Event event);
    void wake_later();
    void perform(node::Action& action);
    void perform_one(node::Announce& action);
    void perform_one(node::Dial& action);
    void perform_one(node::Disconnect& action);
    void perform_one(node::Send& action);
    void perform_one(node::ReadCatalog& action);
    void perform_one(node::Serve& action);
    void perform_one(node::AnswerSearch& action);
    void perform_one(node::AnswerLocate&) {}
    void perform_one(node::RememberPeer& action);
    void perform_one(node::SwarmAction& action);
    void work(swarm::Prepare& action);
    void work(swarm::StartFetch& action);
    void work(swarm::CancelFetch& action);
    void work(swarm::Finish& action);
    void work(swarm::Release& action);
    void work(swarm::SaveDownload& action);
    void work(swarm::ForgetDownload& action);
    template <class Ask>
    void work(Ask&) {}
    void fetch_next(FetchId fetch);
    void later(Duration delay, node::Event event);
    void tell_whole_catalog();
    void put(const Entry& entry, EntryChange::What what);
    CatalogDelta changes_after(std::uint64_t since) const;
    protocol::Message answer(const protocol::HashRequest& request) const;
    protocol::Message answer(const protocol::TreeRequest& request) const;
    protocol::Message answer(const protocol::PieceListRequest& request) const;

    HostNumber number_;
    TestSignatory signatory_;
    PeerId peer_;
    Surroundings& world_;
    Prng prng_;
    Condition condition_ = Condition::off;
    std::uint64_t instance_ = 0;
    std::unique_ptr<node::Node> node_;
    std::vector<node::Event> inbox_;
    std::optional<Time> wake_at_;
    std::optional<Time> disturbed_;  ///< when it was last paused, resumed, started or ended

    // The catalogue, on disk.
    std::uint64_t catalog_id_ = 0;
    std::uint64_t version_ = 0;
    std::map<EntryId, EntryChange> entries_;  ///< the last change of each
    std::map<EntryId, Item> items_;
    std::map<EntryId, Hash256> unhashed_;
    std::map<std::uint64_t, std::set<std::string>> history_;

    // The rest of the disk.
    std::map<PeerId, node::PeerRemembered> remembered_;
    std::map<DownloadId, swarm::DownloadRecord> records_;
    std::map<DownloadId, Parts> parts_;
    std::map<Hash256, swarm::PieceSet> saved_;
    std::uint64_t next_download_ = 1;
    std::set<Hash256> wanted_;

    std::map<FetchId, Fetch> fetches_;
};

}  // namespace iwant::sim
