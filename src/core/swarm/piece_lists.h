#pragma once

// Piece lists of one download: asked for in parts, checked against the FileId, kept while they are
// needed. No piece of a file of several pieces is fetched before its list is here.

#include <cstdint>
#include <map>
#include <optional>

#include "base/result.h"
#include "core/swarm/ask_book.h"
#include "core/swarm/desk.h"
#include "core/swarm/suppliers.h"

namespace iwant::swarm {

class PieceLists {
  public:
    static constexpr std::size_t kAskingMax = 32;

    PieceLists(DownloadId download, Suppliers& suppliers, Desk& desk)
        : download_(download), suppliers_(suppliers), desk_(desk) {}

    SharedPieceList find(FileId file) const;
    bool asking(FileId file) const { return asks_.asking(file.hash); }
    /// Asks a peer, unless somebody is asked already or enough is under way.
    void ask(FileId file, const PeerId& peer, Time now);
    /// Takes an answer; the list when it is whole and right. Wrong ones are the peer's fault.
    SharedPieceList answered(const PieceListAnswered& answer, Time now);
    void forget(FileId file) { lists_.erase(file); }

    void peer_left(const PeerId& peer, Time now);
    void tick(Time now);
    /// Forgets all questions; late answers are ignored.
    void stop();

  private:
    Result<bool> add_part(FileId file, const PieceListPart& part);
    void fail(FileId file, const PeerId& peer, const Error& error, Time now);
    void end_ask(const PeerId& peer);

    DownloadId download_;
    Suppliers& suppliers_;
    Desk& desk_;
    AskBook asks_;
    std::map<FileId, PieceList> partial_;
    std::map<FileId, SharedPieceList> lists_;
};

}  // namespace iwant::swarm
