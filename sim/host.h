#pragma once

// A simulated machine: the node, and what a daemon does around it. Its disk (catalogue, remembered
// peers, downloads) outlives its process. What it shares are contents without bytes, and workers
// fetch pieces in simulated time. It has its own clock, and may be late with everything.

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <unordered_set>
#include <vector>

#include "base/test_signatory.h"
#include "core/node/node.h"
#include "sim/clock.h"
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
    /// Something happens to a host's node, which has not seen it yet.
    virtual void happens(HostNumber host, const node::Event& event) = 0;
    /// The node has taken its step; what it wants done is not done yet.
    virtual void stepped(HostNumber host) = 0;
    virtual void performs(HostNumber host, const node::Action& action) = 0;
    /// A node takes something for finished that is not all there and right.
    virtual void finished_too_early(HostNumber host) = 0;
    virtual Logger& logger(HostNumber host) = 0;
};

/// One point in the life of a catalogue; later ones are greater, whatever ids and versions say.
using Moment = std::size_t;

/// What stands for an entry, and added up for a whole catalogue, when answers are compared with it.
std::uint64_t entry_digest(std::string_view path, std::uint64_t size_bytes);
std::uint64_t entry_name_digest(EntryId id, std::string_view path);

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
    Time local_time() const { return clock_.local(world_.timeline().now()); }
    /// When it was last paused, resumed, started or ended.
    std::optional<Time> disturbed() const { return disturbed_; }
    /// When it last started, ended, or had stood still for so long that it may lose its lead.
    Time rattled() const { return rattled_; }
    /// Whether it runs, or has stood still for less than that.
    bool lively() const;

    void start();
    void end(Condition how);
    void pause();
    void resume();
    void stop_politely();

    // What is wrong with it, until it is set right.
    void set_clock(Clock clock) { clock_ = clock; }
    void set_lag(Duration lag) { lag_ = lag; }
    void set_disk_errors(std::uint64_t percent) { disk_errors_percent_ = percent; }
    void lies(int more) { lies_ += more; }
    bool liar() const { return lies_ > 0; }  ///< serves wrong bytes
    // Only while its process is down.
    void lose_disk();
    void restore_old_catalog();
    /// This host becomes another one with the same disk.
    void copy_disk(const Host& original);

    /// One event for the node; kept for later while it is paused.
    void deliver(node::Event event);
    protocol::Hello hello() const;

    void share(const Item& item);
    void change_catalog(std::uint64_t seed);
    bool shares(const FileId& file) const;
    bool shares(const Hash256& content) const;
    /// How often its disk was lost or set back.
    unsigned losses() const { return losses_; }

    Moment present() const { return digests_.size() - 1; }
    /// The moment that is told as this state; nothing if it never was.
    std::optional<Moment> moment_of(const CatalogState& state) const;
    /// Whether the catalogue consisted of this at some moment from `since` on.
    bool consisted_of(std::uint64_t digest, Moment since) const;
    /// Whether it ever had this entry.
    bool had(EntryId id, std::string_view path) const {
        return ever_had_.contains(entry_name_digest(id, path));
    }

    void search(const Query& query, node::Ticket ticket);
    /// Shares this many names more, of nothing that anybody fetches.
    void share_names(std::size_t count);
    /// Each content at most once.
    enum class Known : std::uint8_t { yes, no };
    void download(const Item& item, PeerId from, EntryId entry, Known content);
    /// Whether others are told the content of this entry.
    Known known(EntryId entry) const {
        return catalog_.unhashed.contains(entry) ? Known::no : Known::yes;
    }
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
    struct Written {
        Time when;
        Hash256 content;
        std::uint64_t piece = 0;
    };
    struct Catalog {
        std::uint64_t id = 0;
        std::uint64_t version = 0;
        std::map<EntryId, EntryChange> entries;  ///< the last change of each
        std::map<EntryId, Item> items;
        std::map<EntryId, Hash256> unhashed;
    };

    void take(node::Event&& event);
    void step(node::Event&& event);
    void wake_later();
    void perform(node::Action& action);
    void perform_one(node::Announce& action);
    void perform_one(node::Dial& action);
    void perform_one(node::Disconnect& action);
    void perform_one(node::Send& action);
    void perform_one(node::ReadCatalog& action);
    void perform_one(node::Serve& action);
    void perform_one(node::AnswerSearch&) {}
    void perform_one(node::AnswerLocate&) {}
    void perform_one(node::RememberPeer& action);
    void perform_one(node::SwarmAction& action);
    void work(swarm::Prepare& action);
    void work(swarm::StartFetch& action);
    void work(swarm::CancelFetch& action);
    void work(swarm::HurryFetch&) {}  // each fetch goes on by itself here
    void work(swarm::Finish& action);
    void work(swarm::Release& action);
    void work(swarm::SaveDownload& action);
    void work(swarm::ForgetDownload& action);
    template <class Ask>
    void work(Ask&) {}
    void fetch_next(FetchId fetch);
    void fetched(FetchId fetch, PieceIndex piece, std::uint64_t length, std::uint64_t number);
    void lose_late_writes();
    void later(Duration delay, node::Event event);
    void tell_whole_catalog();
    void put(const Entry& entry, EntryChange::What what);
    EntryId next_entry();
    void note_moment();
    bool disk_fails();
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
    std::vector<node::Event> inbox_;  ///< while paused
    std::optional<Time> wake_at_;
    std::optional<Time> disturbed_;
    Time rattled_;

    Clock clock_;
    Duration lag_{};
    Time late_until_;  ///< what is late is not overtaken
    std::uint64_t disk_errors_percent_ = 0;
    int lies_ = 0;  ///< faults that make it serve wrong bytes
    unsigned losses_ = 0;

    // The catalogue, on disk.
    Catalog catalog_;
    Catalog backup_;
    std::uint64_t entries_made_ = 0;
    std::uint64_t digest_ = 0;  ///< of all that is present in the catalogue

    // All that the catalogue ever was, as others may have been told.
    std::vector<std::uint64_t> digests_{0};  ///< by moment
    std::map<std::pair<std::uint64_t, std::uint64_t>, Moment> moments_;
    std::unordered_set<std::uint64_t> ever_had_;

    // The rest of the disk.
    std::map<PeerId, node::PeerRemembered> remembered_;
    std::map<DownloadId, swarm::DownloadRecord> records_;
    std::map<DownloadId, Parts> parts_;
    std::map<Hash256, swarm::PieceSet> saved_;
    std::vector<Written> written_;  ///< lately: power loss may take it back
    std::uint64_t next_download_ = 1;
    std::set<Hash256> wanted_;

    std::map<FetchId, Fetch> fetches_;
};

}  // namespace iwant::sim
