#pragma once

// From a content to the complete plan of what a download will make. A folder's listings come in
// parts from peers; each is checked against its TreeId and against the policy for names before it
// is used, and the plan exists only when all of it is known. Pure: says which parts it needs, takes
// them, and builds.

#include <cstdint>
#include <deque>
#include <map>
#include <optional>
#include <string>

#include "base/content.h"
#include "base/result.h"
#include "core/swarm/types.h"

namespace iwant::swarm {

inline constexpr std::size_t kPlanDepthMax = 64;
/// Of one file: 64 TiB, a list of 128 MiB.
inline constexpr std::uint64_t kFilePiecesMax = std::uint64_t{1} << 22;
/// Of all files together.
inline constexpr std::uint64_t kPlanPiecesMax = std::uint64_t{1} << 26;

/// The plan of a single file. Fails with unsafe_name or limit.
Result<SharedPlan> plan_of_file(const std::string& name, FileId file, std::uint64_t size_bytes);

class PlanBuilder {
  public:
    struct Request {
        TreeId tree;
        std::uint32_t first = 0;
    };

    PlanBuilder(TreeId root, std::string name);

    /// The next listing to ask for; nothing while all that are known of are asked for or there.
    std::optional<TreeId> take_wanted();
    /// Asking for it failed: it is wanted again, from its beginning.
    void give_back(TreeId tree);
    /// Takes a part of a listing that was asked for. The answer is where to go on, or nothing when
    /// this listing is whole. `corrupt` and `protocol`: the peer's fault, the listing is to be
    /// given back; anything else: the folder itself is not acceptable.
    Result<std::optional<std::uint32_t>> add(TreeId tree, TreePart part);

    bool complete() const { return listings_.size() == known_.size(); }
    /// When complete.
    Result<SharedPlan> build() const;

  private:
    Result<void> accept(TreeId tree, TreeListing listing);

    TreeId root_;
    std::string name_;
    std::deque<TreeId> wanted_;
    std::map<TreeId, TreeListing> partial_;
    std::map<TreeId, TreeListing> listings_;  ///< verified
    std::map<TreeId, std::size_t> known_;     ///< with their depth
    std::size_t entries_ = 0;
};

}  // namespace iwant::swarm
