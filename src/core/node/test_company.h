#pragma once

// One real node in the company of peers that say only what a test has them say: for silence, lies
// and answers in any order. Peers are numbered from 1; the node itself is number 200.

#include <algorithm>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include "base/test_signatory.h"
#include "core/node/node.h"
#include "core/node/proofs.h"
#include "core/protocol/seal.h"
#include "core/protocol/statement.h"

namespace iwant::node::test {

inline TestSignatory signatory(std::size_t number) {
    return TestSignatory::numbered(static_cast<std::uint8_t>(number));
}

inline PeerId peer(std::size_t number) {
    return signatory(number).peer();
}

inline Hash256 content(std::uint8_t number) {
    Hash256 hash;
    hash.bytes.fill(number);
    return hash;
}

inline protocol::SearchResult result(std::size_t owner, std::uint64_t entry, std::string path) {
    protocol::SearchResult result;
    result.path = std::move(path);
    result.size_bytes = 1000;
    result.score = 0.5;
    result.sources = {{peer(owner), EntryId{entry}, true}};
    return result;
}

class Warnings final : public Logger {
  public:
    void log(LogLevel level, std::string_view line) override {
        if (level == LogLevel::warning) lines.emplace_back(line);
    }
    std::vector<std::string> lines;
};

class Company {
  public:
    static constexpr std::size_t kSelf = 200;

    /// Peers 1 to `count` are here; nobody leads.
    explicit Company(std::size_t count) : count_(count) {
        Self self{peer(kSelf), 1, "self", "test"};
        node_ =
            std::make_unique<Node>(std::move(self), signatory_, Options{}, Prng(1), logger_, now_);
        for (std::size_t each = 1; each <= count; ++each) {
            protocol::Hello hello;
            hello.peer = peer(each);
            hello.instance = each;
            hello.name = "peer" + std::to_string(each);
            tell(SessionOpened{session(each),
                               peer(each),
                               {"192.0.2." + std::to_string(each), 4926},
                               Direction::accepted,
                               hello,
                               signatory(each).public_key()});
        }
    }

    void tell(Event event) {
        node_->handle(std::move(event), now_);
        for (auto& action : node_->take_actions()) note(std::move(action));
    }
    void says(std::size_t number, protocol::Message message) {
        tell(MessageReceived{session(number), std::move(message)});
    }
    void pass(Duration length) {
        const Time end = now_ + length;
        for (auto due = node_->next_deadline(); due && *due <= end; due = node_->next_deadline()) {
            now_ = std::max(now_, *due);
            tell(TimePassed{});
            for (const auto& [number, ping] : std::exchange(pings_, {}))
                says(number, protocol::Pong{ping.sequence, view()});
        }
        now_ = end;
    }
    void leaves(std::size_t number) {
        says(number, protocol::Goodbye{protocol::Goodbye::Reason::stopping});
        tell(SessionClosed{session(number), "closed"});
    }
    void breaks(std::size_t number) { tell(SessionClosed{session(number), "reset"}); }
    /// Peer `number` leads, has all our files, and knows all peers, or ourselves and `online`.
    void led_by(std::size_t number, std::vector<std::size_t> online = {}) {
        leader_ = number;
        says(number, protocol::LeaderClaim{view(), 1});
        says(number, protocol::Registered{view(), {}, node_->catalog()});
        if (online.empty()) {
            for (std::size_t each = 1; each <= count_; ++each) online.push_back(each);
        }
        protocol::Roster roster;
        roster.view = view();
        roster.revision = 1;
        roster.members.push_back({});
        roster.members.back().peer = peer(kSelf);
        for (const std::size_t each : online) {
            protocol::Member member;
            member.peer = peer(each);
            member.name = "peer" + std::to_string(each);
            roster.members.push_back(std::move(member));
        }
        says(number, roster);
    }
    /// The leader appoints these, in order, and they have all our files.
    void stand_by(const std::vector<std::size_t>& numbers) {
        protocol::Standbys standbys;
        standbys.view = view();
        for (const std::size_t number : numbers) {
            protocol::Member member;
            member.peer = peer(number);
            standbys.members.push_back(std::move(member));
        }
        says(leader_, std::move(standbys));
        for (const std::size_t number : numbers) {
            if (number != kSelf) says(number, protocol::Registered{view(), {}, node_->catalog()});
        }
    }
    /// Follows the leader and keeps its catalogue with us: these files.
    void registers(std::size_t number, const std::vector<std::string>& paths = {}) {
        const TestSignatory signs = signatory(number);
        CatalogDelta files{1, 0, 0, false, {}};
        for (const std::string& path : paths) {
            const EntryId id{++files.up_to};
            files.changes.push_back({files.up_to,
                                     EntryChange::What::present,
                                     {id, EntryKind::file, path, 1000, 0, std::nullopt}});
        }
        protocol::Register message{view(), {1, files.up_to}, 0, 0, 1, {}};
        message.signature =
            signs.sign(protocol::registration_statement(message.view, message.sequence));
        says(number, message);
        if (!paths.empty())
            says(number, protocol::CatalogUpdate{view(), files, protocol::seal(signs, files)});
    }
    void shares(std::uint64_t entry, std::string path) {
        CatalogDelta delta{1, version_, version_ + 1, false, {}};
        delta.changes.push_back(
            {++version_,
             EntryChange::What::present,
             {EntryId{entry}, EntryKind::file, std::move(path), 1000, 0, std::nullopt}});
        tell(CatalogAdvanced{delta, version_, 0});
    }
    void search(std::string text, std::optional<PeerId> owner = std::nullopt, bool verify = false) {
        SearchAsked asked{Ticket{next_ticket_++}, {}, verify};
        asked.query.text = std::move(text);
        asked.query.owner = owner;
        tell(asked);
    }

