#pragma once

// One daemon for each state folder. The lock is the system's, so it goes with the process however
// that ends; the file also says who holds it.

#include <filesystem>
#include <optional>

#include "base/result.h"
#include "io/platform/file.h"

namespace iwant::platform {

class InstanceLock {
  public:
    /// Takes the lock or fails with ErrorCode::busy, naming the process that holds it.
    static Result<InstanceLock> take(const std::filesystem::path& file);
    /// The process that holds it now, if one does.
    static std::optional<int> holder(const std::filesystem::path& file);

  private:
    explicit InstanceLock(File file) : file_(std::move(file)) {}
    File file_;
};

}  // namespace iwant::platform
