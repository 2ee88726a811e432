#include "io/net/tls.h"

#include <cerrno>
#include <system_error>
#include <utility>

#include <openssl/err.h>

#include "base/assert.h"
#include "io/net/record_layer.h"
#include "io/net/tls_checks.h"

namespace iwant::net {

std::shared_ptr<const WideAesGcm> TlsContext::Native::wide_aes() const {
    std::call_once(looked_for_, [this] { wide_aes_ = WideAesGcm::find(); });
    return wide_aes_;
}

namespace {

constexpr char kOperation[] = "prove the peer's identity";

std::unexpected<Error> wrong_peer() {
    return failure(ErrorCode::protocol, kOperation, "somebody else answers at this address");
}

}  // namespace

Tls::Tls(const TlsContext& context, int descriptor, Role role,
         const std::optional<PeerId>& expected)
    : socket_method_(context.native().socket_method),
      checks_(std::make_unique<Checks>()),
      records_per_key_(context.native().records_per_key) {
    checks_->expected = expected;
    checks_->descriptor = descriptor;
    ERR_clear_error();
    ssl_.reset(SSL_new(context.native().context.get()));
    ASSERT(ssl_ != nullptr);
    BIO* bio = BIO_new(socket_method_.get());
    ASSERT(bio != nullptr);
    BIO_set_data(bio, checks_.get());
    BIO_set_init(bio, 1);
    SSL_set_bio(ssl_.get(), bio, bio);
    SSL_set_app_data(ssl_.get(), checks_.get());
    SSL_set_msg_callback(ssl_.get(), count_messages);
    SSL_set_msg_callback_arg(ssl_.get(), checks_.get());
    if (role == Role::dialler) {
        SSL_set_connect_state(ssl_.get());
    } else {
        SSL_set_accept_state(ssl_.get());
    }
}

Tls::~Tls() = default;
Tls::Tls(Tls&& other) noexcept = default;

Result<Tls::Wait> Tls::handshake() {
    ERR_clear_error();
    const int returned = SSL_do_handshake(ssl_.get());
    if (returned != 1) {
        auto wait = outcome(returned);
        const bool refused = !wait && checks_->found && checks_->expected;
        if (refused && checks_->found != checks_->expected) return wrong_peer();
        return wait;
    }
    if (auto checked = check_peer(); !checked) {
        broken_ = true;
        return failure(std::move(checked));
    }
    checks_->records_read = checks_->records_written = 0;
    return Wait::nothing;
}

Result<Tls::Progress> Tls::read(std::span<std::uint8_t> into) {
    ASSERT(!into.empty());
    if (records_) return records_->read(into);
    if (checks_->key_updates > kKeyUpdatesMax) {
        return failure(ErrorCode::protocol, "read", "the peer changes its keys without end");
    }
    ERR_clear_error();
    std::size_t size = 0;
    const int returned = SSL_read_ex(ssl_.get(), into.data(), into.size(), &size);
    if (returned == 1) return Progress{size, Wait::nothing};
    const auto wait = outcome(returned);
    if (!wait) return std::unexpected(wait.error());
    return Progress{0, *wait};
}

Result<Tls::Progress> Tls::write(std::span<const std::uint8_t> bytes) {
    ASSERT(!bytes.empty());
    if (records_) return records_->write(bytes);
    ERR_clear_error();
    std::size_t size = 0;
    const int returned = SSL_write_ex(ssl_.get(), bytes.data(), bytes.size(), &size);
    if (returned == 1) {
        count_record();
        return Progress{size, Wait::nothing};
    }
    const auto wait = outcome(returned);
    if (!wait) return std::unexpected(wait.error());
    return Progress{0, *wait};
}

void Tls::finish_writing() {
    if (broken_ || records_ || !SSL_is_init_finished(ssl_.get())) return;
    ERR_clear_error();
    SSL_shutdown(ssl_.get());
    ERR_clear_error();
}

const std::optional<PeerId>& Tls::found() const {
    return checks_->found;
}

const PublicKey& Tls::key() const {
    return checks_->key;
}

Result<void> Tls::prepare_for_bulk(const TlsContext& context) {
    auto pending = take_pending();
    if (!pending) return failure(std::move(pending));
    const bool known = checks_->dialler_secret && checks_->listener_secret;
    if (!known || checks_->key_updates > 0 || records_with_key_ != checks_->records_written) {
        return failure(ErrorCode::protocol, "open a bulk stream", "the keys changed already");
    }
    const bool listens = SSL_is_server(ssl_.get()) != 0;
    auto& ours = listens ? checks_->listener_secret : checks_->dialler_secret;
    auto& theirs = listens ? checks_->dialler_secret : checks_->listener_secret;
    const int nid = SSL_CIPHER_get_cipher_nid(SSL_get_current_cipher(ssl_.get()));
    const EVP_CIPHER* cipher = EVP_get_cipherbynid(nid);
    ASSERT(cipher != nullptr);
    const auto wide = context.native().wide_aes();
    records_ = std::make_unique<RecordLayer>(
        RecordWriter(
            checks_->descriptor,
            RecordCipher(cipher, wide, std::move(*ours), Direction::seal, checks_->records_written),
            records_per_key_),
        RecordReader(
            checks_->descriptor,
            RecordCipher(cipher, wide, std::move(*theirs), Direction::open, checks_->records_read),
            std::move(*pending)));
    ours.reset();
    theirs.reset();
    return {};
}

/// Content that OpenSSL has read and nobody asked for yet.
Result<std::vector<std::uint8_t>> Tls::take_pending() {
    std::vector<std::uint8_t> content(static_cast<std::size_t>(SSL_pending(ssl_.get())));
    if (content.empty()) return content;
    const auto progress = read(content);
    if (!progress) return std::unexpected(progress.error());
    ASSERT(progress->bytes == content.size());
    return content;
}

Result<Tls::Wait> Tls::flush() {
    return records_ ? records_->flush() : Result<Wait>(Wait::nothing);
}

/// Asks again, of the finished connection, everything that the callbacks decided during the
/// handshake.
Result<void> Tls::check_peer() {
    const CertificatePointer certificate(SSL_get1_peer_certificate(ssl_.get()));
    const auto proven = certificate ? key_of(*certificate) : std::nullopt;
    if (!proven) return failure(ErrorCode::protocol, kOperation, "it has no Ed25519 key");
    checks_->key = *proven;
    checks_->found = peer_id_of(*proven);
    if (checks_->expected && *checks_->expected != *checks_->found) {
        return wrong_peer();
    }
    if (SSL_version(ssl_.get()) != TLS1_3_VERSION || SSL_session_reused(ssl_.get()) != 0 ||
        !speaks_our_protocol(ssl_.get())) {
        return failure(ErrorCode::protocol, kOperation, "it does not speak iwant/1 over TLS 1.3");
    }
    return {};
}

Result<Tls::Wait> Tls::outcome(int returned) {
    const int kind = SSL_get_error(ssl_.get(), returned);
    if (kind == SSL_ERROR_WANT_READ) return Wait::readable;
    if (kind == SSL_ERROR_WANT_WRITE) return Wait::writable;
    if (kind == SSL_ERROR_ZERO_RETURN) {
        return failure(ErrorCode::network, "talk to the peer", "the peer closed the connection");
    }
    broken_ = true;
    return std::unexpected(take_error(kind));
}

Error Tls::take_error(int kind) {
    const unsigned long code = ERR_peek_error();
    const bool cut = ERR_GET_REASON(code) == SSL_R_UNEXPECTED_EOF_WHILE_READING;
    if (kind == SSL_ERROR_SYSCALL || cut) {
        ERR_clear_error();
        const int number = checks_->socket_error;
        return Error{
            ErrorCode::network, "talk to the peer",
            number == 0 ? "the connection was cut" : std::generic_category().message(number)};
    }
    return Error{ErrorCode::protocol, "talk TLS to the peer", take_openssl_error()};
}

/// OpenSSL 3.0 keeps a key for ever; with partial writes each successful call is one record.
void Tls::count_record() {
    if (++records_with_key_ < records_per_key_) return;
    records_with_key_ = 0;
    SSL_key_update(ssl_.get(), SSL_KEY_UPDATE_NOT_REQUESTED);
}

}  // namespace iwant::net
