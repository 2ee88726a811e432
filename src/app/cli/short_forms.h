#pragma once

// Ids and hashes as people are shown them: commands take the beginning of either.

#include <string>

#include "app/cli/json_view.h"

namespace iwant::cli {

inline constexpr char kNotHashed[] = "-";

inline std::string short_id(const std::string& peer_id) {
    return peer_id.substr(0, 12);
}

/// Of an entry or a result, which may not have one yet.
inline std::string short_hash(const Object& entry) {
    return text_if_any(entry, "hash").value_or(kNotHashed).substr(0, 10);
}

}  // namespace iwant::cli
