#include "app/daemon/part_names.h"

#include <unordered_map>

#include "base/text.h"

namespace iwant::daemon {

std::optional<std::pair<std::string, std::string>> names_alike(const swarm::Plan& plan) {
    std::unordered_map<std::string, const std::string*> taken;
    taken.reserve(plan.files.size() + plan.folders.size());
    std::optional<std::pair<std::string, std::string>> found;
    const auto add = [&](const std::string& path) {
        const auto [other, is_new] = taken.emplace(fold_name(path), &path);
        if (!is_new && !found) found = {*other->second, path};
    };
    for (const std::string& path : plan.folders) add(path);
    for (const swarm::PlannedFile& file : plan.files) add(file.path);
    return found;
}

Result<bool> ignores_case(const platform::Folder& folder) {
    if (auto made = folder.create_file("Probe"); !made) return failure(std::move(made));
    const bool ignores = folder.info_of("pROBE").has_value();
    if (auto removed = folder.remove_file("Probe"); !removed) return failure(std::move(removed));
    return ignores;
}

Result<void> check_names(const platform::Folder& folder, const swarm::Plan& plan) {
    if (plan.kind == EntryKind::file) return {};
    const Result<bool> ignores = ignores_case(folder);
    if (!ignores) return std::unexpected(ignores.error());
    if (!*ignores) return {};
    const auto alike = names_alike(plan);
    if (!alike) return {};
    return failure(ErrorCode::io, "download " + escape_for_display(plan.root_name),
                   "this disk cannot hold both \"" + escape_for_display(alike->first) +
                       "\" and \"" + escape_for_display(alike->second) +
                       "\"; choose a download folder on another one");
}

}  // namespace iwant::daemon
