#include <algorithm>
#include <array>
#include <cstdlib>

#include <pwd.h>
#include <sys/stat.h>

#include "io/platform/paths.h"
#include "io/platform/posix_calls.h"

namespace iwant::platform {

namespace {

namespace fs = std::filesystem;

std::string home_in_user_database() {
    std::vector<char> buffer(16384);
    passwd entry{};
    passwd* found = nullptr;
    ::getpwuid_r(::geteuid(), &entry, buffer.data(), buffer.size(), &found);
    return found != nullptr && found->pw_dir != nullptr ? found->pw_dir : "";
}

/// Without the empty last component that a trailing '/' makes.
fs::path without_trailing_slash(const fs::path& path) {
    return path.has_filename() || path == path.root_path() ? path : path.parent_path();
}

Result<void> check_private(const fs::path& path) {
    const std::string operation = "use " + path.string();
    struct stat status{};
    if (::lstat(path.c_str(), &status) != 0) return last_error(operation);
    if (S_ISLNK(status.st_mode)) {
        return failure(ErrorCode::permission, operation,
                       "it is a symbolic link; name the folder that it leads to instead");
    }
    if (!S_ISDIR(status.st_mode)) {
        return failure(ErrorCode::already_exists, operation,
                       "it is not a folder; move it away or choose another place");
    }
    if (status.st_uid != ::geteuid()) {
        return failure(ErrorCode::permission, operation,
                       "it belongs to another user; choose another place with --home");
    }
    if ((status.st_mode & 022) != 0) {
        return failure(ErrorCode::permission, operation,
                       "others may write in it; run: chmod 700 '" + path.string() + "'");
    }
    return {};
}

}  // namespace

Result<fs::path> home_folder() {
    std::string home = environment("HOME");
    if (home.empty() || home.front() != '/') home = home_in_user_database();
    if (home.empty() || home.front() != '/') {
        return failure(ErrorCode::not_found, "find your home folder",
                       "the system names none; set HOME, or give --home DIR");
    }
    return without_trailing_slash(home);
}

Result<fs::path> default_state_folder() {
    auto home = home_folder();
    if (!home) return home;
    return *home / ".iwant";
}

Result<fs::path> resolve(const std::string& typed) {
    if (typed.empty() || typed.find('\0') != std::string::npos) {
        return failure(ErrorCode::invalid_argument, "resolve a path", "the path is empty");
    }
    fs::path path = typed;
    if (typed == "~" || typed.starts_with("~/")) {
        auto home = home_folder();
        if (!home) return home;
        path = *home / fs::path(typed.substr(std::min<std::size_t>(2, typed.size())));
    }
    std::error_code error;
    path = fs::absolute(path, error);
    if (!error) path = fs::weakly_canonical(path, error);
    if (error) return std::unexpected(system_error(error.value(), "resolve " + typed));
    return without_trailing_slash(path);
}

bool is_same_or_below(const fs::path& inner, const fs::path& outer) {
    const fs::path below = without_trailing_slash(inner);
    const fs::path above = without_trailing_slash(outer);
    const auto [left, right] =
        std::mismatch(above.begin(), above.end(), below.begin(), below.end());
    return left == above.end();
}

std::string host_name() {
    std::array<char, 256> name{};
    if (::gethostname(name.data(), name.size() - 1) != 0) return "unknown";
    const std::string full = name.data();
    const std::string first = full.substr(0, full.find('.'));
    return first.empty() ? "unknown" : first;
}

std::string environment(const char* name) {
    const char* value = std::getenv(name);
    return value != nullptr ? value : "";
}

Result<void> make_private_folder(const fs::path& path) {
    const fs::path folder = without_trailing_slash(path);
    std::error_code error;
    if (folder.has_parent_path()) fs::create_directories(folder.parent_path(), error);
    if (error) return std::unexpected(system_error(error.value(), "create " + folder.string()));
    if (::mkdir(folder.c_str(), 0700) != 0 && errno != EEXIST) {
        return last_error("create " + folder.string());
    }
    return check_private(folder);
}

}  // namespace iwant::platform
