#pragma once

// What is particular about a Unix-domain socket in the state folder: paths longer than the system's
// 108 bytes, files left behind by a dead service, and who is at the other end.

#include <filesystem>

#include <boost/asio/generic/stream_protocol.hpp>

#include "base/result.h"

namespace iwant::control {

/// An address for bind and connect. Keeps the folder open where the path itself is too long, so it
/// must live until the call is over.
class LocalAddress {
  public:
    static Result<LocalAddress> of(const std::filesystem::path& path);
    ~LocalAddress();
    LocalAddress(LocalAddress&& other) noexcept;
    LocalAddress& operator=(LocalAddress&&) = delete;

    const boost::asio::generic::stream_protocol::endpoint& endpoint() const { return endpoint_; }

  private:
    LocalAddress() = default;
    int folder_ = -1;
    boost::asio::generic::stream_protocol::endpoint endpoint_;
};

/// Removes a socket file that nobody listens on. ErrorCode::busy when somebody does, already_exists
/// when something else has the name.
Result<void> remove_stale_socket(const std::filesystem::path& path);

/// Whether the process at the other end of a connected socket runs as this user (or as root).
bool is_same_user(int descriptor);

}  // namespace iwant::control
