#pragma once

// Answers what other peers ask about our shared files on control sessions: hashes, piece lists, folder listings.

#include <functional>

#include "app/daemon/indexer.h"
#include "app/daemon/worker.h"
#include "core/node/action.h"
#include "io/catalog/catalog.h"

namespace iwant::daemon {

class ShareServer {
  public:
    /// Called on the event thread.
    using SendReply = std::function<void(SessionId, protocol::Message)>;

    /// All references outlive it. `catalog` is used on `catalog_worker` only.
    ShareServer(catalog::Catalog& catalog, Worker& catalog_worker, Indexer& indexer, Post post,
                SendReply send);

    /// Event thread.
    void serve(const node::Serve& serve);

  private:
    void answer(SessionId session, const protocol::HashRequest& request);
    void answer(SessionId session, const protocol::PieceListRequest& request);
    void answer(SessionId session, const protocol::TreeRequest& request);
    void reply(SessionId session, protocol::Message message);

    catalog::Catalog& catalog_;
    Worker& worker_;
    Indexer& indexer_;
    const Post post_;
    const SendReply send_;
};

}  // namespace iwant::daemon
