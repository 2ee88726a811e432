#include "io/control/routes.h"

#include <gtest/gtest.h>

#include "io/control/route_example.h"

namespace iwant::control {
namespace {

unsigned status(std::string_view method, std::string_view target) {
    const auto match = find_route(method, target);
    return match ? 200 : match.error().status;
}

TEST(Routes, EachIsFoundByItsOwnMethodAndNoOther) {
    for (const Route& route : routes()) {
        const std::string target = example_of(route, "12");
        const auto match = find_route(route.method, target);
        ASSERT_TRUE(match) << route.method << target;
        EXPECT_EQ(match->route, &route);
        for (const char* method : {"OPTIONS", "PATCH", "TRACE", "CONNECT", "get"}) {
            EXPECT_EQ(status(method, target), 405) << method << target;
        }
        const bool is_file = route.pattern.starts_with("/file/");
        EXPECT_EQ(status("HEAD", target), is_file ? 200 : 405) << target;
    }
}

TEST(Routes, WhatChangesSomethingCannotBeAskedWithGet) {
    EXPECT_EQ(status("GET", "/api/stop"), 405);
    EXPECT_EQ(status("GET", "/api/shares"), 405);
    EXPECT_EQ(status("GET", "/api/downloads/12/cancel"), 405);
    EXPECT_EQ(find_route("GET", "/api/shares").error().allow, "POST, DELETE");
}

TEST(Routes, OnlyHealthIsOpen) {
    for (const Route& route : routes()) {
        EXPECT_EQ(route.access == Access::open, route.pattern == "/health") << route.pattern;
    }
}

TEST(Routes, UnknownPathsDoNotExist) {
    for (const char* target : {"/", "/api", "/api/", "/api/status/", "/api/statusx", "//api/status",
                               "/api/downloads/", "/api/downloads/12/", "/index.html"}) {
        EXPECT_NE(status("GET", target), 200) << target;
    }
    EXPECT_EQ(status("GET", "/nothing"), 404);
}

TEST(Routes, ParametersAreHashesAndNumbersOnly) {
    EXPECT_EQ(find_route("POST", "/api/downloads/ab12CD/pause")->parameters.at(0), "ab12CD");
    EXPECT_EQ(find_route("POST", "/api/downloads/%237/pause")->parameters.at(0), "#7");
    for (const char* part : {"%2e%2e%2f", "..", ".", "%00", "%c0%af", "a;b", "%252e", "xyz", "%23",
                             "%2", "a%23", "12%00"}) {
        EXPECT_EQ(status("POST", "/api/downloads/" + std::string(part) + "/pause"), 400) << part;
    }
    EXPECT_EQ(status("POST", "/api/downloads/" + std::string(64, 'a') + "/pause"), 200);
    EXPECT_EQ(status("POST", "/api/downloads/" + std::string(65, 'a') + "/pause"), 400);
}

TEST(Routes, QueriesAreNotTaken) {
    EXPECT_EQ(status("GET", "/api/status?token=abc"), 400);
    EXPECT_EQ(status("GET", "/api/status#x"), 400);
    EXPECT_EQ(status("GET", "/api/" + std::string(300, 'a')), 400);
}

}  // namespace
}  // namespace iwant::control
