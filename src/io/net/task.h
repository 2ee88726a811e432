#pragma once

// The one place where coroutines are let go. Whoever starts one ends it by cancelling what it waits
// for, and the coroutine itself keeps alive what it uses. Private to io/net.

#include <exception>
#include <utility>

#include <boost/asio/awaitable.hpp>
#include <boost/asio/co_spawn.hpp>

namespace iwant::net {

/// Runs it to its end. What it throws, the event loop throws: only a bug or exhausted memory.
template <class Executor>
void run_task(const Executor& executor, boost::asio::awaitable<void> task) {
    boost::asio::co_spawn(executor, std::move(task), [](const std::exception_ptr& thrown) {
        if (thrown) std::rethrow_exception(thrown);
    });
}

}  // namespace iwant::net
