#pragma once

// Lists shared folders as people look through them, a part at a time.

#include <optional>
#include <string>

#include "io/catalog/catalog.h"
#include "io/catalog/database.h"
#include "io/catalog/entry_table.h"

namespace iwant::catalog::listing {

/// What Catalog::list_folder says.
std::optional<FolderPage> folder_page(Database& database, EntryTable& entries,
                                      const std::string& path,
                                      const std::optional<FolderPlace>& after, std::size_t count);

}  // namespace iwant::catalog::listing
