#include "core/protocol/address_text.h"

#include <gmock/gmock.h>

namespace iwant::protocol {
namespace {

using testing::HasSubstr;

Address parsed(const std::string& text) {
    const auto address = parse_address(text);
    EXPECT_TRUE(address) << text;
    return address.value_or(Address{});
}

TEST(ParseAddress, ReadsHostAndPort) {
    EXPECT_EQ(parsed("192.0.2.7:1234"), (Address{"192.0.2.7", 1234}));
    EXPECT_EQ(parsed("ann.example:65535"), (Address{"ann.example", 65535}));
    EXPECT_EQ(parsed("[fe80::1%eth0]:1"), (Address{"fe80::1%eth0", 1}));
}

TEST(ParseAddress, TakesTheUsualPortForAHostAlone) {
    EXPECT_EQ(parsed("192.0.2.7"), (Address{"192.0.2.7", 4926}));
    EXPECT_EQ(parsed("::1"), (Address{"::1", 4926}));
    EXPECT_EQ(parsed("[::1]"), (Address{"::1", 4926}));
}

TEST(ParseAddress, RefusesWhatIsNoAddress) {
    for (const char* text :
         {"", ":4926", "host:", "host:0", "host:65536", "host:-1", "host:+1", "host:1x", "host: 1",
          "[]", "[]:1", "[::1", "[::1:80", "[::1]80", "[::1]:", "[::1]x80"}) {
        const auto address = parse_address(text);
        ASSERT_FALSE(address) << text;
        EXPECT_EQ(address.error().code, ErrorCode::invalid_argument);
        EXPECT_THAT(address.error().message, HasSubstr("HOST:PORT"));
    }
}

TEST(ToString, IsWhatParseAddressReads) {
    for (const Address& address : {Address{"192.0.2.7", 1}, Address{"fe80::1%eth0", 4926}}) {
        EXPECT_EQ(parsed(to_string(address)), address);
    }
    EXPECT_EQ(to_string({"::1", 4926}), "[::1]:4926");
}

TEST(ToString, HidesWhatWouldMoveACursor) {
    EXPECT_EQ(to_string({"a\x1b[2J", 1}).find('\x1b'), std::string::npos);
}

}  // namespace
}  // namespace iwant::protocol
