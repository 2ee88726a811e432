#include "core/node/requests.h"

#include <gtest/gtest.h>

#include "core/protocol/limits.h"

namespace iwant::node {
namespace {

using std::chrono::seconds;

Inquiry asked(std::uint64_t question, std::uint64_t session = 1) {
    return {QuestionId{question}, SessionId{session}, Inquiry::Whom::leader};
}

TEST(Requests, AnAnswerBelongsToItsSessionAndIsTakenOnce) {
    Requests requests;
    const auto request = requests.add(SessionId{1}, asked(7), Time{} + seconds(1));
    ASSERT_TRUE(request);
    EXPECT_FALSE(requests.take(SessionId{2}, *request));
    EXPECT_TRUE(requests.take(SessionId{1}, *request));
    EXPECT_FALSE(requests.take(SessionId{1}, *request));
}

TEST(Requests, ASessionHasALimitedNumberUnderWay) {
    Requests requests;
    for (std::size_t i = 0; i < protocol::kRequestsPerSessionMax; ++i)
        EXPECT_TRUE(requests.add(SessionId{1}, asked(i), Time{}));
    EXPECT_FALSE(requests.add(SessionId{1}, asked(99), Time{}));
    EXPECT_TRUE(requests.add(SessionId{2}, asked(99), Time{}));
}

TEST(Requests, TheyEndByTimeOrWithTheirSession) {
    Requests requests;
    requests.add(SessionId{1}, asked(1), Time{} + seconds(1));
    requests.add(SessionId{1}, asked(2), Time{} + seconds(3));
    requests.add(SessionId{2}, asked(3), Time{} + seconds(3));
    EXPECT_EQ(requests.next_deadline(), Time{} + seconds(1));
    EXPECT_EQ(requests.expire(Time{} + seconds(1)).size(), 1u);
    EXPECT_EQ(requests.session_gone(SessionId{1}).size(), 1u);
    requests.withdraw(QuestionId{3});
    EXPECT_FALSE(requests.next_deadline());
}

TEST(Requests, AnInquiryIsGivenUpWithoutTheOthersOfItsQuestion) {
    Requests requests;
    const auto one = requests.add(SessionId{1}, asked(7, 1), Time{});
    const auto other = requests.add(SessionId{2}, asked(7, 2), Time{});
    requests.withdraw(asked(7, 1));
    EXPECT_FALSE(requests.take(SessionId{1}, *one));
    EXPECT_TRUE(requests.take(SessionId{2}, *other));
}

}  // namespace
}  // namespace iwant::node
