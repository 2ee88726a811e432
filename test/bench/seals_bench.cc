// `iwanto-bench seals`: what it costs that owners sign what they announce. Full runs of changes as
// a first announcement has them, then runs of one change each as a watched folder makes them:
// sealed by the owner, opened and kept by the leader, proven to a searcher.

#include <cstdio>
#include <ctime>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include <malloc.h>
#include <unistd.h>

#include "base/hash.h"
#include "benches.h"
#include "core/cluster/seal_book.h"
#include "core/protocol/codec.h"
#include "core/protocol/limits.h"
#include "core/protocol/seal.h"
#include "core/protocol/seal_checker.h"
#include "io/net/identity.h"
#include "path_maker.h"

namespace iwant::bench {
namespace {

/// Microseconds of the processor: what else the machine does at the time counts little.
double cpu_us() {
    timespec time{};
    ::clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time);
    return static_cast<double>(time.tv_sec) * 1e6 + static_cast<double>(time.tv_nsec) / 1e3;
}

double us_since(double start) {
    return cpu_us() - start;
}

std::size_t bytes_in_use() {
    return mallinfo2().uordblks + mallinfo2().hblkhd;
}

std::optional<net::Identity> make_identity() {
    std::string folder = (std::filesystem::temp_directory_path() / "iwanto-bench-XXXXXX").string();
    if (::mkdtemp(folder.data()) == nullptr) return std::nullopt;
    auto identity = net::Identity::load_or_create(std::filesystem::path(folder) / "identity.key");
    std::filesystem::remove_all(folder);
    if (!identity) return std::nullopt;
    return std::move(*identity);
}

std::vector<CatalogDelta> make_runs(std::size_t entries, std::size_t changes_in_a_run) {
    PathMaker maker(2026);
    std::vector<CatalogDelta> runs;
    for (std::uint64_t i = 1; i <= entries; ++i) {
        if (runs.empty() || runs.back().changes.size() == changes_in_a_run)
            runs.push_back({1, i - 1, i - 1, true, {}});
        EntryChange change{i, EntryChange::What::present, {}};
        change.entry = {{i}, EntryKind::file, maker.next(), i, static_cast<UnixSeconds>(i), {}};
        change.entry.content = Hasher().update_u64(i).digest();
        runs.back().changes.push_back(std::move(change));
        runs.back().up_to = i;
    }
    return runs;
}

struct Figures {
    double seal_us = 0;
    double open_us = 0;
    double keep_us = 0;
    double book_bytes = 0;
    double wire_bytes = 0;  ///< of all announcements
    double seal_bytes = 0;  ///< of them, the seals
    double prove_us = 0;
    double check_us = 0;  ///< of a run that is known
    double proof_bytes = 0;
};

std::size_t bytes_of(const CatalogDelta& run, const Signature& signature) {
    return protocol::encoded_bytes(protocol::CatalogUpdate{{}, run, signature});
}

/// Proves every entry as a leader does and checks it as a searcher does, and counts what it adds to
/// a reply; the seals themselves once.
bool measure_proofs(const net::Identity& owner, const std::vector<CatalogDelta>& runs,
                    const cluster::SealBook& book, Figures& figures) {
    protocol::SealChecker checker(owner);
    double entries = 0;
    for (const CatalogDelta& run : runs) {
        for (const EntryChange& change : run.changes) {
            const Entry& entry = change.entry;
            const double start = cpu_us();
            auto proof = book.prove(owner.peer(), entry.id);
            if (!proof || proof->leaf != protocol::leaf_of(change)) return false;
            figures.prove_us += us_since(start);
            protocol::SearchReply reply;
            reply.results = {{entry.kind,
                              entry.content,
                              entry.path,
                              entry.size_bytes,
                              entry.modified,
                              1,
                              {{owner.peer(), entry.id, true}}}};
            const std::size_t before = protocol::encoded_bytes(reply);
            auto& source = reply.results[0].sources[0];
            source.proof = protocol::SourceProof{0, proof->position, {}, proof->siblings};
            figures.proof_bytes += static_cast<double>(protocol::encoded_bytes(reply) - before);
            // The first look at a run verifies its signature; what is measured is the second.
            for (const bool is_known : {false, true}) {
                const double looked = cpu_us();
                if (!checker.proves(owner.public_key(), proof->seal, reply.results[0], source))
                    return false;
                if (is_known) figures.check_us += us_since(looked);
            }
            ++entries;
        }
    }
    figures.prove_us /= entries;
    figures.check_us /= entries;
    figures.proof_bytes /= entries;
    return true;
}

std::optional<Figures> measure(const net::Identity& owner, const std::vector<CatalogDelta>& runs) {
    Figures figures;
    std::vector<Signature> seals;
    double start = cpu_us();
    for (const CatalogDelta& run : runs) seals.push_back(protocol::seal(owner, run));
    figures.seal_us = us_since(start);
    for (std::size_t i = 0; i < runs.size(); ++i) {
        const auto whole = static_cast<double>(bytes_of(runs[i], seals[i]));
        figures.wire_bytes += whole;
        figures.seal_bytes += whole - static_cast<double>(bytes_of(runs[i], {}));
    }
    const std::size_t before = bytes_in_use();
    cluster::SealBook book;
    for (std::size_t i = 0; i < runs.size(); ++i) {
        start = cpu_us();
        auto opened = protocol::open_seal(owner, owner.public_key(), runs[i], seals[i]);
        if (!opened) return std::nullopt;
        figures.open_us += us_since(start);
        start = cpu_us();
        book.put(owner.peer(), std::move(*opened));
        figures.keep_us += us_since(start);
    }
    figures.book_bytes = static_cast<double>(bytes_in_use() - before);
    if (!measure_proofs(owner, runs, book, figures)) return std::nullopt;
    return figures;
}

void print(std::size_t entries, std::size_t in_a_run, const Figures& figures, bool is_first) {
    const double each = 10'000 / static_cast<double>(entries);
    std::printf(
        "%s{\"changes_in_a_run\": %zu, \"seal_us\": %.0f, \"open_us\": %.0f, \"keep_us\": %.0f, "
        "\"book_bytes\": %.0f, \"announcement_bytes\": %.0f, \"seal_bytes\": %.0f, "
        "\"prove_us\": %.2f, \"check_us\": %.2f, \"proof_bytes\": %.0f}",
        is_first ? "" : ", ", in_a_run, figures.seal_us * each, figures.open_us * each,
        figures.keep_us * each, figures.book_bytes * each, figures.wire_bytes * each,
        figures.seal_bytes * each, figures.prove_us, figures.check_us, figures.proof_bytes);
}

}  // namespace

int seals_bench(std::size_t entries) {
    const auto owner = make_identity();
    if (!owner) return 1;
    std::printf("{\"entries\": %zu, \"per\": 10000, \"runs\": [", entries);
    bool is_first = true;
    for (const std::size_t in_a_run :
         {protocol::kDeltaChangesMax, std::size_t{50}, std::size_t{1}}) {
        const auto figures = measure(*owner, make_runs(entries, in_a_run));
        if (!figures) return 1;
        print(entries, in_a_run, *figures, is_first);
        is_first = false;
    }
    std::printf("]}\n");
    return 0;
}

}  // namespace iwant::bench
