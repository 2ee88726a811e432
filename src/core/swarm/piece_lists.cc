#include "core/swarm/piece_lists.h"

#include "base/assert.h"
#include "core/swarm/plan_builder.h"

namespace iwant::swarm {
namespace {

std::unexpected<Error> wrong(FileId file, std::string message) {
    return failure(ErrorCode::corrupt, "piece list of " + file.brief(), std::move(message));
}

}  // namespace

SharedPieceList PieceLists::answered(const PieceListAnswered& answer, Time now) {
    if (!asks_.take(answer.file.hash, answer.peer)) return nullptr;
    end_ask(answer.peer);
    if (!answer.answer) {
        fail(answer.file, answer.peer, answer.answer.error(), now);
        return nullptr;
    }
    const Result<bool> whole = add_part(answer.file, *answer.answer);
    if (!whole) {
        fail(answer.file, answer.peer, whole.error(), now);
        return nullptr;
    }
    if (Supplier* supplier = suppliers_.find(answer.peer)) supplier->delivered();
    if (!*whole) {
        ask(answer.file, answer.peer, now);
        return nullptr;
    }
    auto list = std::make_shared<const PieceList>(std::move(partial_[answer.file]));
    partial_.erase(answer.file);
    return lists_[answer.file] = std::move(list);
}

Result<bool> PieceLists::add_part(FileId file, const PieceListPart& part) {
    PieceList& list = partial_[file];
    if (list.hashes.empty()) list.size_bytes = part.size_bytes;
    if (part.size_bytes > kFileSizeMax || part.size_bytes != list.size_bytes) {
        return wrong(file, "its parts do not agree about the size");
    }
    const std::uint64_t pieces = piece_count(list.size_bytes);
    const std::uint64_t have = list.hashes.size();
    if (pieces > kFilePiecesMax) return wrong(file, "it is longer than any file has");
    if (part.first.value != have || part.hashes.size() > pieces - have) {
        return wrong(file, "its parts do not fit together");
    }
    if (part.hashes.empty() && have < pieces) return wrong(file, "it ends too early");
    list.hashes.insert(list.hashes.end(), part.hashes.begin(), part.hashes.end());
    if (list.hashes.size() < pieces) return false;
    if (file_id(list) != file) return wrong(file, "it is not the one that was asked for");
    return true;
}

void PieceLists::ask(FileId file, const PeerId& peer, Time now) {
    if (asking(file) || find(file) != nullptr || asks_.size() >= kAskingMax) return;
    Supplier* supplier = suppliers_.find(peer);
    ASSERT(supplier != nullptr);
    const auto partial = partial_.find(file);
    const std::size_t have = partial == partial_.end() ? 0 : partial->second.hashes.size();
    ++supplier->asks;
    asks_.add(file.hash, peer, now + kAskTimeout);
    desk_.actions.push_back(
        AskPieceList{download_, peer, file, PieceIndex{static_cast<std::uint32_t>(have)}});
}

SharedPieceList PieceLists::find(FileId file) const {
    const auto found = lists_.find(file);
    return found == lists_.end() ? nullptr : found->second;
}

void PieceLists::fail(FileId file, const PeerId& peer, const Error& error, Time now) {
    // The next one starts from the beginning, so that a wrong list is one peer's alone.
    partial_.erase(file);
    suppliers_.blame(peer, error, file.hash, now);
}

void PieceLists::end_ask(const PeerId& peer) {
    if (Supplier* supplier = suppliers_.find(peer)) --supplier->asks;
}

void PieceLists::peer_left(const PeerId& peer, Time now) {
    for (const auto& ended : asks_.take_of(peer)) {
        end_ask(peer);
        fail(FileId{ended.content}, peer, {ErrorCode::network, "ask", "it left"}, now);
    }
}

void PieceLists::tick(Time now) {
    for (const auto& ended : asks_.take_overdue(now)) {
        end_ask(ended.peer);
        fail(FileId{ended.content}, ended.peer, {ErrorCode::timeout, "ask", "no answer"}, now);
    }
}

void PieceLists::stop() {
    for (const auto& ended : asks_.take_all()) end_ask(ended.peer);
    partial_.clear();
}

}  // namespace iwant::swarm
