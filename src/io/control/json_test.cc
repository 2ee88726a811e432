#include "io/control/json.h"

#include <boost/json.hpp>
#include <gtest/gtest.h>

#include "io/control/peer_choice.h"
#include "io/control/request_body.h"

namespace iwant::control {
namespace {

namespace json = boost::json;

std::string fields_of(const json::value& value) {
    std::string names;
    for (const auto& member : value.as_object()) {
        names += (names.empty() ? "" : " ") + std::string(std::string_view(member.key()));
    }
    return names;
}

TEST(Json, ReportsHaveTheFieldsThatScriptsRelyOn) {
    SearchReport search;
    search.results.push_back({});
    search.results[0].sources.push_back({{"ab", "ann"}, true});
    const json::value answer = to_json(search);
    EXPECT_EQ(
        fields_of(answer),
        "query complete coverage leader epoch took_ms total source asked answered verification "
        "remarks did_you_mean results");
    EXPECT_EQ(fields_of(answer.at("coverage")), "known indexed");
    const json::value& result = answer.at("results").at(0);
    EXPECT_EQ(fields_of(result), "row hash kind name path size modified score sources");
    EXPECT_TRUE(result.at("hash").is_null());
    EXPECT_EQ(result.at("kind"), "file");
    EXPECT_EQ(json::serialize(result.at("sources")),
              R"([{"peer":"ab","name":"ann","online":true}])");

    const json::value peer = to_json(std::vector<PeerReport>{{}}).at("peers").at(0);
    for (const char* field : {"id", "name", "address", "online", "leader", "files", "bytes",
                              "version", "last_seen", "banned_until"}) {
        EXPECT_TRUE(peer.as_object().contains(field)) << field;
    }
    const json::value download = to_json(std::vector<DownloadReport>{{}}).at("downloads").at(0);
    for (const char* field :
         {"hash", "name", "state", "bytes_done", "bytes_total", "rate", "sources", "message"}) {
        EXPECT_TRUE(download.as_object().contains(field)) << field;
    }
}

TEST(Json, StatusTellsTheLeaderOrNull) {
    StatusReport status;
    EXPECT_TRUE(to_json(status).at("leader").is_null());
    status.leader = LeaderRef{{"ab", "ann"}, true, 7};
    EXPECT_EQ(json::serialize(to_json(status).at("leader")),
              R"({"id":"ab","name":"ann","self":true,"epoch":7})");
    for (const char* field :
         {"peer", "version", "uptime_s", "standbys", "peers", "shared", "downloads"}) {
        EXPECT_TRUE(to_json(status).as_object().contains(field)) << field;
    }
}

TEST(Json, NamesThatAreNotUtf8StayValidJson) {
    DownloadReport report;
    report.name = "\xff\x1b[2J";
    const std::string text = json::serialize(to_json(report));
    EXPECT_EQ(json::parse(text).at("name"), "\\xff\\x1b[2J");
}

TEST(Json, EveryErrorCodeSurvivesTheWay) {
    for (int i = 0; i <= static_cast<int>(ErrorCode::not_running); ++i) {
        const Error error{static_cast<ErrorCode>(i), "open /x", "no \"luck\""};
        const auto back = error_from_json(json::serialize(to_json(error)));
        ASSERT_TRUE(back);
        EXPECT_EQ(back->code, error.code);
        EXPECT_EQ(back->text(), error.text());
        EXPECT_GE(http_status(error.code), 400u);
    }
    EXPECT_FALSE(error_from_json("{}"));
    EXPECT_FALSE(error_from_json("<html>"));
    EXPECT_FALSE(error_from_json(R"({"error":{"code":1,"message":"x"}})"));
}

TEST(RequestBody, OnlyKnownFieldsOfTheRightTypePass) {
    RequestBody good(R"({"a":"x","n":5,"f":true,"z":null})");
    EXPECT_EQ(good.text("a"), "x");
    EXPECT_EQ(good.number_if_given("n", 5), 5u);
    EXPECT_TRUE(good.flag("f"));
    EXPECT_FALSE(good.text_if_given("z"));
    EXPECT_FALSE(good.error());

    RequestBody unknown(R"({"a":"x","auth":"off"})");
    unknown.text("a");
    EXPECT_TRUE(unknown.error());

    for (const char* body :
         {"[]", "1", "{", "{\"n\":1}{}", "{\"n\":-1}", "{\"n\":6}", "{\"n\":1.5}", "{\"n\":\"1\"}",
          "{\"n\":1e3}", "{\"n\":99999999999999999999}"}) {
        RequestBody bad(body);
        bad.number_if_given("n", 5);
        EXPECT_TRUE(bad.error()) << body;
    }
    EXPECT_TRUE(RequestBody(std::string(100, '[')).error());
    RequestBody nul("{\"a\":\"x\\u0000y\"}");
    nul.text("a");
    EXPECT_TRUE(nul.error());
    RequestBody missing("");
    missing.text("a");
    EXPECT_TRUE(missing.error());
}

TEST(PeerChoice, NamesAndUniqueBeginningsOfIdsAreUnderstood) {
    std::vector<PeerReport> peers(3);
    peers[0].peer = {"aaaaaa11" + std::string(56, '0'), "Ann"};
    peers[1].peer = {"aaaaaa22" + std::string(56, '0'), "bob"};
    peers[2].peer = {"cccccc33" + std::string(56, '0'), "bob"};
    EXPECT_EQ(choose_peer(peers, "ann")->hex(), peers[0].peer.id);
    EXPECT_EQ(choose_peer(peers, "AAAAAA2")->hex(), peers[1].peer.id);
    EXPECT_EQ(choose_peer(peers, peers[2].peer.id)->hex(), peers[2].peer.id);
    EXPECT_EQ(choose_peer(peers, "bob").error().code, ErrorCode::invalid_argument);
    EXPECT_EQ(choose_peer(peers, "aaaaaa").error().code, ErrorCode::invalid_argument);
    EXPECT_EQ(choose_peer(peers, "ccccc").error().code, ErrorCode::not_found);
    EXPECT_EQ(choose_peer(peers, "").error().code, ErrorCode::not_found);
}

TEST(Json, TellsAllThatDoctorFound) {
    DoctorReport report;
    report.sentence = "All is well.";
    ChannelFacts broadcast;
    broadcast.name = "broadcast";
    report.interfaces = {{"eth0", {"192.0.2.1"}, true, "", true, true, {broadcast}}};
    PeerFacts bob;
    bob.id = "b0b";
    bob.heard_s = {{"broadcast", 0.5}};
    report.peers = {bob};
    const json::value told = to_json(report);
    for (const char* field :
         {"well", "sentence", "command", "notes", "peer", "version", "port", "announcing", "leader",
          "standbys", "interfaces", "network_changed_s", "peers", "warnings", "watch_advice"}) {
        EXPECT_TRUE(told.as_object().contains(field)) << field;
    }
    EXPECT_EQ(told.at_pointer("/interfaces/0/channels/0/channel"), "broadcast");
    EXPECT_EQ(told.at_pointer("/peers/0/heard_s/broadcast"), 0.5);
    EXPECT_TRUE(told.at("network_changed_s").is_null());
}

}  // namespace
}  // namespace iwant::control
