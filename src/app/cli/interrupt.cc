#include "app/cli/interrupt.h"

#include <boost/asio.hpp>
#include <csignal>

namespace iwant::cli {

struct Interrupt::State {
    boost::asio::io_context context;
    boost::asio::signal_set signals{context, SIGINT, SIGTERM};
    bool interrupted = false;
};

Interrupt::Interrupt() : state_(std::make_unique<State>()) {
    State* state = state_.get();
    state->signals.async_wait([state](const boost::system::error_code& error, int) {
        if (!error) state->interrupted = true;
        state->context.stop();
    });
}

Interrupt::~Interrupt() = default;

bool Interrupt::wait(std::chrono::milliseconds time) {
    if (!state_->interrupted) state_->context.run_for(time);
    return state_->interrupted;
}

}  // namespace iwant::cli
