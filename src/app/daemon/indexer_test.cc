#include "app/daemon/indexer.h"

#include <future>
#include <map>
#include <set>

#include <gmock/gmock.h>

#include "app/daemon/test_loop.h"
#include "base/hash.h"
#include "io/platform/test_folder.h"

namespace iwant::daemon {
namespace {

using std::chrono::seconds;

FileId id_of(const std::string& content) {
    const std::vector<std::uint8_t> bytes(content.begin(), content.end());
    return file_id({content.size(), {hash_bytes(bytes)}});
}

/// A folder that is really scanned, and what a listener of the catalogue's changes knows of it.
class AnIndexer : public testing::Test {
  protected:
    AnIndexer() {
        std::filesystem::create_directories(home_ / "state");
        share_.make("");
        open();
    }
    ~AnIndexer() override { close(); }

    void open() {
        catalog_ = std::move(catalog::Catalog::open(home_ / "state/iwant.db", logger_).value());
        worker_ = std::make_unique<Worker>("catalog");
        Indexer::Options options;
        options.shares = {{"music", share_.path()}};
        options.hash_threads = 1;
        indexer_ = std::make_unique<Indexer>(
            options, *catalog_, *worker_, loop_.post(),
            Indexer::Told{[this](const CatalogDelta& delta, const catalog::Totals& totals) {
                take(delta, totals);
            }},
            logger_);
    }
    void close() {
        indexer_->stop();
        worker_->finish();
        indexer_.reset();
        worker_.reset();
        catalog_.reset();
    }
    void take(const CatalogDelta& delta, const catalog::Totals& totals) {
        EXPECT_EQ(delta.since, version_) << "no page is left out";
        version_ = delta.up_to;
        totals_ = totals;
        for (const EntryChange& change : delta.changes) {
            if (change.what == EntryChange::What::removed) {
                known_.erase(change.entry.id);
                continue;
            }
            if (!change.entry.content) named_first_.insert(change.entry.path);
            known_[change.entry.id] = change.entry;
        }
    }
    const Entry* find(const std::string& path) const {
        for (const auto& [id, entry] : known_) {
            if (entry.path == path) return &entry;
        }
        return nullptr;
    }
    bool run_until_hashed(const std::string& path) {
        return loop_.run_until([&] {
            const Entry* entry = find(path);
            return entry != nullptr && entry->content.has_value();
        });
    }
    Result<Entry> hash_now(EntryId entry) {
        std::optional<Result<Entry>> answer;
        indexer_->hash_now(entry, [&](const Result<Entry>& hashed) { answer = hashed; });
        EXPECT_TRUE(loop_.run_until([&] { return answer.has_value(); }));
        return answer.value_or(failure(ErrorCode::timeout, "hash", "no answer"));
    }

