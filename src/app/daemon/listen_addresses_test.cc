#include "app/daemon/listen_addresses.h"

#include <algorithm>

#include <gmock/gmock.h>

#include "io/platform/interfaces.h"

namespace iwant::daemon {
namespace {

using testing::Contains;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;

/// The machine's own: whatever it is called, it has 127.0.0.1.
platform::Interface loopback() {
    const auto all = platform::list_interfaces().value();
    const auto found = std::ranges::find_if(all, [](const platform::Interface& interface) {
        return std::ranges::find(interface.addresses, "127.0.0.1",
                                 &platform::InterfaceAddress::address) != interface.addresses.end();
    });
    if (found == all.end()) std::abort();
    return *found;
}

TEST(ListenAddresses, AreAllWhenNoInterfaceIsNamed) {
    EXPECT_THAT(listen_addresses({}).value(), IsEmpty());
}

TEST(ListenAddresses, AreThoseOfANamedInterface) {
    const auto addresses = listen_addresses({loopback().name});
    ASSERT_TRUE(addresses) << addresses.error().text();
    EXPECT_THAT(*addresses, Contains("127.0.0.1"));
    EXPECT_EQ(addresses->size(), loopback().addresses.size());
}

TEST(ListenAddresses, MayBeNamedByOneOfThem) {
    EXPECT_EQ(listen_addresses({"127.0.0.1"}).value(), listen_addresses({loopback().name}).value());
}

TEST(ListenAddresses, AreListedOnceHoweverOftenTheyAreNamed) {
    const std::string name = loopback().name;
    EXPECT_EQ(listen_addresses({name, "127.0.0.1", name}).value(),
              listen_addresses({name}).value());
}

TEST(ListenAddresses, OfAnUnknownInterfaceAreAnErrorThatListsThoseThereAre) {
    const auto addresses = listen_addresses({loopback().name, "nosuch0"});
    ASSERT_FALSE(addresses);
    EXPECT_EQ(addresses.error().code, ErrorCode::not_found);
    EXPECT_THAT(addresses.error().text(), HasSubstr("nosuch0"));
    EXPECT_THAT(addresses.error().text(), HasSubstr(loopback().name));
}

TEST(ListenAddresses, OfAnInterfaceWithoutAnyAreAnErrorAndNotAll) {
    const auto all = platform::list_interfaces().value();
    for (const platform::Interface& interface : all) {
        const auto addresses = listen_addresses({interface.name});
        if (addresses) {
            EXPECT_THAT(*addresses, Not(IsEmpty())) << interface.name;
        } else {
            EXPECT_EQ(addresses.error().code, ErrorCode::unavailable);
        }
    }
}

}  // namespace
}  // namespace iwant::daemon
