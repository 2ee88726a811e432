// AES-GCM by Intel's library for IPsec, which has the widest instructions of x86 processors.

#include "base/assert.h"
#include "io/net/aead.h"

#if defined(IWANT_IPSEC_MB)

#include <utility>

#include <intel-ipsec-mb.h>
#include <openssl/crypto.h>

namespace iwant::net {
namespace {

constexpr std::uint64_t kWide = IMB_FEATURE_VAES | IMB_FEATURE_VPCLMULQDQ;
constexpr std::size_t kKeyBytes = 16;

struct ManagerDeleter {
    void operator()(IMB_MGR* manager) const { free_mb_mgr(manager); }
};
using Manager = std::shared_ptr<IMB_MGR>;

class WideCipher final : public Aead {
  public:
    WideCipher(Manager manager, std::span<const std::uint8_t> key) : manager_(std::move(manager)) {
        ASSERT(key.size() == kKeyBytes);
        IMB_AES128_GCM_PRE(manager_, key.data(), &key_);
    }
    ~WideCipher() override { OPENSSL_cleanse(&key_, sizeof key_); }
    WideCipher(const WideCipher&) = delete;
    WideCipher& operator=(const WideCipher&) = delete;

    void seal(const Nonce& nonce, std::span<const std::uint8_t> header,
              std::span<const std::uint8_t> content, std::uint8_t type,
              std::uint8_t* sealed) override {
        gcm_context_data state;
        begin(state, nonce, header);
        const std::size_t size = content.size();
        IMB_AES128_GCM_ENC_UPDATE(manager_, &key_, &state, sealed, content.data(), size);
        IMB_AES128_GCM_ENC_UPDATE(manager_, &key_, &state, sealed + size, &type, 1);
        IMB_AES128_GCM_ENC_FINALIZE(manager_, &key_, &state, sealed + size + 1, kTagBytes);
    }

    bool open(const Nonce& nonce, std::span<const std::uint8_t> header,
              std::span<const std::uint8_t> sealed, std::uint8_t* content,
              std::uint8_t& type) override {
        const std::size_t size = sealed.size() - kTagBytes - 1;
        gcm_context_data state;
        std::array<std::uint8_t, kTagBytes> tag{};
        begin(state, nonce, header);
        IMB_AES128_GCM_DEC_UPDATE(manager_, &key_, &state, content, sealed.data(), size);
        IMB_AES128_GCM_DEC_UPDATE(manager_, &key_, &state, &type, sealed.data() + size, 1);
        IMB_AES128_GCM_DEC_FINALIZE(manager_, &key_, &state, tag.data(), kTagBytes);
        return CRYPTO_memcmp(tag.data(), sealed.data() + size + 1, kTagBytes) == 0;
    }

  private:
    void begin(gcm_context_data& state, const Nonce& nonce, std::span<const std::uint8_t> header) {
        IMB_AES128_GCM_INIT(manager_, &key_, &state, nonce.data(), header.data(), header.size());
    }

    const Manager manager_;
    alignas(64) gcm_key_data key_{};
};

class Found final : public WideAesGcm {
  public:
    explicit Found(Manager manager) : manager_(std::move(manager)) {}
    std::unique_ptr<Aead> cipher(std::span<const std::uint8_t> key, Direction) const override {
        return std::make_unique<WideCipher>(manager_, key);
    }

  private:
    Manager manager_;
};

}  // namespace

std::shared_ptr<const WideAesGcm> WideAesGcm::find() {
    const Manager manager(alloc_mb_mgr(0), ManagerDeleter());
    if (!manager || (manager->features & kWide) != kWide) return nullptr;
    init_mb_mgr_auto(manager.get(), nullptr);
    if (imb_get_errno(manager.get()) != 0) return nullptr;
    return std::make_shared<Found>(manager);
}

}  // namespace iwant::net

#else

namespace iwant::net {

std::shared_ptr<const WideAesGcm> WideAesGcm::find() {
    return nullptr;
}

}  // namespace iwant::net

#endif
