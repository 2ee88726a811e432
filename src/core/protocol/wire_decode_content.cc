#include "core/protocol/wire_take.h"

// The messages of content_messages.h.

namespace iwant::protocol {

bool take(const wire::Holding& from, Holding& to) {
    to.name = from.name();
    to.size_bytes = from.size_bytes();
    return take_enum(from.kind(), EntryKind::folder, to.kind) && take(from.content(), to.content);
}

bool take(const wire::TreeEntry& from, TreeEntry& to) {
    to.name = from.name();
    to.executable = from.executable();
    to.size_bytes = from.size_bytes();
    return take_enum(from.kind(), EntryKind::folder, to.kind) && take(from.content(), to.content);
}

bool take(const wire::Holdings& from, Holdings& to) {
    to.whole = from.whole();
    return take_list(from.added(), to.added) && take_list(from.removed(), to.removed);
}

bool take(const wire::HaveRequest& from, HaveRequest& to) {
    to.request.value = from.request();
    return take(from.content(), to.content);
}

bool take(const wire::HaveReply& from, HaveReply& to) {
    to.request.value = from.request();
    to.complete = from.complete();
    to.pieces = from.pieces();
    to.bitmap.assign(from.bitmap().begin(), from.bitmap().end());
    return true;
}

bool take(const wire::Have& from, Have& to) {
    to.pieces.assign(from.pieces().begin(), from.pieces().end());
    return take(from.content(), to.content);
}

bool take(const wire::HashRequest& from, HashRequest& to) {
    to.request.value = from.request();
    to.entry.value = from.entry();
    return true;
}

bool take(const wire::HashReply& from, HashReply& to) {
    to.request.value = from.request();
    to.size_bytes = from.size_bytes();
    return take_enum(from.kind(), EntryKind::folder, to.kind) && take(from.content(), to.content);
}

bool take(const wire::PieceListRequest& from, PieceListRequest& to) {
    to.request.value = from.request();
    to.first.value = from.first();
    return take(from.file(), to.file);
}

bool take(const wire::PieceListReply& from, PieceListReply& to) {
    to.request.value = from.request();
    to.size_bytes = from.size_bytes();
    to.first.value = from.first();
    const std::string& hashes = from.hashes();
    if (hashes.size() % sizeof(Hash256) != 0) return false;
    to.hashes.resize(hashes.size() / sizeof(Hash256));
    auto next = hashes.begin();
    for (Hash256& hash : to.hashes) {
        next = std::ranges::copy_n(next, sizeof(Hash256), hash.bytes.begin()).in;
    }
    return true;
}

bool take(const wire::TreeRequest& from, TreeRequest& to) {
    to.request.value = from.request();
    to.first = from.first();
    return take(from.tree(), to.tree);
}

bool take(const wire::TreeReply& from, TreeReply& to) {
    to.request.value = from.request();
    to.first = from.first();
    to.total = from.total();
    return take_list(from.entries(), to.entries);
}

bool take(const wire::PieceRequest& from, PieceRequest& to) {
    to.request.value = from.request();
    to.first.value = from.first();
    to.count = from.count();
    return take(from.file(), to.file);
}

bool take(const wire::PieceHeader& from, PieceHeader& to) {
    to.request.value = from.request();
    to.piece.value = from.piece();
    to.length = from.length();
    return true;
}

}  // namespace iwant::protocol
