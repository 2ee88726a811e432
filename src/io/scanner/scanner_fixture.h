#pragma once

// A real scanner over a folder of a test's own.

#include <gtest/gtest.h>

#include "io/platform/test_folder.h"
#include "io/scanner/replayed_shares.h"
#include "io/scanner/scanner.h"

namespace iwant::scanner {

class ScannerTest : public testing::Test {
  protected:
    ScannerTest() { folder_.make("s"); }

    void start() {
        ScanOptions options;
        options.shares = {{"s", folder_ / "s"}};
        start(std::move(options));
    }
    void start(ScanOptions options) {
        if (options.ignore.empty()) options.ignore = default_ignore_patterns();
        options.check_shares = std::chrono::milliseconds(100);
        scanner_ = Scanner::start(std::move(options), sink_, logger_).value();
        ASSERT_TRUE(sink_.wait_for_first_walk());
    }

    /// What is in the share now, by other means than the scanner's.
    Listing on_disk() const {
        Listing listing;
        const std::filesystem::path root = folder_ / "s";
        for (const auto& entry : std::filesystem::recursive_directory_iterator(root)) {
            const std::string path = entry.path().lexically_relative(root).string();
            if (entry.is_symlink() || entry.is_other()) continue;
            listing[path] =
                entry.is_directory() ? -1 : static_cast<std::int64_t>(entry.file_size());
        }
        return listing;
    }

    void expect_as_on_disk() {
        const Listing expected = on_disk();
        EXPECT_TRUE(sink_.wait_for(expected));
        EXPECT_EQ(sink_.listing(), expected);
    }

    platform::TestFolder folder_;
    ReplayedShares sink_;
    NullLogger logger_;
    std::unique_ptr<Scanner> scanner_;
};

}  // namespace iwant::scanner