    /// What we answer to that peer.
    protocol::SearchReply asked_by(std::size_t number, std::string text) {
        protocol::SearchRequest request{RequestId{1}, {}};
        request.query.text = std::move(text);
        reply_.reset();
        says(number, request);
        EXPECT_TRUE(reply_);
        return reply_.value_or(protocol::SearchReply{});
    }

    /// What was asked of a peer and not answered yet.
    std::vector<protocol::SearchRequest> questions(std::size_t number) const {
        const auto found = questions_.find(number);
        return found == questions_.end() ? std::vector<protocol::SearchRequest>() : found->second;
    }
    /// Answers the oldest question that this peer has, with the owners' proofs.
    void answers(std::size_t number, protocol::SearchReply reply) {
        reply.request = take_question(number);
        prove(number, reply);
        if (tamper) tamper(reply);
        says(number, std::move(reply));
    }
    void answers(std::size_t number, protocol::LocateReply reply) {
        reply.request = take_question(number);
        says(number, std::move(reply));
    }
    void refuses(std::size_t number) {
        says(number, protocol::Refusal{take_question(number), protocol::RefusalCode::busy});
    }
    protocol::SearchReply leaders_reply(std::vector<protocol::SearchResult> results) const {
        protocol::SearchReply reply;
        reply.view = view();
        reply.complete = true;
        const auto known = static_cast<std::uint32_t>(count_ + 1);
        reply.coverage = {known, known};
        for (std::size_t each = 1; each <= count_; ++each) cover(reply, each);
        cover(reply, kSelf);
        reply.total = results.size();
        reply.results = std::move(results);
        return reply;
    }
    static void cover(protocol::SearchReply& reply, std::size_t number) {
        reply.covered.push_back(protocol::mark_of(peer(number)));
    }
    /// What a peer says that has one file.
    protocol::SearchReply own_reply(std::size_t number, std::string path) const {
        protocol::SearchReply reply;
        reply.coverage = {static_cast<std::uint32_t>(count_ + 1), 1};
        reply.total = 1;
        reply.results = {result(number, number, std::move(path))};
        protocol::Member owner;
        owner.peer = peer(number);
        owner.name = "peer" + std::to_string(number);
        reply.owners = {owner};
        return reply;
    }

