#include "core/node/question.h"

#include <algorithm>
#include <utility>

#include "core/protocol/limits.h"

namespace iwant::node {

const Query* Question::query() const {
    const auto* search = std::get_if<SearchAsked>(&what);
    return search == nullptr ? nullptr : &search->query;
}

bool Question::verify() const {
    const auto* search = std::get_if<SearchAsked>(&what);
    return search != nullptr && search->verify;
}

std::optional<PeerId> Question::owner() const {
    return query() == nullptr ? std::nullopt : query()->owner;
}

bool Question::was_asked(SessionId session, std::optional<Inquiry::Whom> whom) const {
    const auto same = [&](const Inquiry& inquiry) {
        return inquiry.at == session && (!whom || inquiry.whom == *whom);
    };
    return std::ranges::any_of(open, same) || std::ranges::any_of(closed, same);
}

void Question::close(const Inquiry& inquiry) {
    if (std::erase(open, inquiry) > 0) closed.push_back(inquiry);
}

bool Question::settled() const {
    return complete_part() != nullptr && (!verify() || open.empty());
}

const Question::Part* Question::complete_part() const {
    const Part* best = nullptr;
    for (const Part& part : parts) {
        const bool believed = part.source == AnswerSource::leader || !leader_said_incomplete();
        if (!part.complete || !believed) continue;
        if (best == nullptr || part.source < best->source) best = &part;
    }
    return best;
}

bool Question::leader_said_complete() const {
    return std::ranges::any_of(parts, [](const Part& part) {
        return part.source == AnswerSource::leader && part.answer.reply.complete;
    });
}

bool Question::leader_said_incomplete() const {
    return std::ranges::any_of(parts, [](const Part& part) {
        return part.source == AnswerSource::leader && !part.answer.reply.complete;
    });
}

protocol::Message to_message(const Question& question, RequestId request,
                             const std::optional<PeerId>& owner) {
    if (const auto* search = std::get_if<SearchAsked>(&question.what)) {
        Query query = search->query;
        if (owner) query.owner = owner;
        return protocol::SearchRequest{request, std::move(query)};
    }
    if (const auto* locate = std::get_if<LocateAsked>(&question.what))
        return protocol::LocateRequest{request, locate->prefix};
    return protocol::LocateRequest{request,
                                   std::get<swarm::AskSources>(question.what).content.hex()};
}

protocol::SearchReply to_search_reply(protocol::LocateReply reply) {
    protocol::SearchReply search;
    search.request = reply.request;
    search.view = reply.view;
    search.complete = reply.complete;
    search.total = reply.matches.size();
    search.results = std::move(reply.matches);
    search.owners = std::move(reply.owners);
    search.seals = std::move(reply.seals);
    search.covered = std::move(reply.covered);
    return search;
}

protocol::LocateReply to_locate_reply(protocol::SearchReply reply) {
    protocol::LocateReply locate;
    locate.request = reply.request;
    locate.view = reply.view;
    locate.complete = reply.complete;
    locate.matches = std::move(reply.results);
    locate.owners = std::move(reply.owners);
    return locate;
}

}  // namespace iwant::node
