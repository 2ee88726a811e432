"""`iwanto doctor` on networks that work and on networks that do not: it must name what is wrong and what mends it."""

import json
import time
import unittest

from lab import HAS_NAMESPACES, LabTest, wait_until
from networks import at_switch, block, know_by_heart

def examine(host, *who):
    """(what it found, exit code)"""
    done = host.run("doctor", *who, "--json", check=False, timeout=60)
    return json.loads(done.stdout), done.returncode


class OnOneHost(LabTest):
    def test_without_a_service_it_says_so(self):
        ann = self.lab().host("ann")
        done = ann.run("doctor", check=False)
        self.assertEqual(done.returncode, 3)
        self.assertIn("iwanto start", done.stderr)
        self.assertEqual(json.loads(ann.run("doctor", "--json", check=False).stdout)["error"]["code"], "not_running")

    def test_on_loopback_it_finds_no_fault(self):
        lab = self.lab(isolated=False)
        ann, bob = lab.host("ann"), lab.host("bob")
        lab.start()
        report, code = examine(ann, "bob")
        self.assertEqual((code, report["well"]), (0, True), report["sentence"])


@unittest.skipUnless(HAS_NAMESPACES, "needs root")
class Doctor(LabTest):
    def expect(self, host, *who, sentence, command=None):
        """Something is wrong, and this is it."""
        report, code = examine(host, *who)
        self.assertEqual((code, report["well"]), (1, False), report)
        self.assertIn(sentence, report["sentence"], report)
        if command is not None:
            self.assertEqual(report["command"], command)
        shown = host.run("doctor", *who, check=False).stdout.splitlines()
        self.assertIn(report["command"] or report["sentence"], shown[-1])
        return report

    def pair(self, *flags, **options):
        lab = self.lab()
        ann, bob = lab.host("ann", **options), lab.host("bob", **options)
        return lab, ann, bob

    def test_a_healthy_network(self):
        lab, ann, bob = self.pair()
        for host in (ann, bob):
            host.wait_for_ipv6()
        lab.start()
        for host, other in ((ann, bob), (bob, ann)):
            report, code = examine(host)
            self.assertEqual((code, report["well"]), (0, True), report)
            self.assertIn("All is well", report["sentence"])
            eth0 = next(each for each in report["interfaces"] if each["name"] == "eth0")
            self.assertTrue(eth0["used"] and eth0["enabled"] and eth0["carrier"])
            for channel in eth0["channels"]:
                self.assertTrue(channel["possible"] and channel["sent"] > 0 and not channel["last_error"], channel)
                self.assertEqual(channel["peers_heard"], 1, channel)
                self.assertEqual(channel["joined"], channel["channel"] != "broadcast")
            peer = report["peers"][0]
            self.assertEqual(peer["name"], other.name)
            self.assertTrue({"announcement", "connection"} <= set(peer["found_by"]), peer)
            for times in (peer["heard_s"], peer["hears_us_s"]):
                self.assertEqual(set(times), {"multicast-ipv4", "multicast-ipv6", "broadcast"})
                self.assertLess(max(times.values()), 10)
            self.assertEqual(peer["dial_back"], "accepted")
            self.assertIn("4926", peer["seen_at"])
            self.assertLess(peer["round_trip_ms"], 2000)
        for who in ("bob", bob.status()["peer"]["id"][:8], f"{bob.address}:4926"):
            report, code = examine(ann, who)
            self.assertEqual((code, report["well"]), (0, True), report)
            self.assertIn("between this computer and bob", report["sentence"])
            self.assertEqual([peer["name"] for peer in report["peers"]], ["bob"])
        text = ann.run("doctor").stdout
        self.assertIn("Interface eth0", text)
        self.assertIn("it hears this computer by multicast-ipv4", text)

    def test_a_peer_that_nobody_knows(self):
        ann = self.lab().host("ann").start()
        done = ann.run("doctor", "nobody", check=False)
        self.assertEqual(done.returncode, 1)
        self.assertIn("iwanto peers", done.stderr)
        self.expect(ann, "10.77.0.99:4926", sentence="Nothing comes from 10.77.0.99:4926")
        self.expect(ann, sentence="Nobody else is heard on eth0", command="iwanto connect HOST:4926")

    def test_own_firewall_drops_tcp(self):
        lab, ann, bob = self.pair()
        block(ann, "in tcp/4926")
        lab.start()  # ann dials bob
        self.expect(ann, sentence="Others cannot connect to this computer on TCP port 4926",
                    command="sudo ufw allow 4926")

    def test_the_others_firewall_drops_tcp(self):
        lab, ann, bob = self.pair()
        for host in (ann, bob):
            block(host, "in tcp/4926")
        for host in (ann, bob):
            host.start()
        wait_until(lambda: any(each["peers_heard"] for each in examine(ann)[0]["interfaces"][-1]["channels"]), 20,
                   "ann hears bob")
        report = self.expect(ann, sentence="arrive, but no connection to it", command="sudo ufw allow 4926")
        self.assertEqual(report["peers"][0]["reach"], "silent")
        self.expect(ann, f"{bob.address}:4926", sentence="arrive, but no connection to it")

    def test_a_daemon_that_does_not_run_there(self):
        lab, ann, bob = self.pair()
        ann.start()
        report = self.expect(ann, bob.address, sentence="iWant does not listen on this port")
        self.assertEqual(report["peers"][0]["reach"], "refused")

    def test_own_firewall_drops_udp(self):
        lab, ann, bob = self.pair()
        lab.start()
        block(ann, "in udp/4926")
        self.wait_until_stale()
        self.expect(ann, sentence="theirs do not arrive", command="sudo ufw allow 4926/udp")
        self.expect(bob, sentence="they do not hear those of this computer")

    def test_own_firewall_forbids_sending(self):
        lab, ann, bob = self.pair()
        lab.start()
        block(ann, "out udp/4926")
        report = self.expect(ann, sentence="Announcements cannot be sent on eth0")
        self.assertIn("Operation not permitted", report["sentence"])
        self.assertIn("cannot announce", ann.log())

    def test_multicast_and_broadcast_filtered_everywhere(self):
        lab, ann, bob = self.pair(network=("ipv4",))
        know_by_heart(ann, bob)
        for host in (ann, bob):
            at_switch(host, "mcast_flood", "off", "bcast_flood", "off")
        ann.start()
        bob.start("--peer", ann.address)
        lab.wait_for_each_other()
        report = self.expect(ann, sentence="Multicast and broadcast do not pass this network")
        self.assertEqual(report["peers"][0]["dial_back"], "accepted")

    def test_multicast_filtered_and_broadcast_not_is_well_enough(self):
        lab, ann, bob = self.pair(network=("ipv4",))
        for host in (ann, bob):
            at_switch(host, "mcast_flood", "off")
        lab.start()
        report, code = examine(ann)
        self.assertEqual(code, 0, report)
        self.assertTrue(any("multicast-ipv4" in note for note in report["notes"]), report["notes"])
        self.assertEqual(set(report["peers"][0]["heard_s"]), {"broadcast"})

    def test_client_isolation(self):
        lab, ann, bob = self.pair(network=("ipv4",))
        cleo = lab.host("cleo", network=("ipv4",))  # on a cable, where both can reach it
        for host in (ann, bob):
            at_switch(host, "isolated", "on")
        for host in (cleo, ann, bob):
            host.start()
        wait_until(lambda: "cleo" in {peer["name"] for peer in ann.json("peers")["peers"]}, 20, "ann sees cleo")
        report = self.expect(ann, f"{bob.address}:4926", sentence="client isolation")
        self.assertIn(report["peers"][0]["reach"], ("silent", "unreachable"))
        self.assertEqual(report["peers"][0]["heard_s"], {})
        report, code = examine(ann, "cleo")
        self.assertEqual(code, 0, report)

    def test_no_network_at_all(self):
        lab, ann, bob = self.pair(network=("ipv4",))
        ann.start()
        ann.ip("link", "set", "eth0", "down")
        wait_until(lambda: not any(each["used"] for each in ann.status()["interfaces"]), 10, "eth0 is not used")
        self.expect(ann, sentence="eth0: it is down", command="sudo ip link set eth0 up")
        ann.ip("link", "set", "eth0", "up")
        ann.set_cable("down")
        wait_until(lambda: not any(each["used"] for each in ann.status()["interfaces"]), 10, "eth0 is not used")
        self.expect(ann, sentence="no carrier")

    def wait_until_stale(self):
        """What was heard before a filter came must not count any more."""
        time.sleep(11)


if __name__ == "__main__":
    unittest.main()
