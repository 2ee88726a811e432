// When the system has no descriptor left for another connection.

#include <ctime>

#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/write.hpp>
#include <gtest/gtest.h>
#include <sys/resource.h>

#include "io/net/test_support.h"

namespace iwant::net {
namespace {

namespace asio = boost::asio;
using asio::ip::tcp;

/// No file can be opened while this lives.
class NoMoreFiles {
  public:
    NoMoreFiles() {
        ::getrlimit(RLIMIT_NOFILE, &before_);
        const rlimit none{3, before_.rlim_max};
        ::setrlimit(RLIMIT_NOFILE, &none);
    }
    ~NoMoreFiles() { ::setrlimit(RLIMIT_NOFILE, &before_); }
    NoMoreFiles(const NoMoreFiles&) = delete;
    NoMoreFiles& operator=(const NoMoreFiles&) = delete;

  private:
    rlimit before_{};
};

TEST(Accept, WaitsForDescriptorsWithoutSpinningAndGoesOn) {
    asio::io_context context;
    TestPeer host(context);
    TestPeer friend_of_old(context);
    friend_of_old.transport.dial(host.address(), host.identity.peer());
    ASSERT_TRUE(run_until(context, [&] {
        return !host.listener.opened.empty() && !friend_of_old.listener.opened.empty();
    }));
    tcp::socket stranger(context);
    stranger.connect(tcp::endpoint(asio::ip::address_v4::loopback(), host.port));
    stranger.non_blocking(true);
    asio::write(stranger, asio::buffer("GET / HTTP/1.1\r\n\r\n", 18));
    // The undefined-behaviour sanitizer needs a descriptor when it meets a type for the first time.
    static_cast<Logger&>(host.logger).warning("met");
    host.logger.lines.clear();
    const SessionId session = friend_of_old.listener.opened.at(0).session;
    friend_of_old.transport.send(session, protocol::Ping{6, {}});
    ASSERT_TRUE(run_until(context, [&] { return !host.listener.messages.empty(); }));
    host.listener.messages.clear();
    {
        const NoMoreFiles none;
        const std::clock_t began = std::clock();
        context.restart();
        context.run_for(std::chrono::milliseconds(500));
        EXPECT_LT(std::clock() - began, CLOCKS_PER_SEC / 10) << "it spins";
        EXPECT_EQ(1u, host.logger.lines.size()) << "one line, not one for each try";
        friend_of_old.transport.send(session, protocol::Ping{7, {}});
        EXPECT_TRUE(run_until(context, [&] { return !host.listener.messages.empty(); }))
            << "sessions that are there go on";
    }
    EXPECT_TRUE(run_until(context, [&] {
        char bytes[64];
        boost::system::error_code error;
        while (!error) stranger.read_some(asio::buffer(bytes), error);
        return error != asio::error::would_block;
    })) << "it was accepted later, and turned away for what it said";
}

}  // namespace
}  // namespace iwant::net
