#include "io/net/tcp_probe.h"

#include <memory>
#include <utility>

#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>

#include "io/net/address.h"
#include "io/net/lookup.h"

namespace iwant::net {

namespace asio = boost::asio;
using asio::ip::tcp;
using Clock = std::chrono::steady_clock;

namespace {

struct Probe : std::enable_shared_from_this<Probe> {
    Probe(asio::io_context& context, std::chrono::milliseconds allowed,
          std::function<void(Probed)> told)
        : socket(context), timer(context, allowed), begun(Clock::now()), done(std::move(told)) {}

    void start() {
        timer.async_wait([self = shared_from_this()](const boost::system::error_code& error) {
            if (!error) self->finish(Reach::silent, "no answer");
        });
    }

    void connect(Result<Endpoints> endpoints) {
        if (!done) return;
        if (!endpoints) return finish(Reach::unknown_name, endpoints.error().message);
        socket.async_connect(endpoints->front(),
                             [self = shared_from_this()](const boost::system::error_code& error) {
                                 self->connected(error);
                             });
    }

    void connected(const boost::system::error_code& error) {
        if (!error) return finish(Reach::accepted, {});
        if (error == asio::error::connection_refused) {
            return finish(Reach::refused, error.message());
        }
        const bool silent = error == asio::error::timed_out;
        finish(silent ? Reach::silent : Reach::unreachable, error.message());
    }

    void finish(Reach reach, std::string message) {
        if (!done) return;
        const auto told = std::exchange(done, nullptr);
        timer.cancel();
        boost::system::error_code ignored;
        socket.close(ignored);
        told(Probed{reach, Clock::now() - begun, std::move(message)});
    }

    tcp::socket socket;
    asio::steady_timer timer;
    Clock::time_point begun;
    std::function<void(Probed)> done;
};

}  // namespace

void probe_tcp(asio::io_context& context, const protocol::Address& address,
               std::chrono::milliseconds timeout, std::function<void(Probed)> done) {
    const auto probe = std::make_shared<Probe>(context, timeout, std::move(done));
    probe->start();
    if (const auto endpoint = numeric_endpoint(address)) {
        asio::post(context, [probe, endpoint] { probe->connect(Endpoints{*endpoint}); });
        return;
    }
    look_up(context, address, timeout,
            [probe](Result<Endpoints> endpoints) { probe->connect(std::move(endpoints)); });
}

}  // namespace iwant::net
