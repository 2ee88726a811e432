// GET /api/events: what changes, told as server-sent events for as long as the client listens.

#include <chrono>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "io/control/handlers.h"
#include "io/control/json_answer.h"

namespace iwant::control {

namespace {

constexpr std::chrono::milliseconds kLookEvery{200};
/// The status changes seldom and costs more to make.
constexpr unsigned kLooksPerStatus = 5;
/// A comment after so many looks without news: what lies between may end a silent connection.
constexpr unsigned kLooksPerComment = 75;

std::string event(std::string_view name, const boost::json::value& data) {
    return "event: " + std::string(name) + "\ndata: " + boost::json::serialize(data) + "\n\n";
}

class EventBody final : public BodySource {
  public:
    explicit EventBody(Backend& backend) : backend_(backend) {}

    std::optional<std::uint64_t> length() const override { return std::nullopt; }
    std::chrono::milliseconds pause() const override {
        return looks_ == 0 ? std::chrono::milliseconds(0) : kLookEvery;
    }

    void next(Reply<std::string> reply) override {
        std::string news;
        if (looks_ % kLooksPerStatus == 0) look_at_status(news);
        look_at_downloads(news);
        silent_ = news.empty() ? silent_ + 1 : 0;
        if (silent_ == kLooksPerComment) {
            silent_ = 0;
            news = ":\n\n";
        }
        ++looks_;
        reply(std::move(news));
    }

  private:
    void look_at_status(std::string& news) {
        StatusReport report = backend_.status();
        const std::uint64_t uptime_s = std::exchange(report.uptime_s, 0);
        std::string now = boost::json::serialize(to_json(report));
        if (now == status_) return;
        status_ = std::move(now);
        report.uptime_s = uptime_s;
        news += event("status", to_json(report));
    }

    void look_at_downloads(std::string& news) {
        std::map<std::uint64_t, std::string> now;
        for (const DownloadReport& download : backend_.downloads()) {
            std::string text = event("download", to_json(download));
            const auto known = downloads_.find(download.id);
            if (known == downloads_.end() || known->second != text) news += text;
            now.emplace(download.id, std::move(text));
        }
        for (const auto& [id, text] : downloads_) {
            if (!now.contains(id)) news += event("gone", {{"id", id}});
        }
        downloads_ = std::move(now);
    }

    Backend& backend_;
    unsigned looks_ = 0;
    unsigned silent_ = 0;  ///< looks in a row without news
    std::string status_;
    std::map<std::uint64_t, std::string> downloads_;  ///< as they were told last
};

}  // namespace

void handle_events(Call call, Answer answer) {
    HttpAnswer events;
    events.content_type = "text/event-stream";
    events.source = std::make_shared<EventBody>(call.backend);
    answer(std::move(events));
}

}  // namespace iwant::control
