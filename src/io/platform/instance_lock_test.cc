#include "io/platform/instance_lock.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include "io/platform/test_folder.h"

namespace iwant::platform {
namespace {

TEST(InstanceLock, IsTakenOnceAndNamesItsHolder) {
    const TestFolder folder;
    EXPECT_FALSE(InstanceLock::holder(folder / "lock"));
    {
        const auto lock = InstanceLock::take(folder / "lock");
        ASSERT_TRUE(lock);
        EXPECT_EQ(InstanceLock::holder(folder / "lock"), process_id());
        const auto second = InstanceLock::take(folder / "lock");
        ASSERT_FALSE(second);
        EXPECT_EQ(second.error().code, ErrorCode::busy);
        EXPECT_THAT(second.error().message,
                    testing::HasSubstr("process " + std::to_string(process_id())));
        EXPECT_EQ(InstanceLock::holder(folder / "lock"), process_id());
    }
    EXPECT_FALSE(InstanceLock::holder(folder / "lock"));
    EXPECT_TRUE(InstanceLock::take(folder / "lock"));
}

TEST(InstanceLock, IsNotHeldByAProcessNumberAlone) {
    const TestFolder folder;
    folder.write("lock", std::to_string(process_id()) + "\n");
    EXPECT_FALSE(InstanceLock::holder(folder / "lock"));
    EXPECT_TRUE(InstanceLock::take(folder / "lock"));
}

TEST(InstanceLock, GoesWithAProcessThatIsKilled) {
    const TestFolder folder;
    std::array<int, 2> ready{};
    ASSERT_EQ(::pipe(ready.data()), 0);
    const pid_t child = ::fork();
    if (child == 0) {
        const auto lock = InstanceLock::take(folder / "lock");
        const char taken = lock ? 'y' : 'n';
        if (::write(ready[1], &taken, 1) != 1) ::_exit(1);
        while (true) ::pause();
    }
    char taken = 0;
    ASSERT_EQ(::read(ready[0], &taken, 1), 1);
    EXPECT_EQ(taken, 'y');
    EXPECT_EQ(InstanceLock::holder(folder / "lock"), child);
    EXPECT_FALSE(InstanceLock::take(folder / "lock"));
    ::kill(child, SIGKILL);
    ::waitpid(child, nullptr, 0);
    EXPECT_FALSE(InstanceLock::holder(folder / "lock"));
    EXPECT_TRUE(InstanceLock::take(folder / "lock"));
    ::close(ready[0]);
    ::close(ready[1]);
}

TEST(InstanceLock, DoesNotFollowASymlink) {
    const TestFolder folder;
    folder.write("victim", "content");
    std::filesystem::create_symlink(folder / "victim", folder / "lock");
    EXPECT_FALSE(InstanceLock::take(folder / "lock"));
    EXPECT_EQ(folder.read("victim"), "content");
}

}  // namespace
}  // namespace iwant::platform
