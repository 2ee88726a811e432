#pragma once

// A download's record as the catalogue keeps it: JSON, so that a person can read it.

#include <string>

#include "base/result.h"
#include "core/swarm/types.h"

namespace iwant::daemon {

std::string write_record(const swarm::DownloadRecord& record);
Result<swarm::DownloadRecord> read_record(DownloadId id, const std::string& text);

}  // namespace iwant::daemon
