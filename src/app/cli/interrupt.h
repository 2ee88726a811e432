#pragma once

// Ctrl-C as a value: while one of these lives, SIGINT and SIGTERM end a wait instead of the
// program.

#include <chrono>
#include <memory>

namespace iwant::cli {

class Interrupt {
  public:
    Interrupt();
    ~Interrupt();
    Interrupt(const Interrupt&) = delete;
    Interrupt& operator=(const Interrupt&) = delete;

    /// Waits so long; at once true when the user wants to leave.
    bool wait(std::chrono::milliseconds time);

  private:
    struct State;
    std::unique_ptr<State> state_;
};

}  // namespace iwant::cli
