#include <algorithm>

#include <boost/json.hpp>

#include "app/cli/command.h"
#include "io/control/json.h"

namespace iwant::cli {

namespace {

constexpr CommandInfo kCommands[] = {
    {"start", "[options]", "start sharing and searching; Ctrl-C stops it",
     "iwanto start\niwanto start --detach --name ann --share ~/Music --share ~/Films\n"
     "iwanto start --peer 192.0.2.7:4926",
     make_start},
    {"stop", "", "stop the service and wait until it is gone", "iwanto stop", make_stop},
    {"search", "<words...> [options]", "find files and folders of everybody here",
     "iwanto search slicon valey\niwanto search --type audio --min-size 3M beatels yesterday\n"
     "iwanto search --peer ann --ext pdf thesis\n"
     "iwanto search '\"silicon valley\"' -trailer type:video 'size:>1G' newer:30d path:TV\n"
     "iwanto search --follow type:video newer:1d",
     make_search},
    {"download", "<row|hash>... [options]", "fetch what a search has found",
     "iwanto download 1\niwanto download a1b2c3d4 --to ~/Desktop\niwanto download 1 2 3 --detach",
     make_download},
    {"stream-url", "<row|hash>", "fetch a file and print where a player finds it meanwhile",
     "mpv \"$(iwanto stream-url 1)\"\niwanto stream-url a1b2c3d4", make_stream_url},
    {"downloads", "[<hash>] [--json]", "show how far downloads are, or one with its files",
     "iwanto downloads a1b2c3d4", make_downloads},
    {"pause", "<hash>... | --all", "let downloads rest",
     "iwanto pause a1b2c3d4\niwanto pause --all", make_pause},
    {"resume", "<hash>... | --all", "go on with downloads",
     "iwanto resume a1b2c3d4\niwanto resume --all", make_resume},
    {"cancel", "<hash>... | --all", "give downloads up and remove their parts",
     "iwanto cancel a1b2c3d4\niwanto cancel --all", make_cancel},
    {"prioritize", "<hash> [first|up|down|last]", "change the order of downloads",
     "iwanto prioritize a1b2c3d4\niwanto prioritize a1b2c3d4 down", make_prioritize},
    {"limit", "[upload|download <rate>]", "show or change how fast all may be together",
     "iwanto limit\niwanto limit upload 5 MB/s\niwanto limit download none\n"
     "iwanto limit upload 08:00-18:00 5 MB/s, 20 MB/s",
     make_limit},
    {"share", "<folder> [--add]", "choose the shared folder, or share one more",
     "iwanto share ~/Music\niwanto share --add ~/Films", make_share},
    {"unshare", "<folder>", "share a folder no longer", "iwanto unshare ~/Films", make_unshare},
    {"change", "download path to <folder>", "choose where downloads go",
     "iwanto change download path to ~/Downloads", make_change},
    {"view", "config", "show the settings", "iwanto view config\niwanto view config --json",
     make_view},
    {"status", "[--json]", "show what the service is doing", "iwanto status", make_status},
    {"peers", "[--json]", "show who is here", "iwanto peers", make_peers},
    {"browse", "[<peer>[/<path>]] [options]", "look through what somebody shares",
     "iwanto browse\niwanto browse ann\niwanto browse ann/TV\niwanto browse ann/TV --all --json",
     make_browse},
    {"connect", "<host:port>", "meet a peer that was not found by itself",
     "iwanto connect 192.0.2.7:4926\niwanto connect '[2001:db8::7]:4926'", make_connect},
    {"doctor", "[peer] [--json]", "find out why peers do not see each other, and what mends it",
     "iwanto doctor\niwanto doctor ann\niwanto doctor 192.0.2.7:4926", make_doctor},
};

}  // namespace

std::span<const CommandInfo> commands() {
    return kCommands;
}

const CommandInfo* find_command(std::string_view name) {
    const auto* found =
        std::find_if(std::begin(kCommands), std::end(kCommands),
                     [name](const CommandInfo& command) { return command.name == name; });
    return found == std::end(kCommands) ? nullptr : found;
}

Form form_of(bool json_flag) {
    return json_flag ? Form::json : Form::text;
}

ExitCode fail(Output& output, const Error& error, Form form) {
    if (form == Form::json) output.result(boost::json::serialize(control::to_json(error)));
    output.error(error);
    return exit_code_of(error);
}

ExitCode wrong_use(Output& output, std::string_view message, std::string_view command) {
    output.error(message);
    output.talk("'iwanto help " + std::string(command) + "' shows how.");
    return ExitCode::usage;
}

}  // namespace iwant::cli
