#pragma once

// Proofs of what an answer says of others: attached by whoever answers from an index, demanded by
// whoever asked. A leader or standby can thus hide an entry, but not make one up.

#include <cstddef>
#include <vector>

#include "core/cluster/seal_book.h"
#include "core/protocol/messages.h"
#include "core/protocol/seal_checker.h"
#include "core/search/index.h"

namespace iwant::node {

/// Proves the sources of `results` as far as `seals` and the frame allow, the first of each result
/// before the others; the seals that the proofs name. An owner that answers, `self`, needs none.
std::vector<protocol::Seal> attach_proofs(const cluster::SealBook& seals,
                                          const search::Index& index, const PeerId& self,
                                          std::vector<protocol::SearchResult>& results);

/// What an answer turned out to be worth.
struct Examined {
    std::size_t unproven = 0;  ///< sources taken out because nothing proves them
    std::size_t forged = 0;    ///< sources taken out because their proof is wrong: somebody lies
    std::size_t results = 0;   ///< that are gone, because no source vouches for their name
};

/// Who is asked and who asked: their own words and entries are checked otherwise or not at all.
struct Parties {
    PeerId answering;
    PeerId self;
    const search::Index& own;  ///< has our own entries
};

/// Takes out of the answer what nobody proved. A result stays as long as one of its sources vouches
/// for the name that it shows: by a proof, or because it is the one who answers, or ourselves.
Examined examine(protocol::SealChecker& checker, const Parties& parties,
                 protocol::SearchReply& reply);

}  // namespace iwant::node
