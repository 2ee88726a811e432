#include "io/control/checks.h"

#include <gtest/gtest.h>

namespace iwant::control {
namespace {

constexpr std::uint16_t kPort = 4927;
const std::string kToken(64, 'a');

class Checks : public testing::Test {
  protected:
    TokenGuard guard_{kToken};
    Door web_{Door::Kind::web, kPort, &guard_};
    Door local_;
};

RequestHead get(std::vector<Field> fields) {
    return {"GET", "/api/status", std::move(fields)};
}

unsigned status(const std::optional<Rejection>& rejection) {
    return rejection ? rejection->status : 200;
}

TEST_F(Checks, OnlyOurOwnNamesAreTakenForTheHost) {
    for (const char* host : {"127.0.0.1:4927", "localhost:4927", "LOCALHOST:4927", "[::1]:4927"}) {
        EXPECT_EQ(status(check_host(get({{"Host", host}}), web_)), 200) << host;
    }
    for (const char* host :
         {"evil.example", "evil.example:4927", "0.0.0.0:4927", "127.0.0.1", "127.0.0.1:4926",
          "127.0.0.1:49270", "localhost.evil.example:4927", "127.0.0.1:4927.evil.example", "",
          "user@127.0.0.1:4927", "[::]:4927", "127.1:4927"}) {
        EXPECT_EQ(status(check_host(get({{"Host", host}}), web_)), 421) << host;
    }
}

TEST_F(Checks, OneHostIsNeededOnBothDoors) {
    const RequestHead two = get({{"Host", "127.0.0.1:4927"}, {"host", "127.0.0.1:4927"}});
    EXPECT_EQ(status(check_host(get({}), web_)), 400);
    EXPECT_EQ(status(check_host(two, web_)), 400);
    EXPECT_EQ(status(check_host(get({}), local_)), 400);
    EXPECT_EQ(status(check_host(get({{"Host", "iwanto"}}), local_)), 200);
}

TEST_F(Checks, AnAbsoluteTargetIsMisdirected) {
    RequestHead head = get({{"Host", "127.0.0.1:4927"}});
    head.target = "http://127.0.0.1:4927/api/status";
    EXPECT_EQ(status(check_host(head, web_)), 421);
    head.target = "*";
    EXPECT_EQ(status(check_host(head, web_)), 421);
}

TEST_F(Checks, OtherSitesAreRefused) {
    for (const char* origin : {"http://evil.example", "null", "https://127.0.0.1:4927",
                               "http://127.0.0.1:4926", "http://127.0.0.1", ""}) {
        EXPECT_EQ(status(check_origin(get({{"Origin", origin}}), web_)), 403) << origin;
    }
    for (const char* site : {"cross-site", "same-site", "", "SAME-ORIGIN "}) {
        EXPECT_EQ(status(check_origin(get({{"Sec-Fetch-Site", site}}), web_)), 403) << site;
    }
    EXPECT_EQ(
        status(check_origin(
            get({{"Origin", "http://127.0.0.1:4927"}, {"Sec-Fetch-Site", "same-origin"}}), web_)),
        200);
    EXPECT_EQ(status(check_origin(get({{"Sec-Fetch-Site", "none"}}), web_)), 200);
    EXPECT_EQ(status(check_origin(get({}), web_)), 200);
}

TEST_F(Checks, AForeignOriginBesideOursIsRefused) {
    const RequestHead head =
        get({{"Origin", "http://127.0.0.1:4927"}, {"Origin", "http://evil.example"}});
    EXPECT_EQ(status(check_origin(head, web_)), 403);
    EXPECT_EQ(status(check_origin(get({{"Origin", "http://127.0.0.1:4927"}}), local_)), 403);
}

TEST_F(Checks, OnlyTheWholeTokenOpensTheWebDoor) {
    const auto verdict = [this](const std::string& value) {
        return status(check_token(get({{"Authorization", value}}), web_, Time{}));
    };
    EXPECT_EQ(verdict("Bearer " + kToken), 200);
    EXPECT_EQ(verdict("bearer " + kToken), 200);
    EXPECT_EQ(verdict("Bearer " + kToken + "a"), 401);
    EXPECT_EQ(verdict("Bearer " + kToken.substr(1)), 401);
    EXPECT_EQ(verdict("Bearer " + std::string(64, 'b')), 401);
    EXPECT_EQ(verdict("Bearer "), 401);
    EXPECT_EQ(verdict(kToken), 401);
    EXPECT_EQ(verdict("Basic " + kToken), 401);
    EXPECT_EQ(status(check_token(get({}), web_, Time{})), 401);
    EXPECT_EQ(status(check_token(get({}), local_, Time{})), 200);
}

TEST_F(Checks, GuessingIsSlowedAndTheOwnerStillGetsIn) {
    const RequestHead wrong = get({{"Authorization", "Bearer wrong"}});
    const RequestHead right = get({{"Authorization", "Bearer " + kToken}});
    Time now{};
    for (std::size_t i = 0; i < TokenGuard::kFailuresPerMinuteMax; ++i) {
        EXPECT_EQ(status(check_token(wrong, web_, now)), 401);
    }
    EXPECT_EQ(status(check_token(wrong, web_, now)), 429);
    EXPECT_EQ(status(check_token(right, web_, now)), 200);
    now += std::chrono::seconds(61);
    EXPECT_EQ(status(check_token(wrong, web_, now)), 401);
}

TEST_F(Checks, ChangesMustBeJson) {
    const auto verdict = [](const std::string& method, std::vector<Field> fields) {
        return status(check_content({method, "/api/stop", std::move(fields)}));
    };
    EXPECT_EQ(verdict("GET", {}), 200);
    EXPECT_EQ(verdict("POST", {{"Content-Type", "application/json"}}), 200);
    EXPECT_EQ(verdict("POST", {{"Content-Type", "Application/JSON; charset=utf-8"}}), 200);
    for (const char* type : {"text/plain", "application/x-www-form-urlencoded",
                             "multipart/form-data", "application/jsonx", "text/json", ""}) {
        EXPECT_EQ(verdict("POST", {{"Content-Type", type}}), 415) << type;
    }
    EXPECT_EQ(verdict("DELETE", {}), 415);
    EXPECT_EQ(
        verdict("POST", {{"Content-Type", "application/json"}, {"Content-Type", "text/plain"}}),
        415);
}

TEST_F(Checks, BodiesHaveALimit) {
    const auto verdict = [](const std::string& length) {
        return status(check_content(
            {"POST", "/", {{"Content-Type", "application/json"}, {"Content-Length", length}}}));
    };
    EXPECT_EQ(verdict(std::to_string(kBodyBytesMax - 1)), 200);
    EXPECT_EQ(verdict(std::to_string(kBodyBytesMax)), 200);
    EXPECT_EQ(verdict(std::to_string(kBodyBytesMax + 1)), 413);
    EXPECT_EQ(verdict("99999999999999999999999999"), 413);
    EXPECT_EQ(verdict("-1"), 413);
}

TEST_F(Checks, HeadersThatALenientParserWouldTakeAreRefused) {
    EXPECT_EQ(status(check_header_text("GET / HTTP/1.1\r\nHost: a\r\n\r\n")), 200);
    EXPECT_EQ(status(check_header_text("GET / HTTP/1.1\r\nHost: a\r\n b\r\n\r\n")), 400);
    EXPECT_EQ(status(check_header_text("GET / HTTP/1.1\r\nHost: a\r\n\tb\r\n\r\n")), 400);
    EXPECT_EQ(status(check_header_text(std::string_view("GET / HTTP/1.1\r\nA: \0\r\n\r\n", 24))),
              400);
    const auto with_fields = [](std::size_t count) {
        std::string text = "GET / HTTP/1.1\r\n";
        for (std::size_t i = 0; i < count; ++i) text += "A: b\r\n";
        return text + "\r\n";
    };
    EXPECT_EQ(status(check_header_text(with_fields(kHeaderFieldsMax))), 200);
    EXPECT_EQ(status(check_header_text(with_fields(kHeaderFieldsMax + 1))), 431);
}

}  // namespace
}  // namespace iwant::control
