#include "sim/host.h"

#include <algorithm>
#include <utility>

#include "core/protocol/limits.h"

namespace iwant::sim {

using std::chrono::microseconds;
using std::chrono::milliseconds;

Host::Host(HostNumber number, TestSignatory signatory, Surroundings& surroundings, Prng prng)
    : number_(number),
      signatory_(signatory),
      peer_(signatory_.peer()),
      world_(surroundings),
      prng_(prng),
      catalog_id_(prng_.next()) {
    history_[0] = {};
}

void Host::start() {
    instance_ = prng_.next();
    condition_ = Condition::running;
    disturbed_ = world_.timeline().now();
    node::Self self{peer_, instance_, "host" + std::to_string(number_), "sim"};
    node_ =
        std::make_unique<node::Node>(std::move(self), signatory_, node::Options{}, prng_.split(),
                                     world_.logger(number_), world_.timeline().now());
    const std::uint64_t instance = instance_;
    tell_whole_catalog();
    for (const auto& [peer, remembered] : std::map(remembered_)) deliver(remembered);
    for (const auto& [id, record] : std::map(records_))
        deliver(node::SwarmEvent(swarm::DownloadRestored{record}));
    if (instance == instance_) step(node::TimePassed{});
}

void Host::end(Condition how) {
    condition_ = how;
    disturbed_ = world_.timeline().now();
    node_.reset();
    inbox_.clear();
    fetches_.clear();
    wake_at_.reset();
    world_.network().host_down(number_, how);
}

void Host::pause() {
    condition_ = Condition::paused;
    disturbed_ = world_.timeline().now();
}

void Host::resume() {
    condition_ = Condition::running;
    disturbed_ = world_.timeline().now();
    for (auto& event : std::exchange(inbox_, {})) deliver(std::move(event));
    step(node::TimePassed{});
}

void Host::stop_politely() {
    step(node::StopAsked{});
    end(Condition::stopped);
}

void Host::deliver(node::Event event) {
    if (condition_ == Condition::paused) {
        inbox_.push_back(std::move(event));
        return;
    }
    if (running()) step(std::move(event));
}

void Host::step(node::Event event) {
    if (const auto* message = std::get_if<node::MessageReceived>(&event))
        world_.arrives(number_, *message);
    node_->handle(std::move(event), world_.timeline().now());
    auto actions = node_->take_actions();
    world_.stepped(number_);
    for (auto& action : actions) perform(action);
    wake_later();
}

void Host::wake_later() {
    if (!node_) return;
    const auto due = node_->next_deadline();
    if (!due || (wake_at_ && *wake_at_ <= *due)) return;
    // A deadline that has passed already would stop the world's time.
    const Time when = std::max(*due, world_.timeline().now() + microseconds(100));
    wake_at_ = when;
    const std::uint64_t instance = instance_;
    world_.timeline().at(when, [this, instance, when] {
        if (instance != instance_ || wake_at_ != when) return;
        wake_at_.reset();
        if (condition_ == Condition::running) step(node::TimePassed{});
    });
}

void Host::later(Duration delay, node::Event event) {
    const std::uint64_t instance = instance_;
    world_.timeline().after(delay, [this, instance, event = std::move(event)]() mutable {
        if (instance == instance_) deliver(std::move(event));
    });
}

protocol::Hello Host::hello() const {
    protocol::Hello hello;
    hello.peer = peer_;
    hello.instance = instance_;
    hello.name = "host" + std::to_string(number_);
    hello.port = 4926;
    hello.program_version = "sim";
    hello.leader = node_->leader_view();
    hello.catalog = node_->catalog();
    return hello;
}

void Host::perform(node::Action& action) {
    std::visit([&](auto& one) { perform_one(one); }, action);
}

void Host::perform_one(node::Announce& action) {
    world_.network().announce(number_, action);
}

void Host::perform_one(node::Dial& action) {
    world_.network().dial(number_, action);
}

void Host::perform_one(node::Disconnect& action) {
    world_.network().disconnect(number_, action.session, action.reason);
}

void Host::perform_one(node::Send& action) {
    world_.network().send(number_, action.session,
                          node::MessageReceived{action.session, std::move(action.message)});
}

void Host::perform_one(node::ReadCatalog& action) {
    later(milliseconds(1), node::CatalogRead{action.session, changes_after(action.since)});
}

void Host::perform_one(node::Serve& action) {
    const std::uint64_t instance = instance_;
    world_.timeline().after(milliseconds(2), [this, instance, action] {
        if (instance != instance_ || !running()) return;
        auto message =
            std::visit([&](const auto& request) { return answer(request); }, action.request);
        node::Send send{action.session, std::move(message)};
        perform_one(send);
    });
}

void Host::perform_one(node::AnswerSearch& action) {
    world_.answered(number_, action);
}

void Host::perform_one(node::RememberPeer& action) {
    remembered_[action.peer] = {action.peer, action.name, action.address, 0};
}

void Host::share(const Item& item) {
    Entry entry;
    entry.id = EntryId{entries_.size() + 1};
    entry.kind = item.kind;
    entry.path = world_.library().random_path(prng_);
    entry.size_bytes = item.size_bytes;
    entry.content = item.content;
    if (prng_.chance(1, 10)) {
        unhashed_[entry.id] = item.content;
        entry.content.reset();
    }
    items_[entry.id] = item;
    put(entry, EntryChange::What::present);
}

// One change as users make them: something new without content that matters, a new name, or a
// removal.
void Host::change_catalog() {
    const std::uint64_t choice = prng_.below(std::uint64_t{3});
    std::vector<EntryId> extra;
    for (const auto& [id, change] : entries_) {
        if (change.what == EntryChange::What::present && !items_.contains(id)) extra.push_back(id);
    }
    if (choice == 0 || extra.empty()) {
        Entry entry;
        entry.id = EntryId{entries_.size() + 1};
        entry.path = world_.library().random_path(prng_);
        entry.size_bytes = prng_.below(std::uint64_t{1000000});
        put(entry, EntryChange::What::present);
        return;
    }
    Entry entry = entries_.at(extra[prng_.below(extra.size())]).entry;
    entry.path = world_.library().random_path(prng_);
    put(entry, choice == 1 ? EntryChange::What::present : EntryChange::What::removed);
}

void Host::put(const Entry& entry, EntryChange::What what) {
    const std::uint64_t since = version_;
    const EntryChange change{++version_, what, entry};
    entries_[entry.id] = change;
    std::set<std::string> paths;
    for (const auto& [id, known] : entries_) {
        if (known.what == EntryChange::What::present) paths.insert(known.entry.path);
    }
    history_[version_] = std::move(paths);
    if (!node_) return;
    node::CatalogAdvanced advanced;
    advanced.delta = {catalog_id_, since, version_, false, {change}};
    advanced.files = history_.at(version_).size();
    deliver(std::move(advanced));
}

CatalogDelta Host::changes_after(std::uint64_t since) const {
    CatalogDelta delta{catalog_id_, since, version_, false, {}};
    for (const auto& [id, change] : entries_) {
        if (change.version > since) delta.changes.push_back(change);
    }
    std::ranges::sort(delta.changes, {}, &EntryChange::version);
    return delta;
}

void Host::tell_whole_catalog() {
    node::CatalogAdvanced advanced;
    advanced.delta = changes_after(0);
    advanced.files = history_.at(version_).size();
    deliver(std::move(advanced));
}

bool Host::shares(const FileId& file) const {
    return std::ranges::any_of(
        items_, [&](const auto& entry) { return world_.library().holds(entry.second, file); });
}

bool Host::shares(const Hash256& content) const {
    return entry_of(content).has_value();
}

std::optional<EntryId> Host::entry_of(const Hash256& content) const {
    for (const auto& [id, item] : items_) {
        if (item.content == content) return id;
    }
    return std::nullopt;
}

void Host::search(const Query& query, node::Ticket ticket) {
    deliver(node::SearchAsked{ticket, query});
}

protocol::Message Host::answer(const protocol::HashRequest& request) const {
    const auto found = items_.find(request.entry);
    if (found == items_.end())
        return protocol::Refusal{request.request, protocol::RefusalCode::not_shared};
    const Item& item = found->second;
    return protocol::HashReply{request.request, item.kind, item.content, item.size_bytes};
}

protocol::Message Host::answer(const protocol::TreeRequest& request) const {
    const TreeListing* tree = world_.library().listing(request.tree);
    if (tree == nullptr || !shares(request.tree.hash))
        return protocol::Refusal{request.request, protocol::RefusalCode::not_shared};
    protocol::TreeReply reply{request.request, request.first, 0, {}};
    reply.total = static_cast<std::uint32_t>(tree->entries.size());
    for (std::size_t i = request.first; i < tree->entries.size(); ++i)
        reply.entries.push_back(tree->entries[i]);
    return reply;
}

protocol::Message Host::answer(const protocol::PieceListRequest& request) const {
    const SharedPieceList list = world_.library().pieces(request.file);
    if (list == nullptr || !shares(request.file))
        return protocol::Refusal{request.request, protocol::RefusalCode::not_shared};
    protocol::PieceListReply reply{request.request, list->size_bytes, request.first, {}};
    for (std::size_t i = request.first.value; i < list->hashes.size(); ++i)
        reply.hashes.push_back(list->hashes[i]);
    return reply;
}

}  // namespace iwant::sim
