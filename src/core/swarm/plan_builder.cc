#include "core/swarm/plan_builder.h"

#include <algorithm>
#include <vector>

#include "base/assert.h"
#include "base/name.h"
#include "base/text.h"
#include "core/protocol/limits.h"

namespace iwant::swarm {
namespace {

std::unexpected<Error> refuse(ErrorCode code, const std::string& name, std::string message) {
    return failure(code, "download " + escape_for_display(name), std::move(message));
}

/// Lays the verified listings out as files and folders with their paths; iterative, so that no
/// depth is a danger.
class Layout {
  public:
    Layout(const std::map<TreeId, TreeListing>& listings, const std::string& name, Plan& plan)
        : listings_(listings), name_(name), plan_(plan) {}

    Result<void> run(TreeId root) {
        todo_.push_back({root, "", 0});
        while (!todo_.empty()) {
            const Folder folder = std::move(todo_.back());
            todo_.pop_back();
            for (const TreeEntry& entry : listings_.at(folder.tree).entries) {
                if (auto added = add(folder, entry); !added) return added;
            }
        }
        return {};
    }

  private:
    struct Folder {
        TreeId tree;
        std::string path;
        std::size_t depth = 0;
    };

    Result<void> add(const Folder& parent, const TreeEntry& entry) {
        std::string path = parent.path.empty() ? "" : parent.path + "/";
        path += storable_name(entry.name);
        if (path.size() > protocol::kPathBytesMax) {
            return refuse(ErrorCode::unsafe_name, name_, "a path in it is longer than 4096 bytes");
        }
        if (entry.kind == EntryKind::file) return add_file(std::move(path), entry);
        if (parent.depth + 1 >= kPlanDepthMax) {
            return refuse(ErrorCode::limit, name_, "its folders are nested more than 64 deep");
        }
        if (plan_.folders.size() >= protocol::kDownloadFilesMax) {
            return refuse(ErrorCode::limit, name_, "it has more than a million folders");
        }
        plan_.folders.push_back(path);
        todo_.push_back({TreeId{entry.content}, std::move(path), parent.depth + 1});
        return {};
    }

    Result<void> add_file(std::string path, const TreeEntry& entry) {
        if (plan_.files.size() >= protocol::kDownloadFilesMax) {
            return refuse(ErrorCode::limit, name_, "it has more than a million files");
        }
        plan_.files.push_back(
            {std::move(path), entry.size_bytes, FileId{entry.content}, entry.executable, 0});
        return {};
    }

