// check_folders: which folders may be shared and downloaded to.

#include <algorithm>

#include "app/daemon/config.h"
#include "io/platform/file.h"
#include "io/platform/paths.h"

namespace iwant::daemon {

namespace {

namespace fs = std::filesystem;
using platform::is_same_or_below;

std::unexpected<Error> refused(const std::string& operation, std::string reason) {
    return failure(ErrorCode::invalid_argument, operation, std::move(reason));
}

// Folders of the system that hold more than anybody means to give away.
constexpr std::string_view kSystemFolders[] = {"/",    "/home", "/root", "/etc",  "/usr", "/var",
                                               "/bin", "/lib",  "/sbin", "/boot", "/dev", "/proc",
                                               "/sys", "/run",  "/opt",  "/Users"};

// These with everything below them: nothing in there is a file to share.
constexpr std::string_view kSystemTrees[] = {"/etc", "/dev", "/proc", "/sys", "/boot"};

Result<void> check_share(const fs::path& share, const Config& config) {
    const std::string operation = "share " + share.string();
    const Result<fs::path> home = platform::home_folder();
    for (const std::string_view folder : kSystemFolders) {
        if (share == fs::path(folder) && (!home || share != *home)) {
            return refused(
                operation,
                "this folder belongs to the system; choose one with what you want to share");
        }
    }
    for (const std::string_view tree : kSystemTrees) {
        if (is_same_or_below(share, tree)) {
            return refused(
                operation,
                "this folder belongs to the system; choose one with what you want to share");
        }
    }
    if (home && is_same_or_below(*home, share)) {
        return refused(operation,
                       "your whole home folder would be seen by everybody; choose a folder in it");
    }
    if (is_same_or_below(config.home, share) || is_same_or_below(share, config.home)) {
        return refused(operation, "the keys and the database of iWant are there (" +
                                      config.home.string() + "); choose another folder");
    }
    return {};
}

Result<void> check_apart_from_downloads(const fs::path& share, const Config& config) {
    const std::string operation = "share " + share.string();
    const std::string downloads = config.download_folder.string();
    if (share == config.download_folder) {
        return refused(operation,
                       "downloads go there, and what is half there must not be shared; "
                       "choose two folders");
    }
    if (is_same_or_below(config.download_folder, share)) {
        return refused(operation, "the download folder " + downloads +
                                      " lies in it; choose two folders side by side");
    }
    if (is_same_or_below(share, config.download_folder)) {
        return refused(operation, "it lies in the download folder " + downloads +
                                      "; choose two folders side by side");
    }
    return {};
}

Result<void> check_among_shares(const std::vector<fs::path>& shares, std::size_t index) {
    const fs::path& share = shares[index];
    const std::string operation = "share " + share.string();
    for (std::size_t i = 0; i < shares.size(); ++i) {
        if (i == index) continue;
        if (shares[i] == share) return refused(operation, "it is shared already");
        if (is_same_or_below(share, shares[i])) {
            return refused(operation,
                           "it lies in " + shares[i].string() + ", which is shared already");
        }
    }
    return {};
}

Result<void> check_exists(const fs::path& share) {
    const std::string operation = "share " + share.string();
    std::error_code error;
    const fs::file_status status = fs::status(share, error);
    if (status.type() == fs::file_type::not_found) {
        return failure(ErrorCode::not_found, operation, "there is no such folder");
    }
    if (error) return std::unexpected(platform::system_error(error.value(), operation));
    if (status.type() != fs::file_type::directory) {
        return refused(operation, "it is not a folder; share the folder that it is in");
    }
    return {};
}

Result<void> check_download_folder(const Config& config) {
    const std::string operation = "download to " + config.download_folder.string();
    if (!config.download_folder.is_absolute() || config.download_folder == "/") {
        return refused(operation, "choose a folder of your own");
    }
    if (is_same_or_below(config.download_folder, config.home)) {
        return refused(operation,
                       "the keys and the database of iWant are there; choose another folder");
    }
    std::error_code error;
    const fs::file_status status = fs::status(config.download_folder, error);
    if (status.type() != fs::file_type::directory && status.type() != fs::file_type::not_found) {
        return refused(operation, "it is not a folder");
    }
    return {};
}

}  // namespace

Result<void> check_layout(const Config& config) {
    if (Result<void> checked = check_download_folder(config); !checked) return checked;
    const std::vector<fs::path>& shares = config.shared_folders;
    for (std::size_t i = 0; i < shares.size(); ++i) {
        if (Result<void> checked = check_share(shares[i], config); !checked) return checked;
        if (Result<void> checked = check_apart_from_downloads(shares[i], config); !checked)
            return checked;
        if (Result<void> checked = check_among_shares(shares, i); !checked) return checked;
    }
    return {};
}

Result<void> check_folders(const Config& config) {
    if (Result<void> checked = check_layout(config); !checked) return checked;
    for (const fs::path& share : config.shared_folders) {
        if (Result<void> checked = check_exists(share); !checked) return checked;
    }
    return {};
}

}  // namespace iwant::daemon
