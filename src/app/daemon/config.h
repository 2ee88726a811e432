#pragma once

// The settings: config.toml in the state folder, under environment and flags (flag > environment >
// file > default). The file is written with comments at the first start, and changed in place by
// the settings commands, which keep the user's comments and unknown order where they can.

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "app/daemon/rate_schedule.h"
#include "app/daemon/upload_gate.h"
#include "base/result.h"
#include "core/protocol/address_text.h"

namespace iwant::daemon {

struct Config {
    std::filesystem::path home;  ///< state folder, absolute
    std::string name;            ///< of this peer, for people
    std::vector<std::filesystem::path> shared_folders;
    std::filesystem::path download_folder;
    std::uint16_t port = protocol::kUsualPort;
    std::uint16_t web_port = 4927;
    bool web = true;
    bool multicast = true;
    std::vector<std::string> interfaces;
    std::vector<std::string> peers;   ///< "host:port"
    std::vector<std::string> ignore;  ///< file-name patterns that are not shared
    unsigned parallel_downloads = 3;
    bool share_downloads = true;  ///< others may fetch what is and was downloaded
    std::uint64_t stream_cache_bytes = 10'000'000'000;  ///< kept of what was only played
    RateSchedule upload_limit;
    RateSchedule download_limit;
    unsigned upload_slots = UploadGate::kSlotsDefault;  ///< peers served at the same time
};

/// What `iwanto start` was given on the command line.
struct StartOptions {
    std::optional<std::filesystem::path> home;
    std::optional<std::string> name;
    std::vector<std::string> shares;  ///< replace the configured ones for this run
    std::optional<std::string> download_folder;
    std::vector<std::string> interfaces;
    std::optional<std::uint16_t> port;
    std::optional<std::uint16_t> web_port;
    std::vector<std::string> peers;
    bool no_multicast = false;
    bool no_web = false;
};

/// --home, else IWANT_HOME, else the system's place; absolute, not made.
Result<std::filesystem::path> state_folder(const std::optional<std::filesystem::path>& flag);

/// Reads config.toml of a state folder; defaults where there is none. Unknown keys, wrong types and
/// impossible values are errors that name line and key.
Result<Config> load_config(const std::filesystem::path& home);

/// Makes state folder, config.toml (commented) and the two default folders where they lack. Returns
/// what was made.
Result<std::vector<std::string>> create_missing(const Config& config);

/// Flags over file.
Result<Config> with_options(Config config, const StartOptions& options);

/// Refuses shared and download folders that are equal or nested, folders that must not be shared
/// (/, home, state folder) or are not there, and doubles; says why.
Result<void> check_folders(const Config& config);

/// The same without asking whether the shared folders are there: one on a disk that is away keeps
/// the rest from nothing.
Result<void> check_layout(const Config& config);

/// Changes of the settings commands: rewrite the keys in config.toml, atomically.
Result<void> save_shared_folders(const Config& config);
Result<void> save_download_folder(const Config& config);
Result<void> save_limits(const Config& config);

}  // namespace iwant::daemon
