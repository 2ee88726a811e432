#pragma once

// Runs numbered jobs on several processes and hands their results back in the order of the numbers,
// whoever was first. Processes and not threads, so that a job that ends its process (a failed
// ASSERT) costs that one job and not the run.

#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>

namespace iwant::sim {

struct Jobs {
    std::uint64_t first = 1;
    std::uint64_t count = 0;
    std::size_t processes = 1;
    /// Does one job in a worker process; the result is any bytes.
    std::function<std::string(std::uint64_t number)> work;
    /// Gets each result in order, in the calling process; nothing when the worker died of the job.
    /// False: the rest is not wanted.
    std::function<bool(std::uint64_t number, std::optional<std::string> result)> take;
};

void run_jobs(const Jobs& jobs);

/// How many processors this machine gives us.
std::size_t processors();

}  // namespace iwant::sim
