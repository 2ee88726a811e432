#pragma once

// The server over a real Unix-domain socket and 127.0.0.1, with a service behind it that only
// answers.

#include <deque>
#include <fstream>
#include <future>
#include <thread>

#include <boost/asio.hpp>
#include <boost/json.hpp>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "io/control/client.h"
#include "io/control/route_example.h"
#include "io/control/server.h"

namespace iwant::control::test {

namespace asio = boost::asio;
namespace fs = std::filesystem;
using asio::ip::tcp;

inline constexpr std::chrono::seconds kPatience{10};

inline constexpr std::string_view kFilm = "0123456789abcdefghijklmnopqrstuvwxyz";

class FakeBackend final : public Backend {
  public:
    /// Gives ten bytes at a time; none while the film is held back.
    struct FilmReader final : FileReader {
        explicit FilmReader(FakeBackend& from) : backend(from) { ++backend.readers; }
        ~FilmReader() override { --backend.readers; }
        void read(std::uint64_t offset, std::size_t bytes_max,
                  std::function<void(Result<std::string>)> reply) override {
            if (!backend.film_held) {
                reply(std::string(kFilm.substr(offset, std::min<std::size_t>(bytes_max, 10))));
            }
        }
        FakeBackend& backend;
    };

    StatusReport status() override {
        StatusReport report;
        report.peer = {std::string(64, 'a'), "ann"};
        return report;
    }
    std::vector<PeerReport> peers() override { return {}; }
    ConfigReport config() override { return {}; }
    void search(SearchRequest request, Reply<SearchReport> reply) override {
        last_query = request.query;
        last_wait = request.wait;
        last_verify = request.verify;
        last_follows = request.follows;
        SearchReport report;
        report.query = request.typed;
        report.remarks = request.remarks;
        if (keep_replies) {
            kept.push_back(std::move(reply));
        } else {
            reply(report);
        }
    }
    void download(DownloadRequest request, Reply<DownloadReport> reply) override {
        if (request.what == "999") {
            reply(failure(ErrorCode::not_found, "download 999", "no such row"));
            return;
        }
        DownloadReport report;
        report.name = request.what;
        report.folder = request.folder.value_or("default");
        reply(report);
    }
    std::vector<DownloadReport> downloads() override { return running; }
    std::optional<DownloadReport> download(std::uint64_t id) override {
        if (id != 7) return std::nullopt;
        return DownloadReport{};
    }
    Result<FilesReport> files(const std::string& what, std::uint64_t first) override {
        if (what != "abcdef12")
            return failure(ErrorCode::not_found, "find download", "there is none");
        return FilesReport{{}, first, {{"a/b.mp3", 10, 4}}};
    }
    void browse(BrowseRequest request, Reply<BrowseReport> reply) override {
        if (request.path == "none") return reply(failure(ErrorCode::not_found, "", "no folder"));
        BrowseReport report{{request.peer.hex(), "ann"}, {}, request.path, 3, 10, true, {}};
        if (request.path == "old") report.as_of = 1'700'000'000;
        report.entries = {{"B", EntryKind::folder, 9, 1, std::string(64, 'c'), 2},
                          {"a after " + request.after, EntryKind::file, 1, 1, {}, 0}};
        reply(std::move(report));
    }
    Result<DownloadReport> pause(const std::string& what) override {
        return changed("pause " + what);
    }
    Result<DownloadReport> resume(const std::string& what) override {
        return changed("resume " + what);
    }
    Result<DownloadReport> cancel(const std::string& what) override {
        return changed("cancel " + what);
    }
    void stream(const std::string& what, Reply<StreamReport> reply) override {
        reply(StreamReport{std::string(64, 'b'), what, 9});
    }
    void open_file(const std::string& hash, Reply<OpenFile> reply) override {
        if (hash != std::string(64, 'b')) return reply(failure(ErrorCode::not_found, "", "no"));
        reply(OpenFile{hash, "film.mp4", kFilm.size(), std::make_shared<FilmReader>(*this)});
    }
    Result<DownloadReport> move(const std::string& what, QueuePlace to) override {
        return changed("move " + what + " " + std::to_string(static_cast<int>(to)));
    }
    std::vector<DownloadReport> pause_all() override { return changed_all("pause all"); }
    std::vector<DownloadReport> resume_all() override { return changed_all("resume all"); }
    std::vector<DownloadReport> cancel_all() override { return changed_all("cancel all"); }
    LimitsReport limits() override { return {{"none", {}}, {"5 MB/s", 5'000'000}}; }
    Result<LimitsReport> set_limits(const LimitsChange& change) override {
        changes.push_back("limits " + change.upload.value_or("-") + " " +
                          change.download.value_or("-"));
        return limits();
    }
    Result<ConfigReport> share(const std::string& folder, bool add) override {
        changes.push_back((add ? "add " : "share ") + folder);
        return ConfigReport{};
    }
    Result<ConfigReport> unshare(const std::string& folder) override {
        changes.push_back("unshare " + folder);
        return ConfigReport{};
    }
    Result<ConfigReport> set_download_folder(const std::string& folder) override {
        changes.push_back("download to " + folder);
        return ConfigReport{};
    }
    Result<void> connect(const std::string& address) override {
        changes.push_back("connect " + address);
        return {};
    }
    void doctor(const std::string& who, Reply<DoctorReport> reply) override {
        if (who == "nobody") return reply(failure(ErrorCode::not_found, "", "No peer."));
        DoctorReport report;
        report.sentence = "About " + who + ".";
        reply(std::move(report));
    }
    void stop() override { changes.emplace_back("stop"); }

