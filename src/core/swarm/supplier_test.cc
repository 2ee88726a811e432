#include "core/swarm/supplier.h"

#include <gtest/gtest.h>

#include "core/swarm/suppliers.h"

namespace iwant::swarm {
namespace {

using namespace std::chrono_literals;

constexpr std::uint64_t kMiB = std::uint64_t{1} << 20;
constexpr Time kStart = Time{} + 1h;

/// A supplier that was seen to deliver `rate` bytes a second until `kStart + 2s`.
Supplier seen_with_rate(std::uint64_t rate) {
    Supplier supplier(EntryId{1});
    supplier.fetch_started(FetchId{1}, 2 * rate, kStart);
    for (int i = 1; i <= 20; ++i) supplier.piece_stored(rate / 10, 0, kStart + i * 100ms);
    supplier.fetch_ended(FetchId{1}, 0);
    return supplier;
}

TEST(Supplier, RunsAreSomeOfItsSecondsWithinLimits) {
    EXPECT_EQ(Supplier(EntryId{1}).run_bytes(), 4 * kMiB);
    EXPECT_EQ(seen_with_rate(kMiB).run_bytes(), 4 * kMiB);
    EXPECT_NEAR(static_cast<double>(seen_with_rate(40 * kMiB).run_bytes()), 30.0 * kMiB,
                3.0 * kMiB);
    EXPECT_EQ(seen_with_rate(1000 * kMiB).run_bytes(), 64 * kMiB);
}

TEST(Supplier, AtLeastTwoFetchesMayBeUnderWay) {
    Supplier supplier(EntryId{1});
    supplier.fetch_started(FetchId{1}, 16 * kMiB, kStart);
    EXPECT_TRUE(supplier.has_room(64)) << "pieces are 16 MiB in large files";
    supplier.fetch_started(FetchId{2}, 16 * kMiB, kStart);
    EXPECT_FALSE(supplier.has_room(64));
}

TEST(Supplier, SmallFilesAreLimitedByTheirNumber) {
    Supplier supplier(EntryId{1});
    for (std::uint64_t i = 1; i <= 64; ++i) {
        EXPECT_TRUE(supplier.has_room(64));
        supplier.fetch_started(FetchId{i}, 100, kStart);
    }
    EXPECT_FALSE(supplier.has_room(64));
    supplier.fetch_ended(FetchId{3}, 100);
    EXPECT_TRUE(supplier.has_room(64));
}

TEST(Supplier, FailuresKeepItAwayLongerEachTime) {
    Supplier supplier(EntryId{1});
    Prng prng(1);
    Time now = kStart;
    for (const Duration backoff : {1s, 2s, 4s, 8s, 16s, 32s, 60s, 60s}) {
        supplier.failed(now, prng);
        supplier.failed(now, prng);  // its other fetches fail with it; that is one failure
        EXPECT_FALSE(supplier.usable(now + backoff - 1ms));
        EXPECT_TRUE(supplier.usable(now + backoff + backoff / 10));
        now += backoff + backoff / 10;
    }
    supplier.delivered();
    supplier.failed(now, prng);
    EXPECT_TRUE(supplier.usable(now + 1100ms));
}

TEST(Supplier, OneThatFailedIsTriedWithOneFetch) {
    Supplier supplier = seen_with_rate(100 * kMiB);
    Prng prng(1);
    supplier.failed(kStart, prng);
    EXPECT_TRUE(supplier.on_trial());
    EXPECT_TRUE(supplier.has_room(64));
    supplier.fetch_started(FetchId{5}, kMiB, kStart + 2s);
    EXPECT_FALSE(supplier.has_room(64));
    supplier.piece_stored(kMiB, 0, kStart + 3s);
    EXPECT_FALSE(supplier.on_trial());
}

TEST(Supplier, ArrivingEndsTheBackoff) {
    Supplier supplier(EntryId{1});
    Prng prng(1);
    supplier.failed(kStart, prng);
    supplier.left();
    EXPECT_FALSE(supplier.usable(kStart + 1h)) << "one that is not connected is not tried";
    supplier.arrived();
    EXPECT_TRUE(supplier.usable(kStart));
}

TEST(Supplier, OneThatLiedStaysDropped) {
    Supplier supplier(EntryId{1});
    supplier.drop();
    supplier.arrived();
    supplier.found_again();
    EXPECT_FALSE(supplier.usable(kStart + 1h));
    supplier.forgive();
    EXPECT_TRUE(supplier.usable(kStart));
}

TEST(Supplier, SilenceIsAStallAfterFiveSeconds) {
    Supplier supplier = seen_with_rate(100 * kMiB);
    EXPECT_FALSE(supplier.stalled(kStart + 1h)) << "it has nothing to do";
    supplier.fetch_started(FetchId{2}, 64 * kMiB, kStart + 5s);
    EXPECT_FALSE(supplier.stalled(kStart + 9900ms));
    EXPECT_TRUE(supplier.stalled(kStart + 10s));
}

TEST(Supplier, APieceThatTakesMinutesIsNoSilenceWhileItComes) {
    Supplier supplier(EntryId{1});
    supplier.fetch_started(FetchId{1}, 16 * kMiB, kStart);
    Time now = kStart;
    for (int i = 1; i <= 160; ++i) {
        now = kStart + i * 1s;
        supplier.progressed(100'000, now);
        EXPECT_FALSE(supplier.stalled(now + 4s));
    }
    EXPECT_NEAR(static_cast<double>(supplier.rate()), 100'000, 10'000);
    EXPECT_EQ(supplier.received_bytes(), 0u) << "what is not verified does not count";
    supplier.piece_stored(16 * kMiB, 160 * 100'000, now);
    EXPECT_EQ(supplier.received_bytes(), 16 * kMiB);
    EXPECT_LT(supplier.rate(), 500'000u) << "what was told before is not counted twice";
}

TEST(Supplier, LittleIsExpectedOfOneThatIsSilent) {
    Supplier supplier = seen_with_rate(100 * kMiB);
    supplier.fetch_started(FetchId{2}, 64 * kMiB, kStart + 5s);
    EXPECT_GT(supplier.pace(kStart + 5010ms), 90 * kMiB);
    EXPECT_LT(supplier.pace(kStart + 7s), 6 * kMiB);
}

TEST(Suppliers, QuestionsGoToWhoeverHasTheFewest) {
    NullLogger logger;
    Bans bans;
    Suppliers suppliers(Prng(1), bans, logger);
    std::vector<Source> sources(3);
    for (std::uint8_t i = 0; i < 3; ++i) sources[i].peer.hash.bytes[0] = i + 1;
    suppliers.add(sources);
    suppliers.find(sources[0].peer)->asks = 1;
    suppliers.find(sources[1].peer)->exclude(Hash256{});
    EXPECT_EQ(suppliers.to_ask(Hash256{}, kStart), sources[2].peer);
    suppliers.blame(sources[2].peer, {ErrorCode::corrupt, "", ""}, Hash256{}, kStart);
    EXPECT_EQ(suppliers.to_ask(Hash256{}, kStart), sources[0].peer);
    suppliers.blame(sources[0].peer, {ErrorCode::not_found, "", ""}, Hash256{}, kStart);
    EXPECT_EQ(suppliers.to_ask(Hash256{}, kStart), std::nullopt);
    EXPECT_EQ(suppliers.liars_text(), " (03000000 sent wrong data)");
}

TEST(Suppliers, TheirNumberIsLimited) {
    NullLogger logger;
    Bans bans;
    Suppliers suppliers(Prng(1), bans, logger);
    std::vector<Source> sources(1000);
    for (std::size_t i = 0; i < sources.size(); ++i) {
        sources[i].peer.hash.bytes[0] = static_cast<std::uint8_t>(i);
        sources[i].peer.hash.bytes[1] = static_cast<std::uint8_t>(i >> 8);
    }
    suppliers.add(sources);
    EXPECT_EQ(suppliers.all().size(), Suppliers::kSuppliersMax);
}

}  // namespace
}  // namespace iwant::swarm
