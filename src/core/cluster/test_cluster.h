#pragma once

// One Cluster for tests, that is peer 1, and the others by what they send.

#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include "core/cluster/cluster.h"
#include "core/cluster/test_peers.h"
#include "core/protocol/statement.h"

namespace iwant::cluster::test {

class ClusterTest : public testing::Test {
  protected:
    void pass(Duration time) {
        const Time end = now + time;
        while (const auto due = cluster.next_deadline()) {
            if (*due > end) break;
            now = std::max(now, *due);
            cluster.advance(now);
            take();
        }
        now = end;
        cluster.advance(now);
        take();
    }
    void take() {
        for (auto& action : cluster.take_actions()) actions.push_back(std::move(action));
    }
    template <class Event>
    void tell(const Event& event) {
        cluster.advance(now);
        cluster.handle(event, now);
        take();
    }
    void open(std::uint64_t session, std::uint8_t from, protocol::LeaderView view = {}) {
        SessionOpened opened;
        opened.session = SessionId{session};
        opened.peer = peer(from);
        opened.address = address(from);
        opened.key = test::signatory(from).public_key();
        opened.hello.peer = peer(from);
        opened.hello.instance = from;
        opened.hello.leader = view;
        tell(opened);
    }
    void hear(std::uint64_t session, protocol::Message message) {
        tell(MessageReceived{SessionId{session}, std::move(message)});
    }
    /// All actions of a kind since the last call of clear.
    template <class T>
    std::vector<T> all() const {
        std::vector<T> found;
        for (const auto& action : actions) {
            if (const auto* one = std::get_if<T>(&action)) found.push_back(*one);
        }
        return found;
    }
    template <class T>
    std::vector<T> sent(std::uint64_t session) const {
        std::vector<T> found;
        for (const auto& send : all<Send>()) {
            const auto* message = std::get_if<T>(&send.message);
            if (send.session == SessionId{session} && message != nullptr) found.push_back(*message);
        }
        return found;
    }
    /// The peer of the session's number registers, signed.
    void enlist(std::uint8_t from, CatalogState catalog) {
        protocol::Register message{cluster.leader_view(), catalog, 1, 1, ++sequence, {}};
        message.signature = test::signatory(from).sign(
            protocol::registration_statement(message.view, message.sequence));
        hear(from, std::move(message));
    }
    void lead_with_followers() {
        pass(std::chrono::seconds(1));
        for (std::uint8_t i = 2; i <= 3; ++i) {
            open(i, i);
            enlist(i, {i, 0});
            pass(std::chrono::seconds(1));
        }
        ASSERT_TRUE(cluster.leading());
        ASSERT_EQ(cluster.followers(), 2u);
        actions.clear();
    }
    /// The leader, peer 2, says who stands by.
    void stand_by(const std::vector<std::uint8_t>& standbys) {
        protocol::Standbys message;
        message.view = cluster.leader_view();
        for (const std::uint8_t number : standbys) {
            message.members.emplace_back();
            message.members.back().peer = peer(number);
            message.members.back().addresses = {address(number)};
        }
        hear(2, message);
    }
    void follow_peer_two() {
        open(2, 2, {4, peer(2)});
        ASSERT_EQ(cluster.leader_view(), (protocol::LeaderView{4, peer(2)}));
        actions.clear();
    }

    NullLogger logger;
    Time now{};
    TestSignatory signatory = test::signatory(1);
    Cluster cluster{{peer(1), 1, "one", "test"}, signatory, Prng(1), logger, Time{}};
    std::uint64_t sequence = 0;
    std::vector<Action> actions;
};

}  // namespace iwant::cluster::test
