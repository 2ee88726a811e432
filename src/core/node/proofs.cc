#include "core/node/proofs.h"

#include <algorithm>
#include <map>
#include <optional>
#include <tuple>
#include <utility>

#include "core/protocol/limits.h"
#include "core/protocol/seal.h"

namespace iwant::node {

using protocol::ResultSource;
using protocol::Seal;
using protocol::SearchResult;

namespace {

// What proofs and seals may take of a frame, by generous estimates; answers.cc leaves it to them.
constexpr std::size_t kProofsBytesMax = protocol::kFrameBytesMax / 8;
constexpr std::size_t kProofBytes = 48;  ///< without its siblings
constexpr std::size_t kSealBytes = 160;

bool same(const Entry& entry, const SearchResult& result) {
    return entry.kind == result.kind && entry.size_bytes == result.size_bytes &&
           entry.content == result.content;
}

bool same_place(const Entry& entry, const SearchResult& result) {
    return entry.path == result.path && entry.modified == result.modified;
}

class Prover {
  public:
    Prover(const cluster::SealBook& book, const search::Index& index)
        : book_(book), index_(index) {}

    void prove(const SearchResult& result, ResultSource& source) {
        source.proof.reset();
        const auto entry = index_.entry(source.owner, source.entry);
        if (!entry || !same(*entry, result)) return;
        const auto proof = book_.prove(source.owner, source.entry);
        if (!proof) return;
        const auto place = protocol::place_of(entry->path, entry->modified);
        const protocol::LeafFacts facts{entry->id, entry->kind, entry->size_bytes, entry->content};
        if (protocol::leaf_of(facts, place) != proof->leaf) return;
        const std::size_t bytes = kProofBytes + proof->siblings.size() * sizeof(protocol::Digest16);
        if (bytes_ + bytes > kProofsBytesMax) return;
        const auto number = number_of(proof->seal);
        if (!number) return;
        bytes_ += bytes;
        source.proof =
            protocol::SourceProof{*number, proof->position, std::nullopt, proof->siblings};
        if (!same_place(*entry, result)) source.proof->place = place;
    }
    std::vector<Seal> take_seals() { return std::move(seals_); }

  private:
    std::optional<std::uint32_t> number_of(const Seal& seal) {
        const std::tuple name(seal.owner, seal.since, seal.up_to);
        const auto known = numbers_.find(name);
        if (known != numbers_.end()) return known->second;
        if (seals_.size() == protocol::kSealsPerReplyMax || bytes_ + kSealBytes > kProofsBytesMax)
            return std::nullopt;
        bytes_ += kSealBytes;
        seals_.push_back(seal);
        const auto number = static_cast<std::uint32_t>(seals_.size() - 1);
        numbers_[name] = number;
        return number;
    }

    const cluster::SealBook& book_;
    const search::Index& index_;
    std::vector<Seal> seals_;
    /// By owner and run: an owner that told a part again made two runs that end alike.
    std::map<std::tuple<PeerId, std::uint64_t, std::uint64_t>, std::uint32_t> numbers_;
    std::size_t bytes_ = 0;
};

class Examiner {
  public:
    Examiner(protocol::SealChecker& checker, const Parties& parties,
             const protocol::SearchReply& reply)
        : checker_(checker), parties_(parties), seals_(reply.seals) {
        for (const protocol::Member& member : reply.owners) keys_[member.peer] = member.key;
    }

    /// Whether the result may be shown; without the sources that are nobody's word.
    bool examine(SearchResult& result, Examined& examined) {
        bool vouched = false;
        std::erase_if(result.sources, [&](const ResultSource& source) {
            const Worth worth = worth_of(result, source);
            vouched = vouched || worth == Worth::whole;
            if (worth == Worth::nothing) ++examined.unproven;
            if (worth == Worth::forged) ++examined.forged;
            return worth == Worth::nothing || worth == Worth::forged;
        });
        if (!vouched) ++examined.results;
        return vouched;
    }

  private:
    enum class Worth { nothing, forged, content, whole };

    Worth worth_of(const SearchResult& result, const ResultSource& source) {
        if (source.owner == parties_.answering) return Worth::whole;
        if (source.owner == parties_.self) {
            const auto entry = parties_.own.entry(source.owner, source.entry);
            if (!entry || !same(*entry, result)) return Worth::nothing;
            return same_place(*entry, result) ? Worth::whole : Worth::content;
        }
        const auto key = keys_.find(source.owner);
        const bool unknown = key == keys_.end() || key->second == PublicKey{};
        if (!source.proof || unknown) return Worth::nothing;
        const Seal& seal = seals_[source.proof->seal];
        if (!checker_.proves(key->second, seal, result, source)) return Worth::forged;
        return source.proof->place ? Worth::content : Worth::whole;
    }

    protocol::SealChecker& checker_;
    const Parties& parties_;
    const std::vector<Seal>& seals_;
    std::map<PeerId, PublicKey> keys_;
};

}  // namespace

std::vector<Seal> attach_proofs(const cluster::SealBook& seals, const search::Index& index,
                                const PeerId& self, std::vector<SearchResult>& results) {
    Prover prover(seals, index);
    for (std::size_t nth = 0; nth < protocol::kSourcesPerResultMax; ++nth) {
        bool any = false;
        for (SearchResult& result : results) {
            if (nth >= result.sources.size()) continue;
            any = true;
            if (result.sources[nth].owner != self) prover.prove(result, result.sources[nth]);
        }
        if (!any) break;
    }
    return prover.take_seals();
}

Examined examine(protocol::SealChecker& checker, const Parties& parties,
                 protocol::SearchReply& reply) {
    Examined examined;
    Examiner examiner(checker, parties, reply);
    std::erase_if(reply.results,
                  [&](SearchResult& result) { return !examiner.examine(result, examined); });
    reply.total -= std::min<std::uint64_t>(reply.total, examined.results);
    return examined;
}

}  // namespace iwant::node
