#include "app/daemon/doctor_diagnosis.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace iwant::daemon {
namespace {

using control::DoctorReport;
using control::PeerFacts;
using testing::Contains;
using testing::HasSubstr;

/// A computer on one network with one neighbour that it gets on with.
class Diagnosis : public testing::Test {
  protected:
    Diagnosis() {
        report.version = "0.1.0";
        report.port = 4926;
        report.leader = "bob";
        report.interfaces = {{"eth0",
                              {"192.0.2.1"},
                              true,
                              "",
                              true,
                              true,
                              {{"multicast-ipv4", true, true, 5, 0, "", 5, 1},
                               {"broadcast", true, false, 5, 0, "", 5, 1}}}};
        PeerFacts bob;
        bob.id = "b0b";
        bob.name = "bob";
        bob.address = "192.0.2.2:4926";
        bob.version = "0.1.0";
        bob.online = bob.connected = bob.on_link = bob.asked = bob.answered = true;
        bob.heard_s = bob.hears_us_s = {{"multicast-ipv4", 0.5}, {"broadcast", 0.5}};
        bob.dial_back = "accepted";
        report.peers = {bob};
    }
    PeerFacts& bob() { return report.peers.front(); }
    void lose_bob() {
        bob().connected = bob().online = bob().answered = false;
        bob().heard_s.clear();
        bob().hears_us_s.clear();
        bob().dial_back.clear();
    }
    void expect(const std::string& part, const std::string& command) {
        diagnose(report);
        EXPECT_FALSE(report.well);
        EXPECT_THAT(report.sentence, HasSubstr(part));
        EXPECT_EQ(report.command, command);
    }

    DoctorReport report;
};

TEST_F(Diagnosis, OfAHealthyNetworkIsThatAllIsWell) {
    diagnose(report);
    EXPECT_TRUE(report.well);
    EXPECT_EQ(report.sentence, "All is well: 1 other peer is here.");
    EXPECT_EQ(report.command, "");
    EXPECT_TRUE(report.notes.empty());
}

TEST_F(Diagnosis, NotesThatNoLeaderCanBeReachedAlthoughOthersCan) {
    report.leader.clear();
    diagnose(report);
    EXPECT_TRUE(report.well);
    ASSERT_EQ(report.notes.size(), 1U);
    EXPECT_THAT(report.notes[0], HasSubstr("No leader can be reached"));
    lose_bob();
    report.notes.clear();
    diagnose(report);
    EXPECT_TRUE(report.notes.empty()) << "nobody is there";
}

TEST_F(Diagnosis, BeginsWithWhatTheServiceWarnsOf) {
    report.warnings = {{"The computer at 192.0.2.9 uses the same identity.", "iwanto stop"}};
    expect("same identity", "iwanto stop");
}

TEST_F(Diagnosis, NamesWarningsThatNoCommandMendsAfterWhatOneDoes) {
    report.warnings = {{"A shared folder is not there.", ""},
                       {"The same identity.", "iwanto stop"}};
    expect("same identity", "iwanto stop");
    EXPECT_THAT(report.notes, testing::Contains("A shared folder is not there."));
    report.notes.clear();
    report.warnings.pop_back();
    expect("A shared folder is not there.", "");
    EXPECT_TRUE(report.notes.empty());
}

TEST_F(Diagnosis, FindsThatNoInterfaceIsUsable) {
    auto& interface = report.interfaces.front();
    interface.used = interface.enabled = false;
    interface.why_not = "it is down";
    expect("eth0: it is down", "sudo ip link set eth0 up");
}

TEST_F(Diagnosis, FindsThatOwnFirewallDropsTcp) {
    bob().dial_back = "silent";
    expect("cannot connect to this computer", "sudo ufw allow 4926");
}

TEST_F(Diagnosis, BelievesOneWhoCouldConnectOverOneWhoCouldNot) {
    PeerFacts cleo = bob();
    cleo.dial_back = "silent";
    report.peers.push_back(cleo);
    diagnose(report);
    EXPECT_TRUE(report.well) << report.sentence;
}

TEST_F(Diagnosis, FindsThatOwnFirewallDropsUdp) {
    bob().heard_s.clear();
    expect("theirs do not arrive", "sudo ufw allow 4926/udp");
}

TEST_F(Diagnosis, FindsThatNobodyHearsUs) {
    bob().hears_us_s = {{"multicast-ipv4", 500}};
    expect("do not hear those of this computer", "sudo ufw allow out 4926/udp");
}

TEST_F(Diagnosis, FindsThatTheNetworkCarriesNoAnnouncements) {
    bob().heard_s.clear();
    bob().hears_us_s.clear();
    expect("client isolation of the Wi-Fi is suspected", "iwanto start --peer HOST:4926");
}

TEST_F(Diagnosis, ExpectsNoAnnouncementsFromOtherNetworks) {
    bob().heard_s.clear();
    bob().hears_us_s.clear();
    bob().on_link = false;
    diagnose(report);
    EXPECT_TRUE(report.well) << report.sentence;
}

TEST_F(Diagnosis, FindsThatSendingIsForbidden) {
    for (auto& channel : report.interfaces.front().channels) {
        channel.last_error = "Operation not permitted";
    }
    expect("Operation not permitted", "sudo ufw allow 4926/udp");
}

TEST_F(Diagnosis, FindsTheFirewallOfOneWhoIsHeardAndCannotBeReached) {
    lose_bob();
    bob().heard_s = {{"multicast-ipv4", 1.0}};
    bob().reach = "silent";
    expect("The announcements of bob (192.0.2.2:4926) arrive", "sudo ufw allow 4926");
}

TEST_F(Diagnosis, SuspectsClientIsolationOfANeighbourThatNothingComesFrom) {
    lose_bob();
    report.about_one = true;
    bob().reach = "unreachable";
    expect("keeps its clients apart", "");
}

TEST_F(Diagnosis, FindsThatNothingListens) {
    lose_bob();
    report.about_one = true;
    bob().reach = "refused";
    expect("does not listen on this port", "iwanto start");
}

TEST_F(Diagnosis, TellsWhyASessionDidNotComeAbout) {
    lose_bob();
    report.about_one = true;
    bob().reach = "accepted";
    bob().error = "it speaks another version of the protocol";
    expect("another version of the protocol", "");
}

TEST_F(Diagnosis, OfOneAloneNamesTheNetworkAndAWayOut) {
    report.peers.clear();
    expect("Nobody else is heard on eth0", "iwanto connect HOST:4926");
    report.announcing = false;
    expect("Announcements are switched off", "iwanto connect HOST:4926");
}

TEST_F(Diagnosis, NotesWhatDoesNoHarm) {
    report.interfaces.front().channels[0].peers_heard = 0;
    bob().version = "0.2.0";
    diagnose(report);
    EXPECT_TRUE(report.well);
    EXPECT_THAT(report.notes, Contains(HasSubstr("Nothing is heard by multicast-ipv4 on eth0")));
    EXPECT_THAT(report.notes, Contains(HasSubstr("bob (192.0.2.2:4926) runs version 0.2.0")));
}

}  // namespace
}  // namespace iwant::daemon
