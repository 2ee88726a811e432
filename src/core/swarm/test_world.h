#pragma once

// A small world for tests of the swarm: contents without bytes, peers that serve at a rate and
// misbehave on demand, a disk that keeps what was stored, and a clock. Everything happens in order
// of time, so a seed is a run.

#include <algorithm>
#include <functional>
#include <map>
#include <numeric>
#include <ranges>
#include <set>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "core/swarm/swarm.h"
#include "core/swarm/transfer.h"

namespace iwant::swarm::test {

inline constexpr std::uint64_t kMiB = std::uint64_t{1} << 20;
/// How often a worker tells of a piece that is coming.
inline constexpr Duration kTellEach = std::chrono::milliseconds(100);

inline Hash256 random_hash(Prng& prng) {
    Hash256 hash;
    for (auto& byte : hash.bytes) byte = static_cast<std::uint8_t>(prng.next());
    return hash;
}

inline PeerId peer_number(std::uint8_t number) {
    PeerId peer;
    peer.hash.bytes[0] = number;
    return peer;
}

/// Files and folders that exist in the world.
struct Library {
    explicit Library(std::uint64_t seed) : prng(seed) {}

    FileId file(std::uint64_t size_bytes) {
        PieceList list;
        list.size_bytes = size_bytes;
        for (std::uint64_t i = 0; i < piece_count(size_bytes); ++i) {
            list.hashes.push_back(random_hash(prng));
        }
        const FileId id = file_id(list);
        files.emplace(id, std::make_shared<const PieceList>(std::move(list)));
        return id;
    }
    TreeEntry file_entry(const std::string& name, std::uint64_t size_bytes) {
        return {name, EntryKind::file, false, size_bytes, file(size_bytes).hash};
    }
    TreeEntry folder_entry(const std::string& name, std::vector<TreeEntry> entries) {
        std::uint64_t size_bytes = 0;
        for (const TreeEntry& entry : entries) size_bytes += entry.size_bytes;
        return {name, EntryKind::folder, false, size_bytes, tree(std::move(entries)).hash};
    }
    TreeId tree(std::vector<TreeEntry> entries) {
        TreeListing listing{std::move(entries)};
        sort_listing(listing);
        const TreeId id = tree_id(listing);
        trees.emplace(id, std::move(listing));
        return id;
    }

    Prng prng;
    std::map<FileId, SharedPieceList> files;
    std::map<TreeId, TreeListing> trees;
};

/// How one peer behaves.
struct Behaviour {
    std::uint64_t rate = 50 * kMiB;  ///< bytes per second
    Duration latency = std::chrono::milliseconds(1);
    Time dies_at = Time::max();  ///< leaves; its fetches end with `network`
    Time returns_at = Time::max();
    Time stalls_at = Time::max();    ///< stays, but sends nothing more
    std::uint64_t corrupt_each = 0;  ///< every so many pieces is wrong; 0: none
    std::uint64_t busy_first = 0;    ///< so many fetches are refused as busy
    std::uint32_t busy_place = 0;    ///< and told this place in the queue
    std::set<Hash256> wrong = {};    ///< files of which every piece is wrong
    bool lies_in_lists = false;
    std::set<Hash256> lacks = {};
    /// It downloads the same: has so many of 1000 pieces at first, one more at a time, in an order
    /// of its own. 1000: shares it.
    std::uint64_t has_permille = 1000;
    Duration gains_each = std::chrono::milliseconds(100);
};

class World {
  public:
    World(Library& library, std::uint64_t seed, Options options = {})
        : library_(library), seed_(seed), options_(options) {
        restart();
    }

    Time now() const { return now_; }
    Swarm& swarm() { return *swarm_; }
    std::map<DownloadId, DownloadRecord>& records() { return records_; }
    DownloadStatus status(std::uint64_t id = 1) const {
        return swarm_->download(DownloadId{id}, now_).value();
    }

    void add_peer(std::uint8_t number, Behaviour behaviour) {
        const PeerId peer = peer_number(number);
        peers_[peer].behaviour = behaviour;
        if (behaviour.dies_at != Time::max()) at(behaviour.dies_at, [this, peer] { leave(peer); });
        if (behaviour.returns_at != Time::max()) {
            at(behaviour.returns_at, [this, peer] { return_of(peer); });
        }
    }

    void ask(Target target, std::uint64_t id = 1) {
        tell(DownloadAsked{DownloadId{id}, std::move(target), "/downloads"});
    }
    Target target_for(EntryKind kind, Hash256 content, std::uint64_t size_bytes) const {
        Target target{kind, content, "thing", size_bytes, {}};
        for (const auto& [peer, known] : peers_) target.sources.push_back(source_of(peer, known));
        return target;
    }

