#include "app/cli/search_options.h"

#include <CLI/CLI.hpp>
#include <boost/json.hpp>

#include "base/text.h"
#include "io/control/query_fields.h"

namespace iwant::cli {

namespace {

namespace json = boost::json;

constexpr double kWaitMax_s = 60;
constexpr int kLimitDefault = 20;
constexpr int kLimitMax = 200;

bool takes_value(std::string_view argument) {
    if (!argument.starts_with("--") || argument.find('=') != argument.npos) return false;
    for (const char* flag : {"--", "--exact", "--verify", "--json", "--follow", "--help"}) {
        if (argument == flag) return false;
    }
    return true;
}

bool leaves_words_out(std::string_view argument) {
    return argument.size() > 1 && argument[0] == '-' && argument[1] != '-' && argument != "-h";
}

// A shell has taken the quotes of -"making of" away.
std::string with_quotes(const std::string& argument) {
    const bool is_phrase =
        argument.find(' ') != argument.npos && argument.find('"') == argument.npos;
    return is_phrase ? "-\"" + argument.substr(1) + "\"" : argument;
}

/// A list that each use of the flag adds one to.
void add_repeated(CLI::App& app, const char* name, std::vector<std::string>& values,
                  const char* description, const char* type) {
    app.add_option(name, values, description)->type_name(type)->allow_extra_args(false);
}

json::array array_of(const std::vector<std::string>& texts) {
    json::array array;
    for (const std::string& text : texts) array.emplace_back(text);
    return array;
}

}  // namespace

void SearchOptions::declare(CLI::App& app) {
    app.add_option("words", words, "what to look for; typos are forgiven");
    app.add_option("--limit", limit, "at most so many results (20)")
        ->type_name("N")
        ->check(CLI::Range(1, kLimitMax));
    app.add_option("--type", type,
                   "any of video, audio, image, document, archive, program, folder: video,audio")
        ->type_name("TYPE");
    app.add_option("--min-size", min_size, "not smaller than this: 700M, 1.5GB")->type_name("SIZE");
    app.add_option("--max-size", max_size, "not larger than this")->type_name("SIZE");
    app.add_option("--ext", extension, "only names that end so: pdf, or iso,img")->type_name("EXT");
    app.add_option("--newer", newer, "changed since: 30min, 7d, 6mo, 2026-01-31")->type_name("AGE");
    app.add_option("--older", older, "not changed since")->type_name("AGE");
    app.add_option("--peer", peer, "only of this peer: its name or the beginning of its id")
        ->type_name("PEER");
    add_repeated(app, "--path", folders, "only inside folders with this in their path", "PART");
    add_repeated(app, "--phrase", phrases, "only with these words in this order and spelling",
                 "WORDS");
    add_repeated(app, "--exclude", excluded, "only without this word or phrase", "WORDS");
    app.add_flag("--exact", exact, "forgive no typos");
    app.add_option("--wait", wait_s, "how long to wait for everybody's answer (3)")
        ->type_name("SECONDS")
        ->check(CLI::Range(0.0, kWaitMax_s));
    app.add_flag("--verify", verify, "check the leader's answer against another index");
    app.add_flag("--follow", follow, "go on and show what is new, until Ctrl-C");
    app.add_flag("--json", json, "answer in JSON; with --follow one object a line");
}

std::string SearchOptions::text() const {
    std::string joined;
    for (const std::string& word : words) joined += (joined.empty() ? "" : " ") + word;
    return joined;
}

Result<AskedSearch> SearchOptions::read(UnixSeconds now) const {
    json::object request = {
        {"query", text()},  {"limit", limit > 0 ? limit : (follow ? kLimitMax : kLimitDefault)},
        {"exact", exact},   {"verify", verify},
        {"follow", follow}, {"wait_ms", static_cast<std::int64_t>(wait_s * 1000)}};
    for (const auto& [filter, value] : {std::pair{"type", &type},
                                        {"ext", &extension},
                                        {"newer", &newer},
                                        {"older", &older},
                                        {"peer", &peer}}) {
        if (!value->empty()) request[filter] = *value;
    }
    for (const auto& [field, values] :
         {std::pair{"path", &folders}, {"phrase", &phrases}, {"exclude", &excluded}}) {
        if (!values->empty()) request[field] = array_of(*values);
    }
    for (const auto& [field, value] : {std::pair{"min_size", &min_size}, {"max_size", &max_size}}) {
        if (value->empty()) continue;
        const Result<std::uint64_t> size = parse_size(*value);
        if (!size) return std::unexpected(Error{size.error().code, "", size.error().text()});
        request[field] = *size;
    }
    control::RequestBody body(request);
    Result<TypedQuery> typed = control::read_query(body, now);
    if (!typed) return std::unexpected(typed.error());
    return AskedSearch{std::move(request), std::move(typed->query.text)};
}

std::vector<std::string> with_excluded_words_last(std::vector<std::string> arguments) {
    std::vector<std::string> others;
    std::vector<std::string> words;
    bool only_words = false;
    bool is_value = false;
    for (std::string& argument : arguments) {
        const bool is_word = only_words || (!is_value && leaves_words_out(argument));
        is_value = !is_value && takes_value(argument);
        if (is_word) {
            words.push_back(only_words ? argument : with_quotes(argument));
        } else if (argument == "--") {
            only_words = true;
        } else {
            others.push_back(std::move(argument));
        }
    }
    if (!words.empty()) others.emplace_back("--");
    others.insert(others.end(), words.begin(), words.end());
    return others;
}

}  // namespace iwant::cli
