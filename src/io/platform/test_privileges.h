#pragma once

// For tests that run as root, whom no permission stops: file access of this thread, and of threads
// that it starts, as an ordinary user for a while.

#include <sys/fsuid.h>

namespace iwant::platform {

class TestAsOrdinaryUser {
  public:
    TestAsOrdinaryUser() : before_(static_cast<unsigned>(::setfsuid(kNobody))) {}
    ~TestAsOrdinaryUser() { ::setfsuid(before_); }
    TestAsOrdinaryUser(const TestAsOrdinaryUser&) = delete;
    TestAsOrdinaryUser& operator=(const TestAsOrdinaryUser&) = delete;

  private:
    static constexpr unsigned kNobody = 65534;
    unsigned before_;
};

}  // namespace iwant::platform
