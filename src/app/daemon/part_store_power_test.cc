// A power loss at any time of a download, with what was not durable lost in all the ways that a
// disk can lose it: the store never believes a byte that is not there, and the file ends right.

#include "app/daemon/part_store_scenario.h"
#include "io/platform/test_disk_log.h"

namespace iwant::daemon {
namespace {

using platform::NodeId;
using platform::TestDiskLog;
using platform::TestTrace;
using platform::TracedCall;

constexpr int kReplays = 500;  ///< of each of four downloads

/// A download that was recorded: what it did to the disk, and when it saved what.
class RecordedDownload {
  public:
    explicit RecordedDownload(const Scenario& scenario) {
        const TestFolder scratch(fast_folder());
        scratch.make("downloads");
        const SavedRecords records(scratch / "records");
        log_ = std::make_unique<TestDiskLog>(scratch / "downloads");
        TestTrace::Watch watch;
        watch.after = [&](const TracedCall& call, std::int64_t result) {
            const bool saves =
                call.number() == SYS_pwrite64 && call.path_of(call.descriptor(0)) == records.path();
            if (saves) {
                saves_.emplace_back(log_->size(), records.last());
            } else {
                log_->add(call, result);
            }
        };
        const bool ended = TestTrace::run(
            [&] {
                ScenarioRun run(scenario, scratch / "downloads", records);
                if (!run.prepare().empty() || !run.complete().empty()) std::abort();
            },
            watch);
        EXPECT_TRUE(ended);
    }

    const TestDiskLog& log() const { return *log_; }
    /// What the database has after `count` operations, or had `older` saves before.
    PartRecord saved(std::size_t count, std::size_t older) const {
        std::size_t known = 0;
        while (known < saves_.size() && saves_[known].first <= count) ++known;
        return known <= older ? PartRecord{} : saves_[known - older - 1].second;
    }

  private:
    std::unique_ptr<TestDiskLog> log_;
    std::vector<std::pair<std::size_t, PartRecord>> saves_;
};

/// The record with the inodes that its files have now, and with their looks, so that nothing but
/// the bitmap decides what is believed.
PartRecord moved_to(PartRecord record, const std::map<NodeId, NodeId>& nodes, const Plan& plan,
                    const fs::path& downloads) {
    std::optional<PartKey> key = PartKey::decode(record.part_key);
    if (!key) return record;
    const auto now = [&](std::uint64_t inode) {
        const auto found = nodes.find(inode);
        return found == nodes.end() ? std::uint64_t{1} : found->second;
    };
    const auto look = [&](std::uint32_t file) {
        const fs::path path = downloads / record.part_folder / part_path(plan.files[file]);
        const auto info = platform::info_of(path);
        return info ? info->stamp : platform::FileStamp{};
    };
    key->download_folder = downloads.string();
    key->folder_device = platform::info_of(downloads)->stamp.device;
    if (key->content_inode != 0) key->content_inode = now(key->content_inode);
    if (key->lists_inode != 0) key->lists_inode = now(key->lists_inode);
    for (auto& [file, stamp] : key->partial_files) {
        const std::uint64_t inode = now(stamp.inode);
        stamp = part_stamp(look(file));
        stamp.inode = inode;
    }
    for (PartKey::Whole& whole : key->whole_files) whole.mark = mark_of(look(whole.file));
    record.part_key = key->encode();
    return record;
}

class APowerLoss : public testing::TestWithParam<std::uint64_t> {};

TEST_P(APowerLoss, never_makes_a_wrong_byte_believed) {
    const Scenario scenario(GetParam());
    const RecordedDownload recorded(scenario);
    std::uint64_t believed = 0;
    for (int replay = 0; replay < kReplays; ++replay) {
        SCOPED_TRACE("replay " + std::to_string(replay));
        Prng prng(GetParam() * kReplays + static_cast<std::uint64_t>(replay));
        const std::size_t count = prng.next() % (recorded.log().size() + 1);
        const auto loss = static_cast<TestDiskLog::Loss>(prng.next() % TestDiskLog::kLosses);
        // The database may lose its last transaction, too.
        const std::size_t older = prng.next() % 4 == 0 ? 1 : 0;
        const TestFolder scratch(fast_folder());
        const fs::path downloads = scratch / "downloads";
        const auto nodes = recorded.log().leave(count, loss, prng, downloads);
        const SavedRecords records(scratch / "records");
        const PartRecord saved = recorded.saved(count, older);
        ASSERT_TRUE(records.append(moved_to(saved, nodes, *scenario.plan, downloads)));
        ScenarioRun run(scenario, downloads, records);
        ASSERT_EQ(run.prepare(), "");
        believed += run.present();
        ASSERT_EQ(run.complete(), "");
        ASSERT_EQ(run.wrong_result(), "");
        if (older != 0) continue;  // what the database forgot nobody removes
        ASSERT_EQ(entries_of(downloads), 1u);
    }
    EXPECT_GT(believed, std::uint64_t{kReplays / 10}) << "it goes on, it does not start again";
}

INSTANTIATE_TEST_SUITE_P(Seeds, APowerLoss, testing::Range<std::uint64_t>(0, 4));

}  // namespace
}  // namespace iwant::daemon
