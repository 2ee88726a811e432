#pragma once

// All peers that are known to have what one download wants.

#include <map>
#include <optional>
#include <span>

#include "base/log.h"
#include "core/swarm/bans.h"
#include "core/swarm/supplier.h"
#include "core/swarm/types.h"

namespace iwant::swarm {

class Suppliers {
  public:
    static constexpr std::size_t kSuppliersMax = 256;  ///< of one download
    static constexpr int kAsksPerSupplierMax = 4;

    using Map = std::map<PeerId, Supplier>;

    /// `bans`, which all downloads share, and `logger` must outlive them.
    Suppliers(Prng prng, Bans& bans, Logger& logger)
        : prng_(prng), bans_(&bans), logger_(&logger) {}

    /// Adds those that are new; the others were found again. Says whether there was any.
    bool add(std::span<const Source> sources);
    /// Whoever left may have come back without a session to us: asking it makes one, or fails.
    void try_absent();
    Supplier* find(const PeerId& peer);
    Map& all() { return map_; }
    const Map& all() const { return map_; }

    /// The usable peer with the fewest questions under way that may have this content.
    std::optional<PeerId> to_ask(const Hash256& content, Time now);
    /// What follows from a question or fetch for `content` that failed.
    void blame(const PeerId& peer, const Error& error, const Hash256& content, Time now);
    /// It is busy and told our place in its queue.
    void queued_at(const PeerId& peer, std::uint32_t place, Time now);
    /// Whether somebody has us in its queue, and nobody delivers meanwhile.
    bool queued(Time now) const;

    /// When the next one that is set aside can be tried.
    std::optional<Time> next_return(Time now) const;
    /// Whether somebody reliable has something to do.
    bool working() const;
    /// Whether nobody has.
    bool idle() const;
    /// Whether there are some, and each of them sent wrong data of something.
    bool all_lied() const;
    /// "12345678, 9abcdef0" or "".
    std::string liars() const;
    /// " (12345678 sent wrong data)" or "".
    std::string liars_text() const;
    /// For a new attempt by the user: nobody is held anything against.
    void forgive();

  private:
    Map map_;
    Prng prng_;
    Bans* bans_;
    Logger* logger_;
};

}  // namespace iwant::swarm
