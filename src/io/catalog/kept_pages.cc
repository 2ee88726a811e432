#include "io/catalog/kept_pages.h"

#include <set>
#include <span>
#include <utility>

#include "base/path.h"
#include "io/catalog/database.h"

namespace iwant::catalog {

namespace {

using Bytes = std::span<const std::uint8_t>;

/// A clock may be put back; what is of so long after now is of a wrong clock.
constexpr UnixSeconds kAheadMax = 24 * 3600;
/// What a row takes beside its names, with its share of half-full database pages; measured, and a
/// fifth more. A hash is in an index as well.
constexpr std::uint64_t kPageBytes = 320;
constexpr std::uint64_t kItemBytes = 40;
constexpr std::uint64_t kHashedItemBytes = 120;

constexpr std::size_t kHashDigits = 64;
constexpr char kFolder = 'd';
constexpr char kFile = 'f';
/// Behind all places.
constexpr char kEnd[] = "g";

/// Text as a blob: it is compared by its bytes.
Bytes bytes_of(std::string_view text) {
    return {reinterpret_cast<const std::uint8_t*>(text.data()), text.size()};
}

/// Keys of one folder order as its entries do; empty is before all of them.
std::string key_of(EntryKind kind, const std::string& name) {
    return (kind == EntryKind::folder ? kFolder : kFile) + name;
}

std::string key_of(const std::optional<FolderPlace>& place) {
    return place ? key_of(place->kind, place->name) : "";
}

/// Not for the empty key.
FolderPlace place_of(const std::string& key) {
    return {key.front() == kFolder ? EntryKind::folder : EntryKind::file, key.substr(1)};
}

/// Where the page ends: its last entry, or the end of the folder.
std::string end_of(const KeptPage& page) {
    if (!page.more || page.items.empty()) return kEnd;
    return key_of(page.items.back().kind, page.items.back().name);
}

/// About what the page takes on disk.
std::uint64_t size_of(const KeptPage& page) {
    std::uint64_t bytes = kPageBytes + 2 * page.path.size();
    for (const FolderItem& item : page.items) {
        bytes += item.content ? kHashedItemBytes + 3 * item.name.size()
                              : kItemBytes + 2 * item.name.size();
    }
    return bytes;
}

}  // namespace

Result<void> KeptPages::keep(const PeerId& peer, const KeptPage& page) {
    const Result<void> kept = guarded("keep a part of a folder", [&]() -> Result<void> {
        database_.set_durable(Database::Durable::soon);
        Transaction transaction(database_, Transaction::Kind::write);
        add_up();
        remove_within(peer, page);
        if (!renew(peer, page)) {
            remove_same(peer, page);
            if (make_room(size_of(page))) insert(peer, page);
        }
        transaction.commit();
        return {};
    });
    if (!kept) bytes_.reset();
    return kept;
}

/// Whether this very page is there already; then it is of now.
bool KeptPages::renew(const PeerId& peer, const KeptPage& page) {
    const std::string after = key_of(page.after);
    const std::string end = end_of(page);
    Query query = database_.query(
        "SELECT id, files, bytes FROM kept_pages "
        "WHERE peer = ? AND path = ? AND after = ? AND last = ?");
    query.bind(peer.hash, bytes_of(page.path), bytes_of(after), bytes_of(end));
    if (!query.step()) return false;
    KeptPage there{
        page.path, page.after, query.unsigned_number(1), query.unsigned_number(2), page.more,
        {},        page.as_of};
    read_items(query.number(0), after, there);
    if (there != page) return false;
    database_.query("UPDATE kept_pages SET as_of = ? WHERE id = ?")
        .bind(page.as_of, query.number(0))
        .run();
    return true;
}

void KeptPages::add_up() {
    if (bytes_) return;
    Query query = database_.query("SELECT coalesce(sum(size), 0) FROM kept_pages");
    query.step();
    bytes_ = query.unsigned_number(0);
}

/// Runs a statement that deletes pages and returns their sizes.
void KeptPages::take_away(Query& deleting) {
    while (deleting.step()) *bytes_ -= deleting.unsigned_number(0);
}

// Whatever begins within the page is older than it.
void KeptPages::remove_within(const PeerId& peer, const KeptPage& page) {
    const std::string first = key_of(page.after);
    const std::string end = end_of(page);
    take_away(database_
                  .query("DELETE FROM kept_pages WHERE peer = ? AND path = ? AND after > ? "
                         "AND after < ? RETURNING size")
                  .bind(peer.hash, bytes_of(page.path), bytes_of(first), bytes_of(end)));
}

void KeptPages::remove_same(const PeerId& peer, const KeptPage& page) {
    const std::string after = key_of(page.after);
    take_away(database_
                  .query("DELETE FROM kept_pages WHERE peer = ? AND path = ? AND after = ? "
                         "RETURNING size")
                  .bind(peer.hash, bytes_of(page.path), bytes_of(after)));
}

void KeptPages::insert(const PeerId& peer, const KeptPage& page) {
    const std::string after = key_of(page.after);
    database_
        .query(
            "INSERT INTO kept_pages (peer, path, after, last, files, bytes, as_of, size) "
            "VALUES (?, ?, ?, ?, ?, ?, ?, ?)")
        .bind(peer.hash, bytes_of(page.path), bytes_of(after), bytes_of(end_of(page)), page.files,
              page.bytes, page.as_of, size_of(page))
        .run();
    *bytes_ += size_of(page);
    const std::uint64_t id = database_.last_id();
    for (const FolderItem& item : page.items) {
        const std::string place = key_of(item.kind, item.name);
        database_.query("INSERT OR REPLACE INTO kept_items VALUES (?, ?, ?, ?, ?, ?)")
            .bind(id, bytes_of(place), item.size_bytes, item.modified, item.content, item.files)
            .run();
    }
}

/// Items go with their pages. False when so much can never be kept.
bool KeptPages::make_room(std::uint64_t bytes) {
    if (bytes > bytes_max_) return false;
    while (*bytes_ + bytes > bytes_max_) {
        const std::uint64_t before = *bytes_;
        take_away(
            database_
                .query("DELETE FROM kept_pages WHERE id IN "
                       "(SELECT id FROM kept_pages ORDER BY as_of, id LIMIT 8) RETURNING size")
                .bind());
        if (*bytes_ == before) return false;
    }
    return true;
}

Result<void> KeptPages::drop_old(UnixSeconds now) {
    const Result<void> dropped = guarded("drop old parts of folders", [&]() -> Result<void> {
        database_.set_durable(Database::Durable::soon);
        Transaction transaction(database_, Transaction::Kind::write);
        add_up();
        take_away(
            database_.query("DELETE FROM kept_pages WHERE as_of < ? OR as_of > ? RETURNING size")
                .bind(now - kKeptSeconds, now + kAheadMax));
        transaction.commit();
        return {};
    });
    if (!dropped) bytes_.reset();
    return dropped;
}

Result<std::optional<KeptPage>> KeptPages::find(const PeerId& peer, const std::string& path,
                                                const std::optional<FolderPlace>& after,
                                                UnixSeconds now) {
    using Answer = Result<std::optional<KeptPage>>;
    return guarded("look for a kept folder", [&]() -> Answer {
        Transaction transaction(database_, Transaction::Kind::read);
        if (auto page = read(peer, path, after, now)) return page;
        const std::optional<std::string> whole = whole_path(peer, path, now);
        return whole ? read(peer, *whole, after, now) : std::nullopt;
    });
}

/// The one kept folder that is called so behind the name of its share.
std::optional<std::string> KeptPages::whole_path(const PeerId& peer, const std::string& path,
                                                 UnixSeconds now) {
    if (path.empty()) return std::nullopt;
    Query query = database_.query(
        "SELECT DISTINCT path FROM kept_pages WHERE peer = ? AND as_of >= ? "
        "AND substr(path, instr(path, x'2f') + 1) = ? LIMIT 2");
    query.bind(peer.hash, now - kKeptSeconds, bytes_of(path));
    if (!query.step()) return std::nullopt;
    std::string whole = query.text(0);
    return query.step() ? std::nullopt : std::optional(std::move(whole));
}

std::optional<KeptPage> KeptPages::read(const PeerId& peer, const std::string& path,
                                        const std::optional<FolderPlace>& after, UnixSeconds now) {
    const std::string key = key_of(after);
    Query query = database_.query(
        "SELECT id, last, files, bytes, as_of FROM kept_pages "
        "WHERE peer = ? AND path = ? AND after <= ? AND as_of >= ? ORDER BY after DESC LIMIT 1");
    query.bind(peer.hash, bytes_of(path), bytes_of(key), now - kKeptSeconds);
    if (!query.step()) return std::nullopt;
    const std::string last = query.text(1);
    if (key >= last) return std::nullopt;
    KeptPage page{path,         after, query.unsigned_number(2), query.unsigned_number(3),
                  last != kEnd, {},    query.number(4)};
    read_items(query.number(0), key, page);
    return page;
}

void KeptPages::read_items(std::int64_t id, const std::string& after, KeptPage& page) {
    Query query = database_.query(
        "SELECT place, size, modified, content, files FROM kept_items "
        "WHERE page = ? AND place > ? ORDER BY place");
    query.bind(id, bytes_of(after));
    while (query.step()) {
        FolderPlace place = place_of(query.text(0));
        page.items.push_back({std::move(place.name), place.kind, query.unsigned_number(1),
                              query.number(2), query.hash(3), query.unsigned_number(4)});
    }
}

Result<std::vector<KeptContent>> KeptPages::contents(std::string_view digits, std::size_t count,
                                                     UnixSeconds now) {
    std::string lowest(digits);
    std::string highest(digits);
    lowest.resize(kHashDigits, '0');
    highest.resize(kHashDigits, 'f');
    const auto from = Hash256::from_hex(lowest);
    const auto to = Hash256::from_hex(highest);
    if (!from || !to || digits.size() > kHashDigits) return std::vector<KeptContent>{};
    using Answer = Result<std::vector<KeptContent>>;
    return guarded("look for a kept hash", [&]() -> Answer {
        std::vector<KeptContent> found;
        // SQLite takes the other columns from the row of the maximum.
        Query query = database_.query(
            "SELECT content, peer, path, place, kept_items.size, max(as_of) FROM kept_items "
            "JOIN kept_pages ON id = page WHERE content >= ? AND content <= ? AND as_of >= ? "
            "GROUP BY content LIMIT ?");
        query.bind(*from, *to, now - kKeptSeconds, static_cast<std::int64_t>(count));
        while (query.step()) {
            const auto content = query.hash(0);
            const auto peer = query.hash(1);
            if (!content || !peer) continue;
            const FolderPlace place = place_of(query.text(3));
            found.push_back({*content, PeerId{*peer}, join_path(query.text(2), place.name),
                             place.kind, query.unsigned_number(4), query.number(5)});
        }
        return found;
    });
}

Result<std::vector<PeerId>> KeptPages::owners(UnixSeconds now) {
    using Answer = Result<std::vector<PeerId>>;
    return guarded("look whose folders are kept", [&]() -> Answer {
        std::vector<PeerId> owners;
        Query query = database_.query("SELECT DISTINCT peer FROM kept_pages WHERE as_of >= ?");
        query.bind(now - kKeptSeconds);
        while (query.step()) {
            if (const auto peer = query.hash(0)) owners.push_back(PeerId{*peer});
        }
        return owners;
    });
}

Result<std::vector<KeptEntry>> KeptPages::entries(const PeerId& peer, std::size_t count,
                                                  UnixSeconds now) {
    using Answer = Result<std::vector<KeptEntry>>;
    return guarded("read kept folders", [&]() -> Answer {
        std::vector<KeptEntry> entries;
        std::set<std::string> paths;
        Query query = database_.query(
            "SELECT path, place, kept_items.size, modified, content, as_of FROM kept_pages "
            "JOIN kept_items ON page = id WHERE peer = ? AND as_of >= ? ORDER BY as_of DESC");
        query.bind(peer.hash, now - kKeptSeconds);
        while (entries.size() < count && query.step()) {
            const FolderPlace place = place_of(query.text(1));
            std::string path = join_path(query.text(0), place.name);
            if (!paths.insert(path).second) continue;
            Entry entry{{},
                        place.kind,
                        std::move(path),
                        query.unsigned_number(2),
                        query.number(3),
                        query.hash(4)};
            entries.push_back({std::move(entry), query.number(5)});
        }
        return entries;
    });
}

}  // namespace iwant::catalog