    bool warned(std::string_view beginning) const {
        return std::ranges::any_of(
            logger_.lines, [&](const std::string& line) { return line.starts_with(beginning); });
    }
    std::vector<FalseAnswer> false_answers() const { return node_->false_answers(now_); }
    bool answered() const {
        return std::ranges::any_of(seen_, [](const Action& action) {
            return std::holds_alternative<AnswerSearch>(action);
        });
    }
    /// The one answer that has come since the last call.
    AnswerSearch answer() {
        const auto answers = take<AnswerSearch>();
        EXPECT_EQ(answers.size(), 1u);
        return answers.empty() ? AnswerSearch{} : answers[0];
    }
    template <class T>
    std::vector<T> take() {
        std::vector<T> taken;
        for (const Action& action : seen_) {
            if (const auto* one = std::get_if<T>(&action)) taken.push_back(*one);
        }
        std::erase_if(seen_,
                      [](const Action& action) { return std::holds_alternative<T>(action); });
        return taken;
    }
    /// Changes a proven answer before it is sent.
    std::function<void(protocol::SearchReply& reply)> tamper;

  private:
    // Each owner has announced what the reply says of it.
    void prove(std::size_t number, protocol::SearchReply& reply) const {
        std::map<PeerId, CatalogDelta> runs;
        for (const auto& result : reply.results) {
            for (const auto& source : result.sources) {
                CatalogDelta& run =
                    runs.try_emplace(source.owner, CatalogDelta{1, 0, 0, false, {}}).first->second;
                const Entry entry{source.entry,      result.kind,     result.path,
                                  result.size_bytes, result.modified, result.content};
                run.changes.push_back({++run.up_to, EntryChange::What::present, entry});
            }
        }
        cluster::SealBook book;
        search::Index index;
        for (const auto& [owner, run] : runs) {
            const TestSignatory signs = signatory(owner.hash.bytes[0]);
            auto sealed = protocol::open_seal(signatory_, signs.public_key(), run,
                                              protocol::seal(signs, run));
            ASSERT_TRUE(sealed);
            for (const auto& change : run.changes) index.put(owner, change.entry);
            book.put(owner, std::move(*sealed));
            protocol::Member member;
            member.peer = owner;
            member.key = signs.public_key();
            std::erase_if(reply.owners, [&](const auto& each) { return each.peer == owner; });
            reply.owners.push_back(std::move(member));
        }
        reply.seals = attach_proofs(book, index, peer(number), reply.results);
    }
    static SessionId session(std::size_t number) { return SessionId{number}; }
    protocol::LeaderView view() const {
        return leader_ == 0 ? protocol::LeaderView{} : protocol::LeaderView{5, peer(leader_)};
    }
    RequestId take_question(std::size_t number) {
        auto& waiting = questions_[number];
        if (waiting.empty()) {
            ADD_FAILURE() << "peer " << number << " was not asked";
            return {};
        }
        const RequestId request = waiting.front().request;
        waiting.erase(waiting.begin());
        return request;
    }
    void note(Action action) {
        const auto* send = std::get_if<Send>(&action);
        if (send == nullptr) {
            seen_.push_back(std::move(action));
            return;
        }
        const std::size_t number = send->session.value;
        if (const auto* search = std::get_if<protocol::SearchRequest>(&send->message)) {
            questions_[number].push_back(*search);
        } else if (const auto* locate = std::get_if<protocol::LocateRequest>(&send->message)) {
            questions_[number].push_back({locate->request, {}});
        } else if (const auto* ping = std::get_if<protocol::Ping>(&send->message)) {
            pings_.emplace_back(number, *ping);
        } else if (const auto* reply = std::get_if<protocol::SearchReply>(&send->message)) {
            reply_ = *reply;
        }
    }

    const std::size_t count_;
    const TestSignatory signatory_ = signatory(kSelf);
    Warnings logger_;
    Time now_{};
    std::unique_ptr<Node> node_;
    std::size_t leader_ = 0;
    std::uint64_t version_ = 0;
    std::uint64_t next_ticket_ = 1;
    std::map<std::size_t, std::vector<protocol::SearchRequest>> questions_;
    std::vector<std::pair<std::size_t, protocol::Ping>> pings_;
    std::optional<protocol::SearchReply> reply_;  ///< the last one of ours
    std::vector<Action> seen_;
};

}  // namespace iwant::node::test