    NullLogger logger_;
    const platform::TestFolder home_;
    const platform::TestFolder share_;
    TestLoop loop_;
    std::unique_ptr<catalog::Catalog> catalog_;
    std::unique_ptr<Worker> worker_;
    std::unique_ptr<Indexer> indexer_;
    std::uint64_t version_ = 0;
    catalog::Totals totals_;
    std::map<EntryId, Entry> known_;
    std::set<std::string> named_first_;
};

TEST_F(AnIndexer, TellsNamesBeforeHashes) {
    share_.write("a/song.mp3", "la la la");
    ASSERT_TRUE(indexer_->start());
    ASSERT_TRUE(run_until_hashed("music/a/song.mp3"));
    EXPECT_TRUE(named_first_.contains("music/a/song.mp3"));
    EXPECT_EQ(find("music/a/song.mp3")->content, id_of("la la la").hash);
    EXPECT_EQ(totals_.files, 1U);
    ASSERT_TRUE(run_until_hashed("music/a")) << "the folder gets its tree";
    ASSERT_TRUE(loop_.run_until([&] { return indexer_->totals().unhashed == 0; }));
}

TEST_F(AnIndexer, TellsTheWholeCatalogueOfTheLastRunFirst) {
    constexpr int kFiles = 30;
    for (int i = 0; i < kFiles; ++i) share_.write(std::to_string(i), "x" + std::to_string(i));
    ASSERT_TRUE(indexer_->start());
    ASSERT_TRUE(loop_.run_until([&] { return totals_.files == kFiles && totals_.unhashed == 0; }));
    close();
    loop_.run_until([] { return true; });
    const auto before = known_;
    known_.clear();
    version_ = 0;
    named_first_.clear();
    open();
    ASSERT_TRUE(indexer_->start());
    ASSERT_TRUE(loop_.run_until([&] { return known_.size() == before.size(); }));
    EXPECT_EQ(known_, before);
    EXPECT_TRUE(named_first_.empty()) << "nothing is hashed again";
}

TEST_F(AnIndexer, TellsWhatIsGone) {
    share_.write("a", "x");
    ASSERT_TRUE(indexer_->start());
    ASSERT_TRUE(run_until_hashed("music/a"));
    std::filesystem::remove(share_ / "a");
    EXPECT_TRUE(loop_.run_until([&] { return find("music/a") == nullptr; }));
}

TEST_F(AnIndexer, TellsThatAShareIsGone) {
    share_.write("a", "x");
    ASSERT_TRUE(indexer_->start());
    ASSERT_TRUE(run_until_hashed("music/a"));
    indexer_->set_shares({});
    EXPECT_TRUE(loop_.run_until([&] { return known_.empty(); }));
}

TEST_F(AnIndexer, HashesAFileAtOnce) {
    share_.write("a", "x");
    ASSERT_TRUE(indexer_->start());
    ASSERT_TRUE(loop_.run_until([&] { return find("music/a") != nullptr; }));
    const Result<Entry> entry = hash_now(find("music/a")->id);
    ASSERT_TRUE(entry) << entry.error().text();
    EXPECT_EQ(entry->content, id_of("x").hash);
}

TEST_F(AnIndexer, HashesAFolderAtOnce) {
    for (int i = 0; i < 200; ++i) share_.write("deep/" + std::to_string(i), std::to_string(i));
    ASSERT_TRUE(indexer_->start());
    ASSERT_TRUE(loop_.run_until([&] { return totals_.files == 200 && find("music/deep"); }));
    const Result<Entry> entry = hash_now(find("music/deep")->id);
    ASSERT_TRUE(entry) << entry.error().text();
    EXPECT_EQ(entry->kind, EntryKind::folder);
    EXPECT_TRUE(entry->content);
}

TEST_F(AnIndexer, AnswersEverybodyWhoAsksForTheSame) {
    for (int i = 0; i < 100; ++i) share_.write("deep/" + std::to_string(i), std::to_string(i));
    ASSERT_TRUE(indexer_->start());
    ASSERT_TRUE(loop_.run_until([&] { return find("music/deep") != nullptr; }));
    const EntryId folder = find("music/deep")->id;
    std::size_t answers = 0;
    for (int i = 0; i < 50; ++i) {
        indexer_->hash_now(folder, [&](const Result<Entry>&) { ++answers; });
    }
    EXPECT_TRUE(loop_.run_until([&] { return answers == 50; }));
}

TEST_F(AnIndexer, SaysThatItCannotHashWhatIsGone) {
    ASSERT_TRUE(indexer_->start());
    EXPECT_EQ(hash_now({12345}).error().code, ErrorCode::not_found);
}

TEST_F(AnIndexer, TellsAFloodOfQuestionsToComeLater) {
    ASSERT_TRUE(indexer_->start());
    Gate held;
    Gate gate;
    worker_->post([&] {
        held.open();
        EXPECT_TRUE(gate.pass());
    });
    ASSERT_TRUE(held.pass());
    constexpr std::size_t kAsked = Worker::kForeignTasksMax + 10;
    std::map<ErrorCode, std::size_t> answers;
    std::size_t count = 0;
    for (std::size_t i = 0; i < kAsked; ++i) {
        indexer_->hash_now({12345}, [&](const Result<Entry>& hashed) {
            ++count;
            ++answers[hashed.error().code];
        });
    }
    EXPECT_TRUE(answers.empty()) << "never answered within the question";
    gate.open();
    ASSERT_TRUE(loop_.run_until([&] { return count == kAsked; }));
    EXPECT_GE(answers[ErrorCode::busy], 10U);
    EXPECT_GT(answers[ErrorCode::not_found], 0U);
}

TEST_F(AnIndexer, PutsAFileOffThatChangesWhileItIsHashed) {
    // What the catalogue saw is not what lies there: as if it was written to in between.
    share_.write("a", "before");
    const auto info = platform::info_of(share_ / "a");
    ASSERT_TRUE(info);
    ASSERT_TRUE(catalog_->set_shares({{"music", share_.path()}}));
    auto older = *info;
    older.stamp.size_bytes = 3;
    older.stamp.modified_ns -= 1'000'000'000;
    ASSERT_TRUE(catalog_->merge_walk("music", "", 1, {{"a", "a", older}}, true));
    const EntryId id = catalog_->files_to_hash(1).value().at(0).entry;
    Gate held;
    Gate gate;
    worker_->post([&] {
        held.open();
        EXPECT_TRUE(gate.pass());
    });
    ASSERT_TRUE(held.pass());
    // Queued before anything that the scanner sees.
    std::optional<Result<Entry>> answer;
    ASSERT_TRUE(indexer_->start());
    indexer_->hash_now(id, [&](const Result<Entry>& hashed) { answer = hashed; });
    gate.open();
    ASSERT_TRUE(loop_.run_until([&] { return answer.has_value(); }));
    if (!*answer) {
        EXPECT_EQ(answer->error().code, ErrorCode::io) << "it is not called unreadable";
    }
    ASSERT_TRUE(run_until_hashed("music/a")) << "the scanner has seen it as it is now";
    EXPECT_EQ(find("music/a")->content, id_of("before").hash);
}

TEST_F(AnIndexer, NamesTheSharesThatCannotBeRead) {
    std::filesystem::remove_all(share_.path());
    ASSERT_TRUE(indexer_->start());
    EXPECT_TRUE(loop_.run_until([&] { return !indexer_->unreadable_shares().empty(); }));
}

TEST_F(AnIndexer, StopsAtOnceInTheMiddleOfItsWork) {
    for (int i = 0; i < 300; ++i) share_.write(std::to_string(i), std::string(100'000, 'x'));
    ASSERT_TRUE(indexer_->start());
    ASSERT_TRUE(loop_.run_until([&] { return !known_.empty(); }));
    // Questions that wait meet an indexer that is stopped.
    bool answered = false;
    for (int i = 0; i < 100; ++i) {
        indexer_->hash_now(known_.begin()->first, [&](const Result<Entry>&) { answered = true; });
    }
    auto stopped = std::async(std::launch::async, [&] {
        indexer_->stop();
        worker_->finish();
    });
    ASSERT_EQ(stopped.wait_for(seconds(10)), std::future_status::ready);
    const std::uint64_t version = version_;
    answered = false;
    loop_.post()([] {});
    bool drained = false;
    loop_.post()([&] { drained = true; });
    ASSERT_TRUE(loop_.run_until([&] { return drained; }));
    EXPECT_EQ(version_, version) << "nothing is told after the stop";
    EXPECT_FALSE(answered);
}

}  // namespace
}  // namespace iwant::daemon
