"""Networks as they are: one IP version, two cables, two subnets, switches that filter, addresses that change."""

import json
import os
import time
import unittest

from discovery import DiscoveryTest
from lab import HAS_NAMESPACES, run_quietly, wait_until
from networks import (at_switch, behind_a_router, know_by_heart, listeners_at_switch, second_interface,
                      snoop_at_switch)


@unittest.skipUnless(HAS_NAMESPACES, "needs root")
class Networks(DiscoveryTest):
    def test_hosts_without_ipv4(self):
        lab = self.lab()
        ann = lab.host("ann", {"six.txt": b"over IPv6"}, network=("ipv6",))
        bob = lab.host("bob", network=("ipv6",))
        for host in (ann, bob):
            host.wait_for_ipv6()
            host.start()
        print(f"\n  IPv6 only, start to seen: {self.wait_until_they_meet(ann, bob):.2f} s")
        self.assertEqual(self.fetch(bob, "six"), b"over IPv6")
        address = next(peer["address"] for peer in bob.json("peers")["peers"] if peer["name"] == "ann")
        self.assertTrue(address.startswith("[fe80:"), address)

    def test_hosts_without_ipv6(self):
        lab = self.lab()
        ann = lab.host("ann", {"four.txt": b"over IPv4"}, network=("ipv4",))
        bob = lab.host("bob", network=("ipv4",))
        for host in (ann, bob):
            host.start()
        print(f"\n  IPv4 only, start to seen: {self.wait_until_they_meet(ann, bob):.2f} s")
        self.assertEqual(self.fetch(bob, "four"), b"over IPv4")

    def test_who_reaches_only_some_is_never_told_an_empty_success(self):
        lab = self.lab()
        four, six = lab.host("four", network=("ipv4",)), lab.host("six", network=("ipv6",))
        both = lab.host("both", {"both.txt": b"both"})
        for host in (six, both):
            host.wait_for_ipv6()
        for host in (four, six, both):
            host.start()
        self.wait_until_they_meet(four, both)
        self.wait_until_they_meet(six, both)
        for host in (four, six):
            answer = host.search("both")
            self.assertTrue(answer["results"] or not answer["complete"], answer)

    def test_two_interfaces_on_one_network_are_one_peer(self):
        lab = self.lab()
        ann, bob = lab.host("ann", {"twice.txt": b"two cables"}), lab.host("bob")
        second_interface(ann, "10.77.0.101")
        for host in (ann, bob):
            host.start()
        self.wait_until_they_meet(ann, bob)
        time.sleep(2)  # announcements by both interfaces have arrived by now
        for host, other in ((ann, "bob"), (bob, "ann")):
            peers = [peer["name"] for peer in host.json("peers")["peers"] if not peer["self"]]
            self.assertEqual(peers, [other], "once, and never itself")
        used = {use["name"] for use in ann.status()["interfaces"] if use["used"]}
        self.assertEqual(used, {"eth0", "eth1"})
        self.assertEqual(self.fetch(bob, "twice"), b"two cables")
        ann.ip("link", "set", "eth0", "down")
        print(f"\n  first cable pulled to seen by the second: {self.wait_until_they_meet(ann, bob, seconds=20):.2f} s")
        self.assertEqual(self.fetch(bob, "twice"), b"two cables")

    def test_two_networks_at_once(self):
        lab = self.lab()
        ann, bob, cleo = lab.host("ann"), lab.host("bob"), lab.host("cleo", {"far.txt": b"far"})
        self.addCleanup(behind_a_router(lab, cleo))
        end = f"{lab.prefix}z1"  # ann has a cable to both
        run_quietly("ip", "link", "add", end, "netns", lab.switch, "type", "veth", "peer", "name", "eth1",
                    "netns", ann.namespace)
        run_quietly("ip", "-n", lab.switch, "link", "set", end, "master", "far", "up")
        ann.ip("addr", "add", "10.78.0.101/24", "brd", "+", "dev", "eth1")
        ann.ip("link", "set", "eth1", "up")
        for host in (ann, bob, cleo):
            host.start()
        self.wait_until_they_meet(ann, bob)
        self.wait_until_they_meet(ann, cleo)
        print(f"\n  two networks, one peer in both: {self.wait_until_they_meet(bob, cleo, seconds=15):.2f} s more")
        self.assertEqual(self.fetch(bob, "far"), b"far")

    def test_one_given_address_joins_networks_across_a_router(self):
        lab = self.lab()
        ann, bob = lab.host("ann"), lab.host("bob", {"near.txt": b"near"})
        cleo, dan = lab.host("cleo"), lab.host("dan", {"far.txt": b"far"})
        self.addCleanup(behind_a_router(lab, cleo, dan))
        for host in (ann, bob, dan):
            host.start()
        self.wait_until_they_meet(ann, bob)
        self.assertEqual(self.seen_by(dan), set(), "announcements stay on their network")
        cleo.start("--peer", ann.address)
        took = self.wait_until_they_meet(ann, bob, cleo, dan, seconds=30)
        print(f"\n  one --peer across a router to seen by all: {took:.2f} s")
        lab.leader()
        self.assertEqual(self.fetch(bob, "far"), b"far")
        self.assertEqual(self.fetch(dan, "near"), b"near")

    def test_one_given_address_joins_networks_across_a_router_without_ipv4(self):
        lab = self.lab()
        ann, bob = (lab.host(name, {f"{name}.txt": name.encode()}, network=("ipv6",)) for name in ("ann", "bob"))
        self.addCleanup(behind_a_router(lab, bob))
        ann.start("--no-multicast")
        bob.start("--no-multicast", "--peer", f"[fd77::{ann.number}]:4926")
        self.wait_until_they_meet(ann, bob, seconds=30)
        self.assertEqual(self.fetch(bob, "ann"), b"ann")
        self.assertEqual(self.fetch(ann, "bob"), b"bob")
        address = next(peer["address"] for peer in ann.json("peers")["peers"] if peer["name"] == "bob")
        self.assertEqual(address, f"[fd78::{bob.number}]:4926")

    def test_multicast_filtered(self):
        lab = self.lab()
        ann, bob = (lab.host(name, network=("ipv4",)) for name in ("ann", "bob"))
        for host in (ann, bob):
            at_switch(host, "mcast_flood", "off")
            host.start()
        print(f"\n  by broadcast alone: {self.wait_until_they_meet(ann, bob):.2f} s")

    def test_a_switch_that_forgets_who_listens(self):
        lab = self.lab()
        ann, bob, cleo = (lab.host(name, network=("ipv4",)) for name in ("ann", "bob", "cleo"))
        ann.write("ann.txt", b"ann")
        snoop_at_switch(lab, querier="on")
        for host in (ann, bob, cleo):
            at_switch(host, "mcast_flood", "off")
        for host in (ann, bob):
            host.start()
        began = time.monotonic()
        self.wait_until_they_meet(ann, bob)
        ports = {f"{lab.prefix}v{host.number}" for host in (ann, bob)}
        wait_until(lambda: listeners_at_switch(lab) == ports, 10, "the switch knows who listens")
        leader = lab.leader()
        follower = bob if leader is ann else ann
        wait_until(lambda: self.channels(follower, leader.name) >= {"multicast-ipv4", "broadcast"}, 20, "beacons by multicast")

        snoop_at_switch(lab, querier="off")
        wait_until(lambda: not listeners_at_switch(lab), 20, "the switch has forgotten them")
        cleo.start()
        print(f"\n  multicast has died, a newcomer is seen: {self.wait_until_they_meet(ann, bob, cleo):.2f} s")
        wait_until(lambda: self.channels(bob, "cleo"), 10, "bob heard cleo")
        self.assertEqual(self.channels(bob, "cleo"), {"broadcast"})
        self.assertEqual(self.fetch(cleo, "ann"), b"ann")
        # Without broadcasts, too, they keep each other by what they say over their sessions.
        know_by_heart(ann, bob, cleo)
        for host in (ann, bob, cleo):
            at_switch(host, "bcast_flood", "off")
        logs = {host: len(host.log()) for host in (ann, bob, cleo)}
        until = time.monotonic() + 7  # twice as long as a leader may be silent
        while time.monotonic() < until:
            self.assertTrue(bob.finds("ann"))
            self.assertEqual(self.seen_by(bob), {"ann", "cleo"})
            time.sleep(0.5)
        changes = sum(host.log()[begin:].count("the leader is gone") for host, begin in logs.items())
        self.assertLessEqual(changes, 2, "at most one change, on a machine that stood still")
        if "IWANT_SLOW" in os.environ:
            wait_until(lambda: listeners_at_switch(lab) & ports, 70, "they say again that they listen")
            print(f"  they said so again {time.monotonic() - began:.0f} s after the start")

    def channels(self, host, name):
        """By which this host heard the one of this name."""
        told = json.loads(host.run("doctor", name, "--json", check=False).stdout)
        return {channel for peer in told["peers"] for channel in peer["heard_s"]}

    def test_broadcast_filtered(self):
        lab = self.lab()
        ann, bob = (lab.host(name, network=("ipv4",)) for name in ("ann", "bob"))
        know_by_heart(ann, bob)
        for host in (ann, bob):
            at_switch(host, "bcast_flood", "off")
            host.start()
        print(f"\n  by multicast alone: {self.wait_until_they_meet(ann, bob):.2f} s")

    def test_an_address_that_changes_while_running(self):
        lab = self.lab()
        ann, bob = lab.host("ann", {"moved.txt": b"moved"}, network=("ipv4",)), lab.host("bob", network=("ipv4",))
        bob.start()
        for flags, address in (([], "10.77.0.201"), (["--interface", "eth0"], "10.77.0.202")):
            ann.start(*flags)
            self.wait_until_they_meet(ann, bob)
            began = time.monotonic()
            ann.ip("addr", "flush", "dev", "eth0")
            ann.ip("addr", "add", f"{address}/24", "brd", "+", "dev", "eth0")

            def moved():
                peer = next(peer for peer in bob.json("peers")["peers"] if peer["name"] == "ann")
                return peer["online"] and peer["address"] == f"{address}:4926"
            wait_until(moved, 20, "bob sees ann at her new address")
            print(f"\n  new address to seen there: {time.monotonic() - began:.2f} s")
            self.wait_until_they_meet(ann, bob)
            self.assertEqual(self.fetch(bob, "moved"), b"moved")
            self.assertEqual(ann.run("doctor", "bob", check=False).returncode, 0, "it listens there, too")
            ann.stop()

    def test_a_network_that_comes_after_the_start_and_goes_and_comes(self):
        lab = self.lab()
        ann, bob = lab.host("ann", {"late.txt": b"late"}), lab.host("bob")
        bob.start()
        ann.ip("link", "set", "eth0", "down")
        ann.start()
        self.assertFalse(any(use["used"] for use in ann.status()["interfaces"]))
        for what in ("up", "up again"):
            began = time.monotonic()
            ann.ip("link", "set", "eth0", "up")
            self.wait_until_they_meet(ann, bob, seconds=20)
            print(f"\n  interface {what} to seen: {time.monotonic() - began:.2f} s")
            self.assertEqual(self.fetch(bob, "late"), b"late")
            ann.ip("link", "set", "eth0", "down")
            wait_until(lambda: not any(use["used"] for use in ann.status()["interfaces"]), 5, "ann sees it go")
            wait_until(lambda: self.seen_by(bob) == set(), 60, "bob sees ann go")


if __name__ == "__main__":
    unittest.main()
