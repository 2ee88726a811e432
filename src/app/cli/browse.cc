// browse: who shares how much, and what is in a folder of theirs.

#include <CLI/CLI.hpp>
#include <boost/json.hpp>

#include "app/cli/browse_text.h"
#include "app/cli/command.h"
#include "app/cli/json_view.h"
#include "app/cli/peers.h"
#include "base/text.h"
#include "io/platform/process.h"

namespace iwant::cli {

namespace {

namespace json = boost::json;

class Browse final : public Command {
  public:
    void declare(CLI::App& app) override {
        app.add_option("where", where_, "a peer's name or the beginning of its id, /, a folder");
        app.add_option("--after", after_, "go on behind this: what the last answer ended with")
            ->type_name("NEXT");
        app.add_flag("--all", all_, "all of a large folder, not its first 1000 entries");
        app.add_flag("--json", json_, "answer in JSON");
    }

    ExitCode run(Context& context) override {
        const Result<Service> service = Service::of(context.home_flag);
        if (!service) return fail(context.output, service.error(), form_of(json_));
        if (where_.empty()) return show_peers(*service, context.output, form_of(json_));
        const Result<Object> listing = ask(*service);
        if (!listing) return fail(context.output, listing.error(), form_of(json_));
        show(*listing, context.output);
        return all_ && text_if_any(*listing, "next") ? ExitCode::temporary : ExitCode::done;
    }

  private:
    /// One part, or all of them put together; of a peer that is away, as many as were kept.
    Result<Object> ask(const Service& service) const {
        const std::size_t slash = std::min(where_.find('/'), where_.size());
        json::object request{{"peer", where_.substr(0, slash)}};
        if (slash + 1 < where_.size()) request["path"] = where_.substr(slash + 1);
        if (!after_.empty()) request["after"] = after_;
        Object whole;
        while (true) {
            Result<json::value> answer = service.send("POST", "/api/browse", request);
            if (!answer && !whole.empty() && answer.error().code == ErrorCode::unavailable)
                return whole;
            if (!answer) return std::unexpected(answer.error());
            Object part = as_object(*answer);
            if (whole.empty()) {
                whole = std::move(part);
            } else {
                append_part(whole, part);
            }
            const auto next = text_if_any(whole, "next");
            if (!all_ || !next) return whole;
            request["after"] = *next;
        }
    }

    void show(const Object& listing, Output& output) const {
        for (const std::string& remark : browse_remarks(listing, platform::unix_now()))
            output.talk(remark);
        if (json_) return output.result(json::serialize(listing));
        output.results(browse_lines(listing, output.terminal(), platform::unix_now()));
        if (list_at(listing, "entries").empty()) output.talk("There is nothing in it.");
        const auto next = text_if_any(listing, "next");
        if (next && all_) {
            output.talk("The rest cannot be had now. Go on when its owner is back: --after " +
                        quoted_for_shell(escape_for_display(*next)));
        } else if (next) {
            output.talk("There is more: add --all, or --after " +
                        quoted_for_shell(escape_for_display(*next)));
        }
    }

    std::string where_;
    std::string after_;
    bool all_ = false;
    bool json_ = false;
};

}  // namespace

std::unique_ptr<Command> make_browse() {
    return std::make_unique<Browse>();
}

}  // namespace iwant::cli
