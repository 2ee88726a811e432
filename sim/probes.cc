#include "sim/probes.h"

#include <algorithm>
#include <utility>

namespace iwant::sim {

using std::chrono::seconds;

namespace {
constexpr Duration kAnswerMax = seconds(6);
constexpr Duration kUndisturbed = seconds(5);
constexpr std::size_t kHeardMax = 32;
constexpr std::size_t kQuestionsMax = 256;
constexpr std::uint32_t kResultsMax = 200;

std::uint64_t digest_of(const std::vector<protocol::SearchResult>& results) {
    std::uint64_t digest = 0;
    for (const auto& result : results) digest += entry_digest(result.path, result.size_bytes);
    return digest;
}
}  // namespace

Probes::Probes(Timeline& timeline, Network& network, std::vector<Host>& hosts,
               const Leadership& leadership, Verdict& verdict, std::size_t honest)
    : timeline_(timeline),
      network_(network),
      hosts_(hosts),
      leadership_(leadership),
      verdict_(verdict),
      honest_(honest) {}

void Probes::ask(HostNumber host, HostNumber owner) {
    const node::Ticket ticket{next_ticket_++};
    probes_[ticket] = {host, owner, timeline_.now(), hosts_[host].node()->leader_view().epoch,
                       hosts_[owner].present()};
    ++statistics_.searches;
    Query query;
    query.owner = hosts_[owner].peer();
    query.limit = kResultsMax;
    hosts_[host].search(query, ticket);
}

void Probes::happens(HostNumber host, const node::Event& event) {
    if (host >= honest_) return;
    const auto of = [&](SessionId session) { return network_.other_end(host, session); };
    if (const auto* opened = std::get_if<node::SessionOpened>(&event)) {
        if (const auto other = of(opened->session)) announced(host, *other, opened->hello.catalog);
        return;
    }
    const auto* message = std::get_if<node::MessageReceived>(&event);
    if (message == nullptr) return;
    const auto* told = std::get_if<protocol::Register>(&message->message);
    const auto* reply = std::get_if<protocol::SearchReply>(&message->message);
    if (told == nullptr && reply == nullptr) return;
    const auto other = of(message->session);
    if (!other || *other >= honest_) return;
    if (told != nullptr) announced(host, *other, told->catalog);
    if (reply != nullptr) replied(host, *other, *reply, message->session);
}

void Probes::announced(HostNumber knower, HostNumber owner, const CatalogState& state) {
    if (owner >= honest_) return;
    const auto moment = hosts_[owner].moment_of(state);
    if (!moment) return;
    auto& heard = heard_[pair(knower, owner)];
    if (!heard.empty() && heard.back().moment >= *moment) return;
    if (heard.size() >= kHeardMax) heard.erase(heard.begin());
    heard.push_back({timeline_.now(), *moment});
}

// What it says while it does not lead does not bind it.
void Probes::acknowledges(HostNumber leader, HostNumber owner, const CatalogState& state) {
    const auto moment = hosts_[owner].moment_of(state);
    const auto view = hosts_[leader].node()->leader_view();
    if (!moment || view.leader != hosts_[leader].peer()) return;
    acknowledged_[pair(leader, owner)] = {timeline_.now(), *moment, hosts_[leader].instance(),
                                          view.epoch};
}

Moment Probes::heard_before(HostNumber knower, HostNumber owner, Time time) const {
    const auto found = heard_.find(pair(knower, owner));
    Moment moment = 0;
    if (found == heard_.end()) return moment;
    for (const Heard& heard : found->second) {
        if (heard.when <= time) moment = heard.moment;
    }
    return moment;
}

bool Probes::knew_all_the_time(HostNumber knower, HostNumber known, Time since) const {
    if (cloned_.contains(knower) || cloned_.contains(known)) return false;
    const auto calm = [&](HostNumber host) {
        const auto disturbed = hosts_[host].disturbed();
        return hosts_[host].running() && (!disturbed || *disturbed + kUndisturbed < since);
    };
    if (knower == known) return calm(knower);
    const auto connected = network_.connected_since(knower, known);
    // A peer that was silent for a while is not known to be alive, though its session may be open.
    const bool heard = network_.links().open_both_ways(knower, known) &&
                       network_.links().changed(knower, known) + kUndisturbed < since;
    return connected && *connected < since && heard && calm(knower) && calm(known);
}

bool Probes::undisturbed_since(HostNumber a, HostNumber b, Time since) const {
    const auto connected = network_.connected_since(a, b);
    return hosts_[a].running() && hosts_[b].running() && hosts_[a].disturbed() < since &&
           hosts_[b].disturbed() < since && network_.links().changed(a, b) < since && connected &&
           *connected < since && network_.links().open_both_ways(a, b);
}

std::optional<HostNumber> Probes::answerer(const Probe& probe,
                                           const node::AnswerSearch& answer) const {
    // Without the leader's word it is the asker who put it together.
    if (answer.source != node::AnswerSource::leader) return probe.host;
    return leadership_.host_of(answer.reply.view.leader);
}

void Probes::check_epoch(const Probe& probe, const node::AnswerSearch& answer) {
    if (answer.reply.view.epoch < probe.epoch)
        verdict_.violated("S2", "S2: " + name_of(probe.host) + " took an answer of epoch " +
                                    std::to_string(answer.reply.view.epoch) + " in epoch " +
                                    std::to_string(probe.epoch));
}

void Probes::check_origin(const Probe& probe, const node::AnswerSearch& answer) {
    for (const auto& result : answer.reply.results) {
        for (const auto& source : result.sources) {
            const auto owner = leadership_.host_of(source.owner);
            if (!owner || *owner != probe.owner || hosts_[*owner].had(source.entry, result.path))
                continue;
            verdict_.violated("S3", "S3: " + name_of(probe.host) + " found at " + name_of(*owner) +
                                        " what it never announced: " + result.path);
        }
    }
}

void Probes::check_kept(const Question& question, HostNumber leader,
                        const protocol::SearchReply& reply) {
    if (leader == question.owner || cloned_.contains(leader) || cloned_.contains(question.owner))
        return;
    const auto found = acknowledged_.find(pair(leader, question.owner));
    if (found == acknowledged_.end()) return;
    const Acknowledged& kept = found->second;
    const bool same_lead = kept.epoch == reply.view.epoch &&
                           reply.view.leader == hosts_[leader].peer() &&
                           kept.instance == hosts_[leader].instance() && kept.when < question.asked;
    if (!same_lead || !undisturbed_since(leader, question.owner, kept.when)) return;
    if (!hosts_[question.owner].consisted_of(digest_of(reply.results), kept.moment))
        verdict_.violated("S4", "S4: " + name_of(leader) + " lost what " + name_of(question.owner) +
                                    " had told it");
}

void Probes::performs(HostNumber host, const node::Action& action) {
    if (const auto* answer = std::get_if<node::AnswerSearch>(&action)) answered(host, *answer);
    const auto* send = std::get_if<node::Send>(&action);
    if (send == nullptr || host >= honest_) return;
    if (const auto* request = std::get_if<protocol::SearchRequest>(&send->message))
        asks(host, send->session, *request);
    const CatalogState* kept = nullptr;
    if (const auto* registered = std::get_if<protocol::Registered>(&send->message))
        kept = &registered->have;
    if (const auto* ack = std::get_if<protocol::CatalogAck>(&send->message)) kept = &ack->have;
    if (kept == nullptr) return;
    const auto owner = network_.other_end(host, send->session);
    if (owner && *owner < honest_) acknowledges(host, *owner, *kept);
}

void Probes::asks(HostNumber host, SessionId session, const protocol::SearchRequest& request) {
    if (!request.query.owner) return;
    const auto owner = leadership_.host_of(*request.query.owner);
    if (!owner) return;
    if (questions_.size() >= kQuestionsMax) questions_.erase(questions_.begin());
    questions_[{host, session, request.request}] = {timeline_.now(), *owner};
}

void Probes::replied(HostNumber host, HostNumber from, const protocol::SearchReply& reply,
                     SessionId session) {
    const auto question = questions_.extract({host, session, reply.request});
    if (question.empty() || from >= honest_) return;
    check_kept(question.mapped(), from, reply);
}

void Probes::check_complete(const Probe& probe, const node::AnswerSearch& answer,
                            std::uint64_t digest) {
    const auto from = answerer(probe, answer);
    if (!from) return;  // a stranger leads: it can hide, and nobody sees it
    const bool answerer_knew = knew_all_the_time(*from, probe.owner, probe.asked);
    const bool asker_knew = knew_all_the_time(probe.host, probe.owner, probe.asked);
    if (!answerer_knew && !asker_knew) return;
    Moment by_answerer = answerer_knew ? heard_before(*from, probe.owner, probe.asked) : Moment{0};
    // A standby answers by what it has heard itself; who asks it knows that others are there and
    // share something.
    if (answer.source == node::AnswerSource::standby)
        by_answerer = std::min(by_answerer, Moment{1});
    // Nor does it compare what they share now.
    const Moment by_asker = probe.host == probe.owner ? probe.present : Moment{0};
    if (!hosts_[probe.owner].consisted_of(digest, std::max(by_answerer, by_asker)))
        verdict_.violated("S5", "S5: " + name_of(probe.host) + " got a complete answer from " +
                                    name_of(*from) + " without the catalogue of " +
                                    name_of(probe.owner));
}

void Probes::answered(HostNumber host, const node::AnswerSearch& answer) {
    const auto found = probes_.find(answer.ticket);
    if (found == probes_.end()) return;
    const Probe probe = found->second;
    probes_.erase(found);
    const std::uint64_t digest = digest_of(answer.reply.results);
    const bool of_us = !cloned_.contains(host) && !cloned_.contains(probe.owner);
    if (of_us) {
        check_epoch(probe, answer);
        if (answerer(probe, answer)) check_origin(probe, answer);
    }
    if (answer.reply.complete) {
        ++statistics_.complete_answers;
        if (of_us) check_complete(probe, answer, digest);
    }
    const bool calm = hosts_[host].disturbed() < probe.asked;
    if (calm && answer.took > kAnswerMax)
        verdict_.violated("D6", "D6: a search took too long at " + name_of(host));
    const Host& owner = hosts_[probe.owner];
    const bool whole = owner.consisted_of(digest, owner.present());
    if (answer.reply.complete && whole) return;
    poor_.push_back(name_of(host) + " asked for " + name_of(probe.owner) +
                    (whole ? ": incomplete, covers " : ": results are missing, covers ") +
                    std::to_string(answer.reply.coverage.indexed) + " of " +
                    std::to_string(answer.reply.coverage.known));
}

std::vector<std::string> Probes::take_poor_answers() {
    for (const auto& [ticket, probe] : probes_) {
        if (hosts_[probe.host].running()) poor_.push_back(name_of(probe.host) + " got no answer");
    }
    probes_.clear();
    return std::exchange(poor_, {});
}

}  // namespace iwant::sim
