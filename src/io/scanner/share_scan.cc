#include "io/scanner/share_scan.h"

#include <algorithm>

#include "base/path.h"
#include "base/text.h"
#include "io/platform/file_system.h"
#include "io/platform/paths.h"

namespace iwant::scanner {

namespace {

bool is_ignore_file(std::string_view path) {
    return last_component(path) == kIgnoreFileName;
}

/// The paths below `folder` and itself, in a map or set of paths.
template <class Paths>
void erase_tree(Paths& paths, const std::string& folder) {
    paths.erase(folder);
    // '0' follows '/', so this is every path that starts with "folder/".
    paths.erase(paths.lower_bound(folder + "/"), paths.lower_bound(folder + "0"));
}

}  // namespace

/// Passes what a walk finds on to the sink, always one batch behind, so that the last one can say
/// that it is.
class ShareScan::Visitor final : public ShareWalk::Visitor {
  public:
    Visitor(ShareScan& scan, const Place& place, std::uint64_t number)
        : scan_(scan), prefix_(place.announced), number_(number) {}

    void reading_folder(const std::filesystem::path& path) override { scan_.add_watch(path); }

    bool found(std::vector<Found> batch) override {
        if (held_) tell(false);
        held_ = std::move(batch);
        return scan_.world_.goes_on();
    }

    void odd_name(const std::string& plain, const std::string& announced) override {
        scan_.odd_[plain].insert(announced);
    }

    void ignored_folder(const std::filesystem::path& path) override {
        scan_.forget_unwatched(path.string());
        scan_.world_.unwatch(path);
    }

    void hidden_folder(const std::string& disk, const Error& error) override {
        const std::string path = (scan_.share_.folder / disk).lexically_normal().string();
        if (!scan_.hidden_.emplace(path, error.message).second) return;
        scan_.world_.logger.warning(
            "An .iwantignore cannot be used; nothing in its folder is "
            "shared. folder=" +
            escape_for_display(path) + " reason=" + error.message);
    }

    void skipped(const std::string& disk, const std::string& reason) override {
        if (skipped_++ == 0) {
            first_skipped_ = "path=" + escape_for_display(disk) + " reason=" + reason;
        }
    }

    void complete() {
        if (!held_) held_.emplace();
        tell(true);
    }

    void log_skipped() const {
        if (skipped_ == 0) return;
        scan_.world_.logger.info("Some of a shared folder cannot be shared. count=" +
                                 std::to_string(skipped_) + " first " + first_skipped_);
    }

  private:
    void tell(bool complete) {
        std::vector<Found> found = std::move(*held_);
        held_.reset();
        scan_.world_.sink.subtree_seen(
            {scan_.share_.name, prefix_, number_, std::move(found), complete});
    }

