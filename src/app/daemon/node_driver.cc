#include "app/daemon/node_driver.h"

#include <utility>

#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>

#include "io/platform/process.h"

namespace iwant::daemon {

struct NodeDriver::Timer {
    boost::asio::steady_timer timer;
    std::optional<Time> armed_for;
};

NodeDriver::NodeDriver(boost::asio::io_context& context, node::Self self,
                       const Signatory& signatory, node::Options options, std::uint64_t seed,
                       Logger& logger)
    : node_(std::move(self), signatory, options, Prng(seed), logger, platform::now()),
      timer_(std::make_unique<Timer>(Timer{boost::asio::steady_timer(context), {}})) {}

NodeDriver::~NodeDriver() = default;

void NodeDriver::handle(node::Event event) {
    if (stopped_) return;
    events_.push_back(std::move(event));
    if (std::exchange(running_, true)) return;
    while (!events_.empty() && !stopped_) {
        node::Event next = std::move(events_.front());
        events_.pop_front();
        node_.handle(std::move(next), platform::now());
        run_actions();
    }
    running_ = false;
    if (!stopped_) arm();
}

void NodeDriver::run_actions() {
    for (node::Action& action : node_.take_actions()) {
        if (stopped_) return;
        perform_(std::move(action));
    }
}

void NodeDriver::arm() {
    const std::optional<Time> deadline = node_.next_deadline();
    if (deadline == timer_->armed_for) return;
    timer_->armed_for = deadline;
    if (!deadline) {
        timer_->timer.cancel();
        return;
    }
    timer_->timer.expires_after(std::max(*deadline - platform::now(), Duration::zero()));
    timer_->timer.async_wait([this](const boost::system::error_code& error) {
        if (error || stopped_) return;
        timer_->armed_for.reset();
        handle(node::TimePassed{});
    });
}

void NodeDriver::stop() {
    stopped_ = true;
    timer_->timer.cancel();
}

}  // namespace iwant::daemon
