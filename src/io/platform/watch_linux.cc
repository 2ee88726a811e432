#include <algorithm>
#include <array>
#include <cstring>
#include <fstream>
#include <map>
#include <optional>
#include <unordered_map>

#include <poll.h>
#include <sys/eventfd.h>
#include <sys/inotify.h>

#include "io/platform/posix_calls.h"
#include "io/platform/watch.h"

namespace iwant::platform {

namespace {

constexpr std::uint32_t kMask = IN_CLOSE_WRITE | IN_CREATE | IN_DELETE | IN_MOVED_FROM |
                                IN_MOVED_TO | IN_MODIFY | IN_ATTRIB | IN_DELETE_SELF |
                                IN_MOVE_SELF | IN_ONLYDIR | IN_DONT_FOLLOW | IN_EXCL_UNLINK;
constexpr std::size_t kBufferBytes = 64 * 1024;

constexpr std::uint64_t kWatchesAdvised = 1'048'576;
constexpr std::uint64_t kInstancesAdvised = 1024;

/// The command that raises a limit: to what is plenty mostly, or else twice what there is.
std::string raise(const std::string& limit, std::uint64_t plenty) {
    std::uint64_t now = 0;
    std::ifstream("/proc/sys/fs/inotify/" + limit) >> now;
    return "sudo sysctl fs.inotify." + limit + "=" +
           std::to_string(now < plenty ? plenty : 2 * now);
}

std::string watches_advice() {
    return "the system has no more folder watches; raise the limit: " +
           raise("max_user_watches", kWatchesAdvised);
}

std::string instances_advice() {
    return "the system lets no more programs watch folders; raise the limit and start iWant "
           "again: " +
           raise("max_user_instances", kInstancesAdvised);
}

/// Which watch is at which path. A folder keeps its watch number when it is renamed, so after a
/// rename two paths may name one watch for a moment: the later path owns it.
class WatchTable {
  public:
    /// Returns the watch that was at this path before, which is of another folder now gone from
    /// there.
    std::optional<int> put(int watch, const std::string& path) {
        std::optional<int> displaced;
        if (const auto known = paths_.find(watch); known != paths_.end()) {
            watches_.erase(known->second);
        }
        if (const auto known = watches_.find(path);
            known != watches_.end() && known->second != watch) {
            displaced = known->second;
            paths_.erase(known->second);
        }
        paths_[watch] = path;
        watches_[path] = watch;
        return displaced;
    }

    const std::string* path_of(int watch) const {
        const auto found = paths_.find(watch);
        return found == paths_.end() ? nullptr : &found->second;
    }

    void forget(int watch) {
        const auto found = paths_.find(watch);
        if (found == paths_.end()) return;
        watches_.erase(found->second);
        paths_.erase(found);
    }

    /// Forgets the folder and all below; returns their watches.
    std::vector<int> take_tree(const std::string& path) {
        std::vector<int> taken;
        const auto take = [&](auto begin, auto end) {
            for (auto at = begin; at != end; ++at) {
                taken.push_back(at->second);
                paths_.erase(at->second);
            }
            watches_.erase(begin, end);
        };
        const auto itself = watches_.equal_range(path);
        take(itself.first, itself.second);
        // '0' follows '/', so this is every path that starts with "path/".
        take(watches_.lower_bound(path + "/"), watches_.lower_bound(path + "0"));
        return taken;
    }

    std::size_t size() const { return paths_.size(); }

  private:
    std::unordered_map<int, std::string> paths_;
    std::map<std::string, int> watches_;
};

class InotifyWatch final : public Watch {
  public:
    InotifyWatch(Descriptor inotify, Descriptor waker)
        : inotify_(std::move(inotify)), waker_(std::move(waker)), buffer_(kBufferBytes) {}

    Result<void> add_folder(const std::filesystem::path& folder) override {
        const int watch = ::inotify_add_watch(inotify_.get(), folder.c_str(), kMask);
        if (watch < 0 && errno == ENOSPC) {
            return failure(ErrorCode::limit, "watch " + folder.string(), watches_advice());
        }
        if (watch < 0) return last_error("watch " + folder.string());
        const auto displaced = table_.put(watch, folder.string());
        if (displaced) ::inotify_rm_watch(inotify_.get(), *displaced);
        return {};
    }