    ShareScan& scan_;
    std::string prefix_;
    std::uint64_t number_;
    std::optional<std::vector<Found>> held_;
    std::size_t skipped_ = 0;
    std::string first_skipped_;
};

void ShareScan::walk_all() {
    Identity identity;
    auto root = open_folder(identity);
    if (!root) {
        wants_walk_ = false;
        was_walked_ = true;
        return tell_unreadable(root.error());
    }
    if (identity_ != identity) world_.watch.remove_tree(share_.folder);
    odd_.clear();
    world_.rules.look_at_excluded();
    const auto walked = walk(*root, {});
    if (!walked && walked.error().code == ErrorCode::cancelled) return;
    identity_ = identity;
    wants_walk_ = false;
    was_walked_ = true;
    is_unreadable_ = false;
    if (walked) world_.sink.share_walked(share_.name, identity.second);
}

void ShareScan::check_folder() {
    Identity identity;
    const auto root = open_folder(identity);
    if (!root) return tell_unreadable(root.error());
    if (is_unreadable_ || (identity_ && identity_ != identity)) wants_walk_ = true;
}

Result<platform::Folder> ShareScan::open_folder(Identity& identity) const {
    auto root = platform::Folder::open(share_.folder);
    if (!root) return root;
    const auto info = root->info();
    if (!info) return std::unexpected(info.error());
    identity = {info->stamp.device, info->stamp.inode};
    // An empty folder in the place of another is the bare mount point of a disk that is away.
    if (is_another(identity) && shows_nothing(*root)) {
        return failure(ErrorCode::unavailable, "read " + share_.folder.string(),
                       "an empty folder has taken its place; is its disk mounted?");
    }
    return root;
}

/// The numbers of devices change when the computer starts anew, so of an earlier run only the inode
/// counts.
bool ShareScan::is_another(const Identity& identity) const {
    if (identity_) return identity_ != identity;
    return share_.last_inode && share_.last_inode != identity.second;
}

/// Mount points may hold what is never shared: a "lost+found", a hidden marker.
bool ShareScan::shows_nothing(const platform::Folder& folder) const {
    bool nothing = true;
    const auto listed = folder.list([&](const platform::FolderEntry& entry) {
        return nothing = world_.rules.ignore().match(entry.name);
    });
    return listed && nothing;
}

void ShareScan::tell_unreadable(const Error& error) {
    if (is_unreadable_) return;
    is_unreadable_ = true;
    world_.watch.remove_tree(share_.folder);
    unwatched_.clear();
    hidden_.clear();
    world_.sink.share_unreadable(share_.name, error);
}

Result<void> ShareScan::walk(const platform::Folder& root, const Place& place) {
    const std::string path = (share_.folder / place.disk).lexically_normal().string();
    forget_unwatched(place.disk.empty() ? share_.folder.string() : path);
    forget_hidden(place.disk.empty() ? share_.folder.string() : path);
    const std::uint64_t number = world_.next_walk++;
    Visitor visitor(*this, place, number);
    auto walked = ShareWalk(share_, root, world_.rules, ignores_, number, visitor).run(place);
    visitor.log_skipped();
    if (walked && !root.is_still_at_its_path()) {
        walked = failure(ErrorCode::changed, "read " + root.path(), "it was moved or unmounted");
    }
    if (walked) {
        ignores_.drop_older(place.disk, number);
        visitor.complete();
    } else if (walked.error().code != ErrorCode::cancelled) {
        // What was told stays; without the end of the walk nothing counts as gone. It is read again
        // later.
        unwatched_.insert(share_.folder.string());
        world_.logger.warning("A shared folder could not be read to its end. " +
                              escape_for_display(walked.error().text()));
    }
    return walked;
}

std::optional<std::string> ShareScan::relative(const std::filesystem::path& path) const {
    if (!platform::is_same_or_below(path, share_.folder)) return std::nullopt;
    std::string below = path.string().substr(share_.folder.string().size());
    if (below.starts_with('/')) below.erase(0, 1);
    if (world_.rules.excludes_path(path)) return std::nullopt;
    // An ignore file counts wherever its folder is shared.
    const std::string judged(is_ignore_file(below) ? parent_of(below) : below);
    if (world_.rules.ignore().match_any_component(judged)) return std::nullopt;
    const bool never_shared = ignores_.ignores(judged, platform::FileKind::file) &&
                              ignores_.ignores(judged, platform::FileKind::folder);
    if (never_shared) return std::nullopt;
    return below;
}

void ShareScan::look_at(const std::vector<std::string>& paths, Reports& reports) {
    Identity identity;
    auto root = open_folder(identity);
    if (!root) return tell_unreadable(root.error());
    if (is_unreadable_ || identity_ != identity) wants_walk_ = true;
    // First what decides over the others.
    for (const std::string& path : paths) {
        if (is_ignore_file(path)) take_ignore_file(*root, path, reports);
    }
    for (const std::string& path : paths) {
        if (path.empty()) wants_walk_ = true;
        // The walk of everything tells this as well.
        if (wants_walk_) return;
        if (is_ignore_file(path) || ignores_.ignores(parent_of(path), platform::FileKind::folder)) {
            continue;
        }
        look_at_one(*root, path, reports);
    }
}

/// The new rules hold at once; what they change is found by walking their folder.
void ShareScan::take_ignore_file(const platform::Folder& root, const std::string& path,
                                 Reports& reports) {
    const std::string folder(parent_of(path));
    reports.look_above.push_back(folder);
    if (folder.empty()) {
        static_cast<void>(read_ignore_file(root, folder, ignores_, world_.next_walk++));
    } else if (const auto opened = root.open_folder(folder)) {
        static_cast<void>(read_ignore_file(*opened, folder, ignores_, world_.next_walk++));
    }
}

void ShareScan::look_at_one(const platform::Folder& root, const std::string& path,
                            Reports& reports) {
    const auto place = place_of(root, path);
    if (!place || name_depends_on_others(*place)) {
        reports.look_above.emplace_back(parent_of(path));
        return;
    }
    if (!fits_limits(share_, place->announced)) return;
    const std::filesystem::path full = share_.folder / path;
    const auto info = root.info_of(path);
    if (!info && !is_local(info.error().code)) {
        unwatched_.insert(share_.folder.string());
        return;
    }
    if (!info || !is_shared_kind(info->kind) || ignores_.ignores(path, info->kind)) {
        world_.unwatch(full);
        forget_unwatched(full.string());
        forget_hidden(full.string());
        ignores_.forget_tree(path);
        reports.gone.push_back(subtree_of(*place));
    } else if (info->kind == platform::FileKind::file) {
        reports.there.push_back(subtree_of(*place));
        reports.there.back().found.push_back({place->announced, place->disk, *info});
    } else if (!world_.rules.excludes(full, *info)) {
        const auto walked = walk(root, *place);
        if (!walked && walked.error().code == ErrorCode::cancelled) wants_walk_ = true;
    }
}

/// Whether another name of the same folder has or had a say in how this one is announced.
bool ShareScan::name_depends_on_others(const Place& place) const {
    const auto known = odd_.find(place.announced);
    if (known == odd_.end()) return false;
    return place.disk == place.announced || known->second.size() > 1 ||
           !known->second.contains(place.announced);
}

Subtree ShareScan::subtree_of(const Place& place) {
    return {share_.name, place.announced, world_.next_walk++, {}, true};
}

void ShareScan::add_watch(const std::filesystem::path& folder) {
    const std::filesystem::path plain =
        folder.has_filename() ? folder : folder.parent_path();  // a share's own path ends in '/'
    const auto added = world_.watch.add_folder(plain);
    if (!added && is_local(added.error().code)) return;
    if (!added) return poll(plain, added.error().message);
    if (const auto remote = platform::remote_file_system(plain)) {
        poll(plain, "its file system (" + *remote + ") does not tell of changes by others");
    }
}

void ShareScan::poll(const std::filesystem::path& folder, std::string reason) {
    unwatched_.insert(folder.string());
    poll_reason_ = std::move(reason);
    if (poll_logged_ == poll_reason_) return;
    poll_logged_ = poll_reason_;
    world_.logger.warning("A folder cannot be watched and is looked at from time to time. folder=" +
                          escape_for_display(folder.string()) + " reason=" + poll_reason_);
}

std::string ShareScan::advice(Duration poll) const {
    if (unwatched_.empty() || poll_reason_.empty()) return "";
    const std::string folders =
        unwatched_.size() == 1 ? "one folder" : std::to_string(unwatched_.size()) + " folders";
    return "Changes in " + folders + " of " + escape_for_display(share_.folder.string()) +
           " are noticed within " + human_duration(poll) + " only: " + poll_reason_;
}

void ShareScan::forget_unwatched(const std::string& folder) {
    erase_tree(unwatched_, folder);
    if (unwatched_.empty()) poll_reason_.clear();
}

void ShareScan::forget_hidden(const std::string& folder) {
    erase_tree(hidden_, folder);
}

std::vector<std::string> ShareScan::folders_to_poll() const {
    std::vector<std::string> topmost;
    for (const std::string& folder : unwatched_) {
        const bool is_below = !topmost.empty() && folder.starts_with(topmost.back() + "/");
        if (!is_below) topmost.push_back(folder);
    }
    return topmost;
}

}  // namespace iwant::scanner
