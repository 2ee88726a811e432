#include "app/daemon/config_reader.h"

#include <algorithm>
#include <functional>
#include <span>

#include <toml++/toml.h>

#include "app/daemon/config_values.h"
#include "base/text.h"

namespace iwant::daemon {

namespace {

namespace fs = std::filesystem;
using Reader = Result<void> (*)(const toml::node&, Config&);

struct Key {
    std::string_view name;
    Reader read;
};

std::unexpected<Error> wrong(std::string message) {
    return failure(ErrorCode::invalid_argument, "", std::move(message));
}

template <class T>
Result<void> keep(Result<T> value, T& into) {
    if (!value) return std::unexpected(value.error());
    into = std::move(*value);
    return {};
}

Result<std::string> text_of(const toml::node& node) {
    if (!node.is_string()) return wrong("must be a text in quotes");
    return node.as_string()->get();
}

Result<void> read_bool(const toml::node& node, bool& into) {
    if (!node.is_boolean()) return wrong("must be true or false");
    into = node.as_boolean()->get();
    return {};
}

Result<void> read_port(const toml::node& node, std::uint16_t& into) {
    if (!node.is_integer()) return wrong("must be a port number from 1 to 65535");
    return keep(check_port(node.as_integer()->get()), into);
}

template <class T>
Result<void> read_list(const toml::node& node, std::vector<T>& into,
                       Result<T> (*check)(const std::string&)) {
    if (!node.is_array()) return wrong("must be a list of texts: [\"...\", \"...\"]");
    if (node.as_array()->size() > kListItemsMax) {
        return wrong("must have at most " + std::to_string(kListItemsMax) + " entries");
    }
    std::vector<T> values;
    for (const toml::node& item : *node.as_array()) {
        const Result<std::string> text = text_of(item);
        if (!text) return wrong("must be a list of texts: [\"...\", \"...\"]");
        Result<T> value = check(*text);
        if (!value) return wrong("\"" + escape_for_display(*text) + "\" " + value.error().message);
        values.push_back(std::move(*value));
    }
    into = std::move(values);
    return {};
}

Result<std::string> check_pattern(const std::string& pattern) {
    if (pattern.empty() || pattern.find('/') != std::string::npos) {
        return wrong("must be a pattern for one name, without '/'");
    }
    return pattern;
}

Result<std::string> check_interface(const std::string& interface) {
    if (interface.empty() || interface.size() > 64)
        return wrong("must name an interface or address");
    return interface;
}

Result<void> read_name(const toml::node& node, Config& config) {
    const Result<std::string> text = text_of(node);
    return text ? keep(check_name(*text), config.name) : std::unexpected(text.error());
}

Result<void> read_download_folder(const toml::node& node, Config& config) {
    const Result<std::string> text = text_of(node);
    if (!text) return std::unexpected(text.error());
    return keep(configured_path(*text), config.download_folder);
}

Result<void> read_parallel(const toml::node& node, Config& config) {
    const std::int64_t value = node.is_integer() ? node.as_integer()->get() : 0;
    if (value < 1 || value > kParallelDownloadsMax) {
        return wrong("must be a number from 1 to " + std::to_string(kParallelDownloadsMax));
    }
    config.parallel_downloads = static_cast<unsigned>(value);
    return {};
}

Result<void> read_slots(const toml::node& node, Config& config) {
    const std::int64_t value = node.is_integer() ? node.as_integer()->get() : 0;
    if (value < 1 || value > kUploadSlotsMax) {
        return wrong("must be a number from 1 to " + std::to_string(kUploadSlotsMax));
    }
    config.upload_slots = static_cast<unsigned>(value);
    return {};
}

Result<void> read_stream_cache(const toml::node& node, Config& config) {
    const Result<std::string> text = text_of(node);
    if (!text) return std::unexpected(text.error());
    if (*text == "none") {
        config.stream_cache_bytes = 0;
        return {};
    }
    return keep(parse_size(*text), config.stream_cache_bytes);
}

Result<void> read_limit(const toml::node& node, RateSchedule& into) {
    const Result<std::string> text = text_of(node);
    return text ? keep(RateSchedule::parse(*text), into) : std::unexpected(text.error());
}

constexpr Key kKeys[] = {
    {"name", read_name},
    {"shared_folders",
     [](const toml::node& node, Config& config) {
         return read_list(node, config.shared_folders, configured_path);
     }},
    {"download_folder", read_download_folder},
    {"port", [](const toml::node& node, Config& config) { return read_port(node, config.port); }},
    {"web_port",
     [](const toml::node& node, Config& config) { return read_port(node, config.web_port); }},
    {"web", [](const toml::node& node, Config& config) { return read_bool(node, config.web); }},
    {"multicast",
     [](const toml::node& node, Config& config) { return read_bool(node, config.multicast); }},
    {"interfaces",
     [](const toml::node& node, Config& config) {
         return read_list(node, config.interfaces, check_interface);
     }},
    {"peers", [](const toml::node& node,
                 Config& config) { return read_list(node, config.peers, check_peer_address); }},
    {"ignore", [](const toml::node& node,
                  Config& config) { return read_list(node, config.ignore, check_pattern); }},
    {"parallel_downloads", read_parallel},
    {"share_downloads", [](const toml::node& node,
                           Config& config) { return read_bool(node, config.share_downloads); }},
    {"stream_cache", read_stream_cache},
    {"upload_limit",
     [](const toml::node& node, Config& config) { return read_limit(node, config.upload_limit); }},
    {"download_limit", [](const toml::node& node,
                          Config& config) { return read_limit(node, config.download_limit); }},
    {"upload_slots", read_slots},
};

std::string known_keys() {
    std::string names;
    for (const Key& key : kKeys) names += (names.empty() ? "" : ", ") + std::string(key.name);
    return names;
}

std::string at_line(const toml::source_region& source) {
    return "line " + std::to_string(source.begin.line);
}

Result<void> read_keys(const toml::table& table, const std::string& path, Config& config) {
    for (const auto& [name, node] : table) {
        const std::string shown = "\"" + escape_for_display(name.str()) + "\"";
        const std::string place = at_line(name.source()) + ": " + shown;
        const auto* key = std::find_if(std::begin(kKeys), std::end(kKeys),
                                       [&](const Key& each) { return each.name == name.str(); });
        if (key == std::end(kKeys)) {
            return failure(ErrorCode::invalid_argument, "read " + path,
                           place + " is not a setting. There are: " + known_keys());
        }
        const Result<void> read = key->read(node, config);
        if (!read) {
            return failure(ErrorCode::invalid_argument, "read " + path,
                           place + " " + read.error().message);
        }
    }
    return {};
}

}  // namespace

Result<Config> read_config_text(std::string_view text, const std::string& path, Config config) {
    try {
        const toml::table table = toml::parse(text, path);
        if (Result<void> read = read_keys(table, path, config); !read) {
            return std::unexpected(read.error());
        }
        return config;
    } catch (const toml::parse_error& error) {
        return failure(
            ErrorCode::invalid_argument, "read " + path,
            at_line(error.source()) + ": " + escape_for_display(std::string(error.description())));
    }
}

}  // namespace iwant::daemon
