#pragma once

// The ways by which a datagram gets from one peer to others of the link. Networks filter one and
// let another through, so each is counted by itself.

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

namespace iwant::net {

enum class Channel : std::uint8_t { multicast4, multicast6, broadcast, direct };

inline constexpr std::array kChannels = {Channel::multicast4, Channel::multicast6,
                                         Channel::broadcast, Channel::direct};

constexpr std::size_t index_of(Channel channel) {
    return static_cast<std::size_t>(channel);
}

/// As logs and JSON call it.
constexpr std::string_view name_of(Channel channel) {
    constexpr std::array<std::string_view, kChannels.size()> kNames = {
        "multicast-ipv4", "multicast-ipv6", "broadcast", "direct"};
    return kNames[index_of(channel)];
}

}  // namespace iwant::net
