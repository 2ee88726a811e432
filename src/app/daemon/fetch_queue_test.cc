#include "app/daemon/fetch_queue.h"

#include <map>
#include <set>
#include <utility>

#include <gmock/gmock.h>

#include "base/prng.h"
#include "core/swarm/fair_rate.h"

namespace iwant::daemon {
namespace {

using namespace std::chrono_literals;
using testing::ElementsAre;
using Urgency = FetchJob::Urgency;

constexpr std::uint64_t kMiB = std::uint64_t{1} << 20;

class AFetchQueue : public testing::Test {
  protected:
    /// Queues pieces of a large file of that download.
    FetchId add(std::uint64_t download, std::uint32_t first, std::uint32_t count,
                Urgency urgency = Urgency::usual) {
        const FetchId fetch{++fetches_};
        queue_.add({fetch, {download}, {0}, {}, 1000 * kMiB, {first}, count, nullptr, urgency});
        return fetch;
    }
    /// Opens streams, numbered from 1.
    void open(std::initializer_list<std::uint64_t> downloads) {
        for (const std::uint64_t download : downloads) queue_.open_stream({download});
    }
    /// What a stream takes next: the download and its pieces.
    using Taken = std::tuple<std::uint64_t, std::uint32_t, std::uint32_t>;
    Taken take(FetchQueue::StreamNumber stream, std::uint64_t bytes_max = kMiB) {
        const auto part = queue_.take(stream, bytes_max);
        if (!part) return {0, 0, 0};
        return {part->download.value, part->first.value, part->count};
    }
    static constexpr Taken nothing{0, 0, 0};
    std::uint64_t download_of_next(FetchQueue::StreamNumber stream) {
        return std::get<0>(take(stream));
    }
    static std::optional<ErrorCode> code(const std::optional<swarm::FetchEnded>& end) {
        EXPECT_TRUE(end && !end->outcome);
        if (!end || end->outcome) return std::nullopt;
        return end->outcome.error().code;
    }

