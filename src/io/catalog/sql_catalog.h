#pragma once

// The Catalog over SQLite: puts the tables together, one transaction for each call that writes.

#include <memory>
#include <string>
#include <vector>

#include "io/catalog/catalog.h"
#include "io/catalog/entry_writer.h"
#include "io/catalog/finished_trees.h"
#include "io/catalog/queries.h"
#include "io/catalog/record_table.h"
#include "io/catalog/walk_merge.h"

namespace iwant::catalog {

class SqlCatalog final : public Catalog {
  public:
    /// Throws when the database cannot be read or written.
    explicit SqlCatalog(std::unique_ptr<Database> database);

    Result<std::optional<SharedFile>> find_file(const FileId& file) override;
    Result<std::optional<PieceList>> piece_list(const FileId& file) override;
    Result<std::optional<TreeListing>> tree_listing(const TreeId& tree) override;
    Result<CatalogDelta> changes_since(std::uint64_t version, std::size_t changes_max) override;

    CatalogState state() const override { return changes_.state(); }
    Totals totals() const override { return totals_; }
    Result<void> set_shares(const std::vector<ShareFolder>& shares) override;
    Result<void> set_root(const std::string& share, std::uint64_t inode) override;
    Result<std::optional<std::uint64_t>> last_root(const ShareFolder& share) override;
    Result<void> merge_walk(const std::string& share, const std::string& prefix, std::uint64_t walk,
                            const std::vector<SeenEntry>& seen, bool complete) override;
    Result<std::vector<HashJob>> files_to_hash(std::size_t count) override;
    Result<std::optional<HashJob>> hash_job(EntryId entry) override;
    Result<std::size_t> record_hashes(std::span<const HashResult> results) override;
    Result<std::optional<Entry>> entry(EntryId entry) override;
    Result<std::optional<FolderPage>> list_folder(const std::string& path,
                                                  const std::optional<FolderPlace>& after,
                                                  std::size_t count) override;
    Result<std::vector<EntryId>> unhashed_below(EntryId folder) override;

    Result<void> add_finished_files(const std::vector<FinishedFile>& files) override;
    Result<void> move_finished_file(const std::filesystem::path& from,
                                    const std::filesystem::path& to,
                                    const platform::FileStamp& stamp) override;
    Result<void> add_finished_trees(const std::map<TreeId, TreeListing>& trees) override;
    Result<std::optional<TreeListing>> finished_tree(const TreeId& tree) override;
    Result<void> save_download(const StoredDownload& download) override;
    Result<void> save_present(std::uint64_t download,
                              const std::vector<std::uint8_t>& present) override;
    Result<void> remove_download(std::uint64_t download) override;
    Result<std::vector<StoredDownload>> downloads() override;
    Result<void> save_peer(const StoredPeer& peer) override;
    Result<std::vector<StoredPeer>> peers(std::size_t count) override;
    KeptPages& kept_pages() override { return kept_; }
    Result<std::optional<std::string>> get_note(const std::string& key) override;
    Result<void> set_note(const std::string& key, const std::string& value) override;

  private:
    using Durable = Database::Durable;

    /// Runs `work` in a transaction that is undone as a whole when it throws.
    template <class Work>
    auto write(std::string_view operation, Durable durable, const Work& work) -> decltype(work());
    void finish_writing();
    void recover();
    void update_totals();

    void record_hash(const Row& row, const HashResult& result);

    struct Share {
        std::int64_t id = 0;
        std::string name;
        std::string folder;
    };
    std::vector<Share> shares();
    std::optional<Share> find_share(const std::string& name);
    void add_share(const ShareFolder& folder);
    void remove_share(const Share& share);
    std::vector<HashJob> read_jobs(Query& query);

    const std::unique_ptr<Database> database_;
    ChangeLog changes_;
    EntryTable entries_;
    FolderSums sums_;
    ContentTable contents_;
    EntryWriter writer_;
    WalkMerge walks_;
    Queries queries_;
    RecordTable records_;
    KeptPages kept_;
    FinishedTrees finished_trees_;
    Totals totals_;
};

}  // namespace iwant::catalog
