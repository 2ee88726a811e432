#include "core/protocol/statement.h"

#include <string>

#include <gtest/gtest.h>

namespace iwant::protocol {
namespace {

TEST(Statement, ARegistrationIsItsPurposeLeaderEpochAndSequence) {
    LeaderView view{0x0102, {}};
    view.leader.hash.bytes.fill('L');
    const Bytes bytes = registration_statement(view, 0x0304);
    const std::string expected = "iwant registration" + std::string(32, 'L') +
                                 std::string("\x02\x01\0\0\0\0\0\0", 8) +
                                 std::string("\x04\x03\0\0\0\0\0\0", 8);
    EXPECT_EQ(std::string(bytes.begin(), bytes.end()), expected);
}

}  // namespace
}  // namespace iwant::protocol
