#include "app/daemon/kept_folders.h"

#include <utility>

#include "io/platform/process.h"

namespace iwant::daemon {
namespace {

using catalog::KeptPage;

std::optional<catalog::FolderPlace> place_behind(const protocol::BrowseRequest& asked) {
    if (asked.after.empty()) return std::nullopt;
    return catalog::FolderPlace{asked.after_kind, asked.after};
}

KeptPage page_of(const protocol::BrowseRequest& asked, const protocol::BrowseReply& told) {
    return {told.path, place_behind(asked), told.files,          told.size_bytes,
            told.more, told.entries,        platform::unix_now()};
}

KeptFolders::Found found_in(KeptPage page) {
    return {{{}, std::move(page.path), page.files, page.bytes, page.more, std::move(page.items)},
            page.as_of};
}

}  // namespace

KeptFolders::KeptFolders(catalog::Catalog& catalog, Worker& catalog_worker, Post post,
                         Logger& logger)
    : catalog_(catalog), worker_(catalog_worker), post_(std::move(post)), logger_(logger) {}

void KeptFolders::keep(const PeerId& peer, const protocol::BrowseRequest& asked,
                       const protocol::BrowseReply& told) {
    if (owners_) owners_->insert(peer);
    static_cast<void>(worker_.try_post([this, peer, page = page_of(asked, told)] {
        const Result<void> kept = catalog_.kept_pages().keep(peer, page);
        if (!kept) logger_.warning(kept.error().text());
    }));
}

template <class T, class Work>
void KeptFolders::ask(Work work, control::Reply<T> reply) {
    const bool taken = worker_.try_post([this, work = std::move(work), reply] {
        post_([reply, result = work()]() mutable { reply(std::move(result)); });
    });
    if (taken) return;
    post_([reply] { reply(failure(ErrorCode::busy, "", "too much is to be done; try again")); });
}

void KeptFolders::look(const PeerId& peer, const protocol::BrowseRequest& asked,
                       control::Reply<std::optional<Found>> reply) {
    const auto work = [this, peer, asked]() -> Result<std::optional<Found>> {
        Result<std::optional<KeptPage>> page =
            catalog_.kept_pages().find(peer, asked.path, place_behind(asked), platform::unix_now());
        if (!page) return failure(std::move(page));
        if (!*page) return std::nullopt;
        return found_in(std::move(**page));
    };
    ask<std::optional<Found>>(work, std::move(reply));
}

void KeptFolders::find(const std::string& digits,
                       control::Reply<std::vector<catalog::KeptContent>> reply) {
    const auto work = [this, digits] {
        return catalog_.kept_pages().contents(digits, kContentsMax, platform::unix_now());
    };
    ask<std::vector<catalog::KeptContent>>(work, std::move(reply));
}

void KeptFolders::tick(Time now) {
    if (next_drop_ && now < *next_drop_) return;
    next_drop_ = now + kDropEvery;
    const auto drop = [this] {
        const UnixSeconds today = platform::unix_now();
        const Result<void> dropped = catalog_.kept_pages().drop_old(today);
        if (!dropped) logger_.warning(dropped.error().text());
        return catalog_.kept_pages().owners(today);
    };
    ask<std::vector<PeerId>>(drop, [this](const Result<std::vector<PeerId>>& owners) {
        if (!owners) return;
        if (!owners_) owners_.emplace();
        owners_->insert(owners->begin(), owners->end());
    });
}

void KeptFolders::index(const std::set<PeerId>& peers,
                        control::Reply<std::shared_ptr<AwayIndex>> reply) {
    const auto work = [this, peers]() -> Result<std::shared_ptr<AwayIndex>> {
        auto index = std::make_shared<AwayIndex>();
        for (const PeerId& peer : peers) {
            const auto entries = catalog_.kept_pages().entries(
                peer, AwayIndex::kEntriesMax / peers.size(), platform::unix_now());
            if (!entries) return std::unexpected(entries.error());
            index->add(peer, *entries);
        }
        return index;
    };
    ask<std::shared_ptr<AwayIndex>>(work, std::move(reply));
}

}  // namespace iwant::daemon
