#include "core/protocol/seal_checker.h"

#include "base/hash.h"
#include "core/protocol/limits.h"
#include "core/protocol/merkle.h"
#include "core/protocol/seal.h"

namespace iwant::protocol {

bool SealChecker::proves(const PublicKey& key, const Seal& seal, const SearchResult& result,
                         const ResultSource& source) {
    if (!source.proof || seal.owner != source.owner || peer_id_of(key) != source.owner)
        return false;
    const SourceProof& proof = *source.proof;
    const Digest16 place = proof.place ? *proof.place : place_of(result.path, result.modified);
    const Digest16 leaf =
        leaf_of({source.entry, result.kind, result.size_bytes, result.content}, place);
    const auto root = merkle_root_from(leaf, proof.position, seal.changes, proof.siblings);
    return root && is_signed(key, seal, *root);
}

bool SealChecker::is_signed(const PublicKey& key, const Seal& seal, const Digest16& root) {
    const auto statement = seal_statement(seal, root);
    const Hash256 name = Hasher().update(key).update(seal.signature).update(statement).digest();
    if (known_.contains(name)) return true;
    if (!signatory_.verify(key, statement, seal.signature)) return false;
    if (in_order_.size() >= kVerifiedSealsMax) {
        known_.erase(in_order_.front());
        in_order_.pop_front();
    }
    known_.insert(name);
    in_order_.push_back(name);
    return true;
}

}  // namespace iwant::protocol
