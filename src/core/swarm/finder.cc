#include "core/swarm/finder.h"

#include <algorithm>

namespace iwant::swarm {
namespace {

// The question for a hash is about a content that has no name yet.
constexpr Hash256 kUnknownContent{};

}  // namespace

Finder::Finder(DownloadId download, Target& target, Suppliers& suppliers, PieceLists& lists,
               Desk& desk)
    : download_(download), target_(target), suppliers_(suppliers), lists_(lists), desk_(desk) {}

Finder::Found Finder::advance(Time now) {
    if (failed_) return {nullptr, failed_};
    if (!target_.content) {
        ask_hash(now);
        return {nullptr, failed_};
    }
    return target_.kind == EntryKind::file ? find_file(now) : find_folder(now);
}

void Finder::ask_hash(Time now) {
    if (asks_.asking(kUnknownContent)) return;
    const auto peer = suppliers_.to_ask(kUnknownContent, now);
    if (peer) {
        Supplier& supplier = *suppliers_.find(*peer);
        ++supplier.asks;
        // Hashing a large file takes long; only the owner's leaving ends the wait.
        asks_.add(kUnknownContent, *peer, Time::max());
        desk_.actions.push_back(AskHash{download_, Source{*peer, supplier.entry()}});
        return;
    }
    const bool gone = std::ranges::all_of(suppliers_.all(), [](const auto& entry) {
        return entry.second.dropped() || entry.second.excludes(kUnknownContent);
    });
    if (gone) {
        failed_ = Error{ErrorCode::not_found, "download",
                        "it is not shared any more, or it changed; search for it again"};
    }
}

Finder::Found Finder::find_file(Time now) {
    const FileId file{*target_.content};
    const SharedPieceList list = lists_.find(file);
    if (list != nullptr) target_.size_bytes = list->size_bytes;
    if (file == file_id(PieceList{})) target_.size_bytes = 0;
    const bool one_piece = target_.size_bytes > 0 && piece_count(target_.size_bytes) == 1;
    if (list != nullptr || one_piece || file == file_id(PieceList{})) {
        auto plan = plan_of_file(target_.name, file, target_.size_bytes);
        if (!plan) return {nullptr, std::move(plan).error()};
        return {*std::move(plan), std::nullopt};
    }
    if (!lists_.asking(file)) {
        if (const auto peer = suppliers_.to_ask(file.hash, now)) lists_.ask(file, *peer, now);
    }
    return {};
}

Finder::Found Finder::find_folder(Time now) {
    if (!builder_) builder_.emplace(TreeId{*target_.content}, target_.name);
    std::vector<TreeId> nobody;
    while (asks_.size() < kTreesAskingMax && nobody.size() < kTreesAskingMax) {
        const auto tree = builder_->take_wanted();
        if (!tree) break;
        if (const auto peer = suppliers_.to_ask(tree->hash, now)) {
            ask_tree(*tree, 0, *peer, now);
        } else {
            nobody.push_back(*tree);
        }
    }
    for (const TreeId& tree : nobody) builder_->give_back(tree);
    if (!builder_->complete()) return {};
    auto plan = builder_->build();
    if (!plan) return {nullptr, std::move(plan).error()};
    return {*std::move(plan), std::nullopt};
}

void Finder::ask_tree(TreeId tree, std::uint32_t first, const PeerId& peer, Time now) {
    ++suppliers_.find(peer)->asks;
    asks_.add(tree.hash, peer, now + kAskTimeout);
    desk_.actions.push_back(AskTree{download_, peer, tree, first});
}

void Finder::answered(const HashAnswered& answer, Time now) {
    if (!asks_.take(kUnknownContent, answer.peer)) return;
    end_ask(answer.peer);
    if (!answer.answer) {
        suppliers_.blame(answer.peer, answer.answer.error(), kUnknownContent, now);
        return;
    }
    if (Supplier* supplier = suppliers_.find(answer.peer)) supplier->delivered();
    target_.content = *answer.answer;
    target_.size_bytes = answer.size_bytes;
}

void Finder::answered(const TreeAnswered& answer, Time now) {
    if (!asks_.take(answer.tree.hash, answer.peer)) return;
    end_ask(answer.peer);
    if (!answer.answer) {
        tree_failed(answer.tree, answer.peer, answer.answer.error(), now);
        return;
    }
    const auto next = builder_->add(answer.tree, *answer.answer);
    if (next) {
        if (Supplier* supplier = suppliers_.find(answer.peer)) supplier->delivered();
        if (*next) ask_tree(answer.tree, **next, answer.peer, now);
        return;
    }
    const ErrorCode code = next.error().code;
    if (code == ErrorCode::corrupt || code == ErrorCode::protocol) {
        tree_failed(answer.tree, answer.peer, next.error(), now);
    } else {
        failed_ = next.error();
    }
}

void Finder::answered(const PieceListAnswered& answer, Time now) {
    lists_.answered(answer, now);
}

void Finder::tree_failed(TreeId tree, const PeerId& peer, const Error& error, Time now) {
    if (tree.hash != kUnknownContent) builder_->give_back(tree);
    suppliers_.blame(peer, error, tree.hash, now);
}

void Finder::peer_left(const PeerId& peer, Time now) {
    for (const auto& ended : asks_.take_of(peer)) {
        end_ask(peer);
        tree_failed(TreeId{ended.content}, peer, {ErrorCode::network, "ask", "it left"}, now);
    }
}

void Finder::tick(Time now) {
    for (const auto& ended : asks_.take_overdue(now)) {
        end_ask(ended.peer);
        tree_failed(TreeId{ended.content}, ended.peer, {ErrorCode::timeout, "ask", "no answer"},
                    now);
    }
}

void Finder::end_ask(const PeerId& peer) {
    if (Supplier* supplier = suppliers_.find(peer)) --supplier->asks;
}

void Finder::stop() {
    for (const auto& ended : asks_.take_all()) end_ask(ended.peer);
}

}  // namespace iwant::swarm
