"""The bugs that planted.py plants: what each is called, where it is made, and who has to catch it.

`caught_by` is "sim", or "TARGET:FILTER" for unit tests; `edits` are (source file, old text, new text), and each old
text is exactly once in its file. When the code changes, change the edit with it: the bug stays the same.
"""

from dataclasses import dataclass

ELECTION = "src/core/cluster/election.cc"
CLAIM = "src/core/cluster/claim.cc"
CLUSTER = "src/core/cluster/cluster.cc"
MESSAGES = "src/core/cluster/cluster_messages.cc"
SESSIONS = "src/core/cluster/cluster_sessions.cc"
REGISTRY = "src/core/cluster/registry.cc"
DIALER = "src/core/cluster/dialer.cc"
SUPPLIERS = "src/core/swarm/suppliers.cc"
PART_FOLDER = "src/app/daemon/part_folder.cc"
PART_STORE_TEST = "app_daemon_test:APartStore.*"


@dataclass(frozen=True)
class Bug:
    name: str
    edits: tuple
    caught_by: str = "sim"


BUGS = [
    Bug("accept lower epoch", ((
        ELECTION,
        "    } else if (epoch < view_.epoch) {\n        answer(statement, ViewTo{peer}, now);\n    } else if (!following",
        "    } else if (!following"),)),
    Bug("wall clock in rank", ((
        ELECTION,
        "    if (now >= patience_ends_ || is_choice()) claim(view_.epoch + 1, now);",
        "    const auto seconds_now = std::chrono::duration_cast<seconds>(now.time_since_epoch()).count();\n"
        "    if (now >= patience_ends_ || is_choice())\n"
        "        claim(std::max(view_.epoch + 1, static_cast<std::uint64_t>(seconds_now)), now);"),)),
    Bug("obey third-party goodbye", ((
        ELECTION,
        "    if (view_.leader != peer || leading()) return;\n",
        "    if (!following()) return;\n"),)),
    Bug("keep leadership after pause", ((
        ELECTION,
        "void Election::stalled(Time now) {\n",
        "void Election::stalled(Time now) {\n    if (leading()) return;\n"),)),
    Bug("forget to bump epoch on merge", ((
        ELECTION,
        "        if (theirs.epoch >= view_.epoch) {\n            claim(theirs.epoch + 1, now);",
        "        if (theirs.epoch >= view_.epoch) {\n            claim(theirs.epoch, now);"),)),
    Bug("tie-break not antisymmetric", ((
        CLAIM,
        "    if (a_followed != b_followed) return a_followed;",
        "    if (a_followed != b_followed) return true;"),)),
    Bug("follower never re-registers", ((
        MESSAGES,
        "        registration_.leader_found(session->id, view, now);",
        "        if (view.epoch <= 1) registration_.leader_found(session->id, view, now);"),)),
    Bug("complete ignores stale versions", ((
        REGISTRY,
        "found->second.registered &&\n           found->second.have == found->second.announced;",
        "found->second.registered;"),)),
    Bug("union by arrival instead of version", ((
        REGISTRY,
        "        const bool in_range = change.version > owner.have.version && change.version <= delta.up_to;",
        "        const bool in_range = true;"), (
        REGISTRY,
        "    const bool fits = delta.catalog_id == owner.have.catalog_id &&\n"
        "                      delta.since <= owner.have.version && delta.up_to >= owner.have.version;",
        "    const bool fits = delta.catalog_id == owner.have.catalog_id;"),)),
    Bug("ban on single timeout", ((
        SUPPLIERS,
        "            supplier->failed(now, prng_);\n",
        "            supplier->drop();\n"),)),
    Bug("piece marked before write returns", ((
        PART_FOLDER,
        "    const Result<PartFiles::SharedFile> file = files_.open(index);\n    if (!file) return std::unexpected(disk_error",
        "    {\n        const std::lock_guard lock(mutex_);\n"
        "        written_.pieces.push_back(planned.first_piece + piece.value);\n"
        "        written_.files.insert(index);\n    }\n"
        "    const Result<PartFiles::SharedFile> file = files_.open(index);\n    if (!file) return std::unexpected(disk_error"),),
        PART_STORE_TEST),
    Bug("bitmap persisted before data fsync", ((
        PART_FOLDER,
        "    if (auto durable = make_durable(written); !durable) return fail(durable.error());\n    unsaved_ = true;\n    return save();",
        "    for (const std::uint64_t piece : written.pieces) present_.insert(piece);\n"
        "    if (auto saved = save(); !saved) return saved;\n"
        "    if (auto durable = make_durable(written); !durable) return fail(durable.error());\n    return {};"),),
        PART_STORE_TEST),
    Bug("resume trusts size only", ((
        PART_FOLDER,
        "    if (!content || content->kind != kind || content->stamp.inode != key.content_inode) {",
        "    if (!content || content->kind != kind) {"),),
        PART_STORE_TEST),
]