    void tell(Event event) {
        swarm_->handle(std::move(event), now_);
        perform();
    }

    /// Runs until the condition holds; false when `limit` of the world's time went by before.
    bool run_until(const std::function<bool()>& condition,
                   Duration limit = std::chrono::minutes(30)) {
        const Time end = now_ + limit;
        while (!condition()) {
            const auto deadline = swarm_->next_deadline();
            EXPECT_GT(deadline.value_or(Time::max()), last_tick_) << "the deadline stands still";
            const Time next_event = queue_.empty() ? Time::max() : queue_.begin()->first;
            const Time next = std::min(next_event, deadline.value_or(Time::max()));
            if (next > end || testing::Test::HasFailure()) return false;
            now_ = std::max(now_, next);
            if (next_event <= now_) {
                const auto step = std::move(queue_.begin()->second);
                queue_.erase(queue_.begin());
                step();
            } else {
                last_tick_ = now_;
                swarm_->tick(now_);
            }
            perform();
        }
        return true;
    }
    bool run_until_done(std::uint64_t id = 1) {
        return run_until([&] { return status(id).state == DownloadState::done; });
    }
    void run_for(Duration duration) {
        bool over = false;
        at(now_ + duration, [&over] { over = true; });
        ASSERT_TRUE(run_until([&] { return over; }));
    }

    /// The program ends and starts again; what is on disk and in the catalogue stays.
    void restart() {
        queue_.clear();
        fetches_.clear();
        for (auto& [peer, known] : peers_) known.queue.clear();
        for (auto& [peer, known] : peers_) known.serving = false;
        swarm_ = std::make_unique<Swarm>(options_, Prng(seed_), logger_);
        open_.clear();
        for (const auto& [id, record] : records_) tell(DownloadRestored{record});
    }

    // What the tests look at.
    std::uint64_t delivered_bytes = 0;  ///< whole pieces that were sent and right
    std::uint64_t aborted_bytes = 0;    ///< parts of pieces that were cancelled
    std::size_t fetches_started = 0;
    std::size_t pieces_stored_twice = 0;
    int sources_asked = 0;
    std::map<DownloadId, SharedPlan> plans;
    std::vector<Prepare> prepares;
    /// Whether the part folder of a download is open.
    bool is_open(std::uint64_t id = 1) const { return open_.contains(DownloadId{id}); }
    std::map<DownloadId, PieceSet> disk;
    std::set<DownloadId> removed;
    std::optional<Error> prepare_fails;
    std::optional<Error> disk_fails;
    std::map<PeerId, std::uint64_t> sent_by;

    void at(Time time, std::function<void()> step) { queue_.emplace(time, std::move(step)); }
    void leave(const PeerId& peer) {
        peers_[peer].online = false;
        const auto queue = std::exchange(peers_[peer].queue, {});
        peers_[peer].serving = false;
        ++peers_[peer].round;
        for (const FetchId fetch : queue) end(fetch, ErrorCode::network);
        tell(PeerLeft{peer});
    }
    void return_of(const PeerId& peer) {
        peers_[peer].online = true;
        tell(PeerArrived{peer});
    }

    /// It is back, but there is no session yet that would tell us.
    void return_unseen(const PeerId& peer) { peers_[peer].online = true; }

  private:
    struct Peer {
        Behaviour behaviour;
        std::vector<FetchId> queue;  ///< served in order, a piece of each download in turn
        std::map<DownloadId, std::uint64_t> given = {};  ///< bytes, where several wait
        bool serving = false;
        std::uint64_t pieces_sent = 0;
        bool online = true;
        std::uint64_t round = 0;  ///< a step of an older round is void
        Time piece_began{};
        std::uint64_t busy_answers = 0;
        PieceSet has;  ///< of a partial one
        std::vector<std::uint32_t> order;
        bool tells = false;
    };
    struct Job {
        StartFetch fetch;
        std::uint32_t next = 0;
    };

    static Source source_of(const PeerId& id, const Peer& peer) {
        return {id, EntryId{peer.behaviour.has_permille == 1000 ? 7U : 0U}};
    }
    /// Nobody is asked for what it said it has not.
    void expect_it_has(const Peer& peer, const StartFetch& fetch, const PlannedFile& file) {
        if (peer.behaviour.has_permille == 1000) return;
        for (std::uint32_t i = 0; i < fetch.count; ++i) {
            ASSERT_TRUE(peer.has.contains(file.first_piece + fetch.first.value + i));
        }
    }
    void perform() {
        for (Action& action : swarm_->take_actions()) {
            std::visit([&](auto& one) { on(one); }, action);
        }
    }
    void soon(Duration delay, Event event) {
        at(now_ + delay, [this, event = std::move(event)] { swarm_->handle(event, now_); });
    }

