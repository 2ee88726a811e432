// What people and scripts read: tables, the progress line, events.

#include "base/text.h"

#include <sstream>

#include <boost/json.hpp>
#include <gtest/gtest.h>

#include "app/cli/application.h"
#include "app/cli/browse_text.h"
#include "app/cli/download_text.h"
#include "app/cli/hint.h"
#include "app/cli/search_table.h"
#include "app/cli/status_text.h"
#include "app/cli/table.h"

namespace iwant::cli {
namespace {

namespace json = boost::json;

constexpr Terminal kScreen{true, true, false, 80};
constexpr Terminal kPipe{};
const std::string kHash(64, 'a');

Object parse(const std::string& text) {
    return json::parse(text).as_object();
}

Object search_report() {
    return parse(R"({"complete":false,"coverage":{"known":3,"indexed":2},"total":2,"results":[
        {"row":1,"hash":")" +
                 kHash + R"(","kind":"file","name":"a\u001b[2J.mkv","path":"F/a\u001b[2J.mkv",
         "size":1400000000,"modified":1000,"sources":[{"peer":"bb","name":"bob","online":false},
         {"peer":"cc","name":"ann","online":true}]},
        {"row":2,"hash":null,"kind":"folder","name":"Größe & Übung","path":"Größe & Übung",
         "size":0,"modified":0,"sources":[{"peer":"bb","name":"bob","online":false}]}]})");
}

Object download(const std::string& state) {
    return parse(R"({"id":7,"hash":")" + kHash + R"(","name":"film.mkv","state":")" + state +
                 R"(","bytes_done":500,"bytes_total":1000,"rate":250,"seconds_left":2,"sources":2,
                 "seconds":1.5,"source_bytes":{"bb":400,"cc":100,"dd":0},"files_total":1,
                 "message":"","path":"/d/film.mkv","verified":true})");
}

TEST(SearchTable, PeopleSeeAlignedColumnsWithoutControlCharacters) {
    const auto lines = search_lines(search_report(), kScreen, 1000 + 3 * 86400);
    ASSERT_EQ(lines.size(), 3u);
    EXPECT_NE(lines[1].find("a\\x1b[2J.mkv"), std::string::npos);
    EXPECT_NE(lines[1].find("1.4 GB"), std::string::npos);
    EXPECT_NE(lines[1].find("3 days ago"), std::string::npos);
    EXPECT_NE(lines[1].find("ann +1"), std::string::npos);
    EXPECT_TRUE(lines[1].ends_with("  aaaaaaaaaa"));
    EXPECT_NE(lines[2].find("Größe & Übung/"), std::string::npos);
    EXPECT_NE(lines[2].find("bob (offline)"), std::string::npos);
    EXPECT_TRUE(lines[2].ends_with("  -"));
    for (const std::string& line : lines) EXPECT_LE(display_width(line), 80u);
}

TEST(SearchTable, ScriptsGetTabsAndTheWholeHash) {
    const auto lines = search_lines(search_report(), kPipe, 0);
    ASSERT_EQ(lines.size(), 2u);
    EXPECT_EQ(lines[0], "1\t" + kHash + "\tfile\t1400000000\t1000\t2\tF/a\\x1b[2J.mkv");
    EXPECT_EQ(lines[1], "2\t-\tfolder\t0\t0\t1\tGröße & Übung");
}

TEST(SearchTable, AnIncompleteAnswerSaysHowMuchItCovers) {
    EXPECT_EQ(coverage_text(search_report()),
              "INCOMPLETE: electing a leader, 2 of 3 peers covered");
    Object led = search_report();
    led["leader"] = Object{{"id", "aa"}};
    EXPECT_EQ(coverage_text(led), "INCOMPLETE: 2 of 3 peers covered");
    EXPECT_EQ(coverage_text(parse(R"({"complete":true})")), "");
}

TEST(SearchTable, WhatTheLeaderLeavesOutIsAWarning) {
    EXPECT_TRUE(verification_lines(search_report()).empty());
    Object report = search_report();
    report["verification"] = parse(R"({"with":null,"missing":[]})");
    EXPECT_TRUE(verification_lines(report).at(0).starts_with("Not verified"));
    report["verification"] = parse(R"({"with":{"id":"dd","name":"dora"},"missing":[]})");
    EXPECT_EQ(verification_lines(report).at(0), "Verified: the index of dora has the same.");
    report["verification"].as_object()["missing"] = report["results"];
    const auto lines = verification_lines(report);
    ASSERT_EQ(lines.size(), 3u);
    EXPECT_EQ(lines[0], "WARNING: the leader leaves out what dora has:");
    EXPECT_EQ(lines[1], "  F/a\\x1b[2J.mkv  ann +1");
}

