#include "io/catalog/record_table.h"

#include <algorithm>
#include <limits>
#include <span>

namespace iwant::catalog {

namespace {

/// Text as a blob: it may hold any bytes, NUL too.
std::span<const std::uint8_t> bytes_of(const std::string& text) {
    return {reinterpret_cast<const std::uint8_t*>(text.data()), text.size()};
}

}  // namespace

void RecordTable::save_download(const StoredDownload& download) {
    database_.query("INSERT OR REPLACE INTO downloads VALUES (?, ?, ?, ?, ?)")
        .bind(download.id, bytes_of(download.record), bytes_of(download.part_folder),
              download.present, download.part_key)
        .run();
}

void RecordTable::save_present(std::uint64_t download, const std::vector<std::uint8_t>& present) {
    database_.query("UPDATE downloads SET present = ? WHERE id = ?").bind(present, download).run();
}

void RecordTable::remove_download(std::uint64_t download) {
    database_.query("DELETE FROM downloads WHERE id = ?").bind(download).run();
}

std::vector<StoredDownload> RecordTable::downloads() {
    std::vector<StoredDownload> downloads;
    Query query = database_.query(
        "SELECT id, record, part_folder, present, part_key FROM downloads ORDER BY id");
    while (query.step()) {
        downloads.push_back({query.unsigned_number(0), query.text(1), query.text(2), query.bytes(3),
                             query.bytes(4)});
    }
    return downloads;
}

void RecordTable::save_peer(const StoredPeer& peer) {
    database_.query("INSERT OR REPLACE INTO peers VALUES (?, ?, ?, ?, ?)")
        .bind(peer.peer.hash, bytes_of(peer.name), bytes_of(peer.host), std::int64_t{peer.port},
              peer.last_seen)
        .run();
    database_
        .query(
            "DELETE FROM peers WHERE peer IN "
            "(SELECT peer FROM peers ORDER BY last_seen DESC LIMIT -1 OFFSET ?)")
        .bind(kPeersMax)
        .run();
}

std::vector<StoredPeer> RecordTable::peers(std::size_t count) {
    std::vector<StoredPeer> peers;
    Query query = database_.query(
        "SELECT peer, name, host, port, last_seen FROM peers ORDER BY last_seen DESC LIMIT ?");
    query.bind(static_cast<std::int64_t>(std::min<std::size_t>(count, kPeersMax)));
    while (query.step()) {
        const std::optional<Hash256> peer = query.hash(0);
        const std::int64_t port = query.number(3);
        if (!peer || port < 0 || port > std::numeric_limits<std::uint16_t>::max()) continue;
        peers.push_back({PeerId{*peer}, query.text(1), query.text(2),
                         static_cast<std::uint16_t>(port), query.number(4)});
    }
    return peers;
}

std::optional<std::string> RecordTable::get_note(const std::string& key) {
    Query query = database_.query("SELECT value FROM notes WHERE name = ?");
    if (!query.bind(key).step()) return {};
    return query.text(0);
}

void RecordTable::remove_note(const std::string& key) {
    database_.query("DELETE FROM notes WHERE name = ?").bind(key).run();
}

void RecordTable::set_note(const std::string& key, const std::string& value) {
    database_.query("INSERT OR REPLACE INTO notes VALUES (?, ?)").bind(key, bytes_of(value)).run();
}

}  // namespace iwant::catalog
