#include "core/node/search_service.h"

#include <algorithm>
#include <iterator>
#include <utility>

#include "core/node/answers.h"
#include "core/node/proofs.h"
#include "core/protocol/limits.h"

namespace iwant::node {

using std::chrono::milliseconds;
using std::chrono::seconds;

namespace {
/// From the question to its answer, whatever happens.
constexpr Duration kAnswerWithin = seconds(1);
/// A leader on the same network answers within a few milliseconds; one that took so long is stuck.
constexpr Duration kLeaderAlone = milliseconds(300);
constexpr Duration kStandbyAlone = milliseconds(200);
constexpr Duration kPeersWithin = milliseconds(500);
constexpr std::size_t kFanOut = 32;
constexpr std::size_t kQuestionsMax = 1024;
}  // namespace

void SearchService::ask(Question::What what, Time now) {
    const QuestionId id{next_question_++};
    Question question;
    question.what = std::move(what);
    question.asked = now;
    question.deadline = questions_.size() < kQuestionsMax ? now + kAnswerWithin : now;
    questions_.emplace(id, std::move(question));
    go_on(id, now);
}

// Asks more peers as long as that may help, and answers when it does not.
void SearchService::go_on(QuestionId id, Time now) {
    Question& question = questions_.at(id);
    while (!question.settled() && now < question.deadline) {
        if (!question.open.empty() && now < question.next_stage) return;
        if (question.stage == Question::Stage::peers) break;
        enter_next_stage(id, question, now);
    }
    finish(id, now);
}

void SearchService::enter_next_stage(QuestionId id, Question& question, Time now) {
    switch (question.stage) {
        case Question::Stage::begun:
            question.stage = Question::Stage::leader;
            question.next_stage = question.verify() ? now : now + kLeaderAlone;
            ask_leader(id, question, now);
            break;
        case Question::Stage::leader:
            question.stage = Question::Stage::standby;
            question.next_stage = now;
            if (ask_standby(id, question))
                question.next_stage = question.verify() ? question.deadline : now + kStandbyAlone;
            break;
        case Question::Stage::standby:
            question.stage = Question::Stage::peers;
            question.deadline = std::min(question.deadline, now + kPeersWithin);
            question.next_stage = question.deadline;
            ask_everybody(id, question);
            break;
        case Question::Stage::peers:
            break;
    }
}

void SearchService::ask_leader(QuestionId id, Question& question, Time now) {
    if (cluster_.leading()) {
        add_own(question);
        question.next_stage = now;
    } else if (const auto session = cluster_.leader_session()) {
        inquire(id, question, *session, Inquiry::Whom::leader);
    }
}

// Whether there is one to wait for.
bool SearchService::ask_standby(QuestionId id, Question& question) {
    // A standby knows no more than we do if we lead; it may know it differently.
    if (cluster_.leading() && !question.verify()) return false;
    if (cluster_.is_standby()) {
        add_own(question);
        return question.verify();
    }
    for (const SessionId session : cluster_.standby_sessions()) {
        if (question.was_asked(session)) continue;
        inquire(id, question, session, Inquiry::Whom::standby);
        return true;
    }
    return question.verify();
}

void SearchService::ask_everybody(QuestionId id, Question& question) {
    if (!holds_replica()) {
        for (const SessionId session : cluster_.standby_sessions()) {
            if (!question.was_asked(session))
                inquire(id, question, session, Inquiry::Whom::standby);
        }
    }
    for (const SessionId session : cluster_.fan_out(kFanOut)) {
        const auto peer = cluster_.peer_of(session);
        if (!peer || question.was_asked(session)) continue;
        if (question.owner() && *question.owner() != *peer) continue;
        if (covered_already(question, *peer)) continue;
        inquire(id, question, session, Inquiry::Whom::itself);
    }
}

// By the word of a leader that only misses somebody else, or else by our own replica.
bool SearchService::covered_already(const Question& question, const PeerId& peer) const {
    if (question.leader_said_complete() && !cluster_.leading()) {
        const auto* known = cluster_.members().find(peer);
        return known != nullptr && known->online_at_leader;
    }
    return replica_counts(question) && cluster_.registry().covers(peer);
}

bool SearchService::replica_counts(const Question& question) const {
    return cluster_.leading() || (cluster_.is_standby() && !question.leader_said_incomplete());
}

void SearchService::inquire(QuestionId id, Question& question, SessionId session,
                            Inquiry::Whom whom) {
    const Inquiry inquiry{id, session, whom};
    const auto request = requests_.add(session, inquiry, question.deadline);
    if (!request) {
        question.closed.push_back(inquiry);
        return;
    }
    question.open.push_back(inquiry);
    std::optional<PeerId> owner;
    if (whom == Inquiry::Whom::itself) owner = cluster_.peer_of(session);
    actions_.push_back(Send{session, to_message(question, *request, owner)});
}

void SearchService::received(const Inquiry& inquiry, protocol::SearchReply reply, Time now) {
    const auto found = questions_.find(inquiry.question);
    if (found == questions_.end()) return;
    if (inquiry.whom == Inquiry::Whom::leader && from_the_leader(inquiry.at, reply.view))
        leader_coverage_ = reply.coverage;
    found->second.close(inquiry);
    add_part(found->second, inquiry, std::move(reply));
    go_on(inquiry.question, now);
}

void SearchService::received(const Inquiry& inquiry, protocol::LocateReply reply, Time now) {
    const auto found = questions_.find(inquiry.question);
    if (found == questions_.end()) return;
    found->second.close(inquiry);
    std::ranges::move(reply.holders, std::back_inserter(found->second.holders));
    add_part(found->second, inquiry, to_search_reply(std::move(reply)));
    go_on(inquiry.question, now);
}

void SearchService::failed(const Inquiry& inquiry, Time now) {
    const auto found = questions_.find(inquiry.question);
    if (found == questions_.end()) return;
    found->second.close(inquiry);
    go_on(inquiry.question, now);
}

void SearchService::add_own(Question& question) const {
    Question::Part part;
    part.answer = {cluster_.self().peer, AnswerPart::About::everybody, own_answer(question)};
    part.source = cluster_.leading() ? AnswerSource::leader : AnswerSource::own;
    part.complete =
        part.answer.reply.complete && std::ranges::includes(cluster_.covered(), known_alive());
    question.parts.push_back(std::move(part));
}

void SearchService::add_part(Question& question, const Inquiry& inquiry,
                             protocol::SearchReply reply) {
    const auto peer = cluster_.peer_of(inquiry.at);
    if (!peer) return;
    Question::Part part;
    switch (inquiry.whom) {
        case Inquiry::Whom::leader:
            if (!from_the_leader(inquiry.at, reply.view)) return;
            part.source = AnswerSource::leader;
            part.complete = reply.complete && cluster_.leader_knows_all();
            cluster_.learn(reply.owners);
            break;
        case Inquiry::Whom::standby:
            part.source = AnswerSource::standby;
            part.complete = reply.complete && covers_all_we_know(reply);
            cluster_.learn(reply.owners);
            break;
        case Inquiry::Whom::itself:
            part.source = AnswerSource::peers;
            part.answer.about = AnswerPart::About::itself;
            break;
    }
    ++question.answered;
    if (part.answer.about == AnswerPart::About::everybody && !examine_answer(*peer, reply))
        part.complete = reply.complete = false;
    part.answer.from = *peer;
    part.answer.reply = std::move(reply);
    question.parts.push_back(std::move(part));
}

// Whether nothing was left out because nobody vouches for it.
bool SearchService::examine_answer(const PeerId& answering, protocol::SearchReply& reply) {
    const Examined worth = examine(checker_, {answering, cluster_.self().peer, index_}, reply);
    if (worth.forged > 0) cluster_.distrust(answering, "it made up entries of others");
    return worth.results == 0 || worth.unproven + worth.forged == 0;
}

// Only the present leader's word counts, in the present epoch.
bool SearchService::from_the_leader(SessionId from, const protocol::LeaderView& view) const {
    return cluster_.leader_session() == from && view.leader == cluster_.peer_of(from) &&
           view.epoch >= cluster_.leader_view().epoch;
}

// A standby may know a peer that we do not, and lack one that we do: how many it covers says
// nothing.
bool SearchService::covers_all_we_know(const protocol::SearchReply& reply) const {
    if (reply.view.epoch < cluster_.leader_view().epoch) return false;
    const std::set<protocol::PeerMark> covered(reply.covered.begin(), reply.covered.end());
    return std::ranges::all_of(known_alive(), [&](const PeerId& peer) {
        return covered.contains(protocol::mark_of(peer));
    });
}

// Ourselves, whom we have a session with, and whom the leader of before told of.
std::set<PeerId> SearchService::known_alive() const {
    std::set<PeerId> alive{cluster_.self().peer};
    for (const SessionId session : cluster_.fan_out(protocol::kSessionsMax)) {
        if (const auto peer = cluster_.peer_of(session)) alive.insert(*peer);
    }
    if (cluster_.leading()) return alive;
    for (const auto& [peer, known] : cluster_.members().all()) {
        if (known.online_at_leader && peer != last_leader_) alive.insert(peer);
    }
    return alive;
}

void SearchService::leader_changed(Time now) {
    leader_coverage_.reset();
    const PeerId leader = cluster_.leader_view().leader;
    if (!leader.is_zero()) last_leader_ = leader;
    std::vector<QuestionId> open;
    for (const auto& [id, question] : questions_) open.push_back(id);
    for (const QuestionId id : open) {
        Question& question = questions_.at(id);
        forsake_old_leader(question);
        const auto session = cluster_.leader_session();
        if (cluster_.leading()) {
            add_own(question);
        } else if (session && !question.was_asked(*session, Inquiry::Whom::leader)) {
            inquire(id, question, *session, Inquiry::Whom::leader);
        }
        go_on(id, now);
    }
}

// Who does not lead any more will not be believed.
void SearchService::forsake_old_leader(Question& question) {
    for (const Inquiry& inquiry : std::vector(question.open)) {
        const bool leaders = inquiry.whom == Inquiry::Whom::leader;
        if (!leaders || cluster_.leader_session() == inquiry.at) continue;
        requests_.withdraw(inquiry);
        question.close(inquiry);
    }
    // What it said already is one more index's word, and no longer on everybody.
    for (Question::Part& part : question.parts) {
        const bool leads = part.answer.from == cluster_.leader_view().leader;
        if (part.source != AnswerSource::leader || leads) continue;
        part.source = AnswerSource::standby;
        part.complete = false;
    }
}

void SearchService::advance(Time now) {
    std::vector<QuestionId> due;
    for (const auto& [id, question] : questions_) {
        if (std::min(question.next_stage, question.deadline) <= now) due.push_back(id);
    }
    for (const QuestionId id : due) go_on(id, now);
}

std::optional<Time> SearchService::next_deadline() const {
    std::optional<Time> earliest;
    for (const auto& [id, question] : questions_) {
        const Time time = std::min(question.next_stage, question.deadline);
        if (!earliest || time < *earliest) earliest = time;
    }
    return earliest;
}

std::vector<Action> SearchService::take_actions() {
    return std::exchange(actions_, {});
}

std::vector<swarm::SourcesFound> SearchService::take_found() {
    return std::exchange(found_, {});
}

}  // namespace iwant::node
