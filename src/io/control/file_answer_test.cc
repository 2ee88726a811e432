#include "io/control/file_answer.h"

#include "io/control/server_fixture.h"

namespace iwant::control {
namespace {

namespace asio = boost::asio;
using asio::ip::tcp;
using test::kFilm;
using test::ServerTest;

class FileTest : public ServerTest {
  protected:
    std::string address() {
        const Result<std::string> answer = ask("POST", "/api/streams", R"({"what":"7"})");
        EXPECT_TRUE(answer) << answer.error().text();
        const std::string url(boost::json::parse(*answer).at("url").as_string());
        EXPECT_TRUE(url.starts_with("http://127.0.0.1:" + std::to_string(port_) + "/file/"));
        return url.substr(url.find("/file/"));
    }
    std::string get(const std::string& fields, const std::string& method = "GET") {
        return say(request(method + " " + address(), fields));
    }
};

TEST_F(FileTest, APlayerGetsTheWholeFileOrAPartOfIt) {
    const std::string whole = get("");
    EXPECT_EQ(status_of(whole), 200u);
    EXPECT_THAT(whole, testing::HasSubstr("\r\nContent-Length: 36\r\n"));
    EXPECT_THAT(whole, testing::HasSubstr("\r\nContent-Type: video/mp4\r\n"));
    EXPECT_THAT(whole, testing::HasSubstr("\r\nAccept-Ranges: bytes\r\n"));
    EXPECT_THAT(whole, testing::HasSubstr("\r\nX-Content-Type-Options: nosniff\r\n"));
    EXPECT_THAT(whole, testing::EndsWith("\r\n\r\n" + std::string(kFilm)));
    const std::string part = get("Range: bytes=10-29\r\n");
    EXPECT_EQ(status_of(part), 206u);
    EXPECT_THAT(part, testing::HasSubstr("\r\nContent-Range: bytes 10-29/36\r\n"));
    EXPECT_THAT(part, testing::EndsWith("\r\n\r\n" + std::string(kFilm.substr(10, 20))));
    EXPECT_THAT(get("Range: bytes=-3\r\n"), testing::EndsWith("\r\n\r\nxyz"));
    const std::string none = get("Range: bytes=36-\r\n");
    EXPECT_EQ(status_of(none), 416u);
    EXPECT_THAT(none, testing::HasSubstr("\r\nContent-Range: bytes */36\r\n"));
}

TEST_F(FileTest, TheTagDecidesWhetherAPartIsOfUse) {
    const std::string tag = "\"" + std::string(64, 'b') + "\"";
    EXPECT_EQ(status_of(get("Range: bytes=1-2\r\nIf-Range: " + tag + "\r\n")), 206u);
    EXPECT_EQ(status_of(get("Range: bytes=1-2\r\nIf-Range: \"other\"\r\n")), 200u);
    const std::string known = get("If-None-Match: " + tag + "\r\n");
    EXPECT_EQ(status_of(known), 304u);
    EXPECT_THAT(known, testing::HasSubstr("\r\nETag: " + tag + "\r\n"));
    EXPECT_THAT(known, testing::Not(testing::HasSubstr("Content-Length")))
        << "the film has another length than this answer (RFC 9110, 8.6)";
    EXPECT_THAT(known, testing::EndsWith("\r\n\r\n"));
}

TEST_F(FileTest, HeadTellsAllButTheBytes) {
    for (const char* fields : {"", "Range: bytes=1-5\r\n"}) {
        const std::string answer = get(fields, "HEAD");
        EXPECT_THAT(answer, testing::HasSubstr("Content-Length: "));
        EXPECT_THAT(answer, testing::EndsWith("\r\n\r\n"));
    }
}

TEST_F(FileTest, TheAddressOpensItsFileAndNothingElse) {
    const std::string path = address();
    const std::string token = path.substr(path.find('?'));
    EXPECT_EQ(status_of(say(request("GET /file/" + std::string(64, 'c') + token, ""))), 401u);
    EXPECT_EQ(status_of(say(request("GET /file/" + std::string(64, 'b'), ""))), 401u);
    EXPECT_EQ(status_of(say(request("GET /file/" + std::string(64, 'b') + "?token=" + token_, ""))),
              401u);
    EXPECT_EQ(status_of(say(request("GET /api/status" + token, ""))), 400u);
    EXPECT_EQ(status_of(say(request("GET /file/" + std::string(64, 'c'), authorised()))), 404u);
    EXPECT_EQ(status_of(say(request("GET " + path, "Sec-Fetch-Site: cross-site\r\n"))), 403u);
    EXPECT_EQ(status_of(say(request("GET " + path, ""))), 200u);
}

TEST_F(FileTest, APlayerThatLeavesWhileItWaitsIsForgotten) {
    backend_.film_held = true;
    const std::string path = address();
    asio::io_context context;
    tcp::socket player(context);
    player.connect(tcp::endpoint(asio::ip::address_v4::loopback(), port_));
    asio::write(player, asio::buffer(request("GET " + path, "")));
    wait_until([this] { return backend_.readers == 1; });
    player.close();
    wait_until([this] { return backend_.readers == 0; });
    stop_running();
    EXPECT_EQ(backend_.readers, 0);
}

}  // namespace
}  // namespace iwant::control
