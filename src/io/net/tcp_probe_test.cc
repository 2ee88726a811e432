#include "io/net/tcp_probe.h"

#include <optional>

#include <boost/asio/ip/tcp.hpp>
#include <gtest/gtest.h>

#include "io/net/test_support.h"

namespace iwant::net {
namespace {

namespace asio = boost::asio;
using asio::ip::tcp;
using std::chrono::milliseconds;

class TcpProbeTest : public testing::Test {
  protected:
    Reach probe(const protocol::Address& address, milliseconds timeout) {
        std::optional<Probed> probed;
        probe_tcp(context_, address, timeout, [&](Probed told) {
            EXPECT_FALSE(probed) << "told twice";
            probed = std::move(told);
        });
        EXPECT_FALSE(probed) << "told from inside the call";
        EXPECT_TRUE(run_until(context_, [&] { return probed.has_value(); }));
        context_.restart();
        context_.poll();
        return probed->reach;
    }

    asio::io_context context_;
    tcp::acceptor acceptor_{context_, tcp::endpoint(asio::ip::address_v4::loopback(), 0)};
    const std::uint16_t port_ = acceptor_.local_endpoint().port();
};

TEST_F(TcpProbeTest, TellsAListenerFromAClosedPort) {
    EXPECT_EQ(Reach::accepted, probe({"127.0.0.1", port_}, milliseconds(5000)));
    EXPECT_EQ(Reach::accepted, probe({"localhost", port_}, milliseconds(5000)));
    acceptor_.close();
    EXPECT_EQ(Reach::refused, probe({"127.0.0.1", port_}, milliseconds(5000)));
}

TEST_F(TcpProbeTest, SaysWhenThereIsNoSuchHost) {
    EXPECT_EQ(Reach::unknown_name, probe({"no-such-host.invalid", 1}, milliseconds(5000)));
}

TEST_F(TcpProbeTest, WhoDoesNotAnswerIsSilent) {
    // A full queue of a listener that accepts nobody: further connects are not answered.
    tcp::acceptor full(context_);
    full.open(tcp::v4());
    full.bind(tcp::endpoint(asio::ip::address_v4::loopback(), 0));
    full.listen(0);
    const protocol::Address there{"127.0.0.1", full.local_endpoint().port()};
    tcp::socket first(context_);
    first.connect(full.local_endpoint());
    EXPECT_EQ(Reach::silent, probe(there, milliseconds(50)));
}

}  // namespace
}  // namespace iwant::net
