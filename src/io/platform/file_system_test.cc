#include "io/platform/file_system.h"

#include <gtest/gtest.h>

#include "io/platform/test_folder.h"

namespace iwant::platform {
namespace {

TEST(FileSystem, NetworkFileSystemsAreKnownByTheirNumbers) {
    EXPECT_EQ(remote_file_system_of_type(0x6969), "nfs");
    EXPECT_EQ(remote_file_system_of_type(0xff534d42), "cifs");
    EXPECT_EQ(remote_file_system_of_type(0x01021997), "9p");
    EXPECT_EQ(remote_file_system_of_type(0x65735546), "fuse");
}

TEST(FileSystem, DisksOfThisComputerAreNot) {
    for (const std::uint32_t type : {0xef53u, 0x58465342u, 0x9123683eu, 0x01021994u, 0x794c7630u}) {
        EXPECT_EQ(remote_file_system_of_type(type), std::nullopt) << type;
    }
}

TEST(FileSystem, WhatIsNotThereIsNotRemote) {
    const TestFolder folder;
    EXPECT_EQ(remote_file_system(folder / "none"), std::nullopt);
    EXPECT_EQ(remote_file_system("/proc"), std::nullopt);
}

}  // namespace
}  // namespace iwant::platform
