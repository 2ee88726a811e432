"""The bugs that planted.py plants: what each is called, where it is made, and who has to catch it.

`caught_by` is "sim", perhaps with arguments for every seed, or "TARGET:FILTER" for unit tests; `edits` are (source
file, old text, new text), and each old text is exactly once in its file. When the code changes, change the edit with
it: the bug stays the same.
"""

from dataclasses import dataclass

CLUSTER = "src/core/cluster/"
ELECTION = CLUSTER + "election.cc"
CANDIDACY = CLUSTER + "election_candidacy.cc"
MESSAGES = CLUSTER + "cluster_messages.cc"
REGISTRY = CLUSTER + "registry.cc"
PART_WRITE = "src/app/daemon/part_folder_write.cc"
PART_RESUME = "src/app/daemon/part_folder_resume.cc"
# Parts of files are the daemon's, not the node's: the simulator does not have them.
PART_STORE_TEST = "app_daemon_test:APartStore.*"
# It shows where many register, and one seed in 200 has so many hosts.
LARGE_NETWORK = "sim --nodes 50"
# What the rest of the design makes up for, so that no network comes to harm: only the rule itself is tested.
CLUSTER_TEST = "core_cluster_test:*"


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
        CANDIDACY,
        "        claim(view_.epoch + 1, now);\n        return;\n    }\n    if (following()) return;",
        "        const auto age = std::chrono::duration_cast<seconds>(now.time_since_epoch()).count();\n"
        "        claim(std::max(view_.epoch + 1, static_cast<std::uint64_t>(age)), now);\n        return;\n    }\n"
        "    if (following()) return;"),)),
    Bug("no pre-vote", ((
        CANDIDACY,
        "    if (our_turn(now)) ask_votes(now);",
        "    if (our_turn(now)) claim(view_.epoch + 1, now);"),)),
    Bug("multicast-only detection", ((
        CLUSTER + "leader_watch.cc",
        "    return std::min(std::max(heard_, beacon_) + kSilence, heard_ + kDeaf);",
        "    return beacon_ + kSilence;"), (
        CLUSTER + "leader_watch.cc",
        "                state_ = now >= heard_ + kDeaf ? State::lost : State::probing;",
        "                state_ = State::lost;"),)),
    Bug("obey third-party goodbye", ((
        CANDIDACY,
        "    if (view_.leader != peer || leading()) return;\n    logger_.info(\"the leader resigned",
        "    if (!following()) return;\n    live_[view_.leader].claims = false;\n    logger_.info(\"the leader resigned"),)),
    Bug("keep leadership after pause", ((
        CANDIDACY,
        "void Election::stalled(Time now) {\n",
        "void Election::stalled(Time now) {\n    if (leading()) return;\n"),)),
    Bug("forget to bump epoch on merge", ((
        ELECTION,
        "    claim(statement.view.epoch + 1, now);\n    return true;",
        "    claim(statement.view.epoch, now);\n    return true;"),)),
    Bug("tie-break not antisymmetric", ((
        CLUSTER + "claim.cc",
        "    if (a.followers != b.followers) return a.followers > b.followers;",
        "    if (a.followers != b.followers) return true;"),)),
    Bug("standby claims without index", ((
        MESSAGES,
        "    if (!keeps_index()) {",
        "    if (!leading()) {"),)),
    Bug("follower never re-registers", ((
        CLUSTER + "registrations.cc",
        "        if (same) {",
        "        if (!fresh) {"),)),
    Bug("address table overwritten by UDP", ((
        CLUSTER + "dialer.cc",
        "    if (peer == self_) return;\n    const auto there = targets_.find(address);",
        "    if (peer == self_) return;\n"
        "    for (auto target = targets_.begin(); target != targets_.end();) {\n"
        "        const auto next = std::next(target);\n"
        "        const bool elsewhere = target->first != address && !target->second.in_flight;\n"
        "        if (target->second.expected == peer && elsewhere) forget(target);\n"
        "        target = next;\n    }\n"
        "    const auto there = targets_.find(address);"),),
        CLUSTER_TEST),
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
        "    const bool fits = delta.catalog_id == owner.have.catalog_id;"),),
        CLUSTER_TEST),
    Bug("no jitter on re-registration", ((
        CLUSTER + "registrations.cc",
        "view, now + prng_.below(spread));",
        "view, now + 0 * spread);"),),
        LARGE_NETWORK),
    Bug("lease compared with other node's clock", ((
        MESSAGES,
        "    send(session.id, protocol::Pong{message.sequence, election_.view()});",
        "    const auto clock = std::chrono::duration_cast<milliseconds>(now.time_since_epoch()).count();\n"
        "    send(session.id, protocol::Pong{static_cast<std::uint64_t>(clock), election_.view()});"), (
        MESSAGES,
        "void Cluster::receive(Session& session, const protocol::Pong& message, Time now) {\n",
        "void Cluster::receive(Session& session, const protocol::Pong& message, Time now) {\n"
        "    const bool leads = session.peer == election_.view().leader;\n"
        "    const Time lease_ends = Time(milliseconds(message.sequence)) + seconds(3);\n"
        "    if (leads && now > lease_ends) election_.leader_lost(now);\n"),)),
    Bug("ban on single timeout", ((
        "src/core/swarm/suppliers.cc",
        "            supplier->failed(now, prng_);\n",
        "            supplier->drop();\n"),)),
    Bug("piece marked before write returns", ((
        PART_WRITE,
        "        if (readable_.contains(planned.first_piece + piece.value)) return {};\n    }\n",
        "        if (!readable_.insert(planned.first_piece + piece.value)) return {};\n"
        "        written_.pieces.push_back(planned.first_piece + piece.value);\n"
        "        written_.files.insert(index);\n    }\n"),),
        PART_STORE_TEST),
    Bug("bitmap persisted before data fsync", ((
        PART_WRITE,
        "    if (auto durable = make_durable(written); !durable) return fail(durable.error());\n    unsaved_ = true;\n    return save();",
        "    for (const std::uint64_t piece : written.pieces) present_.insert(piece);\n"
        "    if (auto saved = save(); !saved) return saved;\n"
        "    if (auto durable = make_durable(written); !durable) return fail(durable.error());\n    return {};"),),
        PART_STORE_TEST),
    Bug("resume trusts size only", ((
        PART_RESUME,
        "    if (!content || content->kind != kind || content->stamp.inode != key.content_inode) {",
        "    if (!content || content->kind != kind) {"),),
        PART_STORE_TEST),
    Bug("quota applied to honest peers first", ((
        CLUSTER + "dialer.cc",
        "        if (!one.target->proven && one.wish != Wish::needed && strangers >= kStrangersPerHost) {",
        "        if (strangers >= kStrangersPerHost) {"), (
        CLUSTER + "dialer.cc",
        "        if (a.wish != b.wish) return a.wish > b.wish;",
        "        if (a.wish != b.wish) return a.wish < b.wish;"),),
        CLUSTER_TEST),
]