    const std::map<TreeId, TreeListing>& listings_;
    const std::string& name_;
    Plan& plan_;
    std::vector<Folder> todo_;
};

/// Numbers the pieces and adds the sizes up, both within their limits.
Result<void> number_pieces(Plan& plan, const std::string& name) {
    const FileId empty_file = file_id(PieceList{});
    for (PlannedFile& file : plan.files) {
        if (file.size_bytes > kFileSizeMax - plan.size_bytes) {
            return refuse(ErrorCode::limit, name, "it is larger than any disk");
        }
        if ((file.size_bytes == 0) != (file.file == empty_file)) {
            return refuse(ErrorCode::corrupt, name,
                          "the size of a file in it is not that of its content; its owner has to "
                          "share it again");
        }
        const std::uint64_t pieces = piece_count(file.size_bytes);
        if (pieces > kFilePiecesMax || pieces > kPlanPiecesMax - plan.pieces) {
            return refuse(ErrorCode::limit, name, "it is larger than 64 TiB");
        }
        file.first_piece = plan.pieces;
        plan.pieces += pieces;
        plan.size_bytes += file.size_bytes;
    }
    return {};
}

}  // namespace

Result<SharedPlan> plan_of_file(const std::string& name, FileId file, std::uint64_t size_bytes) {
    if (auto safe = check_wire_name(name); !safe) return failure(std::move(safe));
    Plan plan;
    plan.content = file.hash;
    plan.root_name = storable_name(name);
    plan.files.push_back({"", size_bytes, file, false, 0});
    if (auto numbered = number_pieces(plan, name); !numbered) return failure(std::move(numbered));
    return std::make_shared<const Plan>(std::move(plan));
}

PlanBuilder::PlanBuilder(TreeId root, std::string name) : root_(root), name_(std::move(name)) {
    known_.emplace(root_, 0);
    wanted_.push_back(root_);
}

std::optional<TreeId> PlanBuilder::take_wanted() {
    if (wanted_.empty()) return std::nullopt;
    const TreeId tree = wanted_.front();
    wanted_.pop_front();
    partial_[tree];
    return tree;
}

void PlanBuilder::give_back(TreeId tree) {
    if (partial_.erase(tree) != 0) wanted_.push_back(tree);
}

Result<std::optional<std::uint32_t>> PlanBuilder::add(TreeId tree, TreePart part) {
    const auto asked = partial_.find(tree);
    ASSERT(asked != partial_.end());
    TreeListing& listing = asked->second;
    const std::size_t have = listing.entries.size();
    if (part.first != have || part.total < have + part.entries.size() ||
        (part.entries.empty() && part.total != have)) {
        return refuse(ErrorCode::protocol, name_, "the parts of a listing do not fit together");
    }
    if (part.total > protocol::kDownloadFilesMax) {
        return refuse(ErrorCode::protocol, name_, "a listing has more than a million entries");
    }
    std::ranges::move(part.entries, std::back_inserter(listing.entries));
    if (listing.entries.size() < part.total) {
        return std::optional(static_cast<std::uint32_t>(listing.entries.size()));
    }
    if (tree_id(listing) != tree) {
        return refuse(ErrorCode::corrupt, name_, "a listing is not the one that was asked for");
    }
    TreeListing whole = std::move(listing);
    partial_.erase(asked);
    auto accepted = accept(tree, std::move(whole));
    if (accepted) return std::optional<std::uint32_t>();
    // The listing is what its id says, so whatever is wrong with it is nobody's lie.
    Error error = std::move(accepted).error();
    if (error.code == ErrorCode::corrupt || error.code == ErrorCode::protocol) {
        error.code = ErrorCode::invalid_argument;
    }
    return std::unexpected(std::move(error));
}

Result<void> PlanBuilder::accept(TreeId tree, TreeListing listing) {
    if (const auto checked = check_listing(listing); !checked) {
        return refuse(checked.error().code, name_, checked.error().text());
    }
    if (!std::ranges::is_sorted(listing.entries, {}, &TreeEntry::name)) {
        return refuse(ErrorCode::invalid_argument, name_, "a listing in it is not in order");
    }
    entries_ += listing.entries.size();
    // As many folders again as files, each listing counted once however often it occurs.
    if (entries_ > 2 * protocol::kDownloadFilesMax) {
        return refuse(ErrorCode::limit, name_, "it has more than a million files");
    }
    const std::size_t depth = known_.at(tree) + 1;
    for (const TreeEntry& entry : listing.entries) {
        if (entry.kind != EntryKind::folder) continue;
        if (depth >= kPlanDepthMax) {
            return refuse(ErrorCode::limit, name_, "its folders are nested more than 64 deep");
        }
        if (known_.emplace(TreeId{entry.content}, depth).second) {
            wanted_.push_back(TreeId{entry.content});
        }
    }
    listings_.emplace(tree, std::move(listing));
    return {};
}

Result<SharedPlan> PlanBuilder::build() const {
    ASSERT(complete());
    if (auto safe = check_wire_name(name_); !safe) return failure(std::move(safe));
    Plan plan;
    plan.kind = EntryKind::folder;
    plan.content = root_.hash;
    plan.root_name = storable_name(name_);
    if (auto laid = Layout(listings_, name_, plan).run(root_); !laid)
        return failure(std::move(laid));
    std::ranges::sort(plan.files, {}, &PlannedFile::path);
    std::ranges::sort(plan.folders);
    if (auto numbered = number_pieces(plan, name_); !numbered) return failure(std::move(numbered));
    return std::make_shared<const Plan>(std::move(plan));
}

}  // namespace iwant::swarm
