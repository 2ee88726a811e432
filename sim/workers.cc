#include "sim/workers.h"

#include <algorithm>
#include <cstdio>
#include <map>
#include <thread>
#include <vector>

#include <poll.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/assert.h"

namespace iwant::sim {

namespace {

struct Header {
    std::uint64_t number;
    std::uint64_t size;
};

/// One child: it does next, next + stride, ... and writes each result into its pipe.
struct Worker {
    pid_t process = -1;
    int pipe = -1;
    std::uint64_t next = 0;  ///< the number whose result is due
    std::string bytes;       ///< of results that are not whole yet
};

void write_all(int pipe, const char* bytes, std::size_t size) {
    while (size > 0) {
        const ssize_t written = write(pipe, bytes, size);
        if (written <= 0) _exit(1);
        bytes += written;
        size -= static_cast<std::size_t>(written);
    }
}

class Pool {
  public:
    explicit Pool(const Jobs& jobs) : jobs_(jobs), wanted_(jobs.first) {}

    void run() {
        const std::uint64_t most = std::max<std::uint64_t>(jobs_.count, 1);
        workers_.resize(std::clamp<std::uint64_t>(jobs_.processes, 1, most));
        for (std::size_t i = 0; i < workers_.size(); ++i) {
            workers_[i].next = jobs_.first + i;
            start(workers_[i]);
        }
        while (wanted_ < end() && !over_) wait_for_one();
        for (Worker& worker : workers_) end(worker);
    }

  private:
    std::uint64_t end() const { return jobs_.first + jobs_.count; }

    void start(Worker& worker) {
        if (worker.next >= end()) return;
        int ends[2];
        ASSERT(pipe(ends) == 0);
        std::fflush(nullptr);
        worker.process = fork();
        ASSERT(worker.process >= 0);
        if (worker.process == 0) {
            close(ends[0]);
            for (std::uint64_t number = worker.next; number < end(); number += workers_.size()) {
                const std::string result = jobs_.work(number);
                const Header header{number, result.size()};
                write_all(ends[1], reinterpret_cast<const char*>(&header), sizeof header);
                write_all(ends[1], result.data(), result.size());
            }
            std::fflush(nullptr);
            _exit(0);
        }
        close(ends[1]);
        worker.pipe = ends[0];
    }

    static void end(Worker& worker) {
        if (worker.process < 0) return;
        kill(worker.process, SIGKILL);
        waitpid(worker.process, nullptr, 0);
        close(worker.pipe);
        worker.process = -1;
    }

    void wait_for_one() {
        std::vector<pollfd> pipes;
        for (const Worker& worker : workers_) {
            const bool alive = worker.process >= 0;
            pipes.push_back({alive ? worker.pipe : -1, POLLIN, 0});
        }
        poll(pipes.data(), pipes.size(), -1);
        for (std::size_t i = 0; i < workers_.size(); ++i) {
            if (pipes[i].revents != 0) read_from(workers_[i]);
        }
        hand_out();
    }

    void read_from(Worker& worker) {
        char buffer[65536];
        const ssize_t got = read(worker.pipe, buffer, sizeof buffer);
        if (got > 0) {
            worker.bytes.append(buffer, static_cast<std::size_t>(got));
            unpack(worker);
            return;
        }
        end(worker);
        worker.bytes.clear();
        if (worker.next >= end()) return;
        results_[worker.next] = std::nullopt;
        worker.next += workers_.size();
        start(worker);
    }

    void unpack(Worker& worker) {
        Header header;
        while (worker.bytes.size() >= sizeof header) {
            worker.bytes.copy(reinterpret_cast<char*>(&header), sizeof header);
            if (worker.bytes.size() < sizeof header + header.size) return;
            results_[header.number] = worker.bytes.substr(sizeof header, header.size);
            worker.bytes.erase(0, sizeof header + header.size);
            worker.next = header.number + workers_.size();
        }
    }

    void hand_out() {
        while (!over_ && !results_.empty() && results_.begin()->first == wanted_) {
            auto result = results_.extract(results_.begin());
            over_ = !jobs_.take(wanted_++, std::move(result.mapped()));
        }
    }

    const Jobs& jobs_;
    std::uint64_t wanted_;
    std::vector<Worker> workers_;
    std::map<std::uint64_t, std::optional<std::string>> results_;
    bool over_ = false;
};

}  // namespace

void run_jobs(const Jobs& jobs) {
    Pool(jobs).run();
}

std::size_t processors() {
    return std::max(1U, std::thread::hardware_concurrency());
}

}  // namespace iwant::sim
