#pragma once

// Drives the one Node: hands it events with the time, carries its actions to whoever performs them,
// and wakes it when its deadline comes. Event thread only.

#include <deque>
#include <functional>
#include <memory>

#include "base/log.h"
#include "core/node/node.h"

namespace boost::asio {
class io_context;
}

namespace iwant::daemon {

class NodeDriver {
  public:
    using Perform = std::function<void(node::Action)>;

    /// References outlive it. `perform` may cause further events; they are handled after it
    /// returned.
    NodeDriver(boost::asio::io_context& context, node::Self self, const Signatory& signatory,
               node::Options options, std::uint64_t seed, Logger& logger);
    ~NodeDriver();

    void set_perform(Perform perform) { perform_ = std::move(perform); }
    void handle(node::Event event);
    const node::Node& node() const { return node_; }
    /// No more events are handled, no more actions come out.
    void stop();

  private:
    struct Timer;
    void run_actions();
    void arm();

    node::Node node_;
    Perform perform_;
    std::unique_ptr<Timer> timer_;
    std::deque<node::Event> events_;
    bool running_ = false;
    bool stopped_ = false;
};

}  // namespace iwant::daemon