    FetchQueue queue_;
    std::uint64_t fetches_ = 0;
};

TEST_F(AFetchQueue, HurriesWhatWasQueuedWithoutHaste) {
    open({1, 1});
    add(1, 10, 2);
    const FetchId hurried = add(1, 20, 2);
    add(1, 30, 1, Urgency::first);
    queue_.hurry(hurried);
    EXPECT_EQ(take(1), Taken(1, 30, 1)) << "as urgent, and earlier";
    EXPECT_EQ(take(1), Taken(1, 20, 1));
    EXPECT_EQ(take(2), Taken(1, 21, 1));
    EXPECT_EQ(take(1), Taken(1, 10, 1));
    queue_.hurry(hurried);
    queue_.hurry({99});
    EXPECT_EQ(take(1), Taken(1, 11, 1));
}

TEST_F(AFetchQueue, GivesAFetchOutInPartsThatAStreamHasRoomFor) {
    open({1, 1});
    add(1, 10, 9);
    EXPECT_EQ(take(1, 4 * kMiB + 7), Taken(1, 10, 4));
    EXPECT_EQ(take(2, 3 * kMiB), Taken(1, 14, 3));
    EXPECT_EQ(take(1, 0), Taken(1, 17, 1)) << "a piece at least";

    EXPECT_EQ(take(1, 100 * kMiB), Taken(1, 18, 1));
    EXPECT_EQ(take(1), nothing);
    EXPECT_EQ(take(1), nothing);
}

TEST_F(AFetchQueue, EachDownloadHasAStreamOfItsOwnHoweverMuchTheFirstOneAskedFor) {
    open({1, 1, 2, 3});
    for (std::uint32_t i = 0; i < 20; ++i) add(1, i * 10, 10);
    add(2, 0, 10);
    add(3, 0, 10);
    for (int i = 0; i < 10; ++i) {
        std::multiset<std::uint64_t> given;
        for (std::uint64_t stream = 1; stream <= 4; ++stream) {
            given.insert(download_of_next(stream));
        }
        EXPECT_THAT(given, ElementsAre(0, 1, 2, 3))
            << "a source shares by streams: none is served by two";
    }
}

TEST_F(AFetchQueue, WantsSeveralStreamsForOneDownloadAndOneForEachOfSeveral) {
    add(1, 0, 10);
    for (std::size_t i = 0; i < FetchQueue::kStreamsAlone; ++i) {
        EXPECT_TRUE(queue_.wants_stream({1}));
        open({1});
    }
    EXPECT_FALSE(queue_.wants_stream({1}));
    add(2, 0, 10);
    EXPECT_TRUE(queue_.wants_stream({2})) << "who comes anew waits for nobody";
    open({2});
    EXPECT_FALSE(queue_.wants_stream({2}));
    queue_.rest(2);
    add(3, 0, 10);
    EXPECT_FALSE(queue_.wants_stream({3})) << "one is at rest";
    EXPECT_EQ(download_of_next(2), 3U);
    for (std::uint64_t download = 4; download <= 9; ++download) {
        add(download, 0, 10);
        if (queue_.wants_stream({download})) open({download});
    }
    EXPECT_EQ(queue_.streams(), FetchQueue::kStreamsMax);
}

TEST_F(AFetchQueue, MoreDownloadsThanStreamsAreGivenTheSame) {
    open({1, 2});
    for (std::uint64_t download = 1; download <= 5; ++download) add(download, 0, 100);
    std::map<std::uint64_t, int> given;
    for (int i = 0; i < 50; ++i) ++given[download_of_next(1 + i % 2)];
    for (std::uint64_t download = 1; download <= 5; ++download) {
        EXPECT_NEAR(given[download], 10, 1) << download;
    }
}

TEST_F(AFetchQueue, WhoComesLaterGetsTheSameFromThenOnAndNothingForBefore) {
    open({1});
    add(1, 0, 900);
    for (int i = 0; i < 200; ++i) download_of_next(1);
    add(2, 0, 900);
    std::map<std::uint64_t, int> given;
    for (int i = 0; i < 100; ++i) ++given[download_of_next(1)];
    EXPECT_NEAR(given[1], 50, 1);
    EXPECT_NEAR(given[2], 50, 1);
}

TEST_F(AFetchQueue, WhenOneIsThroughItsStreamHelpsTheOther) {
    open({1, 2});
    const FetchId first = add(1, 0, 1);
    add(2, 0, 10);
    EXPECT_EQ(download_of_next(1), 1U);
    EXPECT_EQ(download_of_next(2), 2U);
    EXPECT_TRUE(queue_.ended(first, {}, 0));
    EXPECT_TRUE(queue_.has_work_for(1));
    EXPECT_EQ(download_of_next(1), 2U);
    EXPECT_EQ(download_of_next(2), 2U);
}

TEST_F(AFetchQueue, WhenAStreamBreaksAnotherDoesItsWork) {
    open({1, 2});
    add(1, 0, 10);
    add(2, 0, 10);
    EXPECT_EQ(download_of_next(2), 2U);
    queue_.close_stream(2);
    const std::set<std::uint64_t> next{download_of_next(1), download_of_next(1),
                                       download_of_next(1)};
    EXPECT_THAT(next, ElementsAre(1, 2));
}

// Which of them rests is never a matter of who looks first: some stream always works.
TEST_F(AFetchQueue, WhateverStreamsDoNeverAllOfThemRestWhileThereIsWork) {
    Prng prng(1);
    open({1, 1, 1, 1});
    for (std::uint64_t download = 1; download <= 3; ++download) add(download, 0, 100);
    for (int i = 0; i < 2000; ++i) {
        const std::uint64_t stream = 1 + prng.below(std::uint64_t{4});
        if (prng.below(std::uint64_t{4}) == 0) queue_.rest(stream);
        if (!queue_.has_work_for(stream)) continue;
        FetchJob part = queue_.take(stream, kMiB).value();
        queue_.put_back(std::move(part));
        bool works = false;
        for (std::uint64_t other = 1; other <= 4; ++other) works |= queue_.has_work_for(other);
        ASSERT_TRUE(works);
    }
}

TEST_F(AFetchQueue, WhatSomebodyWaitsForComesFirstAndInOrder) {
    open({1, 2, 1});
    add(1, 0, 3);
    add(2, 0, 3);
    add(2, 50, 1, Urgency::first);
    add(2, 60, 1, Urgency::first);
    add(1, 70, 1, Urgency::first);
    EXPECT_EQ(take(1), Taken(1, 70, 1));
    EXPECT_EQ(take(1), Taken(2, 50, 1));
    EXPECT_EQ(take(3), Taken(2, 60, 1)) << "everybody helps";
    EXPECT_EQ(take(2), Taken(1, 0, 1));
}

TEST_F(AFetchQueue, WhatIsPutBackIsTakenNext) {
    open({1, 1});
    const FetchId fetch = add(1, 0, 9);
    FetchJob part = *queue_.take(1, 4 * kMiB);
    part.first = {2};
    part.count = 2;
    EXPECT_FALSE(queue_.put_back(part));
    EXPECT_EQ(take(2, 9 * kMiB), Taken(1, 2, 2));
    EXPECT_EQ(take(2, 9 * kMiB), Taken(1, 4, 5));
    EXPECT_FALSE(queue_.ended(fetch, {}, 0));
    EXPECT_TRUE(queue_.ended(fetch, {}, 0));
}

TEST_F(AFetchQueue, OfACancelledFetchNothingIsPutBack) {
    open({1, 1});
    const FetchId fetch = add(1, 0, 9);
    const FetchJob part = *queue_.take(1, 4 * kMiB);
    EXPECT_FALSE(queue_.cancel(fetch));
    EXPECT_EQ(code(queue_.put_back(part)), ErrorCode::cancelled);
    EXPECT_EQ(take(1), nothing);
}

TEST_F(AFetchQueue, AFetchEndsOnceWithItsLastPart) {
    open({1, 1});
    const FetchId fetch = add(1, 0, 3);
    for (const std::uint64_t stream : {1, 2, 1}) take(stream);
    EXPECT_FALSE(queue_.ended(fetch, {}, 0));
    EXPECT_FALSE(queue_.ended(fetch, {}, 0));
    const auto end = queue_.ended(fetch, {}, 0);
    ASSERT_TRUE(end);
    EXPECT_EQ(end->fetch, fetch);
    EXPECT_TRUE(end->outcome);
    EXPECT_EQ(queue_.downloads(), 0U);
}

TEST_F(AFetchQueue, TheFirstErrorEndsAFetchAndTheRestIsNotWanted) {
    open({1, 1});
    const FetchId fetch = add(1, 0, 9);
    const FetchId other = add(1, 20, 1);
    take(1);
    take(2);
    EXPECT_EQ(code(queue_.ended(fetch, failure(ErrorCode::corrupt, "verify", "wrong"), 0)),
              ErrorCode::corrupt);
    EXPECT_TRUE(queue_.is_cancelled(fetch));
    EXPECT_EQ(take(1), Taken(1, 20, 1)) << "nothing more of the first";
    EXPECT_FALSE(queue_.is_cancelled(other));
    EXPECT_FALSE(queue_.ended(fetch, failure(ErrorCode::cancelled, "fetch", "so"), 0)) << "once";
}

TEST_F(AFetchQueue, WhatABusyPeerHasBegunIsStillTaken) {
    open({1, 1});
    const FetchId fetch = add(1, 0, 9);
    take(1);
    take(2);
    EXPECT_FALSE(queue_.ended(fetch, failure(ErrorCode::busy, "fetch", "later"), 3));
    EXPECT_FALSE(queue_.is_cancelled(fetch)) << "the other part comes";
    EXPECT_EQ(take(1), nothing);
    const auto end = queue_.ended(fetch, {}, 0);
    EXPECT_EQ(code(end), ErrorCode::busy);
    EXPECT_EQ(end->place, 3U);
}

TEST_F(AFetchQueue, ACancelledFetchEndsAtOnceOrWhenItsStreamsAreThrough) {
    open({1, 1});
    const FetchId taken = add(1, 0, 9);
    const FetchId queued = add(1, 20, 9);
    take(1);
    EXPECT_EQ(code(queue_.cancel(queued)), ErrorCode::cancelled);
    EXPECT_FALSE(queue_.cancel(queued)) << "it is not there any more";
    EXPECT_FALSE(queue_.cancel(taken)) << "a last piece may be on its way to the disk";
    EXPECT_TRUE(queue_.is_cancelled(taken));
    EXPECT_EQ(take(1), nothing);
    EXPECT_EQ(code(queue_.ended(taken, {}, 0)), ErrorCode::cancelled);
}

TEST_F(AFetchQueue, EndsEverythingWhenNobodyIsLeftToAsk) {
    const FetchId first = add(1, 0, 9);
    const FetchId second = add(2, 0, 9);
    const auto ends = queue_.end_all({ErrorCode::network, "dial", "gone"});
    ASSERT_EQ(ends.size(), 2U);
    EXPECT_EQ(ends[0].fetch, first);
    EXPECT_EQ(ends[1].fetch, second);
    EXPECT_EQ(code(ends[0]), ErrorCode::network);
    EXPECT_EQ(take(1), nothing);
    EXPECT_EQ(queue_.downloads(), 0U);
}

/// Downloads of one source under a limit of 200 KB/s: as many streams as are wanted, each of which
/// asks for as little ahead as it can. The clock is the limit's.
class SharedLimit {
  public:
    explicit SharedLimit(Time start) : now_(start) { rate_.set_rate(200'000, start); }

    void begin(std::uint64_t download) {
        // What a download asks of a source at first.
        for (std::uint32_t i = 0; i < 4; ++i) {
            queue_.add({{++fetches_}, {download}, {0}, {}, 1000 * kMiB, {i * 4}, 4, nullptr});
        }
        while (queue_.wants_stream({download})) streams_[queue_.open_stream({download})];
    }
    /// The bytes that came of each meanwhile.
    std::map<std::uint64_t, std::uint64_t> run_for(Duration time) {
        std::map<std::uint64_t, std::uint64_t> came;
        for (const Time end = now_ + time; now_ < end;) {
            for (auto& [number, stream] : streams_) work(number, stream);
            const auto turn = rate_.next(now_);
            now_ = std::max(now_, turn->at);
            EXPECT_TRUE(rate_.take(turn->ticket, now_));
            const auto stream = std::ranges::find_if(
                streams_, [&](const auto& one) { return one.second.ticket == turn->ticket; });
            came[stream->second.part->download.value] += kTurnBytes;
            stream->second.ticket.reset();
            stream->second.left_bytes -= std::min(stream->second.left_bytes, kTurnBytes);
        }
        return came;
    }

  private:
    static constexpr std::uint64_t kTurnBytes = 25'000;
    struct Stream {
        std::optional<FetchJob> part;
        std::uint64_t left_bytes = 0;
        std::optional<swarm::FairRate::Ticket> ticket;
    };

    void work(FetchQueue::StreamNumber number, Stream& stream) {
        if (stream.ticket) return;
        if (stream.left_bytes == 0) {
            if (stream.part) queue_.ended(std::exchange(stream.part, {})->fetch, {}, 0);
            stream.part = queue_.take(number, kMiB);
            if (!stream.part) return queue_.rest(number);
            stream.left_bytes = kMiB;
        }
        stream.ticket = rate_.ask(stream.part->download, kTurnBytes);
    }

    Time now_;
    swarm::FairRate rate_;
    FetchQueue queue_;
    std::uint64_t fetches_ = 0;
    std::map<FetchQueue::StreamNumber, Stream> streams_;
};

TEST(DownloadsUnderALimit, ShareItEquallyFromTheirBeginningOn) {
    for (const Duration apart : {0s, 1s, 7s}) {
        SharedLimit limit(Time{} + 1h);
        limit.begin(1);
        limit.run_for(apart);
        limit.begin(2);
        limit.run_for(apart);
        limit.begin(3);
        const auto came = limit.run_for(20s);
        ASSERT_EQ(came.size(), 3U) << "each got something";
        const auto [least, most] = std::ranges::minmax({came.at(1), came.at(2), came.at(3)});
        EXPECT_LE(most, least * 11 / 10);
        EXPECT_NEAR(static_cast<double>(came.at(1) + came.at(2) + came.at(3)), 4e6, 1e5);
    }
}

}  // namespace
}  // namespace iwant::daemon
