#include "io/control/local_socket.h"

#include <utility>

#include <boost/asio.hpp>

#include "io/platform/file.h"

namespace iwant::control {

namespace {

namespace asio = boost::asio;
namespace fs = std::filesystem;

// sockaddr_un.sun_path, unix(7), with its closing NUL.
constexpr std::size_t kPathBytesMax = 108;

}  // namespace

Result<LocalAddress> LocalAddress::of(const fs::path& path) {
    LocalAddress address;
    std::string name = path.string();
    if (name.size() >= kPathBytesMax) {
        address.folder_ = ::open(path.parent_path().c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC);
        if (address.folder_ < 0) {
            return std::unexpected(
                platform::system_error(errno, "open " + path.parent_path().string()));
        }
        name = "/proc/self/fd/" + std::to_string(address.folder_) + "/" + path.filename().string();
    }
    if (name.size() >= kPathBytesMax) {
        return failure(ErrorCode::limit, "open " + path.string(),
                       "The name of the socket is too long.");
    }
    address.endpoint_ = asio::local::stream_protocol::endpoint(name);
    return address;
}

LocalAddress::~LocalAddress() {
    if (folder_ >= 0) ::close(folder_);
}

LocalAddress::LocalAddress(LocalAddress&& other) noexcept
    : folder_(std::exchange(other.folder_, -1)), endpoint_(other.endpoint_) {}

Result<void> remove_stale_socket(const fs::path& path) {
    std::error_code failed;
    const fs::file_status status = fs::symlink_status(path, failed);
    if (status.type() == fs::file_type::not_found) return {};
    if (status.type() != fs::file_type::socket) {
        return failure(ErrorCode::already_exists, "listen on " + path.string(),
                       "Something else has this name. Remove it, then start again.");
    }
    Result<LocalAddress> address = LocalAddress::of(path);
    if (!address) return std::unexpected(address.error());
    asio::io_context context;
    asio::generic::stream_protocol::socket probe(context);
    boost::system::error_code refused;
    probe.connect(address->endpoint(), refused);
    if (!refused) {
        return failure(ErrorCode::busy, "listen on " + path.string(),
                       "Another service listens there already.");
    }
    fs::remove(path, failed);
    if (failed)
        return std::unexpected(platform::system_error(failed.value(), "remove " + path.string()));
    return {};
}

bool is_same_user(int descriptor) {
    ucred peer{};
    socklen_t size = sizeof peer;
    if (::getsockopt(descriptor, SOL_SOCKET, SO_PEERCRED, &peer, &size) != 0) return false;
    return peer.uid == ::geteuid() || peer.uid == 0;
}

}  // namespace iwant::control
