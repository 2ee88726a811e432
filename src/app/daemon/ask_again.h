#pragma once

// When a question whose answer may get better is asked once more: after a pause that grows, until
// the time that its user gave it is over.

#include <algorithm>
#include <chrono>
#include <utility>

#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>

#include "base/time.h"
#include "io/platform/process.h"

namespace iwant::daemon {

class AskAgain {
  public:
    AskAgain(boost::asio::io_context& context, Duration wait)
        : begun_(platform::now()), until_(begun_ + wait), timer_(context) {}

    /// Since the question was asked first.
    Duration elapsed() const { return platform::now() - begun_; }

    /// Calls `ask` after a pause; false when there is no time left for that. Not if this object is
    /// gone before.
    template <class Ask>
    bool later(Ask ask) {
        if (platform::now() + pause_ >= until_) return false;
        timer_.expires_after(pause_);
        pause_ = std::min(pause_ * 2, kPauseMax);
        timer_.async_wait([ask = std::move(ask)](const boost::system::error_code& error) {
            if (!error) ask();
        });
        return true;
    }

  private:
    static constexpr Duration kPauseMin = std::chrono::milliseconds(100);
    static constexpr Duration kPauseMax = std::chrono::seconds(1);

    Time begun_;
    Time until_;
    boost::asio::steady_timer timer_;
    Duration pause_ = kPauseMin;
};

}  // namespace iwant::daemon
