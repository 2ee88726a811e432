#pragma once

// Answers what other peers ask on control sessions about our shared files and what we download:
// hashes, piece lists, folder listings.

#include <functional>
#include <map>

#include "app/daemon/held_files.h"
#include "app/daemon/indexer.h"
#include "app/daemon/worker.h"
#include "core/node/action.h"
#include "io/catalog/catalog.h"

namespace iwant::daemon {

class ShareServer {
  public:
    /// Called on the event thread.
    using SendReply = std::function<void(SessionId, protocol::Message)>;

    /// Questions of all sessions together; a session that ends leaves its own until they are
    /// answered.
    static constexpr std::size_t kOpenMax = 2048;

    /// All references outlive it. `catalog` is used on `catalog_worker` only. `held` is what
    /// downloads under way know; null: it is not given to others.
    ShareServer(catalog::Catalog& catalog, Worker& catalog_worker, Indexer& indexer,
                const HeldFiles* held, Post post, SendReply send);

    /// Event thread. A session with too many questions open is told to come later.
    void serve(const node::Serve& serve);
    void serve(SessionId session, const protocol::BrowseRequest& request);
    /// The same for ourselves; the answer comes on the event thread, a Refusal if need be.
    void look_through(const protocol::BrowseRequest& request,
                      std::function<void(protocol::Message)> reply);

  private:
    /// Whether the session may ask one more question; it is told if not.
    bool admit(SessionId session, RequestId request);
    protocol::Message browse(const protocol::BrowseRequest& request);
    void answer(SessionId session, const protocol::HashRequest& request);
    void answer(SessionId session, const protocol::PieceListRequest& request);
    void answer(SessionId session, const protocol::TreeRequest& request);
    void ask_catalog(SessionId session, RequestId request, Task task);
    /// Event thread; the other from the catalogue's worker.
    void send_reply(SessionId session, RequestId request, protocol::Message message);
    void post_reply(SessionId session, RequestId request, protocol::Message message);

    catalog::Catalog& catalog_;
    Worker& worker_;
    Indexer& indexer_;
    const HeldFiles* const held_;
    const Post post_;
    const SendReply send_;
    std::map<SessionId, std::size_t> open_;  ///< questions of a session that wait for their answer
    std::size_t open_total_ = 0;
};

}  // namespace iwant::daemon
