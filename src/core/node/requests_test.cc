#include "core/node/requests.h"

#include <gtest/gtest.h>

#include "core/protocol/limits.h"

namespace iwant::node {
namespace {

using std::chrono::seconds;

TEST(Requests, AnAnswerBelongsToItsSessionAndIsTakenOnce) {
    Requests requests;
    const auto request = requests.add(SessionId{1}, QuestionId{7}, Time{} + seconds(1));
    ASSERT_TRUE(request);
    EXPECT_FALSE(requests.take(SessionId{2}, *request));
    EXPECT_TRUE(requests.take(SessionId{1}, *request));
    EXPECT_FALSE(requests.take(SessionId{1}, *request));
}

TEST(Requests, ASessionHasALimitedNumberUnderWay) {
    Requests requests;
    for (std::size_t i = 0; i < protocol::kRequestsPerSessionMax; ++i)
        EXPECT_TRUE(requests.add(SessionId{1}, QuestionId{i}, Time{}));
    EXPECT_FALSE(requests.add(SessionId{1}, QuestionId{99}, Time{}));
    EXPECT_TRUE(requests.add(SessionId{2}, QuestionId{99}, Time{}));
}

TEST(Requests, TheyEndByTimeOrWithTheirSession) {
    Requests requests;
    requests.add(SessionId{1}, QuestionId{1}, Time{} + seconds(1));
    requests.add(SessionId{1}, QuestionId{2}, Time{} + seconds(3));
    requests.add(SessionId{2}, QuestionId{3}, Time{} + seconds(3));
    EXPECT_EQ(requests.next_deadline(), Time{} + seconds(1));
    EXPECT_EQ(requests.expire(Time{} + seconds(1)).size(), 1u);
    EXPECT_EQ(requests.session_gone(SessionId{1}).size(), 1u);
    requests.withdraw(QuestionId{3});
    EXPECT_FALSE(requests.next_deadline());
}

}  // namespace
}  // namespace iwant::node
