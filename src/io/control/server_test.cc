#include "io/control/server.h"

#include "io/control/server_fixture.h"

namespace iwant::control {
namespace {

namespace asio = boost::asio;
namespace fs = std::filesystem;
using asio::ip::tcp;
using test::kPatience;
using test::ServerTest;

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

TEST_F(ServerTest, TheQueueAndTheLimitsAreChanged) {
    EXPECT_TRUE(ask("POST", "/api/downloads/all/pause", "{}"));
    EXPECT_TRUE(ask("POST", "/api/downloads/all/resume", ""));
    EXPECT_TRUE(ask("POST", "/api/downloads/all/cancel", "{}"));
    EXPECT_TRUE(ask("POST", "/api/downloads/abcdef12/move", R"({"to":"down"})"));
    EXPECT_EQ(ask("POST", "/api/downloads/abcdef12/move", R"({"to":"away"})").error().code,
              ErrorCode::invalid_argument);
    EXPECT_THAT(ask("GET", "/api/limits", "").value(),
                testing::HasSubstr(R"("download":{"setting":"5 MB/s","now":5000000})"));
    EXPECT_TRUE(ask("PUT", "/api/limits", R"({"upload":"1 MB/s"})"));
    stop_running();
    const std::vector<std::string> expected = {"pause all", "resume all", "cancel all",
                                               "move abcdef12 2", "limits 1 MB/s -"};
    EXPECT_EQ(backend_.changes, expected);
}

TEST_F(ServerTest, AFolderOfAPeerIsListedInParts) {
    const std::string ann(64, 'a');
    const auto part = ask("POST", "/api/browse",
                          R"({"peer":")" + ann + R"(","path":"/TV//x/","after":"file/Z"})");
    ASSERT_TRUE(part) << part.error().text();
    EXPECT_THAT(*part, testing::HasSubstr(R"("path":"TV/x","files":3,"bytes":10)"));
    EXPECT_THAT(*part, testing::HasSubstr(R"("next":"file/a after Z")"));
    EXPECT_THAT(*part, testing::HasSubstr(R"({"name":"B","kind":"folder","path":"TV/x/B")"));
    EXPECT_THAT(*part, testing::HasSubstr(R"("online":true,"as_of":null)"));
    EXPECT_THAT(ask("POST", "/api/browse", R"({"peer":")" + ann + R"(","path":"old"})").value(),
                testing::HasSubstr(R"("online":false,"as_of":1700000000)"));
    for (const char* wrong :
         {R"({"path":"a"})", R"({"peer":"nobody here"})", R"({"peer":"PEER","after":"Z"})",
          R"({"peer":"PEER","path":"none"})"}) {
        std::string body = wrong;
        if (const auto at = body.find("PEER"); at != std::string::npos) body.replace(at, 4, ann);
        EXPECT_FALSE(ask("POST", "/api/browse", body)) << body;
    }
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
    const auto files = ask("GET", "/api/downloads/abcdef12/files/1000", "");
    ASSERT_TRUE(files);
    EXPECT_THAT(*files, testing::HasSubstr(R"("first":1000,"files":[{"path":"a/b.mp3","size":10,)"
                                           R"("bytes_done":4}])"));
    EXPECT_EQ(ask("GET", "/api/downloads/abcdef13/files/0", "").error().code, ErrorCode::not_found);
    EXPECT_EQ(ask("GET", "/api/downloads/abcdef12/files/ab", "").error().code,
              ErrorCode::invalid_argument);
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
                    R"("ext":".mp3","exact":true,"verify":true,"follow":true,"wait_ms":250})"));
    stop_running();
    const Query& query = backend_.last_query;
    EXPECT_TRUE(backend_.last_follows);
    EXPECT_EQ(query.text, "a b");
    EXPECT_EQ(query.limit, 7u);
    EXPECT_EQ(query.types, FileType::audio);
    EXPECT_EQ(query.size_min, 1u);
    EXPECT_EQ(query.size_max, 2u);
    EXPECT_EQ(query.extensions, std::vector<std::string>{"mp3"});
    EXPECT_TRUE(query.exact);
    EXPECT_EQ(backend_.last_wait, std::chrono::milliseconds(250));
    EXPECT_TRUE(backend_.last_verify);
}

TEST_F(ServerTest, TheTextOfASearchAndItsFieldsAreReadTheSameWay) {
    const auto query_for = [this](const char* body) {
        EXPECT_TRUE(ask("POST", "/api/search", body)) << body;
        return std::exchange(backend_.last_query, {});
    };
    const Query fields = query_for(
        R"({"query":"a","phrase":["b c"],"exclude":["d","e f"],"path":["TV","x"],)"
        R"("type":"video,audio","ext":"mkv,iso","size":">1G","older":"2020","newer":"2019-06"})");
    const Query text = query_for(
        R"({"query":"a \"b c\" -d -\"e f\" path:TV path:x type:video,audio ext:mkv,iso size:>1G )"
        R"(older:2020 newer:2019-06"})");
    EXPECT_EQ(fields, text);
    EXPECT_EQ(text.text, "a b c");
    EXPECT_EQ(text.excluded.size(), 2u);
    const Result<std::string> answer = ask("POST", "/api/search", R"({"query":"a - b"})");
    ASSERT_TRUE(answer);
    EXPECT_NE(answer->find("leaves nothing out"), std::string::npos);
    EXPECT_NE(answer->find(R"("query":"a - b")"), std::string::npos);
    stop_running();
}

TEST_F(ServerTest, ImpossibleRequestsAreRefusedBeforeTheService) {
    for (const char* body :
         {"{}", R"({"query":"  "})", R"({"query":"a","limit":0})", R"({"query":"a","limit":201})",
          R"({"query":"a","type":"nonsense"})", R"({"query":"a","min_size":2,"max_size":1})",
          R"({"query":"a","who":"x"})", R"({"query":7})", "nonsense", R"({"query":"-a"})",
          R"({"query":"a size:>big"})", R"({"query":"a","newer":"7"})",
          R"({"query":"a","path":"b"})", R"({"query":"a","exclude":[7]})",
          R"({"query":"a","phrase":["b\u0000"]})"}) {
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
        const std::string target = example_of(route, "7");
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
