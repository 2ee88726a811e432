#include "io/net/lookup.h"

#include <memory>

#include <boost/asio/steady_timer.hpp>

#include "core/protocol/address_text.h"

namespace iwant::net {

namespace asio = boost::asio;
using asio::ip::tcp;

namespace {

struct Lookup {
    tcp::resolver resolver;
    asio::steady_timer timer;
    std::string operation;
    std::function<void(Result<Endpoints>)> done;

    void finish(Result<Endpoints> result) {
        if (!done) return;
        const auto told = std::exchange(done, nullptr);
        timer.cancel();
        resolver.cancel();
        told(std::move(result));
    }
};

}  // namespace

void look_up(asio::io_context& context, const protocol::Address& address,
             std::chrono::milliseconds timeout, std::function<void(Result<Endpoints>)> done) {
    const auto lookup = std::make_shared<Lookup>(
        Lookup{tcp::resolver(context), asio::steady_timer(context, timeout),
               "look up " + to_string(address), std::move(done)});
    lookup->timer.async_wait([lookup](const boost::system::error_code& error) {
        if (error) return;
        lookup->finish(
            failure(ErrorCode::timeout, lookup->operation, "the name server does not answer"));
    });
    lookup->resolver.async_resolve(
        address.host, std::to_string(address.port), tcp::resolver::numeric_service,
        [lookup](const boost::system::error_code& error, const tcp::resolver::results_type& found) {
            if (error || found.empty()) {
                lookup->finish(
                    failure(ErrorCode::not_found, lookup->operation, "there is no such host"));
                return;
            }
            Endpoints endpoints;
            for (const auto& entry : found) {
                if (endpoints.size() < kEndpointsMax) endpoints.push_back(entry.endpoint());
            }
            lookup->finish(std::move(endpoints));
        });
}

}  // namespace iwant::net