    void remove_tree(const std::filesystem::path& folder) override {
        for (const int watch : table_.take_tree(folder.string())) {
            ::inotify_rm_watch(inotify_.get(), watch);
        }
    }

    Result<std::vector<WatchEvent>> wait(std::chrono::milliseconds timeout) override {
        std::array<pollfd, 2> polled{{{inotify_.get(), POLLIN, 0}, {waker_.get(), POLLIN, 0}}};
        const int ready = ::poll(polled.data(), polled.size(), static_cast<int>(timeout.count()));
        if (ready < 0 && errno != EINTR) return last_error("watch folders");
        if (ready <= 0) return std::vector<WatchEvent>{};
        if (polled[1].revents != 0) quieten();
        if (polled[0].revents == 0) return std::vector<WatchEvent>{};
        return read_events();
    }

    void wake() override {
        const std::uint64_t one = 1;
        restarted([&] { return ::write(waker_.get(), &one, sizeof one); });
    }

    std::size_t folders_watched() const override { return table_.size(); }

  private:
    void quieten() {
        std::uint64_t count = 0;
        restarted([&] { return ::read(waker_.get(), &count, sizeof count); });
    }

    Result<std::vector<WatchEvent>> read_events() {
        const ssize_t got =
            restarted([&] { return ::read(inotify_.get(), buffer_.data(), buffer_.size()); });
        if (got < 0 && errno != EAGAIN) return last_error("watch folders");
        std::vector<WatchEvent> events;
        for (std::size_t at = 0; got > 0 && at < static_cast<std::size_t>(got);) {
            inotify_event event{};
            std::memcpy(&event, buffer_.data() + at, sizeof event);
            const char* name = event.len > 0 ? buffer_.data() + at + sizeof event : "";
            translate(event, name, events);
            at += sizeof event + event.len;
        }
        return events;
    }

    void translate(const inotify_event& event, const std::string& name,
                   std::vector<WatchEvent>& events) {
        if ((event.mask & IN_Q_OVERFLOW) != 0) {
            add(events, {WatchEvent::What::overflow, {}, true, false});
            return;
        }
        const std::string* folder = table_.path_of(event.wd);
        if (folder == nullptr) return;
        if ((event.mask & IN_IGNORED) != 0) return table_.forget(event.wd);
        if (name.empty()) return about_itself(event, *folder, events);
        WatchEvent told;
        told.path = std::filesystem::path(*folder) / name;
        told.deep = (event.mask & IN_ISDIR) != 0;
        told.closed = (event.mask & (IN_CLOSE_WRITE | IN_MOVED_TO)) != 0;
        // What moved away takes its watches along, and they would tell wrong paths.
        if (told.deep && (event.mask & IN_MOVED_FROM) != 0) remove_tree(told.path);
        add(events, std::move(told));
    }

    /// The watched folder itself was moved, removed, unmounted or given other permissions.
    void about_itself(const inotify_event& event, const std::string& folder,
                      std::vector<WatchEvent>& events) {
        const std::filesystem::path path = folder;
        if ((event.mask & IN_MOVE_SELF) != 0) remove_tree(path);
        add(events, {WatchEvent::What::changed, path, true, false});
    }

    /// A writer makes many equal events in a row; one of each says it.
    static void add(std::vector<WatchEvent>& events, WatchEvent event) {
        if (!events.empty()) {
            const WatchEvent& last = events.back();
            if (last.what == event.what && last.path == event.path && last.deep == event.deep &&
                last.closed == event.closed) {
                return;
            }
        }
        events.push_back(std::move(event));
    }

    Descriptor inotify_;
    Descriptor waker_;
    std::vector<char> buffer_;
    WatchTable table_;
};

}  // namespace

Result<std::unique_ptr<Watch>> Watch::open() {
    Descriptor inotify(::inotify_init1(IN_CLOEXEC | IN_NONBLOCK));
    if (!inotify.is_open() && errno == EMFILE) {
        return failure(ErrorCode::limit, "watch folders", instances_advice());
    }
    if (!inotify.is_open()) return last_error("watch folders");
    Descriptor waker(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK));
    if (!waker.is_open()) return last_error("watch folders");
    return std::make_unique<InotifyWatch>(std::move(inotify), std::move(waker));
}

}  // namespace iwant::platform