TEST(Table, LongNamesAreCutToTheTerminal) {
    Table table({{"Name", Align::left, Column::Room::shrinks}, {"Size", Align::right}});
    table.add({std::string(10'000, 'x'), "1 B"});
    table.add({"\u65e5\u672c\n", "10 GB"});
    for (const std::string& line : table.lines({true, true, false, 40})) {
        EXPECT_LE(display_width(line), 40u);
        EXPECT_EQ(line.find('\n'), std::string::npos);
    }
    EXPECT_EQ(table.tab_separated()[1], "\u65e5\u672c\\x0a\t10 GB");
}

TEST(Table, ColourIsOnlyUsedWhereItIsOn) {
    Table table({{"Name"}});
    table.add({"a"});
    EXPECT_EQ(table.lines(kScreen)[0], "Name");
    EXPECT_EQ(table.lines({true, true, true, 80})[0], "\x1b[1mName\x1b[0m");
}

TEST(DownloadText, TheProgressLineFitsAnyTerminal) {
    EXPECT_EQ(progress_line(download("transferring"), 120),
              "film.mkv  50% |##########          | 500 B of 1.0 kB, 250 B/s, 2 s left, 2 sources");
    EXPECT_EQ(progress_line(download("hashing"), 120), "film.mkv  50%  its owner is reading it");
    Object evil = download("transferring");
    evil["name"] = "a\nb\x1b[2J" + std::string(5000, 'x');
    for (std::size_t columns : {1u, 10u, 40u, 79u, 200u}) {
        const std::string line = progress_line(evil, columns);
        EXPECT_LE(display_width(line), columns);
        EXPECT_EQ(line.find('\n'), std::string::npos);
        EXPECT_EQ(line.find('\x1b'), std::string::npos);
    }
}

TEST(DownloadText, AHundredPerCentIsSaidOnlyWhenAllIsThere) {
    Object nearly = download("transferring");
    nearly["bytes_done"] = 999'999;
    nearly["bytes_total"] = 1'000'000;
    EXPECT_NE(progress_line(nearly, 120).find("99%"), std::string::npos);
    nearly["bytes_done"] = 1'000'000;
    EXPECT_NE(progress_line(nearly, 120).find("100%"), std::string::npos);
}

TEST(DownloadText, TheLastEventIsTheContract) {
    EXPECT_EQ(json::serialize(done_event(download("done"))),
              R"({"event":"done","hash":")" + kHash +
                  R"(","path":"/d/film.mkv","size":1000,"seconds":1.5E0,)"
                  R"("sources":{"bb":400,"cc":100},"verified":true})");
    EXPECT_EQ(json::serialize(failed_event("no_space", "full")),
              R"({"event":"failed","code":"no_space","message":"full"})");
    EXPECT_EQ(progress_event(download("finding")).at("event"), "progress");
}

TEST(DownloadText, DownloadsWithoutAHashAreCalledByTheirNumber) {
    Object unhashed = download("hashing");
    EXPECT_EQ(handle_of(unhashed), "aaaaaaaaaaaa");
    unhashed["hash"] = nullptr;
    EXPECT_EQ(handle_of(unhashed), "#7");
    const auto lines = download_lines(Array{unhashed}, kPipe);
    EXPECT_EQ(lines.at(0), "#7\thashing\t500\t1000\t250\tfilm.mkv");
}

TEST(StatusText, WhatIsNotUsedSaysWhy) {
    const auto lines = status_lines(parse(
        R"({"peer":{"id":"aabb","name":"ann"},"leader":null,"peers":0,"shared":{"folders":["/m"]},
            "interfaces":[{"name":"wg0","addresses":["10.0.0.1"],"used":false,
                           "why_not":"no multicast"}]})"));
    std::string all;
    for (const std::string& line : lines) all += line + "\n";
    EXPECT_NE(all.find("ann (aabb)"), std::string::npos);
    EXPECT_NE(all.find("nobody else is here"), std::string::npos);
    EXPECT_NE(all.find("none yet"), std::string::npos);
    EXPECT_NE(all.find("wg0 10.0.0.1 (not used: no multicast)"), std::string::npos);
}

TEST(StatusText, WhoLeadsWhoWouldTakeOverAndWhatASearchCovers) {
    const auto lines = status_lines(parse(
        R"({"peer":{"id":"aabb","name":"ann"},"leader":{"id":"ccdd","name":"bob","self":false,
            "epoch":7},"standbys":[{"id":"eeff","name":"cleo"}],"peers":3,
            "coverage":{"known":4,"indexed":3}})"));
    std::string all;
    for (const std::string& line : lines) all += line + "\n";
    EXPECT_NE(all.find("bob (ccdd), epoch 7"), std::string::npos);
    EXPECT_NE(all.find("cleo (eeff)"), std::string::npos);
    EXPECT_NE(all.find("3 online; a search covers 3 of 4"), std::string::npos);
}

