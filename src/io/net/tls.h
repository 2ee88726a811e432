#pragma once

// One TLS connection over a socket, without waiting: every call does what it can and says what to
// wait for. The event thread's sessions and the workers' bulk streams are both built on it.
// Implements doc/security.md, "The handshake". Private to io/net.

#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <span>
#include <vector>

#include "base/ids.h"
#include "base/result.h"
#include "io/net/aead.h"
#include "io/net/openssl.h"
#include "io/net/transport.h"

namespace iwant::net {

/// Key updates taken from a peer on one connection: what 128 TiB of honest use would bring.
inline constexpr std::uint32_t kKeyUpdatesMax = 1024;

class RecordLayer;

struct BioMethodDeleter {
    void operator()(BIO_METHOD* method) const { BIO_meth_free(method); }
};

struct TlsContext::Native {
    SslContextPointer context;
    /// Shared with the connections: bulk streams may outlive the context.
    std::shared_ptr<BIO_METHOD> socket_method;
    PeerId self;
    std::uint64_t records_per_key = 0;
    /// For bulk streams; looked for by the first of them. Any thread.
    std::shared_ptr<const WideAesGcm> wide_aes() const;

  private:
    mutable std::once_flag looked_for_;
    mutable std::shared_ptr<const WideAesGcm> wide_aes_;
};

/// The socket method of Native.
std::shared_ptr<BIO_METHOD> make_socket_method();

class Tls {
  public:
    struct Checks;
    enum class Role { dialler, listener };
    enum class Wait { nothing, readable, writable };
    struct Progress {
        std::size_t bytes = 0;
        Wait wait = Wait::nothing;
    };

    /// `descriptor` is a connected, non-blocking socket that the caller owns and keeps open as long
    /// as this.
    Tls(const TlsContext& context, int descriptor, Role role,
        const std::optional<PeerId>& expected);
    ~Tls();
    Tls(Tls&& other) noexcept;

    /// Wait::nothing: the handshake is done and the peer is who it says. A dialler does not know
    /// yet whether it was accepted; the first message read says so.
    Result<Wait> handshake();
    /// At least one byte, or what to wait for. The end of the stream is an error (network).
    Result<Progress> read(std::span<std::uint8_t> into);
    /// Takes some of `bytes`. After a wait the same bytes must be offered again (more may follow
    /// them).
    Result<Progress> write(std::span<const std::uint8_t> bytes);
    /// Says that nothing more will be written, if that can be said without waiting.
    void finish_writing();

    /// Whose key was presented, even when it was refused. Proven only after the handshake.
    const std::optional<PeerId>& found() const;
    /// The peer's key; all zero before the handshake is done.
    const PublicKey& key() const;
    /// After the handshake, for streams that carry megabytes: from now on records do not go through
    /// OpenSSL, and what is written waits for flush().
    Result<void> prepare_for_bulk(const TlsContext& context);
    /// Sends what a bulk stream has written, or says what to wait for. Every write that the peer is
    /// to see needs one after it.
    Result<Wait> flush();

  private:
    Result<void> check_peer();
    Result<Wait> outcome(int returned);
    Error take_error(int kind);
    void count_record();

    Result<std::vector<std::uint8_t>> take_pending();

    std::shared_ptr<BIO_METHOD> socket_method_;
    std::unique_ptr<Checks> checks_;  ///< its address is known to OpenSSL
    SslPointer ssl_;
    std::unique_ptr<RecordLayer> records_;  ///< of a bulk stream
    std::uint64_t records_per_key_;
    std::uint64_t records_with_key_ = 0;
    bool broken_ = false;
};

}  // namespace iwant::net