    std::vector<std::string> changes;
    Query last_query;
    Duration last_wait{};
    bool last_verify = false;
    bool last_follows = false;
    bool keep_replies = false;
    bool film_held = false;
    int readers = 0;
    std::vector<DownloadReport> running;  ///< changed on the event thread
    std::deque<Reply<SearchReport>> kept;

  private:
    std::vector<DownloadReport> changed_all(const std::string& what) {
        changes.push_back(what);
        return {DownloadReport{}};
    }
    Result<DownloadReport> changed(const std::string& what) {
        changes.push_back(what);
        return DownloadReport{};
    }
};

class ServerTest : public testing::Test {
  protected:
    void SetUp() override {
        std::string pattern = (fs::temp_directory_path() / "iwant-control-XXXXXX").string();
        ASSERT_NE(::mkdtemp(pattern.data()), nullptr);
        folder_ = pattern;
        open(folder_);
    }

    void open(const fs::path& folder, ServerOptions options = {}) {
        socket_ = folder / "iwanto.sock";
        options.socket = socket_;
        options.token_file = folder / "api.token";
        options.web_port = 0;
        server_ = std::make_unique<Server>(context_, options, backend_, logger_);
        const Result<void> opened = server_->open();
        ASSERT_TRUE(opened) << opened.error().text();
        std::ifstream(folder / "api.token") >> token_;
        port_ = server_->web_port();
        runner_ = std::thread([this] { context_.run(); });
    }

    void restart_with(ServerOptions options) {
        stop_running();
        server_->close();
        open(folder_, std::move(options));
    }

    void TearDown() override {
        stop_running();
        server_.reset();
        fs::remove_all(folder_);
    }

    void stop_running() {
        context_.stop();
        if (runner_.joinable()) runner_.join();
        context_.restart();
    }

    ServerOptions without_web(const fs::path& socket) const {
        ServerOptions options;
        options.socket = socket;
        options.token_file = folder_ / "second.token";
        options.web = false;
        return options;
    }

    /// What the server says to these bytes until it closes the connection.
    std::string say(const std::string& bytes) {
        asio::io_context context;
        tcp::socket socket(context);
        socket.connect(tcp::endpoint(asio::ip::address_v4::loopback(), port_));
        boost::system::error_code error;
        asio::write(socket, asio::buffer(bytes), error);
        std::string answer;
        bool ended = false;
        asio::async_read(socket, asio::dynamic_buffer(answer),
                         [&ended](const boost::system::error_code&, std::size_t) { ended = true; });
        context.run_for(kPatience);
        EXPECT_TRUE(ended) << "the connection was not closed";
        return answer;
    }

    unsigned status_of(const std::string& answer) {
        return answer.size() < 12 ? 0 : static_cast<unsigned>(std::stoul(answer.substr(9, 3)));
    }

    std::string request(const std::string& line, const std::string& fields,
                        const std::string& body = "") {
        return line + " HTTP/1.1\r\nHost: 127.0.0.1:" + std::to_string(port_) +
               "\r\nConnection: close\r\nContent-Length: " + std::to_string(body.size()) + "\r\n" +
               fields + "\r\n" + body;
    }

    /// Waits for something about the backend, looked at on the event thread, which owns it.
    void wait_until(const std::function<bool()>& condition) {
        const auto deadline = std::chrono::steady_clock::now() + kPatience;
        for (bool met = false; !met && std::chrono::steady_clock::now() < deadline;) {
            std::promise<bool> answer;
            asio::post(context_, [&condition, &answer] { answer.set_value(condition()); });
            met = answer.get_future().get();
        }
    }

    std::string authorised() const { return "Authorization: Bearer " + token_ + "\r\n"; }
    std::string json_type() const { return "Content-Type: application/json\r\n"; }
    Client client() const { return Client(socket_); }
    Result<std::string> ask(const std::string& method, const std::string& target,
                            const std::string& body) {
        return client().request(method, target, body, kPatience);
    }

    fs::path folder_;
    fs::path socket_;
    asio::io_context context_;
    FakeBackend backend_;
    NullLogger logger_;
    std::unique_ptr<Server> server_;
    std::string token_;
    std::uint16_t port_ = 0;
    std::thread runner_;
};

}  // namespace iwant::control::test
