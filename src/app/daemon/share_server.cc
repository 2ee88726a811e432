#include "app/daemon/share_server.h"

#include <algorithm>
#include <utility>

#include "base/path.h"
#include "core/protocol/check.h"
#include "core/protocol/limits.h"

namespace iwant::daemon {
namespace {

using protocol::Refusal;
using protocol::RefusalCode;

/// A listing's part stays well below a frame, whatever the names' lengths.
constexpr std::size_t kTreeReplyBytes = std::size_t{512} << 10;
constexpr std::size_t kBytesPerTreeEntry = 64;

protocol::Message hash_reply(RequestId request, const Result<Entry>& entry) {
    if (entry) return protocol::HashReply{request, entry->kind, *entry->content, entry->size_bytes};
    switch (entry.error().code) {
        case ErrorCode::not_found:
            return Refusal{request, RefusalCode::not_shared};
        case ErrorCode::busy:
            return Refusal{request, RefusalCode::busy};
        default:
            return Refusal{request, RefusalCode::failed};
    }
}

protocol::Message piece_list_reply(const protocol::PieceListRequest& request,
                                   const PieceList& pieces) {
    if (request.first.value >= pieces.hashes.size())
        return Refusal{request.request, RefusalCode::range};
    const std::size_t count =
        std::min(pieces.hashes.size() - request.first.value, protocol::kPieceHashesMax);
    const auto begin = pieces.hashes.begin() + request.first.value;
    return protocol::PieceListReply{request.request,
                                    pieces.size_bytes,
                                    request.first,
                                    {begin, begin + static_cast<std::ptrdiff_t>(count)}};
}

protocol::Message tree_reply(const protocol::TreeRequest& request, const TreeListing& listing) {
    const std::size_t total = listing.entries.size();
    if (request.first > total) return Refusal{request.request, RefusalCode::range};
    protocol::TreeReply reply{
        request.request, request.first, static_cast<std::uint32_t>(total), {}};
    std::size_t bytes = 0;
    for (std::size_t i = request.first; i < total; ++i) {
        bytes += listing.entries[i].name.size() + kBytesPerTreeEntry;
        if (bytes > kTreeReplyBytes || reply.entries.size() == protocol::kTreeEntriesMax) break;
        reply.entries.push_back(listing.entries[i]);
    }
    return reply;
}

/// The reply made of a catalogue's answer, or the Refusal for what it lacks.
template <class Found, class Make>
protocol::Message reply_or_refusal(RequestId request, const Result<std::optional<Found>>& found,
                                   Make make) {
    if (!found) return Refusal{request, RefusalCode::failed};
    if (!*found) return Refusal{request, RefusalCode::not_shared};
    return make(**found);
}

}  // namespace

ShareServer::ShareServer(catalog::Catalog& catalog, Worker& catalog_worker, Indexer& indexer,
                         const HeldFiles* held, Post post, SendReply send)
    : catalog_(catalog),
      worker_(catalog_worker),
      indexer_(indexer),
      held_(held),
      post_(std::move(post)),
      send_(std::move(send)) {}

bool ShareServer::admit(SessionId session, RequestId request) {
    const auto known = open_.find(session);
    const bool session_full =
        known != open_.end() && known->second >= protocol::kRequestsPerSessionMax;
    if (session_full || open_total_ >= kOpenMax) {
        send_(session, Refusal{request, RefusalCode::busy});
        return false;
    }
    ++open_[session];
    ++open_total_;
    return true;
}

void ShareServer::serve(const node::Serve& serve) {
    const RequestId request =
        std::visit([](const auto& asked) { return asked.request; }, serve.request);
    if (!admit(serve.session, request)) return;
    std::visit([&](const auto& asked) { answer(serve.session, asked); }, serve.request);
}

void ShareServer::answer(SessionId session, const protocol::HashRequest& request) {
    indexer_.hash_now(request.entry,
                      [this, session, id = request.request](const Result<Entry>& entry) {
                          send_reply(session, id, hash_reply(id, entry));
                      });
}

void ShareServer::answer(SessionId session, const protocol::PieceListRequest& request) {
    ask_catalog(session, request.request, [this, session, request] {
        auto pieces = catalog_.piece_list(request.file);
        if (pieces && !*pieces && held_ != nullptr) {
            if (const auto held = held_->find(request.file)) {
                if (held->list == nullptr) {
                    const Refusal later{request.request, RefusalCode::not_yet};
                    return post_reply(session, request.request, later);
                }
                *pieces = *held->list;
            }
        }
        const auto make = [&](const PieceList& list) { return piece_list_reply(request, list); };
        post_reply(session, request.request, reply_or_refusal(request.request, pieces, make));
    });
}

void ShareServer::answer(SessionId session, const protocol::TreeRequest& request) {
    ask_catalog(session, request.request, [this, session, request] {
        auto listing = catalog_.tree_listing(request.tree);
        if (listing && !*listing && held_ != nullptr) {
            *listing = held_->listing_of(request.tree);
            if (!*listing) listing = catalog_.finished_tree(request.tree);
        }
        const auto make = [&](const TreeListing& tree) { return tree_reply(request, tree); };
        post_reply(session, request.request, reply_or_refusal(request.request, listing, make));
    });
}

void ShareServer::serve(SessionId session, const protocol::BrowseRequest& request) {
    if (!admit(session, request.request)) return;
    ask_catalog(session, request.request, [this, session, request] {
        post_reply(session, request.request, browse(request));
    });
}

void ShareServer::look_through(const protocol::BrowseRequest& request,
                               std::function<void(protocol::Message)> reply) {
    const bool taken = worker_.try_post(
        [this, request, reply] { post_([reply, message = browse(request)] { reply(message); }); });
    if (!taken) post_([reply, request] { reply(Refusal{request.request, RefusalCode::busy}); });
}

/// On the catalogue's worker.
protocol::Message ShareServer::browse(const protocol::BrowseRequest& request) {
    std::optional<catalog::FolderPlace> after;
    if (!request.after.empty()) after = {request.after_kind, request.after};
    const auto page = catalog_.list_folder(request.path, after, protocol::kBrowseEntriesMax);
    const auto make = [&](const catalog::FolderPage& found) {
        protocol::BrowseReply reply{request.request, found.path,
                                    found.files,     std::min(found.bytes, kFileSizeMax),
                                    found.more,      {}};
        for (const auto& [entry, files] : found.items) {
            const std::string name(last_component(entry.path));
            reply.entries.push_back({name, entry.kind, std::min(entry.size_bytes, kFileSizeMax),
                                     entry.modified, entry.content, files});
        }
        return reply;
    };
    return reply_or_refusal(request.request, page, make);
}

void ShareServer::ask_catalog(SessionId session, RequestId request, Task task) {
    if (worker_.try_post(std::move(task))) return;
    send_reply(session, request, Refusal{request, RefusalCode::busy});
}

void ShareServer::post_reply(SessionId session, RequestId request, protocol::Message message) {
    post_([this, session, request, message = std::move(message)] {
        send_reply(session, request, message);
    });
}

void ShareServer::send_reply(SessionId session, RequestId request, protocol::Message message) {
    if (const auto open = open_.find(session); open != open_.end()) {
        --open_total_;
        if (--open->second == 0) open_.erase(open);
    }
    // What lies on our disk may break the wire's rules: sums of sparse files beyond 2^53, for one.
    if (!protocol::check_message(message)) message = Refusal{request, RefusalCode::failed};
    send_(session, message);
}

}  // namespace iwant::daemon