TEST(StatusText, AnEmptyAnswerOfAnotherVersionIsNoCrash) {
    EXPECT_FALSE(status_lines({}).empty());
    EXPECT_TRUE(peer_lines({}, kScreen, 0).empty());
    EXPECT_EQ(peer_lines(Array{nullptr}, kPipe, 0).size(), 1u);
}

TEST(PeerLines, WhoBearsTheNameOfAnotherIsMarkedForPeople) {
    const json::value peers = json::parse(
        R"([{"id":"aabb","name":"ann","online":false,"same_name":true},
            {"id":"ccdd","name":"Ann","online":true,"same_name":true},
            {"id":"eeff","name":"bob","online":true,"same_name":false}])");
    const auto lines = peer_lines(peers.as_array(), Terminal{true, true, false, 120}, 0);
    ASSERT_EQ(lines.size(), 4u);
    EXPECT_NE(lines[1].find("offline, different identity, same name"), std::string::npos);
    EXPECT_NE(lines[2].find("online, different identity, same name"), std::string::npos);
    EXPECT_EQ(lines[3].find("same name"), std::string::npos);
}

TEST(Output, ProgressIsForTerminalsAndNeverMixesWithResults) {
    std::ostringstream out;
    std::ostringstream err;
    Output piped(out, err, kPipe);
    piped.progress("50%");
    EXPECT_EQ(err.str(), "");
    Output screen(out, err, kScreen);
    screen.progress(std::string(500, 'x') + "\n");
    screen.result("path");
    EXPECT_EQ(out.str(), "path\n");
    EXPECT_EQ(err.str().find('\n'), std::string::npos);
    EXPECT_TRUE(err.str().ends_with("\r\x1b[K"));
}

TEST(Hint, OnlyCloseWordsAreMeant) {
    constexpr std::string_view kWords[] = {"start", "status", "search", "stop"};
    EXPECT_EQ(closest_word("serach", kWords), "search");
    EXPECT_EQ(closest_word("stauts", kWords), "status");
    EXPECT_EQ(closest_word("stp", kWords), "stop");
    EXPECT_FALSE(closest_word("x", kWords));
    EXPECT_FALSE(closest_word("browse", kWords));
    EXPECT_FALSE(closest_word(std::string(10'000, 's'), kWords));
}

TEST(Search, SaysOfWhomTheOfflineResultsAre) {
    Object report = search_report();
    EXPECT_TRUE(remark_lines(report).empty());
    report["results"].as_array()[0].as_object()["as_of"] = 17;
    ASSERT_EQ(remark_lines(report).size(), 1u);
    EXPECT_NE(remark_lines(report)[0].find("before they left"), std::string::npos);
}

TEST(Browse, SaysThatAPeerIsAwayAndOfWhenItsListingIs) {
    Object listing = parse(R"({"peer":{"name":"ann"},"online":true,"as_of":null,"next":null,
        "entries":[{"name":"a","hash":")" +
                           kHash + R"("},{"name":"b","hash":null}]})");
    EXPECT_TRUE(browse_remarks(listing, 9000).empty());
    listing["as_of"] = 1800;
    const std::vector<std::string> remarks = browse_remarks(listing, 9000);
    ASSERT_EQ(remarks.size(), 3u);
    EXPECT_NE(remarks[0].find("ann is away"), std::string::npos);
    EXPECT_NE(remarks[0].find("2 h ago"), std::string::npos);
    EXPECT_NE(remarks[1].find("wait until somebody"), std::string::npos);
    EXPECT_NE(remarks[2].find("no hash"), std::string::npos);
    listing["entries"].as_array().clear();
    EXPECT_EQ(browse_remarks(listing, 9000).size(), 1u) << "of an empty folder";
}

TEST(Browse, AFolderOfSeveralPartsIsAsOldAsTheOldest) {
    Object whole = parse(R"({"online":true,"as_of":null,"next":"file/a","entries":[1]})");
    append_part(whole, parse(R"({"online":true,"as_of":null,"next":"file/b","entries":[2]})"));
    EXPECT_EQ(whole, parse(R"({"online":true,"as_of":null,"next":"file/b","entries":[1,2]})"));
    append_part(whole, parse(R"({"online":false,"as_of":70,"next":"file/c","entries":[]})"));
    append_part(whole, parse(R"({"online":false,"as_of":90,"next":null,"entries":[3]})"));
    EXPECT_EQ(whole, parse(R"({"online":false,"as_of":70,"next":null,"entries":[1,2,3]})"));
}

TEST(Program, AWrongUseIsTwoAndSaysSoOnStderr) {
    std::ostringstream out;
    std::ostringstream err;
    Output output(out, err, kPipe);
    EXPECT_EQ(run_program({"serach"}, output), ExitCode::usage);
    EXPECT_EQ(out.str(), "");
    EXPECT_NE(err.str().find("search"), std::string::npos);
    EXPECT_EQ(run_program({"--version"}, output), ExitCode::done);
}

}  // namespace
}  // namespace iwant::cli
