"""How peers find each other, and what does not stop them."""

import time
import unittest

from discovery import SOON_S, DiscoveryTest
from lab import HAS_NAMESPACES, LabTest, wait_until


class OnOneHost(LabTest):
    """Without a network of one's own."""

    def test_a_peer_given_by_address_is_found_on_loopback(self):
        lab = self.lab(isolated=False)
        ann, bob = lab.host("ann", {"hello.txt": b"hello"}), lab.host("bob")
        ann.start()
        began = time.monotonic()
        bob.start()
        lab.wait_for_each_other(20)
        print(f"\n  given by address to seen: {time.monotonic() - began:.2f} s")
        result = bob.wait_for_result("hello")
        self.assertEqual(bob.download(result["hash"])["event"], "done")
        self.assertTrue(all(peer["address"].startswith("127.0.0.1:") for peer in bob.json("peers")["peers"]
                            if not peer["self"]))


@unittest.skipUnless(HAS_NAMESPACES, "needs root")
class Discovery(DiscoveryTest):
    def test_a_newcomer_is_seen_within_two_seconds(self):
        lab = self.lab()
        ann, bob, cleo = lab.host("ann"), lab.host("bob"), lab.host("cleo")
        ann.start()
        bob.start()
        self.wait_until_they_meet(ann, bob)
        delays = []
        for _ in range(2):
            began = time.monotonic()
            cleo.start()
            self.wait_until_they_meet(ann, bob, cleo)
            delays.append(time.monotonic() - began)
            cleo.stop()
            wait_until(lambda: not {"cleo"} & (self.seen_by(ann) | self.seen_by(bob)), SOON_S, "cleo is gone")
        print("\n  start to seen by all: " + ", ".join(f"{delay:.2f}" for delay in delays) + " s")
        self.assertLess(min(delays), SOON_S)

    def test_all_at_once_find_each_other(self):
        lab = self.lab()
        hosts = [lab.host(f"host{i}") for i in range(4)]
        began = time.monotonic()
        for host in hosts:
            host.start(wait=False)
        for host in hosts:
            wait_until(host.answers, 30, f"{host.name} answers")
        self.wait_until_they_meet(*hosts, seconds=2 * SOON_S)
        print(f"\n  four started at once to all seen by all: {time.monotonic() - began:.2f} s")
        lab.leader()

    def test_peers_are_remembered_over_a_restart_without_announcements(self):
        lab = self.lab()
        ann, bob = lab.host("ann"), lab.host("bob")
        lab.start()
        for host in (ann, bob):
            host.stop()
        for host in (ann, bob):
            host.start("--no-multicast")
        print(f"\n  remembered to seen: {self.wait_until_they_meet(ann, bob, seconds=2 * SOON_S):.2f} s")

    def test_without_announcements_strangers_do_not_meet_until_told(self):
        lab = self.lab()
        ann, bob, cleo = lab.host("ann"), lab.host("bob"), lab.host("cleo")
        for host in (ann, bob):
            host.start("--no-multicast")
        cleo.start("--no-multicast", "--peer", ann.address)
        self.wait_until_they_meet(ann, cleo)
        self.assertEqual(self.seen_by(bob), set(), "nobody told bob")
        self.assertEqual(bob.run("connect", f"{ann.address}:4926").returncode, 0)
        print(f"\n  connect to seen by all: {self.wait_until_they_meet(ann, bob, cleo, seconds=15):.2f} s")

    def test_a_given_peer_that_is_not_there_yet_is_found_when_it_comes(self):
        lab = self.lab()
        ann, bob = lab.host("ann"), lab.host("bob")
        ann.start("--no-multicast", "--peer", f"{bob.address}:4926")
        time.sleep(2)  # several attempts fail
        bob.start("--no-multicast")
        print(f"\n  given peer came to seen: {self.wait_until_they_meet(ann, bob, seconds=40):.2f} s")

    def test_when_the_port_is_taken_a_free_one_is_used_and_announced(self):
        lab = self.lab()
        ann, bob = lab.host("ann", {"elsewhere.txt": b"other port"}), lab.host("bob")
        taken = ann.python("import socket, sys\nfor family in (socket.AF_INET, socket.AF_INET6):\n"
                           "    s = socket.socket(family); family == socket.AF_INET6 and "
                           "s.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)\n"
                           "    s.bind(('', 4926)); s.listen(); globals()[str(family)] = s\n"
                           "print('ready', flush=True)\nsys.stdin.read()")
        self.addCleanup(taken.communicate)
        self.assertEqual(taken.stdout.readline(), "ready\n")
        ann.start()
        bob.start()
        port = ann.status()["port"]
        self.assertNotEqual(port, 4926)
        self.assertIn(str(port), (ann.folder / "output.txt").read_text(), "it is shown at start")
        self.wait_until_they_meet(ann, bob)
        self.assertEqual(self.fetch(bob, "elsewhere"), b"other port")
        address = next(peer["address"] for peer in bob.json("peers")["peers"] if peer["name"] == "ann")
        self.assertEqual(address, f"{ann.address}:{port}")

    def test_two_daemons_on_one_host(self):
        lab = self.lab()
        ann, bob = lab.host("ann", {"upstairs.txt": b"same host"}), lab.host("bob")
        self.addCleanup(setattr, bob, "namespace", bob.namespace)  # which the lab takes down
        bob.namespace = ann.namespace
        cleo = lab.host("cleo")
        for host in (ann, bob, cleo):
            host.start()
        self.wait_until_they_meet(ann, bob, cleo)
        self.assertEqual(len({host.status()["port"] for host in (ann, bob)}), 2)
        self.assertEqual(self.fetch(bob, "upstairs"), b"same host")

    def test_who_stood_still_notices_it(self):
        lab = self.lab()
        hosts = [lab.host(name, {f"{name}.txt": name.encode()}) for name in ("ann", "bob", "cleo")]
        lab.start()
        sleeper = lab.leader()
        others = [host for host in hosts if host is not sleeper]
        sleeper.freeze()
        time.sleep(8)
        self.assertEqual(len({host.status()["leader"]["id"] for host in others}), 1)
        began = time.monotonic()
        sleeper.thaw()
        self.wait_until_they_meet(*hosts, seconds=15)
        leaders = lambda: {(host.status()["leader"] or {}).get("id") for host in hosts}
        wait_until(lambda: len(leaders()) == 1 and None not in leaders(), 15, "all agree on a leader again")
        print(f"\n  awake to seen by all: {time.monotonic() - began:.2f} s")
        self.assertIn("awake again", sleeper.log())


if __name__ == "__main__":
    unittest.main()
