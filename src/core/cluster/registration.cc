#include "core/cluster/registration.h"

#include <algorithm>
#include <utility>

#include "core/protocol/limits.h"
#include "core/protocol/seal.h"
#include "core/protocol/statement.h"

namespace iwant::cluster {

using std::chrono::milliseconds;
using std::chrono::seconds;

namespace {
// A change travels almost at once, with what came close to it. Whoever has told more than a person
// would for minutes (it costs the holder a signature's check each, 0.1 ms) tells once a second.
constexpr Duration kJoin = milliseconds(50);
constexpr Duration kEarned = seconds(1);
constexpr Duration kAheadMax = seconds(300);
constexpr Duration kNotYet = milliseconds(500);
constexpr Duration kRegisterAnswer = seconds(5);
constexpr Duration kUpdateAnswer = seconds(10);
constexpr Duration kFullRetry = seconds(30);
// What a change takes on the wire besides its path, generously.
constexpr std::size_t kChangeOverheadBytes = 96;
constexpr std::size_t kUpdateBytesMax = protocol::kFrameBytesMax - 64 * 1024;
}  // namespace

CatalogDelta fit_to_frame(const CatalogDelta& delta) {
    std::size_t bytes = 0;
    std::size_t fitting = 0;
    for (const EntryChange& change : delta.changes) {
        bytes += change.entry.path.size() + kChangeOverheadBytes;
        if (bytes > kUpdateBytesMax || fitting == protocol::kDeltaChangesMax) break;
        ++fitting;
    }
    if (fitting == delta.changes.size()) return delta;
    CatalogDelta part{delta.catalog_id, delta.since, delta.since, true, {}};
    part.changes.assign(delta.changes.begin(), delta.changes.begin() + static_cast<long>(fitting));
    if (fitting > 0) part.up_to = part.changes.back().version;
    return part;
}

void Registration::advanced(const CatalogAdvanced& event, Time now) {
    catalog_ = {event.delta.catalog_id, event.delta.up_to};
    files_ = event.files;
    bytes_ = event.bytes;
    if (session_ && !register_at_) register_at_ = now + join(now);
}

void Registration::begin(SessionId session, const protocol::LeaderView& view, Time when) {
    end();
    session_ = session;
    view_ = view;
    register_at_ = when;
}

void Registration::moved_to(const protocol::LeaderView& view) {
    view_ = view;
}

void Registration::end() {
    session_.reset();
    refused_ = 0;
    holder_has_.reset();
    register_at_.reset();
    register_answer_by_.reset();
    update_answer_by_.reset();
}

Duration Registration::join(Time now) const {
    return earned_until_ < now + kAheadMax ? kJoin : kEarned;
}

void Registration::send_register(Time now) {
    register_at_.reset();
    earned_until_ = std::max(earned_until_, now) + kEarned;
    register_answer_by_ = now + kRegisterAnswer;
    protocol::Register message{view_, catalog_, files_, bytes_, ++sequence_, {}};
    message.signature = signatory_.sign(protocol::registration_statement(view_, sequence_));
    actions_.push_back(Send{*session_, std::move(message)});
}

void Registration::registered(const protocol::Registered& message, Time now) {
    using Verdict = protocol::Registered::Verdict;
    if (!session_ || (message.verdict == Verdict::accepted && !register_answer_by_)) return;
    register_answer_by_.reset();
    if (message.verdict != Verdict::accepted) {
        // It is full, or it has not heard yet that it leads or stands by.
        update_answer_by_.reset();
        const Duration not_yet = std::min(kNotYet * (1 << std::min(refused_, 10u)), kFullRetry);
        register_at_ = now + (message.verdict == Verdict::full ? kFullRetry : not_yet);
        ++refused_;
        return;
    }
    refused_ = 0;
    if (update_answer_by_) return;
    holder_has_ = message.have;
    go_on(now);
}

void Registration::acknowledged(const protocol::CatalogAck& message, Time now) {
    if (!session_) return;
    update_answer_by_.reset();
    holder_has_ = message.have;
    go_on(now);
}

// Asks the catalogue for what the leader lacks.
void Registration::go_on(Time now) {
    if (caught_up()) return;
    const bool same =
        holder_has_->catalog_id == catalog_.catalog_id && holder_has_->version <= catalog_.version;
    update_answer_by_ = now + kUpdateAnswer;
    actions_.push_back(ReadCatalog{*session_, same ? holder_has_->version : 0});
}

void Registration::read(const CatalogRead& event, Time now) {
    if (!session_ || event.session != *session_ || !update_answer_by_) return;
    CatalogDelta delta = fit_to_frame(event.delta);
    if (delta.up_to <= delta.since && delta.changes.empty()) {
        // Nothing after all; the next change of the catalogue starts again.
        update_answer_by_.reset();
        return;
    }
    update_answer_by_ = now + kUpdateAnswer;
    const Signature seal = protocol::seal(signatory_, delta);
    actions_.push_back(Send{*session_, protocol::CatalogUpdate{view_, std::move(delta), seal}});
}

void Registration::advance(Time now) {
    if (!session_) return;
    const bool lost = (register_answer_by_ && *register_answer_by_ <= now) ||
                      (update_answer_by_ && *update_answer_by_ <= now);
    if (lost) {
        update_answer_by_.reset();
        send_register(now);
    } else if (register_at_ && *register_at_ <= now && !register_answer_by_) {
        send_register(now);
    }
}

std::optional<Time> Registration::next_deadline() const {
    std::optional<Time> earliest;
    if (!session_) return earliest;
    const auto consider = [&](const std::optional<Time>& time) {
        if (time && (!earliest || *time < *earliest)) earliest = time;
    };
    if (!register_answer_by_) consider(register_at_);
    consider(register_answer_by_);
    consider(update_answer_by_);
    return earliest;
}

std::vector<Action> Registration::take_actions() {
    return std::exchange(actions_, {});
}

}  // namespace iwant::cluster
