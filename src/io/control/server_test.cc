// The server over a real Unix-domain socket and 127.0.0.1, with a service behind it that only
// answers.

#include "io/control/server.h"

#include <deque>
#include <fstream>
#include <future>
#include <thread>

#include <boost/asio.hpp>
#include <boost/json.hpp>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "io/control/client.h"
#include "io/control/routes.h"

namespace iwant::control {
namespace {

namespace asio = boost::asio;
namespace fs = std::filesystem;
using asio::ip::tcp;

constexpr std::chrono::seconds kPatience{10};

class FakeBackend final : public Backend {
  public:
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
        SearchReport report;
        report.query = request.query.text;
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
    std::vector<DownloadReport> downloads() override { return {}; }
    std::optional<DownloadReport> download(std::uint64_t id) override {
        if (id != 7) return std::nullopt;
        return DownloadReport{};
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
    bool keep_replies = false;
    std::deque<Reply<SearchReport>> kept;

  private:
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

TEST_F(ServerTest, TheClientIsAnsweredOverTheSocket) {
    const Result<std::string> answer = ask("GET", "/api/status", "");
    ASSERT_TRUE(answer) << answer.error().text();
    EXPECT_EQ(boost::json::parse(*answer).at("peer").at("name"), "ann");
}

TEST_F(ServerTest, ErrorsComeBackAsWhatTheyWere) {
    const Result<std::string> answer = ask("POST", "/api/downloads", R"({"what":"999"})");
    ASSERT_FALSE(answer);
    EXPECT_EQ(answer.error().code, ErrorCode::not_found);
    EXPECT_EQ(answer.error().text(), "download 999: no such row");
}

TEST_F(ServerTest, EveryRequestReachesTheService) {
    EXPECT_TRUE(ask("POST", "/api/downloads/abcdef12/pause", "{}"));
    EXPECT_TRUE(ask("POST", "/api/downloads/%237/resume", ""));
    EXPECT_TRUE(ask("POST", "/api/downloads/7/cancel", "{}"));
    EXPECT_TRUE(ask("POST", "/api/shares", R"({"folder":"/a","add":true})"));
    EXPECT_TRUE(ask("DELETE", "/api/shares", R"({"folder":"/a"})"));
    EXPECT_TRUE(ask("PUT", "/api/config/download-folder", R"({"folder":"/b"})"));
    EXPECT_TRUE(ask("POST", "/api/connect", R"({"address":"192.0.2.7:1"})"));
    EXPECT_THAT(ask("POST", "/api/doctor", R"({"peer":"ann"})").value(),
                testing::HasSubstr("About ann."));
    EXPECT_TRUE(ask("POST", "/api/doctor", ""));
    EXPECT_EQ(ask("POST", "/api/doctor", R"({"peer":"nobody"})").error().code,
              ErrorCode::not_found);
    EXPECT_TRUE(ask("GET", "/api/downloads/7", ""));
    EXPECT_EQ(ask("GET", "/api/downloads/8", "").error().code, ErrorCode::not_found);
    EXPECT_TRUE(ask("POST", "/api/stop", ""));
    wait_until([this] { return backend_.changes.size() == 8; });
    stop_running();
    const std::vector<std::string> expected = {
        "pause abcdef12", "resume #7",           "cancel 7", "add /a", "unshare /a",
        "download to /b", "connect 192.0.2.7:1", "stop"};
    EXPECT_EQ(backend_.changes, expected);
}

TEST_F(ServerTest, ASearchIsUnderstoodWhole) {
    ASSERT_TRUE(ask("POST", "/api/search",
                    R"({"query":"a b","limit":7,"type":"audio","min_size":1,"max_size":2,)"
                    R"("ext":".mp3","exact":true,"verify":true,"wait_ms":250})"));
    stop_running();
    const Query& query = backend_.last_query;
    EXPECT_EQ(query.text, "a b");
    EXPECT_EQ(query.limit, 7u);
    EXPECT_EQ(query.type, FileType::audio);
    EXPECT_EQ(query.size_min, 1u);
    EXPECT_EQ(query.size_max, 2u);
    EXPECT_EQ(query.extension, "mp3");
    EXPECT_TRUE(query.exact);
    EXPECT_EQ(backend_.last_wait, std::chrono::milliseconds(250));
    EXPECT_TRUE(backend_.last_verify);
}

TEST_F(ServerTest, ImpossibleRequestsAreRefusedBeforeTheService) {
    for (const char* body :
         {"{}", R"({"query":"  "})", R"({"query":"a","limit":0})", R"({"query":"a","limit":201})",
          R"({"query":"a","type":"nonsense"})", R"({"query":"a","min_size":2,"max_size":1})",
          R"({"query":"a","who":"x"})", R"({"query":7})", "nonsense"}) {
        const Result<std::string> answer = ask("POST", "/api/search", body);
        ASSERT_FALSE(answer) << body;
        EXPECT_EQ(answer.error().code, ErrorCode::invalid_argument) << body;
    }
    EXPECT_FALSE(ask("POST", "/api/search", R"({"query":")" + std::string(257, 'a') + "\"}"));
    EXPECT_EQ(ask("POST", "/api/search", R"({"query":"a","peer":"nobody"})").error().code,
              ErrorCode::not_found);
    EXPECT_FALSE(ask("POST", "/api/shares", R"({"folder":"relative"})"));
    EXPECT_FALSE(ask("POST", "/api/downloads", R"({"what":"1","folder":"relative"})"));
    EXPECT_FALSE(ask("POST", "/api/stop", R"({"now":true})"));
    stop_running();
    EXPECT_TRUE(backend_.changes.empty());
}

TEST_F(ServerTest, TheWebDoorAnswersTheTokenOnly) {
    EXPECT_EQ(token_.size(), 64u);
    EXPECT_EQ(status_of(say(request("GET /api/status", authorised()))), 200u);
    for (const Route& route : routes()) {
        std::string target(route.pattern);
        if (const auto at = target.find("{}"); at != std::string::npos) target.replace(at, 2, "7");
        const std::string answer =
            say(request(std::string(route.method) + " " + target, json_type(), "{}"));
        if (route.access == Access::open) {
            EXPECT_EQ(answer.substr(answer.find("\r\n\r\n")), "\r\n\r\nok\n");
        } else {
            EXPECT_TRUE(status_of(answer) == 401 || status_of(answer) == 429) << target;
        }
    }
    stop_running();
    EXPECT_TRUE(backend_.changes.empty());
}

TEST_F(ServerTest, WhatABrowserWouldSendForAnotherSiteIsRefused) {
    const auto status = [this](const std::string& line, const std::string& fields) {
        return status_of(say(request(line, fields, "{}")));
    };
    EXPECT_EQ(status("POST /api/stop", authorised() + json_type() + "Origin: http://evil\r\n"),
              403u);
    EXPECT_EQ(
        status("POST /api/stop", authorised() + json_type() + "Sec-Fetch-Site: cross-site\r\n"),
        403u);
    EXPECT_EQ(status("POST /api/stop", authorised() + "Content-Type: text/plain\r\n"), 415u);
    EXPECT_EQ(status("OPTIONS /api/stop", "Origin: http://evil\r\n"), 405u);
    EXPECT_EQ(status("GET /api/stop", authorised()), 405u);
    EXPECT_EQ(status("GET /api/status?token=" + token_, ""), 400u);
    EXPECT_EQ(status_of(say("GET /api/status HTTP/1.1\r\nHost: evil.example\r\n" + authorised() +
                            "\r\n")),
              421u);
    EXPECT_EQ(status_of(say("GET /api/status HTTP/1.1\r\n" + authorised() + "\r\n")), 400u);
    stop_running();
    EXPECT_TRUE(backend_.changes.empty());
}

TEST_F(ServerTest, EveryAnswerCarriesTheSecurityFieldsAndNoneOpensToOthers) {
    for (const std::string& answer :
         {say(request("GET /api/status", authorised())), say(request("GET /api/status", "")),
          say(request("OPTIONS /api/status", "Origin: http://evil\r\n")),
          say("nonsense\r\n\r\n")}) {
        for (const char* field :
             {"Content-Security-Policy: default-src 'none'", "frame-ancestors 'none'",
              "X-Content-Type-Options: nosniff", "X-Frame-Options: DENY",
              "Referrer-Policy: no-referrer", "Cache-Control: no-store",
              "Cross-Origin-Resource-Policy: same-origin",
              "Cross-Origin-Opener-Policy: same-origin"}) {
            EXPECT_NE(answer.find(field), std::string::npos) << field << "\n" << answer;
        }
        EXPECT_EQ(answer.find("Access-Control"), std::string::npos);
    }
}

TEST_F(ServerTest, MalformedAndOversizedRequestsEndTheConnection) {
    const std::string host = "Host: 127.0.0.1:" + std::to_string(port_) + "\r\n";
    const std::string post = "POST /api/connect HTTP/1.1\r\n" + host + authorised() + json_type();
    EXPECT_EQ(status_of(say("nonsense\r\n\r\n")), 400u);
    EXPECT_EQ(status_of(say("GET / HTTP/1.1\r\nA: " + std::string(70'000, 'a') + "\r\n\r\n")),
              431u);
    EXPECT_EQ(status_of(say("GET / HTTP/1.1\r\n" + host + "A: b\r\n c\r\n\r\n")), 400u);
    EXPECT_EQ(status_of(say(post + "Content-Length: 1073741824\r\n\r\n{}")), 413u);
    EXPECT_EQ(status_of(say(post + "Content-Length: -1\r\n\r\n{}")), 400u);
    EXPECT_EQ(status_of(say(post + "Content-Length: 2\r\nContent-Length: 3\r\n\r\n{}")), 400u);
    EXPECT_EQ(
        status_of(say(post + "Content-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n")),
        400u);
    EXPECT_EQ(status_of(say(post + "Transfer-Encoding: chunked\r\n\r\nfffffffffffffffff\r\n")),
              400u);
    EXPECT_EQ(status_of(say(post + "Transfer-Encoding: chunked\r\n\r\n20000\r\n" +
                            std::string(0x20000, ' ') + "\r\n0\r\n\r\n")),
              413u);
    stop_running();
    EXPECT_TRUE(backend_.changes.empty());
}

TEST_F(ServerTest, PipelinedRequestsAreAnsweredInOrder) {
    std::string many;
    for (int i = 0; i < 300; ++i) {
        many += "GET /health HTTP/1.1\r\nHost: localhost:" + std::to_string(port_) + "\r\n\r\n";
    }
    const std::string answer = say(many + request("GET /health", ""));
    std::size_t answers = 0;
    for (auto at = answer.find("\r\n\r\nok\n"); at != std::string::npos;
         at = answer.find("\r\n\r\nok\n", at + 1)) {
        ++answers;
    }
    EXPECT_EQ(answers, 301u);
}

TEST_F(ServerTest, TooManyConnectionsDoNotShutOutTheSocket) {
    asio::io_context context;
    std::vector<tcp::socket> idle;
    for (int i = 0; i < 64; ++i) {
        idle.emplace_back(context).connect(tcp::endpoint(asio::ip::address_v4::loopback(), port_));
    }
    EXPECT_TRUE(ask("GET", "/api/status", ""));
    char byte = 0;
    boost::system::error_code error;
    idle.back().read_some(asio::buffer(&byte, 1), error);
    EXPECT_EQ(error, asio::error::eof) << "the 64th connection is closed at once";
}

TEST_F(ServerTest, ASlowHeaderIsCutOff) {
    ServerOptions impatient;
    impatient.header_timeout = std::chrono::milliseconds(50);
    restart_with(impatient);
    EXPECT_EQ(say("GET /health HTTP/1.1\r\nHost: "), "");
    EXPECT_EQ(say(""), "");
}

TEST_F(ServerTest, ItsFilesAreForTheUserAloneAndGoWithIt) {
    const auto mode = [](const fs::path& path) { return fs::status(path).permissions(); };
    const auto alone = fs::perms::owner_read | fs::perms::owner_write;
    EXPECT_EQ(mode(socket_), alone);
    EXPECT_EQ(mode(folder_ / "api.token"), alone);
    stop_running();
    server_->close();
    EXPECT_TRUE(fs::is_empty(folder_));
    EXPECT_EQ(ask("GET", "/api/status", "").error().code, ErrorCode::not_running);
}

TEST_F(ServerTest, AServiceThatRunsIsNotReplacedAndADeadOneIs) {
    Server second(context_, without_web(socket_), backend_, logger_);
    const Result<void> opened = second.open();
    ASSERT_FALSE(opened);
    EXPECT_EQ(opened.error().code, ErrorCode::busy);
    EXPECT_TRUE(ask("GET", "/api/status", "")) << "the first one lost its socket";

    stop_running();
    server_->close();
    {
        asio::local::stream_protocol::acceptor dead(context_);
        dead.open();
        dead.bind(asio::local::stream_protocol::endpoint(socket_.string()));
    }
    ASSERT_TRUE(fs::is_socket(socket_));
    open(folder_);
    EXPECT_TRUE(ask("GET", "/api/status", ""));
}

TEST_F(ServerTest, AFileInThePlaceOfTheSocketIsKept) {
    const fs::path file = folder_ / "precious";
    std::ofstream(file) << "x";
    Server other(context_, without_web(file), backend_, logger_);
    const Result<void> opened = other.open();
    ASSERT_FALSE(opened);
    EXPECT_EQ(opened.error().code, ErrorCode::already_exists);
    EXPECT_EQ(fs::file_size(file), 1u);
}

TEST_F(ServerTest, AFolderWithALongPathWorks) {
    stop_running();
    server_->close();
    const fs::path deep = folder_ / std::string(100, 'a') / std::string(100, 'b');
    fs::create_directories(deep);
    open(deep);
    EXPECT_TRUE(ask("GET", "/api/status", ""));
    EXPECT_TRUE(fs::is_socket(deep / "iwanto.sock"));
}

TEST_F(ServerTest, ATakenWebPortIsReplacedByAFreeOne) {
    stop_running();
    ServerOptions options = without_web(folder_ / "second.sock");
    options.web = true;
    options.web_port = port_;
    Server second(context_, options, backend_, logger_);
    ASSERT_TRUE(second.open());
    EXPECT_NE(second.web_port(), port_);
    EXPECT_NE(second.web_port(), 0);
}

TEST_F(ServerTest, ALateReplyAfterTheEndHarmsNobody) {
    backend_.keep_replies = true;
    asio::io_context context;
    tcp::socket socket(context);
    socket.connect(tcp::endpoint(asio::ip::address_v4::loopback(), port_));
    asio::write(socket, asio::buffer(request("POST /api/search", authorised() + json_type(),
                                             R"({"query":"a"})")));
    wait_until([this] { return !backend_.kept.empty(); });
    stop_running();
    server_.reset();
    backend_.kept.front()(SearchReport{});
    context_.poll();
}

}  // namespace
}  // namespace iwant::control