    template <class Answer>
    void answer(const PeerId& from, Answer what, const Hash256& about, const auto& good) {
        const Peer& peer = peers_[from];
        if (!peer.online) {
            what.answer = failure(ErrorCode::network, "ask", "not connected");
        } else if (peer.behaviour.lacks.contains(about)) {
            what.answer = failure(ErrorCode::not_found, "ask", "not shared");
        } else {
            good(what);
        }
        soon(2 * peer.behaviour.latency, std::move(what));
    }

    void on(const AskSources& action) {
        ++sources_asked;
        SourcesFound found{action.content, {}};
        for (const auto& [peer, known] : peers_) {
            if (known.online) found.sources.push_back(source_of(peer, known));
        }
        soon(std::chrono::milliseconds(2), std::move(found));
    }
    void on(const AskPieces& action) {
        answer(action.peer, PiecesTold{action.id, action.peer, PiecesTold::Report{}},
               action.content, [&](PiecesTold& what) {
                   Peer& peer = peers_[action.peer];
                   const std::uint64_t pieces = plans.at(action.id)->pieces;
                   if (peer.has.size() != pieces) begin_partial(peer, pieces);
                   what.answer = PiecesTold::Report{false, static_cast<std::uint32_t>(pieces),
                                                    peer.has.to_bytes()};
                   if (peer.tells) return;
                   peer.tells = true;
                   gain(action.peer, action.content);
               });
    }
    void begin_partial(Peer& peer, std::uint64_t pieces) {
        peer.has = PieceSet(pieces);
        peer.order.resize(pieces);
        std::iota(peer.order.begin(), peer.order.end(), 0U);
        for (std::uint64_t i = pieces; i > 1; --i) {
            std::swap(peer.order[i - 1], peer.order[library_.prng.below(i)]);
        }
        while (peer.has.count() < pieces * peer.behaviour.has_permille / 1000) {
            peer.has.insert(peer.order[peer.has.count()]);
        }
    }
    /// The peer gets one more piece from somewhere, tells, and so on.
    void gain(const PeerId& id, const Hash256& content) {
        at(now_ + peers_[id].behaviour.gains_each, [this, id, content] {
            Peer& peer = peers_[id];
            if (peer.has.complete()) return;
            const std::uint32_t piece = peer.order[peer.has.count()];
            peer.has.insert(piece);
            if (peer.online) tell(PiecesGained{content, id, {piece}});
            gain(id, content);
        });
    }
    void on(const AskHash& action) {
        const Hash256 content = hash_of_entry;
        answer(action.source.peer, HashAnswered{action.id, action.source.peer, Hash256{}, 0},
               content, [&](HashAnswered& what) {
                   what.answer = content;
                   what.size_bytes = size_of_entry;
               });
    }
    void on(const AskTree& action) {
        answer(action.peer, TreeAnswered{action.id, action.peer, action.tree, TreePart{}},
               action.tree.hash, [&](TreeAnswered& what) {
                   const auto& entries = library_.trees.at(action.tree).entries;
                   TreePart part{action.first, static_cast<std::uint32_t>(entries.size()), {}};
                   for (std::size_t i = action.first;
                        i < entries.size() && part.entries.size() < 100; ++i) {
                       part.entries.push_back(entries[i]);
                   }
                   if (peers_[action.peer].behaviour.lies_in_lists && !part.entries.empty()) {
                       part.entries.back().size_bytes += 1;
                   }
                   what.answer = std::move(part);
               });
    }
    void on(const AskPieceList& action) {
        answer(action.peer, PieceListAnswered{action.id, action.peer, action.file, PieceListPart{}},
               action.file.hash, [&](PieceListAnswered& what) {
                   const PieceList& list = *library_.files.at(action.file);
                   PieceListPart part{list.size_bytes, action.first, {}};
                   for (std::size_t i = action.first.value;
                        i < list.hashes.size() && part.hashes.size() < 1000; ++i) {
                       part.hashes.push_back(list.hashes[i]);
                   }
                   if (peers_[action.peer].behaviour.lies_in_lists) part.hashes[0].bytes[0] ^= 1;
                   what.answer = std::move(part);
               });
    }
    void on(const Prepare& action) {
        prepares.push_back(action);
        Prepared prepared{action.id, Prepared::Ready{}};
        if (prepare_fails) {
            prepared.outcome = std::unexpected(*prepare_fails);
        } else {
            plans[action.id] = action.plan;
            if (!disk.contains(action.id)) disk.emplace(action.id, PieceSet(action.plan->pieces));
            open_.insert(action.id);
            prepared.outcome->present = disk.at(action.id);
        }
        soon(std::chrono::milliseconds(3), std::move(prepared));
    }
    void on(const StartFetch& action) {
        ASSERT_TRUE(open_.contains(action.id)) << "the part folder is not open";
        const PlannedFile& file = plans[action.id]->files.at(action.file.value);
        ASSERT_GE(action.count, 1u);
        ASSERT_LE(action.count, 256u);
        ASSERT_LE(action.first.value + action.count, piece_count(file.size_bytes));
        if (piece_count(file.size_bytes) > 1) {
            ASSERT_TRUE(action.pieces != nullptr);
            ASSERT_EQ(*action.pieces, *library_.files.at(file.file));
        }
        ++fetches_started;
        Peer& peer = peers_[action.peer];
        expect_it_has(peer, action, file);
        fetches_.emplace(action.fetch, Job{action, 0});
        if (!peer.online) {
            end(action.fetch, ErrorCode::network);
        } else if (peer.behaviour.lacks.contains(file.file.hash)) {
            end(action.fetch, ErrorCode::not_found);
        } else if (peer.busy_answers < peer.behaviour.busy_first) {
            ++peer.busy_answers;
            end(action.fetch, ErrorCode::busy, peer.behaviour.busy_place);
        } else {
            peer.queue.push_back(action.fetch);
            EXPECT_LE(peer.queue.size(), Transfer::kFetchesMax);
            serve(action.peer, peer.behaviour.latency);
        }
    }
    void on(const HurryFetch& action) {
        if (!fetches_.contains(action.fetch)) return;  // it just ended by itself
        std::vector<FetchId>& queue = peers_[fetches_.at(action.fetch).fetch.peer].queue;
        const auto place = std::ranges::find(queue, action.fetch);
        if (place > queue.begin() + 1) std::rotate(queue.begin() + 1, place, place + 1);
    }
    void on(const CancelFetch& action) {
        if (!fetches_.contains(action.fetch)) return;  // it just ended by itself
        Peer& peer = peers_[fetches_.at(action.fetch).fetch.peer];
        const auto place = std::ranges::find(peer.queue, action.fetch);
        if (place == peer.queue.end()) return;
        if (place == peer.queue.begin() && peer.serving) {
            ++peer.round;
            peer.serving = false;
            const auto ms =
                static_cast<std::uint64_t>((now_ - peer.piece_began).count() / 1'000'000);
            if (now_ < peer.behaviour.stalls_at) aborted_bytes += ms * peer.behaviour.rate / 1000;
        }
        peer.queue.erase(place);
        const PeerId id = fetches_.at(action.fetch).fetch.peer;
        end(action.fetch, ErrorCode::cancelled);
        serve(id);
    }
    void on(const Finish& action) {
        ASSERT_TRUE(open_.contains(action.id));
        ASSERT_TRUE(disk.at(action.id).complete()) << "finished before everything was there";
        open_.erase(action.id);
        soon(std::chrono::milliseconds(3), Finished{action.id, std::string("/downloads/thing")});
    }
    void on(const Release& action) {
        open_.erase(action.id);
        if (action.parts == Release::Parts::keep) return;
        removed.insert(action.id);
        disk.erase(action.id);
    }
    void on(const SaveDownload& action) { records_[action.record.id] = action.record; }
    void on(const ForgetDownload& action) { records_.erase(action.id); }

