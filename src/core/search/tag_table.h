#pragma once

// Finds numbered things by a 64-bit hash in about seven bytes each: one byte of the hash says
// whether a cell is worth a look. The table is cut into shards that grow at different times, so
// that no single insertion pays for moving everything. (Linear probing with backward-shift
// deletion: Knuth, TAOCP 3, 6.4, algorithm R.)

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

namespace iwant::search {

/// Not thread-safe. `same(number)` compares with what is looked for; `hash_of(number)` gives the
/// hash that a number was inserted with.
class TagTable {
  public:
    std::size_t size() const { return size_; }

    template <class Same>
    std::optional<std::uint32_t> find(std::uint64_t hash, Same same) const {
        const Shard& shard = shards_[hash % kShards];
        if (shard.tags.empty()) return std::nullopt;
        const std::uint8_t tag = tag_of(hash);
        for (std::size_t at = home(shard, hash); shard.tags[at] != 0; at = after(shard, at)) {
            if (shard.tags[at] == tag && same(shard.numbers[at])) return shard.numbers[at];
        }
        return std::nullopt;
    }

    /// What will be looked for soon is fetched into the processor's cache.
    void prefetch(std::uint64_t hash) const {
        const Shard& shard = shards_[hash % kShards];
        if (shard.tags.empty()) return;
        const std::size_t at = home(shard, hash);
        __builtin_prefetch(shard.tags.data() + at);
        __builtin_prefetch(shard.numbers.data() + at);
    }

    /// A number that may be the one that is looked for, or nothing; fast but unsure.
    std::optional<std::uint32_t> guess(std::uint64_t hash) const {
        const Shard& shard = shards_[hash % kShards];
        if (shard.tags.empty()) return std::nullopt;
        const std::uint8_t tag = tag_of(hash);
        for (std::size_t at = home(shard, hash); shard.tags[at] != 0; at = after(shard, at)) {
            if (shard.tags[at] == tag) return shard.numbers[at];
        }
        return std::nullopt;
    }

    /// The number must not be there.
    template <class HashOf>
    void insert(std::uint64_t hash, std::uint32_t number, HashOf hash_of) {
        Shard& shard = shards_[hash % kShards];
        if ((shard.count + 1) * 20 > shard.tags.size() * 17) grow(hash % kShards, hash_of);
        place(shard, hash, number);
        ++shard.count;
        ++size_;
    }

    /// The number must be there.
    template <class HashOf>
    void erase(std::uint64_t hash, std::uint32_t number, HashOf hash_of) {
        Shard& shard = shards_[hash % kShards];
        std::size_t hole = home(shard, hash);
        while (shard.tags[hole] == 0 || shard.numbers[hole] != number) hole = after(shard, hole);
        for (std::size_t at = after(shard, hole); shard.tags[at] != 0; at = after(shard, at)) {
            const std::size_t wanted = home(shard, hash_of(shard.numbers[at]));
            // Moves back only what would not be found any more with the hole before it.
            const bool reachable =
                hole <= at ? hole < wanted && wanted <= at : hole < wanted || wanted <= at;
            if (reachable) continue;
            shard.tags[hole] = shard.tags[at];
            shard.numbers[hole] = shard.numbers[at];
            hole = at;
        }
        shard.tags[hole] = 0;
        --shard.count;
        --size_;
    }

    std::size_t memory_bytes() const {
        std::size_t bytes = 0;
        for (const Shard& shard : shards_) bytes += 5 * shard.tags.capacity();
        return bytes;
    }

  private:
    static constexpr std::size_t kShards = 64;

    struct Shard {
        std::vector<std::uint8_t> tags;  ///< 0: the cell is empty
        std::vector<std::uint32_t> numbers;
        std::size_t count = 0;
    };

    static std::uint8_t tag_of(std::uint64_t hash) {
        return static_cast<std::uint8_t>(hash >> 8 | 1);
    }
    static std::size_t home(const Shard& shard, std::uint64_t hash) {
        return static_cast<std::size_t>((hash >> 32) * shard.tags.size() >> 32);
    }
    static std::size_t after(const Shard& shard, std::size_t at) {
        return at + 1 == shard.tags.size() ? 0 : at + 1;
    }

    static void place(Shard& shard, std::uint64_t hash, std::uint32_t number) {
        std::size_t at = home(shard, hash);
        while (shard.tags[at] != 0) at = after(shard, at);
        shard.tags[at] = tag_of(hash);
        shard.numbers[at] = number;
    }

    // The first sizes differ, so that all later ones do.
    template <class HashOf>
    void grow(std::size_t index, HashOf hash_of) {
        Shard& shard = shards_[index];
        const std::size_t cells =
            shard.tags.empty() ? 8 + index / 16 : shard.tags.size() * 4 / 3 + index % 8;
        Shard larger;
        larger.count = shard.count;
        larger.tags.resize(cells);
        larger.numbers.resize(cells);
        // All hashes first: they lie far apart, and so the processor fetches many at a time.
        std::vector<std::uint64_t> hashes(shard.tags.size());
        for (std::size_t i = 0; i < shard.tags.size(); ++i) {
            if (shard.tags[i] != 0) hashes[i] = hash_of(shard.numbers[i]);
        }
        for (std::size_t i = 0; i < shard.tags.size(); ++i) {
            if (shard.tags[i] != 0) place(larger, hashes[i], shard.numbers[i]);
        }
        shard = std::move(larger);
    }

    std::array<Shard, kShards> shards_;
    std::size_t size_ = 0;
};

}  // namespace iwant::search
