#include "io/net/aead.h"

#include "base/assert.h"

namespace iwant::net {
namespace {

using CipherPointer = std::unique_ptr<EVP_CIPHER_CTX, OpensslDeleter<EVP_CIPHER_CTX_free>>;

class OpensslAead final : public Aead {
  public:
    OpensslAead(const EVP_CIPHER* cipher, std::span<const std::uint8_t> key, Direction direction)
        : context_(EVP_CIPHER_CTX_new()) {
        ASSERT(key.size() == static_cast<std::size_t>(EVP_CIPHER_get_key_length(cipher)));
        const int encrypts = direction == Direction::seal ? 1 : 0;
        must(EVP_CipherInit_ex(context_.get(), cipher, nullptr, key.data(), nullptr, encrypts));
    }

    void seal(const Nonce& nonce, std::span<const std::uint8_t> header,
              std::span<const std::uint8_t> content, std::uint8_t type,
              std::uint8_t* sealed) override {
        begin(nonce, header);
        update(sealed, content);
        update(sealed + content.size(), {&type, 1});
        std::uint8_t* tag = sealed + content.size() + 1;
        int more = 0;
        must(EVP_CipherFinal_ex(context_.get(), tag, &more));
        must(EVP_CIPHER_CTX_ctrl(context_.get(), EVP_CTRL_AEAD_GET_TAG, kTagBytes, tag));
    }

    bool open(const Nonce& nonce, std::span<const std::uint8_t> header,
              std::span<const std::uint8_t> sealed, std::uint8_t* content,
              std::uint8_t& type) override {
        const auto tag = sealed.last(kTagBytes);
        const auto inner = sealed.first(sealed.size() - kTagBytes);
        begin(nonce, header);
        must(EVP_CIPHER_CTX_ctrl(context_.get(), EVP_CTRL_AEAD_SET_TAG, kTagBytes,
                                 const_cast<std::uint8_t*>(tag.data())));
        update(content, inner.first(inner.size() - 1));
        update(&type, inner.last(1));
        int more = 0;
        return EVP_CipherFinal_ex(context_.get(), nullptr, &more) == 1;
    }

  private:
    static void must(int returned) { ASSERT(returned == 1); }

    void begin(const Nonce& nonce, std::span<const std::uint8_t> header) {
        must(EVP_CipherInit_ex(context_.get(), nullptr, nullptr, nullptr, nonce.data(), -1));
        update(nullptr, header);
    }

    void update(std::uint8_t* out, std::span<const std::uint8_t> in) {
        if (in.empty()) return;
        int size = 0;
        must(EVP_CipherUpdate(context_.get(), out, &size, in.data(), static_cast<int>(in.size())));
    }

    CipherPointer context_;
};

}  // namespace

std::unique_ptr<Aead> make_aead(const EVP_CIPHER* cipher, std::span<const std::uint8_t> key,
                                Direction direction) {
    return std::make_unique<OpensslAead>(cipher, key, direction);
}

}  // namespace iwant::net