    /// Questions that wait at the peer are served back to back; only an idle one is a way away.
    void serve(const PeerId& id, Duration delay = {}) {
        Peer& peer = peers_[id];
        if (peer.serving || peer.queue.empty() || now_ >= peer.behaviour.stalls_at) return;
        put_next_first(peer);
        const Job& job = fetches_.at(peer.queue.front());
        const PlannedFile& file = plans[job.fetch.id]->files[job.fetch.file.value];
        const PieceIndex piece{job.fetch.first.value + job.next};
        const std::uint64_t bytes = piece_length(file.size_bytes, piece);
        peer.given[job.fetch.id] += bytes;
        peer.serving = true;
        peer.piece_began = now_;
        const Duration takes = std::chrono::microseconds(bytes * 1'000'000 / peer.behaviour.rate);
        at(now_ + takes + delay, [this, id, bytes, round = peer.round] { sent(id, bytes, round); });
        if (takes > kTellEach)
            tell_progress(id, peer.queue.front(), peer.pieces_sent, now_ + takes);
    }
    /// Downloads that fetch from the same peer are given the same; one that comes anew begins with
    /// what the least was given.
    void put_next_first(Peer& peer) {
        if (plans.size() == 1) return;
        std::map<DownloadId, std::uint64_t> given;
        for (const FetchId fetch : peer.queue) {
            const auto known = peer.given.find(fetches_.at(fetch).fetch.id);
            if (known != peer.given.end()) given.insert(*known);
        }
        const std::uint64_t least =
            given.empty() ? 0 : std::ranges::min(given | std::views::values);
        const auto next = std::ranges::min_element(peer.queue, {}, [&](FetchId fetch) {
            return given.try_emplace(fetches_.at(fetch).fetch.id, least).first->second;
        });
        std::rotate(peer.queue.begin(), next, next + 1);
        peer.given = std::move(given);
    }
    /// As long as a piece is on its way, something of it comes.
    void tell_progress(const PeerId& id, FetchId fetch, std::uint64_t piece, Time until) {
        if (now_ + kTellEach >= until) return;
        at(now_ + kTellEach, [this, id, fetch, piece, until, round = peers_[id].round] {
            const Peer& peer = peers_[id];
            if (round != peer.round || piece != peer.pieces_sent) return;
            if (now_ >= peer.behaviour.stalls_at) return;
            tell(PieceProgress{fetch, static_cast<std::uint32_t>(peer.behaviour.rate / 10)});
            tell_progress(id, fetch, piece, until);
        });
    }
    void sent(const PeerId& id, std::uint64_t bytes, std::uint64_t round) {
        Peer& peer = peers_[id];
        if (round != peer.round || now_ >= peer.behaviour.stalls_at) return;
        peer.serving = false;
        const FetchId fetch = peer.queue.front();
        Job& job = fetches_.at(fetch);
        ++peer.pieces_sent;
        const auto each = peer.behaviour.corrupt_each;
        const FileId file = plans[job.fetch.id]->files[job.fetch.file.value].file;
        if ((each != 0 && peer.pieces_sent % each == 0) ||
            peer.behaviour.wrong.contains(file.hash)) {
            peer.queue.erase(peer.queue.begin());
            end(fetch, ErrorCode::corrupt);
        } else if (disk_fails) {
            peer.queue.erase(peer.queue.begin());
            end(fetch, disk_fails->code);
        } else {
            store(id, job, bytes);
            if (++job.next == job.fetch.count) {
                peer.queue.erase(peer.queue.begin());
                end(fetch, std::nullopt);
            }
        }
        serve(id);
    }
    void store(const PeerId& id, const Job& job, std::uint64_t bytes) {
        const PieceIndex piece{job.fetch.first.value + job.next};
        if (disk.contains(job.fetch.id) && open_.contains(job.fetch.id)) {
            const PlannedFile& file = plans[job.fetch.id]->files[job.fetch.file.value];
            if (!disk[job.fetch.id].insert(file.first_piece + piece.value)) ++pieces_stored_twice;
        }
        delivered_bytes += bytes;
        sent_by[id] += bytes;
        soon({}, PieceStored{job.fetch.fetch, piece, static_cast<std::uint32_t>(bytes)});
    }
    void end(FetchId fetch, std::optional<ErrorCode> code, std::uint32_t place = 0) {
        FetchEnded ended{fetch, {}, place};
        if (code) ended.outcome = failure(*code, "fetch", std::string(to_string(*code)));
        fetches_.erase(fetch);
        soon(std::chrono::milliseconds(1), std::move(ended));
    }

  public:
    Hash256 hash_of_entry;  ///< what an owner answers who is asked to hash
    std::uint64_t size_of_entry = 0;

  private:
    Library& library_;
    std::uint64_t seed_;
    Options options_;
    NullLogger logger_;
    Time now_ = Time{} + std::chrono::hours(1);
    Time last_tick_{};
    std::multimap<Time, std::function<void()>> queue_;
    std::map<PeerId, Peer> peers_;
    std::map<FetchId, Job> fetches_;
    std::map<DownloadId, DownloadRecord> records_;
    std::set<DownloadId> open_;
    std::unique_ptr<Swarm> swarm_;
};

}  // namespace iwant::swarm::test
