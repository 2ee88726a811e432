#include "app/daemon/fetch_stream.h"

#include <deque>
#include <set>

#include <gmock/gmock.h>

#include "base/hash.h"

namespace iwant::daemon {
namespace {

using protocol::PieceHeader;
using protocol::PieceRequest;
using protocol::RefusalCode;
using testing::ElementsAre;
using testing::IsEmpty;

constexpr std::uint64_t kSize = 2 * kPieceSizeMin + 100;

std::vector<std::uint8_t> content_of_piece(std::uint32_t piece, std::uint64_t size = kSize) {
    return std::vector<std::uint8_t>(piece_length(size, {piece}),
                                     static_cast<std::uint8_t>('a' + piece));
}

PieceList list_of(std::uint64_t size = kSize) {
    PieceList list{size, {}};
    for (std::uint32_t i = 0; i < piece_count(size); ++i) {
        list.hashes.push_back(hash_bytes(content_of_piece(i, size)));
    }
    return list;
}

/// Jobs in a row, given out whole; ends the stream when there are none.
class Jobs final : public JobSource {
  public:
    std::optional<FetchJob> take(Wait wait, std::uint64_t bytes_max) override {
        if (wait == Wait::yes) ++waits;
        room = bytes_max;
        if (jobs.empty()) return std::nullopt;
        FetchJob job = std::move(jobs.front());
        jobs.pop_front();
        open.insert(job.fetch);
        return job;
    }
    void put_back(FetchJob rest) override {
        EXPECT_EQ(open.erase(rest.fetch), 1U);
        jobs.push_back(std::move(rest));
    }
    bool is_cancelled(FetchId fetch) const override { return cancelled.contains(fetch); }
    void ended(FetchId fetch, Result<void> outcome, std::uint32_t) override {
        EXPECT_EQ(open.erase(fetch), 1U);
        endings.emplace(fetch, std::move(outcome));
    }

    std::deque<FetchJob> jobs;
    std::set<FetchId> open;
    std::set<FetchId> cancelled;
    std::multimap<FetchId, Result<void>> endings;
    std::uint64_t room = 0;
    int waits = 0;
};

/// A peer that does as it is told in advance.
class ScriptedStream final : public net::BulkStream {
  public:
    const PeerId& peer() const override { return peer_; }
    Result<void> send(const protocol::Message& message) override {
        if (send_fails) return failure(ErrorCode::network, "send", "gone");
        asked.push_back(std::get<PieceRequest>(message));
        return {};
    }
    Result<void> send_piece(const PieceHeader&, std::span<const std::uint8_t>) override {
        return failure(ErrorCode::network, "send", "not expected");
    }
    Result<void> flush() override { return {}; }
    Result<protocol::Message> receive(std::chrono::milliseconds) override {
        if (answers.empty()) return failure(end_code, "receive", "that was all");
        Answer answer = std::move(answers.front());
        answers.pop_front();
        raw_ = std::move(answer.raw);
        return std::move(answer.message);
    }
    Result<void> send_raw(std::span<const std::uint8_t>) override {
        return failure(ErrorCode::network, "send", "not expected");
    }
    Result<std::size_t> receive_some(std::span<std::uint8_t> into) override {
        if (raw_.empty()) return failure(ErrorCode::network, "receive", "cut off");
        const std::size_t size = std::min({into.size(), raw_.size(), some_bytes});
        std::copy_n(raw_.begin(), size, into.begin());
        raw_.erase(raw_.begin(), raw_.begin() + static_cast<std::ptrdiff_t>(size));
        if (passes) passes();
        return size;
    }
    void shut_down() override {}

    /// Of the piece that comes, not received.
    std::size_t raw_bytes() const { return raw_.size(); }
    void give(std::uint64_t request, std::uint32_t piece) {
        const auto bytes = content_of_piece(piece);
        give(request, piece, static_cast<std::uint32_t>(bytes.size()), bytes);
    }
    void give(std::uint64_t request, std::uint32_t piece, std::uint32_t length,
              std::vector<std::uint8_t> raw) {
        answers.push_back({PieceHeader{{request}, {piece}, length}, std::move(raw)});
    }
    void refuse(std::uint64_t request, RefusalCode code) {
        answers.push_back({protocol::Refusal{{request}, code}, {}});
    }

