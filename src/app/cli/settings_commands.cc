// share, unshare, change download path to, view config.

#include <algorithm>

#include <CLI/CLI.hpp>
#include <boost/json.hpp>

#include "app/cli/settings.h"
#include "io/platform/paths.h"

namespace iwant::cli {

namespace {

namespace fs = std::filesystem;

Result<void> save_shares(const daemon::Config& config) {
    if (Result<void> checked = daemon::check_layout(config); !checked) return checked;
    return daemon::save_shared_folders(config);
}

class Share final : public Command {
  public:
    void declare(CLI::App& app) override {
        app.add_option("folder", folder_, "what everybody here may find and fetch")->required();
        app.add_flag("--add", add_, "share it as well as the others, not instead of them");
        app.add_flag("--json", json_, "answer in JSON");
    }

    ExitCode run(Context& context) override {
        const Result<fs::path> folder = platform::resolve(folder_);
        if (!folder) return fail(context.output, folder.error(), form_of(json_));
        const auto offline = [this, &folder](daemon::Config& config) -> Result<void> {
            if (!add_) config.shared_folders.clear();
            const auto& shares = config.shared_folders;
            if (std::find(shares.begin(), shares.end(), *folder) == shares.end()) {
                config.shared_folders.push_back(*folder);
            }
            if (Result<void> checked = daemon::check_folders(config); !checked) return checked;
            return save_shares(config);
        };
        return change_settings(
            context,
            {"POST", "/api/shares", {{"folder", folder->string()}, {"add", add_}}, offline},
            form_of(json_));
    }

  private:
    std::string folder_;
    bool add_ = false;
    bool json_ = false;
};

class Unshare final : public Command {
  public:
    void declare(CLI::App& app) override {
        app.add_option("folder", folder_, "one of the shared folders")->required();
        app.add_flag("--json", json_, "answer in JSON");
    }

    ExitCode run(Context& context) override {
        const Result<fs::path> folder = platform::resolve(folder_);
        if (!folder) return fail(context.output, folder.error(), form_of(json_));
        const auto offline = [&folder](daemon::Config& config) -> Result<void> {
            if (std::erase(config.shared_folders, *folder) > 0) return save_shares(config);
            return failure(ErrorCode::not_found, "unshare " + folder->string(),
                           "it is not shared; 'iwanto view config' lists what is");
        };
        return change_settings(context,
                               {"DELETE", "/api/shares", {{"folder", folder->string()}}, offline},
                               form_of(json_));
    }

  private:
    std::string folder_;
    bool json_ = false;
};

class ChangeDownloadPath final : public Command {
  public:
    void declare(CLI::App& app) override {
        app.add_option("words", words_, "download path to <folder>");
        app.add_flag("--json", json_, "answer in JSON");
    }

    ExitCode run(Context& context) override {
        if (words_.size() != 4 || words_[0] != "download" || words_[1] != "path" ||
            words_[2] != "to") {
            return wrong_use(context.output, "It is: iwanto change download path to <folder>",
                             "change");
        }
        const Result<fs::path> folder = platform::resolve(words_[3]);
        if (!folder) return fail(context.output, folder.error(), form_of(json_));
        const auto offline = [&folder](daemon::Config& config) -> Result<void> {
            config.download_folder = *folder;
            if (Result<void> checked = daemon::check_layout(config); !checked) return checked;
            return daemon::save_download_folder(config);
        };
        return change_settings(
            context,
            {"PUT", "/api/config/download-folder", {{"folder", folder->string()}}, offline},
            form_of(json_));
    }

  private:
    std::vector<std::string> words_;
    bool json_ = false;
};

class View final : public Command {
  public:
    void declare(CLI::App& app) override {
        app.add_option("words", words_, "config");
        app.add_flag("--json", json_, "answer in JSON");
    }

    ExitCode run(Context& context) override {
        if (words_.size() != 1 || words_[0] != "config") {
            return wrong_use(context.output, "It is: iwanto view config", "view");
        }
        return show_settings(context, form_of(json_));
    }

  private:
    std::vector<std::string> words_;
    bool json_ = false;
};

}  // namespace

std::unique_ptr<Command> make_share() {
    return std::make_unique<Share>();
}

std::unique_ptr<Command> make_unshare() {
    return std::make_unique<Unshare>();
}

std::unique_ptr<Command> make_change() {
    return std::make_unique<ChangeDownloadPath>();
}

std::unique_ptr<Command> make_view() {
    return std::make_unique<View>();
}

}  // namespace iwant::cli
