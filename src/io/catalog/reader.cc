#include "io/catalog/catalog.h"
#include "io/catalog/database.h"
#include "io/catalog/look_ahead.h"
#include "io/catalog/queries.h"

namespace iwant::catalog {

namespace {

class SqlReader final : public CatalogReader {
  public:
    explicit SqlReader(const std::filesystem::path& path)
        : database_(path, Database::Access::read_only),
          queries_(database_),
          ahead_(database_, queries_) {}

    Result<std::optional<SharedFile>> find_file(const FileId& file) override {
        using Answer = Result<std::optional<SharedFile>>;
        return guarded("look a file up", [&]() -> Answer { return ahead_.find_file(file); });
    }

    Result<std::optional<PieceList>> piece_list(const FileId& file) override {
        using Answer = Result<std::optional<PieceList>>;
        return guarded("read a piece list", [&]() -> Answer { return queries_.piece_list(file); });
    }

    Result<std::optional<TreeListing>> tree_listing(const TreeId& tree) override {
        using Answer = Result<std::optional<TreeListing>>;
        return guarded("read a folder", [&]() -> Answer {
            const Transaction transaction(database_, Transaction::Kind::read);
            return queries_.tree_listing(tree);
        });
    }

    Result<CatalogDelta> changes_since(std::uint64_t version, std::size_t changes_max) override {
        return guarded("read the catalogue", [&]() -> Result<CatalogDelta> {
            const Transaction transaction(database_, Transaction::Kind::read);
            return queries_.changes_since(version, changes_max);
        });
    }

  private:
    Database database_;
    Queries queries_;
    LookAhead ahead_;
};

}  // namespace

Result<std::unique_ptr<CatalogReader>> CatalogReader::open(const std::filesystem::path& database) {
    return guarded("open " + database.string(), [&]() -> Result<std::unique_ptr<CatalogReader>> {
        return std::make_unique<SqlReader>(database);
    });
}

}  // namespace iwant::catalog