    struct Answer {
        protocol::Message message;
        std::vector<std::uint8_t> raw;
    };
    std::deque<Answer> answers;
    std::vector<PieceRequest> asked;
    ErrorCode end_code = ErrorCode::network;
    bool send_fails = false;
    std::size_t some_bytes = ~std::size_t{0};  ///< that come at once, at most
    std::function<void()> passes;              ///< time, when some have come

  private:
    const PeerId peer_{};
    std::vector<std::uint8_t> raw_;
};

class AFetchStream : public testing::Test {
  protected:
    FetchJob job(std::uint64_t fetch, std::uint32_t first, std::uint32_t count) {
        return {{fetch}, {1}, {0}, file_id(list_of()), kSize, {first}, count, list_};
    }
    Result<FetchStream::Ending> run() { return FetchStream(stream_, jobs_, world_).run(); }
    /// How a fetch ended; nothing for well.
    std::optional<ErrorCode> ending(std::uint64_t fetch) {
        EXPECT_EQ(jobs_.endings.count({fetch}), 1U) << "a fetch ends once";
        const auto found = jobs_.endings.find({fetch});
        if (found == jobs_.endings.end() || found->second) return std::nullopt;
        return found->second.error().code;
    }

    const SharedPieceList list_ = std::make_shared<PieceList>(list_of());
    ScriptedStream stream_;
    Jobs jobs_;
    std::vector<std::uint32_t> written_;
    std::vector<std::uint32_t> stored_;
    std::vector<std::uint32_t> progress_;
    Result<void> disk_;
    Time now_{};
    Duration tick_ = std::chrono::milliseconds(30);
    Duration passes_{};
    const Fetcher::World world_{
        [this](const FetchJob&, PieceIndex piece, std::span<const std::uint8_t> bytes) {
            EXPECT_TRUE(std::ranges::equal(bytes, content_of_piece(piece.value)));
            if (disk_) written_.push_back(piece.value);
            return disk_;
        },
        [this](const swarm::Event& event) {
            if (const auto* stored = std::get_if<swarm::PieceStored>(&event)) {
                EXPECT_FALSE(jobs_.endings.contains(stored->fetch)) << "nothing after the end";
                stored_.push_back(stored->piece.value);
            } else {
                const auto& progress = std::get<swarm::PieceProgress>(event);
                EXPECT_FALSE(jobs_.endings.contains(progress.fetch)) << "nothing after the end";
                progress_.push_back(progress.bytes);
            }
        },
        nullptr,
        // Time goes by as often as somebody looks.
        [this] { return now_ += tick_; }};
};

TEST_F(AFetchStream, WritesEachPieceAndTellsOfIt) {
    jobs_.jobs = {job(7, 0, 3)};
    for (std::uint32_t piece : {0, 1, 2}) stream_.give(1, piece);
    EXPECT_TRUE(run());
    EXPECT_THAT(written_, ElementsAre(0, 1, 2));
    EXPECT_THAT(stored_, ElementsAre(0, 1, 2));
    EXPECT_EQ(ending(7), std::nullopt);
    ASSERT_EQ(stream_.asked.size(), 1U);
    EXPECT_EQ(stream_.asked[0], (PieceRequest{{1}, file_id(list_of()), {0}, 3}));
    EXPECT_THAT(jobs_.open, IsEmpty());
    EXPECT_EQ(jobs_.waits, 2) << "it waits for work only when nothing is under way";
}

TEST_F(AFetchStream, TellsOfAPieceWhileItIsComing) {
    jobs_.jobs = {job(7, 0, 2)};
    stream_.some_bytes = kPieceSizeMin / 16;
    stream_.passes = [this] { now_ += std::chrono::milliseconds(30); };
    tick_ = {};
    stream_.give(1, 0);
    stream_.give(1, 1);
    EXPECT_TRUE(run());
    EXPECT_THAT(stored_, ElementsAre(0, 1));
    const std::uint32_t four = kPieceSizeMin / 4;
    EXPECT_THAT(progress_, ElementsAre(four, four, four, four, four, four))
        << "ten times a second; the last bytes are told with the piece";
}

TEST_F(AFetchStream, AsksAheadButNotForEverythingAtOnce) {
    for (std::uint64_t i = 1; i <= 40; ++i) {
        jobs_.jobs.push_back(job(i, 0, 1));
    }
    EXPECT_FALSE(run());
    EXPECT_EQ(stream_.asked.size(), 2U) << "a piece and one behind it, while no rate is known";
    EXPECT_EQ(jobs_.jobs.size(), 38U) << "what is not asked for is left to other streams";
}

TEST_F(AFetchStream, AsksAheadForWhatComesInAMoment) {
    // Pieces that take so long each: how many are asked for when twenty are here.
    const auto pieces_asked = [this](Duration each) {
        stream_.asked.clear();
        jobs_.jobs.clear();
        jobs_.endings.clear();
        for (std::uint64_t i = 1; i <= 100; ++i) jobs_.jobs.push_back(job(i, 0, 1));
        for (std::uint64_t i = 1; i <= 20; ++i) stream_.give(i, 0);
        stream_.some_bytes = kPieceSizeMin / 64;
        tick_ = {};
        passes_ = each / 64;
        EXPECT_FALSE(run());
        return stream_.asked.size();
    };
    stream_.passes = [this] { now_ += passes_; };
    EXPECT_EQ(pieces_asked(std::chrono::seconds(20)), 21U) << "the next one, before the last bytes";
    const std::size_t usual = pieces_asked(std::chrono::milliseconds(100));
    EXPECT_GE(usual, 22U) << "10 MiB/s for half a second are 5";
    EXPECT_LE(usual, 25U);
    const std::size_t fast = pieces_asked(std::chrono::milliseconds(4));
    EXPECT_GE(fast, 28U);
    EXPECT_LE(fast, 36U);
}

TEST_F(AFetchStream, SaysHowMuchItHasRoomFor) {
    EXPECT_TRUE(run());
    EXPECT_EQ(jobs_.room, FetchStream::kBytesAheadAtFirst);
}

TEST_F(AFetchStream, VerifiesAFileOfOnePieceThroughItsId) {
    const std::vector<std::uint8_t> bytes(5, 'a');
    FetchJob single{{7}, {1}, {0}, file_id({5, {hash_bytes(bytes)}}), 5, {0}, 1, nullptr};
    jobs_.jobs = {single, single};
    jobs_.jobs[1].fetch = {8};
    stream_.give(1, 0, 5, {'a', 'a', 'a', 'a', 'b'});
    const Fetcher::World world{
        [&](const FetchJob&, PieceIndex, std::span<const std::uint8_t> got) -> Result<void> {
            EXPECT_TRUE(std::ranges::equal(got, bytes));
            written_.push_back(0);
            return {};
        },
        world_.tell};
    stream_.give(2, 0, 5, bytes);
    EXPECT_TRUE(FetchStream(stream_, jobs_, world).run());
    EXPECT_EQ(ending(7), ErrorCode::corrupt);
    EXPECT_EQ(ending(8), std::nullopt);
    EXPECT_THAT(written_, ElementsAre(0));
}

TEST_F(AFetchStream, NeverTakesAListThatIsOfAnotherSize) {
    // A listing may give one content two sizes; the list belongs to one of them.
    FetchJob single = job(7, 0, 1);
    single.size_bytes = 5;
    single.pieces = std::make_shared<PieceList>();
    jobs_.jobs = {single};
    stream_.give(1, 0, 5, {'a', 'a', 'a', 'a', 'a'});
    EXPECT_TRUE(run());
    EXPECT_EQ(ending(7), ErrorCode::corrupt);
}

TEST_F(AFetchStream, EndsAFetchThatBringsWrongBytesAndGoesOnWithTheNext) {
    jobs_.jobs = {job(7, 0, 3), job(8, 2, 1)};
    stream_.give(1, 0);
    auto wrong = content_of_piece(1);
    wrong.back() ^= 1;
    stream_.give(1, 1, static_cast<std::uint32_t>(wrong.size()), wrong);
    stream_.give(1, 2);
    stream_.give(2, 2);
    EXPECT_TRUE(run());
    EXPECT_EQ(ending(7), ErrorCode::corrupt);
    EXPECT_EQ(ending(8), std::nullopt);
    EXPECT_THAT(written_, ElementsAre(0, 2)) << "after the end nothing of a fetch is written";
}

TEST_F(AFetchStream, EndsAllWhenAPieceIsNotTheOneAskedFor) {
    const auto length = static_cast<std::uint32_t>(kPieceSizeMin);
    const std::vector<PieceHeader> wrong{{{1}, {1}, length},     {{2}, {0}, length},
                                         {{1}, {0}, length - 1}, {{1}, {0}, length + 1},
                                         {{1}, {0}, 0},          {{1}, {0}, ~std::uint32_t{0}}};
    for (const PieceHeader& header : wrong) {
        jobs_.endings.clear();
        stream_.answers.clear();
        jobs_.jobs = {job(7, 0, 1), job(8, 2, 1)};
        stream_.answers.push_back({header, {}});
        const auto ended = run();
        ASSERT_FALSE(ended);
        EXPECT_EQ(ended.error().code, ErrorCode::protocol);
        EXPECT_EQ(ending(7), ErrorCode::network);
        EXPECT_EQ(ending(8), ErrorCode::network);
        EXPECT_THAT(jobs_.open, IsEmpty());
    }
    EXPECT_THAT(written_, IsEmpty());
}

TEST_F(AFetchStream, EndsAllWhenSomethingElseIsSaid) {
    jobs_.jobs = {job(7, 0, 3)};
    stream_.answers.push_back({protocol::Ping{1, {}}, {}});
    EXPECT_FALSE(run());
    EXPECT_EQ(ending(7), ErrorCode::network);
    jobs_.jobs = {job(8, 0, 3)};
    stream_.refuse(99, RefusalCode::busy);
    EXPECT_FALSE(run()) << "a refusal of what was not asked";
    EXPECT_EQ(ending(8), ErrorCode::network);
}

TEST_F(AFetchStream, TellsWhyAPeerRefuses) {
    const std::vector<std::pair<RefusalCode, ErrorCode>> meanings{
        {RefusalCode::not_shared, ErrorCode::not_found},
        {RefusalCode::changed, ErrorCode::changed},
        {RefusalCode::busy, ErrorCode::busy},
        {RefusalCode::range, ErrorCode::not_found},
        {RefusalCode::failed, ErrorCode::not_found}};
    std::uint64_t fetch = 10;
    for (std::size_t i = 0; i < meanings.size(); ++i) {
        jobs_.jobs.push_back(job(fetch + i, 0, 3));
        stream_.refuse(i + 1, meanings[i].first);
    }
    EXPECT_TRUE(run());
    for (std::size_t i = 0; i < meanings.size(); ++i) {
        EXPECT_EQ(ending(fetch + i), meanings[i].second) << i;
    }
}

TEST_F(AFetchStream, GoesOnAfterARefusalInTheMiddle) {
    for (std::uint64_t i = 1; i <= 30; ++i) {
        jobs_.jobs.push_back(job(i, 0, 3));
        stream_.give(i, 0);
        stream_.refuse(i, RefusalCode::changed);
    }
    EXPECT_TRUE(run()) << "what was refused is not waited for";
    EXPECT_EQ(written_.size(), 30U);
    for (std::uint64_t i = 1; i <= 30; ++i) EXPECT_EQ(ending(i), ErrorCode::changed);
}

TEST_F(AFetchStream, WritesNothingOfACancelledFetch) {
    jobs_.jobs = {job(7, 0, 2), job(8, 2, 1)};
    jobs_.cancelled = {{7}};
    stream_.give(1, 0);
    stream_.give(1, 1);
    stream_.give(2, 2);
    EXPECT_TRUE(run());
    EXPECT_EQ(ending(7), ErrorCode::cancelled);
    EXPECT_EQ(ending(8), std::nullopt);
    EXPECT_THAT(written_, ElementsAre(2));
}

TEST_F(AFetchStream, TakesInWhatAFastPeerStillSendsOfACancelledFetch) {
    jobs_.jobs = {job(7, 0, 3), job(8, 2, 1)};
    jobs_.cancelled = {{7}};
    for (std::uint32_t piece : {0, 1, 2}) stream_.give(1, piece);
    stream_.give(2, 2);
    tick_ = std::chrono::milliseconds(100);
    const auto ended = run();
    ASSERT_TRUE(ended);
    EXPECT_EQ(*ended, FetchStream::Ending::no_jobs);
    EXPECT_EQ(ending(8), std::nullopt);
}

TEST_F(AFetchStream, LeavesAStreamThatBringsWhatNobodyWantsForLong) {
    jobs_.jobs = {job(7, 0, 2), job(8, 2, 1)};
    jobs_.cancelled = {{7}};
    stream_.some_bytes = kPieceSizeMin / 64;
    for (std::uint32_t piece : {0, 1}) stream_.give(1, piece);
    tick_ = std::chrono::milliseconds(100);
    const auto ended = run();
    ASSERT_TRUE(ended);
    EXPECT_EQ(*ended, FetchStream::Ending::left);
    EXPECT_EQ(ending(7), ErrorCode::cancelled);
    EXPECT_EQ(stream_.answers.size(), 1U) << "it was left within the first piece";
    EXPECT_GE(stream_.raw_bytes(), kPieceSizeMin * 3 / 4) << "soon: 160 KiB a second";
    ASSERT_EQ(jobs_.jobs.size(), 1U) << "what was wanted is left to another stream";
    EXPECT_EQ(jobs_.jobs[0].fetch, FetchId{8});
    EXPECT_EQ(jobs_.jobs[0].first, PieceIndex{2});
    EXPECT_EQ(jobs_.jobs[0].count, 1U);
    EXPECT_THAT(jobs_.open, IsEmpty());
    EXPECT_THAT(written_, IsEmpty());
}

TEST_F(AFetchStream, EndsAFetchWithTheErrorOfOurDisk) {
    jobs_.jobs = {job(7, 0, 2)};
    disk_ = failure(ErrorCode::no_space, "write", "the disk is full");
    stream_.give(1, 0);
    stream_.give(1, 1);
    EXPECT_TRUE(run());
    EXPECT_EQ(ending(7), ErrorCode::no_space);
    EXPECT_THAT(stored_, IsEmpty());
}

TEST_F(AFetchStream, EndsEveryFetchThatItTookWhenTheStreamBreaks) {
    jobs_.jobs = {job(7, 0, 2), job(8, 0, 3), job(9, 2, 1)};
    stream_.give(1, 0);
    stream_.give(1, 1);
    stream_.give(2, 0);
    const auto ended = run();
    EXPECT_FALSE(ended);
    EXPECT_EQ(ending(7), std::nullopt);
    EXPECT_EQ(ending(8), ErrorCode::network);
    EXPECT_EQ(ending(9), ErrorCode::network);
    EXPECT_THAT(jobs_.open, IsEmpty());
}

TEST_F(AFetchStream, TellsAPeerThatFellSilentFromOneThatIsGone) {
    jobs_.jobs = {job(7, 0, 2)};
    stream_.end_code = ErrorCode::timeout;
    EXPECT_FALSE(run());
    EXPECT_EQ(ending(7), ErrorCode::timeout);
}

TEST_F(AFetchStream, EndsWhatCouldNotEvenBeAskedFor) {
    jobs_.jobs = {job(7, 0, 2), job(8, 0, 2)};
    stream_.send_fails = true;
    EXPECT_FALSE(run());
    EXPECT_EQ(ending(7), ErrorCode::network);
    EXPECT_EQ(jobs_.jobs.size(), 1U);
    EXPECT_THAT(jobs_.open, IsEmpty());
}

TEST_F(AFetchStream, EndsAFetchWhoseBytesAreCutOff) {
    jobs_.jobs = {job(7, 0, 2)};
    stream_.give(1, 0, static_cast<std::uint32_t>(kPieceSizeMin), {'a', 'b'});
    EXPECT_FALSE(run());
    EXPECT_EQ(ending(7), ErrorCode::network);
    EXPECT_THAT(written_, IsEmpty());
}

}  // namespace
}  // namespace iwant::daemon
