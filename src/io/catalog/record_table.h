#pragma once

// What the daemon keeps here without the catalogue understanding it: downloads, peers it has met,
// small notes.

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "io/catalog/catalog.h"
#include "io/catalog/database.h"

namespace iwant::catalog {

class RecordTable {
  public:
    /// Peers that were seen longest ago are forgotten above this number.
    static constexpr std::int64_t kPeersMax = 10'000;

    explicit RecordTable(Database& database) : database_(database) {}

    void save_download(const StoredDownload& download);
    void save_present(std::uint64_t download, const std::vector<std::uint8_t>& present);
    void remove_download(std::uint64_t download);
    std::vector<StoredDownload> downloads();

    void save_peer(const StoredPeer& peer);
    std::vector<StoredPeer> peers(std::size_t count);

    std::optional<std::string> get_note(const std::string& key);
    void remove_note(const std::string& key);
    void set_note(const std::string& key, const std::string& value);

  private:
    Database& database_;
};

}  // namespace iwant::catalog
