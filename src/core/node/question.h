#pragma once

// A question of this peer while it is being answered: whom it went to, who answered what, and when
// to stop waiting. core/node/search_service.h decides what is done with it.

#include <cstdint>
#include <optional>
#include <variant>
#include <vector>

#include "base/query.h"
#include "base/time.h"
#include "core/node/action.h"
#include "core/node/answer_merge.h"
#include "core/node/event.h"
#include "core/node/requests.h"

namespace iwant::node {

struct Question {
    using What = std::variant<SearchAsked, LocateAsked, swarm::AskSources>;
    /// Whom it has reached; each goes further than the one before.
    enum class Stage : std::uint8_t { begun, leader, standby, peers };
    struct Part {
        AnswerPart answer;
        AnswerSource source = AnswerSource::own;
        bool complete = false;  ///< speaks for everybody that we know to be alive
    };

    What what;
    Time asked;
    Time deadline;
    Stage stage = Stage::begun;
    Time next_stage;              ///< then more are asked, though some have not answered yet
    std::vector<Inquiry> open;    ///< not answered yet
    std::vector<Inquiry> closed;  ///< answered, refused, or never to be answered
    std::uint32_t answered = 0;
    std::vector<Part> parts;
    std::vector<protocol::Holder> holders;  ///< of everybody who answered

    const Query* query() const;
    bool verify() const;
    /// Only this peer's entries are looked for.
    std::optional<PeerId> owner() const;
    /// Whether this session was asked, for its word on `whom` if that is given.
    bool was_asked(SessionId session, std::optional<Inquiry::Whom> whom = std::nullopt) const;
    void close(const Inquiry& inquiry);
    /// Whether no more answers are waited for.
    bool settled() const;
    /// The part that makes all others needless: the leader's before a standby's.
    const Part* complete_part() const;
    /// Whether the leader took its answer for complete, though we know of somebody that it does
    /// not.
    bool leader_said_complete() const;
    /// Whether the leader knows of somebody that it does not cover: a change may have been
    /// announced to it that a replica has not heard of.
    bool leader_said_incomplete() const;
};

/// The message that asks it. With `owner`, only that peer's entries are asked for.
protocol::Message to_message(const Question& question, RequestId request,
                             const std::optional<PeerId>& owner);

/// A LocateReply in the form of all other answers, and back.
protocol::SearchReply to_search_reply(protocol::LocateReply reply);
protocol::LocateReply to_locate_reply(protocol::SearchReply reply);

}  // namespace iwant::node
