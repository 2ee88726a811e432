#pragma once

// What the tests of this module share: a folder that goes away, identities, and a transport's
// listener that writes down what it is told.

#include <chrono>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <boost/asio/io_context.hpp>
#include <unistd.h>

#include "io/net/identity.h"
#include "io/net/transport.h"

namespace iwant::net {

class TemporaryFolder {
  public:
    TemporaryFolder() {
        std::string name = (std::filesystem::temp_directory_path() / "iwant-net-XXXXXX").string();
        path_ = ::mkdtemp(name.data());
    }
    ~TemporaryFolder() { std::filesystem::remove_all(path_); }
    TemporaryFolder(const TemporaryFolder&) = delete;
    TemporaryFolder& operator=(const TemporaryFolder&) = delete;
    const std::filesystem::path& path() const { return path_; }

  private:
    std::filesystem::path path_;
};

inline Identity make_identity() {
    const TemporaryFolder folder;
    auto identity = Identity::load_or_create(folder.path() / "identity.key");
    if (!identity) std::abort();
    return std::move(*identity);
}

/// Lets the event thread work until `condition` holds; false when it does not within some seconds.
inline bool run_until(boost::asio::io_context& context, const std::function<bool()>& condition) {
    const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(20);
    while (!condition()) {
        if (std::chrono::steady_clock::now() > deadline) return false;
        context.restart();
        context.run_one_for(std::chrono::milliseconds(20));
    }
    return true;
}

/// Lines by level, for tests of what is said.
class RecordingLogger final : public Logger {
  public:
    void log(LogLevel, std::string_view line) override { lines.emplace_back(line); }
    std::vector<std::string> lines;
};

struct OpenedSession {
    SessionId session;
    PeerId peer;
    protocol::Address address;
    bool dialled_by_us = false;
    protocol::Hello hello;
};
struct FailedDial {
    protocol::Address address;
    std::optional<PeerId> expected;
    std::optional<PeerId> found;
    Error error;
};

class RecordingListener final : public TransportListener {
  public:
    explicit RecordingListener(const PeerId& peer) { hello.peer = peer; }

    protocol::Hello make_hello() override { return hello; }
    void session_opened(SessionId session, const PublicKey& key, const protocol::Address& address,
                        bool dialled_by_us, const protocol::Hello& theirs, Duration) override {
        opened.push_back({session, peer_id_of(key), address, dialled_by_us, theirs});
    }
    void session_closed(SessionId session, const std::string& reason) override {
        closed.emplace_back(session, reason);
    }
    void message_received(SessionId, protocol::Message message) override {
        if (on_message) on_message(message);
        messages.push_back(std::move(message));
    }
    void dial_reached(const protocol::Address&, const std::optional<PeerId>&) override {}
    void dial_failed(const protocol::Address& address, const std::optional<PeerId>& expected,
                     const std::optional<PeerId>& found, const Error& error) override {
        failed.push_back({address, expected, found, error});
    }
    void bulk_accepted(std::shared_ptr<BulkStream> stream) override {
        bulks.push_back(std::move(stream));
    }
    void clone_met(const protocol::Address& address, std::uint64_t instance) override {
        clones.emplace_back(address, instance);
    }

    protocol::Hello hello;
    std::function<void(const protocol::Message&)> on_message;
    std::vector<OpenedSession> opened;
    std::vector<std::pair<SessionId, std::string>> closed;
    std::vector<protocol::Message> messages;
    std::vector<FailedDial> failed;
    std::vector<std::shared_ptr<BulkStream>> bulks;
    std::vector<std::pair<protocol::Address, std::uint64_t>> clones;
};

/// A peer with everything that a transport needs, listening on 127.0.0.1.
struct TestPeer {
    explicit TestPeer(boost::asio::io_context& context, const TransportLimits& limits = {},
                      std::uint64_t records_per_key = 1u << 23)
        : identity(make_identity()),
          tls(std::move(TlsContext::create(identity, records_per_key).value())),
          listener(identity.peer()),
          transport(context, *tls, listener, logger, limits) {
        listener.hello.name = "tester";
        listener.hello.program_version = "0.1.0";
        port = transport.listen(0, {"127.0.0.1"}).value();
        listener.hello.port = port;
    }

    protocol::Address address() const { return {"127.0.0.1", port}; }

    Identity identity;
    std::unique_ptr<TlsContext> tls;
    RecordingListener listener;
    RecordingLogger logger;
    Transport transport;
    std::uint16_t port = 0;
};

}  // namespace iwant::net
