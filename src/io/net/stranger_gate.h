#pragma once

// How many connections may be open that have not proven who they are, and whose turn it is when
// there are too many: computers that have several make room for one that has none, and what is
// older than an honest handshake takes makes room for what is new. Private to io/net.

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <string>

#include "io/net/socket.h"

namespace iwant::net {

class StrangerGate {
  public:
    /// A stranger's number, never used twice.
    using Ticket = std::uint64_t;

    StrangerGate(std::size_t total_max, std::size_t per_address_max)
        : total_max_(total_max), per_address_max_(per_address_max) {}

    enum class Answer : std::uint8_t {
        enter,
        refuse,  ///< its address has places already, and there are no more
        wait,    ///< ask again soon: all places are taken, by others who just came
    };
    struct Verdict {
        Answer answer = Answer::refuse;
        Ticket ticket = 0;                ///< of the one that enters
        std::optional<Ticket> displaced;  ///< has lost its place and must be closed
    };
    /// A connection came from `host`.
    Verdict knock(const std::string& host, Clock::time_point now);
    /// It has proven who it is, or has ended. Nothing when it was displaced.
    void leave(Ticket ticket);

    std::size_t size() const { return strangers_.size(); }

  private:
    struct Stranger {
        std::string host;
        Clock::time_point came;
    };
    std::optional<Ticket> one_to_displace(const std::string& newcomer, Clock::time_point now) const;
    std::size_t count_of(const std::string& host) const;

    std::size_t total_max_;
    std::size_t per_address_max_;
    Ticket last_ticket_ = 0;
    std::map<Ticket, Stranger> strangers_;  ///< the oldest first
    std::map<std::string, std::size_t> by_host_;
};

}  // namespace iwant::net
