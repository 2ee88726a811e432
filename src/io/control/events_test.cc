// GET /api/events over the real server.

#include "io/control/server_fixture.h"

namespace iwant::control {
namespace {

namespace asio = boost::asio;
using asio::ip::tcp;
using test::kPatience;

class EventsTest : public test::ServerTest {
  protected:
    void listen(const std::string& fields) {
        socket_to_server_.connect(tcp::endpoint(asio::ip::address_v4::loopback(), port_));
        asio::write(socket_to_server_, asio::buffer(request("GET /api/events", fields)));
    }

    /// Whether this is told before patience ends.
    bool told(const std::string& text) {
        std::string& heard = heard_;
        bool found = false;
        asio::async_read_until(socket_to_server_, asio::dynamic_buffer(heard), text,
                               [&](const boost::system::error_code& error, std::size_t bytes) {
                                   found = !error;
                                   heard.erase(0, bytes);
                               });
        listening_.restart();
        listening_.run_for(kPatience);
        if (!found) socket_to_server_.close();
        return found;
    }

    void change(const std::function<void()>& what) {
        std::promise<void> done;
        asio::post(context_, [&] {
            what();
            done.set_value();
        });
        done.get_future().get();
    }

    static DownloadReport download(std::uint64_t id, const std::string& state) {
        DownloadReport report;
        report.id = id;
        report.state = state;
        return report;
    }

    asio::io_context listening_;
    tcp::socket socket_to_server_{listening_};
    std::string heard_;
};

TEST_F(EventsTest, TellAllThereIsAndThenWhatChanges) {
    backend_.running = {download(1, "transferring")};
    listen(authorised());
    EXPECT_TRUE(told("Content-Type: text/event-stream"));
    EXPECT_TRUE(told("event: status\ndata: {"));
    EXPECT_TRUE(told("event: download\ndata: {\"id\":1,"));
    EXPECT_TRUE(told("\"state\":\"transferring\""));
    change([&] { backend_.running = {download(1, "done"), download(2, "finding")}; });
    EXPECT_TRUE(told("\"state\":\"done\""));
    EXPECT_TRUE(told("\"state\":\"finding\""));
    change([&] { backend_.running.erase(backend_.running.begin()); });
    EXPECT_TRUE(told("event: gone\ndata: {\"id\":1}\n\n"));
    // What did not change was not told again.
    EXPECT_EQ(heard_.find("event:"), std::string::npos);
}

TEST_F(EventsTest, AreForThoseOnlyWhoHaveTheToken) {
    listen("");
    EXPECT_TRUE(told("HTTP/1.1 401"));
}

TEST_F(EventsTest, EndWithTheClient) {
    listen(authorised());
    ASSERT_TRUE(told("event: status"));
    socket_to_server_.close();
    // The fixture's end would hang if the connection did not.
    EXPECT_TRUE(ask("GET", "/api/status", ""));
}

}  // namespace
}  // namespace iwant::control
