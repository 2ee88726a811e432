#pragma once

// Ownership and errors of OpenSSL objects. Private to io/net: no other module sees OpenSSL.

#include <memory>
#include <optional>
#include <string>

#include <openssl/bio.h>
#include <openssl/evp.h>
#include <openssl/ssl.h>
#include <openssl/x509.h>

#include "io/net/identity.h"

namespace iwant::net {

template <auto Free>
struct OpensslDeleter {
    template <class T>
    void operator()(T* object) const {
        Free(object);
    }
};

using KeyPointer = std::unique_ptr<EVP_PKEY, OpensslDeleter<EVP_PKEY_free>>;
using CertificatePointer = std::unique_ptr<X509, OpensslDeleter<X509_free>>;
using BioPointer = std::unique_ptr<BIO, OpensslDeleter<BIO_free>>;
using DigestPointer = std::unique_ptr<EVP_MD_CTX, OpensslDeleter<EVP_MD_CTX_free>>;
using SslContextPointer = std::unique_ptr<SSL_CTX, OpensslDeleter<SSL_CTX_free>>;
using SslPointer = std::unique_ptr<SSL, OpensslDeleter<SSL_free>>;

/// The reason of the last failure on this thread in OpenSSL's words; empties the error queue.
std::string take_openssl_error();

/// The raw bytes of an Ed25519 key's public half; nothing for any other kind of key.
std::optional<PublicKey> raw_public_key(const EVP_PKEY* key);

struct Identity::Key {
    KeyPointer pair;
    PublicKey public_key{};
    PeerId peer;
};

}  // namespace iwant::net
