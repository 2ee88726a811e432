#include "app/daemon/download_record.h"

#include <gtest/gtest.h>

namespace iwant::daemon {
namespace {

using swarm::DownloadState;

swarm::DownloadRecord full_record() {
    swarm::DownloadRecord record;
    record.id = {7};
    record.target.kind = EntryKind::folder;
    record.target.content.emplace();
    record.target.content->bytes.fill(0xa5);
    record.target.name = "Ünïcode \"quoted\"\\ \n \x01 音楽";
    record.target.size_bytes = std::uint64_t{1} << 60;
    PeerId peer;
    peer.hash.bytes.fill(0x11);
    record.target.sources = {{peer, {~std::uint64_t{0}}}, {peer, {0}}};
    record.folder = "/home/ann/iWant/Downloads";
    record.state = DownloadState::failed;
    record.final_path = "/home/ann/iWant/Downloads/x";
    record.message = "the disk is full";
    record.rank = -3;
    record.next_folder = "/home/ann/Films";
    return record;
}

void expect_equal(const swarm::DownloadRecord& left, const swarm::DownloadRecord& right) {
    EXPECT_EQ(left.id, right.id);
    EXPECT_EQ(left.target.kind, right.target.kind);
    EXPECT_EQ(left.target.content, right.target.content);
    EXPECT_EQ(left.target.name, right.target.name);
    EXPECT_EQ(left.target.size_bytes, right.target.size_bytes);
    EXPECT_EQ(left.target.sources, right.target.sources);
    EXPECT_EQ(left.folder, right.folder);
    EXPECT_EQ(left.state, right.state);
    EXPECT_EQ(left.final_path, right.final_path);
    EXPECT_EQ(left.message, right.message);
    EXPECT_EQ(left.rank, right.rank);
    EXPECT_EQ(left.next_folder, right.next_folder);
}

TEST(DownloadRecord, OfAVersionWithoutAnOrderComesInTheOrderOfAsking) {
    std::string text = write_record(full_record());
    text.replace(text.find(R"(,"rank":-3)"), 10, "");
    EXPECT_EQ(read_record(DownloadId{42}, text).value().rank, 42);
}

TEST(DownloadRecord, OfAVersionWithoutAnotherFolderStaysWhereItIs) {
    std::string text = write_record(full_record());
    const std::string next = R"("next_folder":"/home/ann/Films",)";
    text.replace(text.find(next), next.size(), "");
    EXPECT_EQ(read_record(DownloadId{42}, text).value().next_folder, "");
}

TEST(DownloadRecord, IsReadAsItWasWritten) {
    const auto record = full_record();
    const auto read = read_record(record.id, write_record(record));
    ASSERT_TRUE(read) << read.error().text();
    expect_equal(record, *read);
}

TEST(DownloadRecord, OfSomethingUnhashedHasNoContent) {
    swarm::DownloadRecord record;
    record.id = {1};
    const auto read = read_record(record.id, write_record(record));
    ASSERT_TRUE(read) << read.error().text();
    expect_equal(record, *read);
}

TEST(DownloadRecord, KeepsTheStatesThatOutliveTheRun) {
    for (const DownloadState state : {DownloadState::queued, DownloadState::paused,
                                      DownloadState::failed, DownloadState::done}) {
        auto record = full_record();
        record.state = state;
        EXPECT_EQ(read_record(record.id, write_record(record)).value().state, state);
    }
    auto record = full_record();
    record.state = DownloadState::transferring;
    EXPECT_EQ(read_record(record.id, write_record(record)).value().state, DownloadState::queued);
}

TEST(DownloadRecord, CutShortAnywhereIsAnError) {
    const std::string text = write_record(full_record());
    for (std::size_t length = 0; length < text.size(); ++length) {
        const auto read = read_record({7}, text.substr(0, length));
        ASSERT_FALSE(read) << length;
        EXPECT_EQ(read.error().code, ErrorCode::corrupt);
    }
}

TEST(DownloadRecord, OfAnotherShapeIsAnError) {
    for (const std::string text :
         {"null", "[]", "{}", "7", R"({"folder_wanted":1})",
          R"({"folder_wanted":true,"content":7,"name":"","size":1,"sources":[],"folder":"",)"
          R"("state":"","final_path":"","message":""})",
          R"({"folder_wanted":true,"content":"","name":"","size":-1,"sources":[],"folder":"",)"
          R"("state":"","final_path":"","message":""})",
          R"({"folder_wanted":true,"content":"","name":"","size":1,"sources":[7],"folder":"",)"
          R"("state":"","final_path":"","message":""})"}) {
        const auto read = read_record({7}, text);
        ASSERT_FALSE(read) << text;
        EXPECT_EQ(read.error().code, ErrorCode::corrupt);
    }
}

}  // namespace
}  // namespace iwant::daemon
