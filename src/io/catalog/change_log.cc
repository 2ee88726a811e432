#include "io/catalog/change_log.h"

#include "io/platform/process.h"

namespace iwant::catalog {

void ChangeLog::add_tombstone(EntryId entry) {
    database_.query("INSERT OR REPLACE INTO removed VALUES (?, ?)")
        .bind(entry, next_version())
        .run();
    ++tombstones_;
}

void ChangeLog::drop_tombstone(EntryId entry) {
    database_.query("DELETE FROM removed WHERE entry = ?").bind(entry).run();
}

void ChangeLog::purge(std::uint64_t tombstones_max) {
    if (tombstones_ <= tombstones_max) return;
    database_.run("DELETE FROM removed");
    state_.catalog_id = platform::random_u64();
    database_.query("UPDATE state SET catalog_id = ?").bind(state_.catalog_id).run();
    tombstones_ = 0;
}

void ChangeLog::save() {
    if (state_.version == saved_version_) return;
    purge(kTombstonesMax);
    database_.query("UPDATE state SET version = ?").bind(state_.version).run();
    saved_version_ = state_.version;
}

void ChangeLog::reload() {
    Query state = database_.query("SELECT catalog_id, version FROM state");
    if (state.step()) state_ = {state.unsigned_number(0), state.unsigned_number(1)};
    saved_version_ = state_.version;
    tombstones_ = static_cast<std::uint64_t>(database_.number("SELECT count(*) FROM removed"));
}

}  // namespace iwant::catalog
