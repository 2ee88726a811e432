#include "app/daemon/config.h"

#include "app/daemon/config_reader.h"
#include "app/daemon/config_text.h"
#include "app/daemon/config_values.h"
#include "io/platform/file.h"
#include "io/platform/paths.h"
#include "io/scanner/scanner.h"

namespace iwant::daemon {

namespace {

namespace fs = std::filesystem;

constexpr unsigned kPrivateMode = 0600;

struct DefaultFolders {
    fs::path shared;
    fs::path downloads;
};

Result<DefaultFolders> default_folders() {
    Result<fs::path> shared = platform::resolve("~/iWant/Shared");
    if (!shared) return std::unexpected(shared.error());
    Result<fs::path> downloads = platform::resolve("~/iWant/Downloads");
    if (!downloads) return std::unexpected(downloads.error());
    return DefaultFolders{std::move(*shared), std::move(*downloads)};
}

Result<Config> default_config(const fs::path& home) {
    const Result<DefaultFolders> folders = default_folders();
    if (!folders) return std::unexpected(folders.error());
    Config config;
    config.home = home;
    config.name = check_name(platform::host_name()).value_or("unnamed");
    config.shared_folders = {folders->shared};
    config.download_folder = folders->downloads;
    config.ignore = scanner::default_ignore_patterns();
    return config;
}

template <class T>
Result<void> take(Result<T> value, const std::string& where, T& into) {
    if (!value) {
        return failure(value.error().code, value.error().operation,
                       value.error().operation.empty() ? where + " " + value.error().message
                                                       : value.error().message);
    }
    into = std::move(*value);
    return {};
}

Result<Config> with_environment(Config config) {
    const std::string name = platform::environment("IWANT_NAME");
    const std::string port = platform::environment("IWANT_PORT");
    const std::string web_port = platform::environment("IWANT_WEB_PORT");
    const std::string folder = platform::environment("IWANT_DOWNLOAD_DIR");
    Result<void> taken;
    if (!name.empty()) taken = take(check_name(name), "IWANT_NAME", config.name);
    if (taken && !port.empty()) taken = take(parse_port(port), "IWANT_PORT", config.port);
    if (taken && !web_port.empty()) {
        taken = take(parse_port(web_port), "IWANT_WEB_PORT", config.web_port);
    }
    if (taken && !folder.empty()) {
        taken = take(platform::resolve(folder), "IWANT_DOWNLOAD_DIR", config.download_folder);
    }
    if (!taken) return std::unexpected(taken.error());
    return config;
}

// The user's file, or the template when there is none yet.
Result<std::string> config_text(const Config& config) {
    Result<std::string> text =
        platform::read_small_file(config.home / kConfigFile, kConfigBytesMax);
    if (text || text.error().code != ErrorCode::not_found) return text;
    const Result<Config> defaults = default_config(config.home);
    if (!defaults) return std::unexpected(defaults.error());
    return config_template(*defaults);
}

Result<void> save_value(const Config& config, std::string_view key,
                        const Result<std::string>& value) {
    if (!value) return std::unexpected(value.error());
    if (Result<void> made = platform::make_private_folder(config.home); !made) return made;
    const Result<std::string> text = config_text(config);
    if (!text) return std::unexpected(text.error());
    const fs::path file = config.home / kConfigFile;
    const Result<std::string> changed = with_value(*text, key, *value, file.string());
    if (!changed) return std::unexpected(changed.error());
    return platform::replace_file(file, *changed, kPrivateMode);
}

Result<void> create_folder(const fs::path& folder, std::vector<std::string>& made) {
    std::error_code error;
    if (fs::exists(folder, error)) return {};
    fs::create_directories(folder, error);
    if (error) {
        return std::unexpected(platform::system_error(error.value(), "create " + folder.string()));
    }
    made.push_back(folder.string());
    return {};
}

}  // namespace

Result<fs::path> state_folder(const std::optional<fs::path>& flag) {
    if (flag) return platform::resolve(flag->string());
    const std::string environment = platform::environment("IWANT_HOME");
    if (!environment.empty()) return platform::resolve(environment);
    return platform::default_state_folder();
}

Result<Config> load_config(const fs::path& home) {
    Result<Config> config = default_config(home);
    if (!config) return config;
    const fs::path file = home / kConfigFile;
    const Result<std::string> text = platform::read_small_file(file, kConfigBytesMax);
    if (text) {
        config = read_config_text(*text, file.string(), std::move(*config));
    } else if (text.error().code != ErrorCode::not_found) {
        return std::unexpected(text.error());
    }
    return config ? with_environment(std::move(*config)) : config;
}

Result<std::vector<std::string>> create_missing(const Config& config) {
    std::vector<std::string> made;
    if (Result<void> folder = platform::make_private_folder(config.home); !folder) {
        return std::unexpected(folder.error());
    }
    const fs::path file = config.home / kConfigFile;
    std::error_code error;
    if (!fs::exists(fs::symlink_status(file, error))) {
        const Result<std::string> text = config_text(config);
        if (!text) return std::unexpected(text.error());
        if (Result<void> written = platform::replace_file(file, *text, kPrivateMode); !written) {
            return std::unexpected(written.error());
        }
        made.push_back(file.string());
    }
    // A shared folder that the user chose is never made: when it is missing, its disk may be.
    const Result<DefaultFolders> defaults = default_folders();
    for (const fs::path& share : config.shared_folders) {
        if (!defaults || share != defaults->shared) continue;
        if (Result<void> created = create_folder(share, made); !created) {
            return std::unexpected(created.error());
        }
    }
    if (Result<void> created = create_folder(config.download_folder, made); !created) {
        return std::unexpected(created.error());
    }
    return made;
}

Result<Config> with_options(Config config, const StartOptions& options) {
    Result<void> taken;
    if (options.name) taken = take(check_name(*options.name), "--name", config.name);
    if (taken && options.port) taken = take(check_port(*options.port), "--port", config.port);
    if (taken && options.web_port) {
        taken = take(check_port(*options.web_port), "--web-port", config.web_port);
    }
    if (taken && options.download_folder) {
        taken = take(platform::resolve(*options.download_folder), "--download-dir",
                     config.download_folder);
    }
    if (!options.shares.empty()) config.shared_folders.clear();
    for (const std::string& share : options.shares) {
        fs::path& folder = config.shared_folders.emplace_back();
        if (taken) taken = take(platform::resolve(share), "--share", folder);
    }
    for (const std::string& peer : options.peers) {
        std::string& address = config.peers.emplace_back();
        if (taken) taken = take(check_peer_address(peer), "--peer " + peer, address);
    }
    if (!taken) return std::unexpected(taken.error());
    if (!options.interfaces.empty()) config.interfaces = options.interfaces;
    if (options.no_multicast) config.multicast = false;
    if (options.no_web) config.web = false;
    return config;
}

Result<void> save_shared_folders(const Config& config) {
    return save_value(config, "shared_folders", toml_list(config.shared_folders));
}

Result<void> save_download_folder(const Config& config) {
    return save_value(config, "download_folder", toml_text(config.download_folder.string()));
}

Result<void> save_limits(const Config& config) {
    Result<void> saved = save_value(config, "upload_limit", toml_text(config.upload_limit.text()));
    if (!saved) return saved;
    return save_value(config, "download_limit", toml_text(config.download_limit.text()));
}

}  // namespace iwant::daemon
