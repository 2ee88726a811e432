#pragma once

// The tables of `iwant.db`, and getting to a database that has them: made anew when there is none,
// moved aside when it is damaged or not ours.

#include <filesystem>
#include <memory>

#include "base/log.h"
#include "base/result.h"
#include "io/catalog/database.h"

namespace iwant::catalog {

/// "iWnt", in the database's header.
inline constexpr int kApplicationId = 0x69576e74;
/// Rises with each change of the tables; a higher one is of a newer program.
inline constexpr int kSchemaVersion = 1;

/// Opens for writing; makes or replaces as Catalog::open says.
Result<std::unique_ptr<Database>> open_database(const std::filesystem::path& path, Logger& logger);

}  // namespace iwant::catalog
