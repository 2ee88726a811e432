#include "io/net/transport.h"

#include "io/net/transport_state.h"

namespace iwant::net {

Transport::Transport(boost::asio::io_context& context, const TlsContext& tls,
                     TransportListener& listener, Logger& logger, const TransportLimits& limits)
    : state_(std::make_shared<State>(context, tls, listener, logger, limits)) {}

Transport::~Transport() {
    close();
}

Result<std::uint16_t> Transport::listen(std::uint16_t port,
                                        const std::vector<std::string>& addresses) {
    state_->stop_listening();
    auto listening = start_listening(state_->context, port, addresses);
    if (!listening) return failure(std::move(listening));
    const std::uint16_t chosen = listening->port;
    state_->listen_on(std::move(*listening));
    return chosen;
}

void Transport::dial(const protocol::Address& address, const std::optional<PeerId>& expected) {
    state_->dial(address, expected);
}

void Transport::send(SessionId session, const protocol::Message& message) {
    if (Connection* connection = state_->find(session)) connection->send(message);
}

void Transport::disconnect(SessionId session, protocol::Goodbye::Reason reason) {
    if (Connection* connection = state_->find(session)) connection->disconnect(reason);
}

void Transport::end_without_address(const std::vector<std::string>& own) {
    state_->end_without_address(own);
}

void Transport::withdraw() {
    state_->withdraw();
}

void Transport::come_back() {
    state_->come_back();
}

void Transport::close() {
    state_->close();
}

}  // namespace iwant::net
