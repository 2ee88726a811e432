// The catalogue after kill -9 or a full disk at every call by which it changes its files: it opens,
// is as after one of its transactions, and takes the rest.

#include <fstream>

#include "io/catalog/catalog_fixture.h"
#include "io/platform/test_folder.h"
#include "io/platform/test_trace.h"

namespace iwant::catalog {
namespace {

using platform::TestTrace;

class AnInterruptedCatalog : public testing::Test {
  protected:
    /// Everything that a peer does to its catalogue, a transaction each, until one fails. A second
    /// time it finds some of it done.
    Result<void> work() {
        auto catalog = Catalog::open(database(), logger_);
        if (!catalog) return failure(std::move(catalog));
        return write(**catalog);
    }

    static Result<void> write(Catalog& catalog) {
        if (auto done = catalog.set_shares({{"music", "/home/ann/music"}}); !done) return done;
        std::vector<SeenEntry> seen;
        for (std::uint64_t i = 0; i < 40; ++i) {
            seen.push_back(seen_file("song " + std::to_string(i), 1000 + i, i + 1));
        }
        if (auto done = catalog.merge_walk("music", "", 1, seen, true); !done) return done;
        Result<std::vector<HashJob>> jobs = catalog.files_to_hash(100);
        if (!jobs) return failure(std::move(jobs));
        std::vector<HashResult> hashed;
        for (const HashJob& job : *jobs) {
            hashed.push_back({job.entry, job.stamp, pieces_of(job.stamp.size_bytes, 7)});
        }
        if (auto done = catalog.record_hashes(hashed); !done) return failure(std::move(done));
        seen.resize(30);
        if (auto done = catalog.merge_walk("music", "", 2, seen, true); !done) return done;
        const StoredDownload download{3, "record", "parts/1", {1, 2, 3}, {4}};
        if (auto done = catalog.save_download(download); !done) return done;
        if (auto done = catalog.save_present(3, {7, 7, 7}); !done) return done;
        return catalog.set_note("note", "whole");
    }

    /// As it has to be when all was done.
    void expect_all() {
        auto catalog = Catalog::open(database(), logger_);
        ASSERT_TRUE(catalog) << catalog.error().text();
        EXPECT_EQ((*catalog)->totals().files, 30u);
        EXPECT_EQ((*catalog)->totals().unhashed, 0u);
        Replica replica;
        replica.follow(**catalog, 7);
        EXPECT_EQ(replica.entries.size(), 31u) << "with the share itself";
        const auto downloads = (*catalog)->downloads();
        ASSERT_TRUE(downloads && downloads->size() == 1);
        EXPECT_EQ(downloads->front().present, (std::vector<std::uint8_t>{7, 7, 7}));
        EXPECT_EQ((*catalog)->get_note("note").value(), "whole");
    }

    /// What an interrupted run left is made whole by the next, and nothing was given up for that.
    void expect_the_rest_is_done(std::uint64_t call) {
        SCOPED_TRACE("interrupted at call " + std::to_string(call));
        const Result<void> done = work();
        ASSERT_TRUE(done) << done.error().text();
        expect_all();
        EXPECT_TRUE(logger_.warnings.empty()) << logger_.warnings.front();
        std::filesystem::remove_all(scratch_.path());
        scratch_.make(".");
    }

    std::filesystem::path database() const { return scratch_ / "iwant.db"; }

    const platform::TestFolder scratch_{platform::fast_folder()};
    WarningLogger logger_;
};

TEST_F(AnInterruptedCatalog, goes_on_wherever_it_is_killed) {
    const std::uint64_t calls = TestTrace::at_each_call(
        TestTrace::Kill{}, [&] { static_cast<void>(work()); },
        [&](std::uint64_t call) { expect_the_rest_is_done(call); });
    EXPECT_GT(calls, 20u);
    RecordProperty("calls", static_cast<int>(calls));
}

TEST_F(AnInterruptedCatalog, goes_on_when_a_full_disk_has_space_again) {
    if (!TestTrace::kCanFail) GTEST_SKIP() << "calls cannot be made to fail on this processor";
    const std::uint64_t calls = TestTrace::at_each_call(
        TestTrace::Fail{ENOSPC},
        [&] {
            auto catalog = Catalog::open(database(), logger_);
            if (!catalog) return;
            if (const Result<void> failed = write(**catalog); failed) return;
            if (const Result<void> done = write(**catalog); !done) {
                std::ofstream(scratch_ / "told") << done.error().text();
            }
        },
        [&](std::uint64_t call) {
            EXPECT_FALSE(std::filesystem::exists(scratch_ / "told"))
                << "failed at call " << call << ": "
                << platform::read_small_file(scratch_ / "told", 1000).value_or("");
            expect_the_rest_is_done(call);
        });
    EXPECT_GT(calls, 20u);
    RecordProperty("calls", static_cast<int>(calls));
}

}  // namespace
}  // namespace iwant::catalog
