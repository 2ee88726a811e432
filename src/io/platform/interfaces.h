#pragma once

// The network interfaces of this host, and when they change.

#include <cstdint>
#include <string>
#include <vector>

#include "base/result.h"

namespace iwant::platform {

struct InterfaceAddress {
    std::string address;  ///< numeric; IPv6 without scope
    bool ipv6 = false;
    unsigned prefix_bits = 0;
    std::string broadcast;  ///< IPv4 only; empty when there is none
};

struct Interface {
    std::string name;
    unsigned index = 0;
    bool enabled = false;  ///< switched on, whether a cable is in it or not
    bool up = false;       ///< enabled, and connected to something (it has a carrier)
    bool loopback = false;
    bool multicast = false;
    bool point_to_point = false;
    std::vector<InterfaceAddress> addresses;
};

Result<std::vector<Interface>> list_interfaces();

/// Tells when interfaces or addresses change (netlink on Linux). Fails where the system cannot
/// tell; the caller then looks from time to time.
class InterfaceWatch {
  public:
    static Result<InterfaceWatch> open();
    ~InterfaceWatch();
    InterfaceWatch(InterfaceWatch&& other) noexcept;
    /// Readable when something changed.
    int descriptor() const { return descriptor_; }
    /// Drops what was told. Call when readable.
    void drain();

  private:
    explicit InterfaceWatch(int descriptor) : descriptor_(descriptor) {}
    int descriptor_;
};

}  // namespace iwant::platform
