"""How peers find each other, on the networks that there are, and what does not stop them."""

import os
import shutil
import time
import unittest

from lab import HAS_NAMESPACES, LabTest, run_quietly, wait_until
from networks import at_switch, behind_a_router, know_by_heart, second_interface

# Promised are 2 s on a quiet network; a busy machine that runs sanitized programs gets more.
SOON_S = 5

# Counts the packets to or from port 4926 that leave or come by the interfaces named, until its input ends.
SNIFFER = """
import select, socket, struct, sys
sockets = {}
for name in sys.argv[1:]:
    sockets[name] = socket.socket(socket.AF_PACKET, socket.SOCK_DGRAM, socket.htons(3))
    sockets[name].bind((name, 0))
counts = dict.fromkeys(sockets, 0)
print("ready", flush=True)
while True:
    ready = select.select([sys.stdin, *sockets.values()], [], [])[0]
    if sys.stdin in ready:
        break
    for name, each in sockets.items():
        if each not in ready:
            continue
        packet = each.recv(65536)
        header = (packet[0] & 15) * 4 if packet[0] >> 4 == 4 else 40
        if 4926 in struct.unpack("!HH", packet[header:header + 4].ljust(4, b"x")):
            counts[name] += 1
for name, count in counts.items():
    print(name, count)
"""

# Sends rubbish to a peer: datagrams of all sizes (also to everybody), and connections that talk nonsense, talk
# in time, or say nothing and stay.
FLOOD = """
import os, random, socket, struct, sys, time
host, datagrams, connections = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
random.seed(4926)
udp = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
udp.setsockopt(socket.SOL_SOCKET, socket.SO_BROADCAST, 1)
heard = bytes.fromhex(sys.argv[4])
for i in range(datagrams):
    size = random.choice([0, 1, 2, 16, 100, 500, 1199, 1200, 1201, 1400])
    data = bytearray(os.urandom(size))
    if i % 3 == 0 and heard:
        data = bytearray(heard)
        for _ in range(random.randint(0, 4)):
            data[random.randrange(len(data))] = random.randrange(256)
    try:
        udp.sendto(data, (host if i % 4 else "239.192.49.26", 4926))
    except OSError:
        pass
greetings = [b"GET / HTTP/1.1\\r\\nHost: x\\r\\n\\r\\n", b"SSH-2.0-OpenSSH_9.2\\r\\n", b"", b"\\0" * 5000,
             bytes.fromhex("160301ffff0100fffc0303"), bytes.fromhex("1603010005010000010303"), b"\\xff" * 4]
kept = []
for i in range(connections):
    try:
        tcp = socket.create_connection((host, 4926), 1)
        tcp.setblocking(False)
        tcp.send(greetings[i % len(greetings)] + os.urandom(random.choice([0, 1, 3000])))
        if i % 5 == 0:
            tcp.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        kept.append(tcp)
        if len(kept) > 200 or i % 5 == 0:
            kept.pop(0).close()
    except OSError:
        pass
print("flooded", flush=True)
sys.stdin.read()
"""

# Prints the first announcement heard, in hex.
LISTENER = """
import socket, sys
udp = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
udp.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
udp.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
udp.bind(("239.192.49.26", 4926))
udp.setsockopt(socket.IPPROTO_IP, socket.IP_ADD_MEMBERSHIP, socket.inet_aton("239.192.49.26") + socket.inet_aton(sys.argv[1]))
udp.settimeout(20)
print("ready", flush=True)
print(udp.recv(2000).hex(), flush=True)
"""


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
class Discovery(LabTest):
    def wait_until_they_meet(self, *hosts, seconds=SOON_S):
        began = time.monotonic()
        for host in hosts:
            others = {other.name for other in hosts if other is not host}
            wait_until(lambda: others <= self.seen_by(host), seconds, f"{host.name} sees {others}")
        return time.monotonic() - began

    def seen_by(self, host):
        return {peer["name"] for peer in host.json("peers")["peers"] if peer["online"] and not peer["self"]}

    def fetch(self, host, *words):
        """Finds and downloads; the bytes."""
        done = host.download(host.wait_for_result(*words)["hash"])
        self.assertEqual(done["event"], "done", done)
        with open(done["path"], "rb") as file:
            return file.read()

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

    def test_two_computers_with_one_identity_both_say_so_and_the_others_go_on(self):
        lab = self.lab()
        ann, bob = lab.host("ann", {"original.txt": b"ann"}), lab.host("bob", {"calm.txt": b"bob"})
        twin, cleo = lab.host("twin"), lab.host("cleo")
        for host in (ann, bob, cleo):
            host.start()
        self.wait_until_they_meet(ann, bob, cleo)
        twin.home.mkdir(mode=0o700)
        shutil.copy2(ann.home / "identity.key", twin.home / "identity.key")
        began = time.monotonic()
        twin.start()
        for host in (ann, twin):
            warning = wait_until(lambda: next(iter(host.status()["warnings"]), None), 15, f"{host.name} warns")
            self.assertIn("delete identity.key", warning)
            self.assertIn("delete identity.key", host.run("status").stdout)
            self.assertIn("delete identity.key", host.log())
        print(f"\n  started to both warned: {time.monotonic() - began:.2f} s")
        time.sleep(2)  # what was under way settles
        lines = len(bob.log().splitlines())
        leaders = set()
        for _ in range(10):
            self.assertEqual([result["name"] for result in cleo.search("calm")["results"]], ["calm.txt"])
            self.assertEqual(self.seen_by(cleo) & {"bob"}, {"bob"})
            seen = self.seen_by(bob) & {"ann", "twin"}
            self.assertEqual(len(seen), 1, "one of the two goes on")
            leaders.add(bob.status()["leader"]["id"])
            time.sleep(0.5)
        self.assertEqual(len(leaders), 1, "nobody flaps")
        self.assertLess(len(bob.log().splitlines()) - lines, 20, "nor reconnects all the time")
        # The user follows the advice.
        twin.stop()
        (twin.home / "identity.key").unlink()
        twin.start()
        self.wait_until_they_meet(bob, cleo, twin, seconds=15)
        self.assertEqual(twin.status()["warnings"], [])

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

    def test_multicast_filtered(self):
        lab = self.lab()
        ann, bob = (lab.host(name, network=("ipv4",)) for name in ("ann", "bob"))
        for host in (ann, bob):
            at_switch(host, "mcast_flood", "off")
            host.start()
        print(f"\n  by broadcast alone: {self.wait_until_they_meet(ann, bob):.2f} s")

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

    def sniff(self, host, *interfaces):
        """Starts counting; the function returned ends it and gives {interface: packets of ours}."""
        sniffer = host.python(SNIFFER, *interfaces)
        self.assertEqual(sniffer.stdout.readline(), "ready\n")

        def end():
            out, talk = sniffer.communicate(timeout=10)
            self.assertEqual(sniffer.returncode, 0, talk)
            return {line.split()[0]: int(line.split()[1]) for line in out.splitlines()}
        return end

    def with_second_interface(self, host):
        end = f"{host.lab.prefix}x{host.number}"
        run_quietly("ip", "link", "add", end, "netns", host.lab.switch, "type", "veth",
                    "peer", "name", "eth1", "netns", host.namespace)
        run_quietly("ip", "-n", host.lab.switch, "link", "set", end, "up")
        host.ip("addr", "add", "10.99.0.1/24", "brd", "+", "dev", "eth1")
        host.ip("link", "set", "eth1", "up")

    def test_only_named_interfaces_are_spoken_on(self):
        lab = self.lab()
        ann, bob = lab.host("ann"), lab.host("bob")
        self.with_second_interface(ann)
        ann.wait_for_ipv6()
        bob.start()
        for flags in ([], ["--interface", "eth0"], ["--interface", ann.address]):
            end = self.sniff(ann, "eth0", "eth1", "lo")
            ann.start(*flags)
            self.wait_until_they_meet(ann, bob)
            used = {use["name"] for use in ann.status()["interfaces"] if use["used"]}
            ann.stop()
            counts = end()
            self.assertEqual(used, {"eth0"} if flags else {"eth0", "eth1"})
            self.assertEqual({name for name, count in counts.items() if count}, used, (flags, counts))

    def test_a_peer_on_loopback_alone_is_silent_elsewhere(self):
        lab = self.lab()
        ann = lab.host("ann")
        end = self.sniff(ann, "eth0", "lo")
        ann.start("--interface", "lo")
        knock = ann.python("import socket\nfor host in ('127.0.0.1', '%s'):\n    s = socket.socket(); s.settimeout(2)\n"
                           "    print(s.connect_ex((host, 4926)))" % ann.address)
        answers = knock.communicate(timeout=10)[0].split()
        self.assertEqual(answers[0], "0", "it listens on loopback")
        self.assertNotEqual(answers[1], "0", "and there only")
        ann.stop()
        counts = end()
        self.assertEqual(counts["eth0"], 0)
        self.assertGreater(counts["lo"], 0, "the sniffer sees what is sent")

    def test_a_flood_of_rubbish_disturbs_nobody(self):
        lab = self.lab()
        ann = lab.host("ann", {"calm in the storm.txt": b"calm"})
        bob, cleo = lab.host("bob"), lab.host("cleo")
        dan = lab.host("dan", {"late.txt": b"late"})
        listener = bob.python(LISTENER, bob.address)
        self.addCleanup(listener.communicate)
        self.assertEqual(listener.stdout.readline(), "ready\n")
        for host in (ann, cleo):
            host.start()
        self.wait_until_they_meet(ann, cleo)
        cleo.wait_for_result("calm")
        announcement = listener.stdout.readline().strip()
        self.assertGreater(len(announcement), 100)
        process = ann.process.pid
        floods = [bob.python(FLOOD, ann.address, 4000, 600, announcement), bob.python(FLOOD, cleo.address, 1000, 100, "")]
        delays = []

        def search_on(until):
            while not until():
                began = time.monotonic()
                answer = cleo.search("calm storm")
                delays.append(time.monotonic() - began)
                self.assertTrue(answer["complete"], answer)
                self.assertEqual([result["name"] for result in answer["results"]], ["calm in the storm.txt"])
                time.sleep(0.15)  # a leader answers one peer at most ten times a second

        rounds = iter(range(8))
        search_on(lambda: next(rounds, None) is None)
        dan.start()
        meeting = self.wait_until_they_meet(ann, cleo, dan, seconds=15)
        for flood in floods:
            self.assertEqual(flood.stdout.readline(), "flooded\n")
        rounds = iter(range(8))
        search_on(lambda: next(rounds, None) is None)
        self.assertEqual(self.fetch(cleo, "late"), b"late")
        for flood in floods:
            _, talk = flood.communicate(timeout=10)
            self.assertEqual(talk, "")
        print(f"\n  in the flood: slowest search {max(delays):.2f} s, newcomer seen after {meeting:.2f} s")
        self.assertLess(max(delays), 2)
        self.assertIsNone(ann.process.poll())
        self.assertEqual(ann.process.pid, process)
        self.assertEqual(self.seen_by(ann), {"cleo", "dan"}, "rubbish made no peers")
        size = os.path.getsize(ann.home / ".iwant.log")
        self.assertLess(size, 300_000, "the log does not grow with the flood")
        with open(f"/proc/{process}/status") as status:
            memory = next(int(line.split()[1]) for line in status if line.startswith("VmRSS"))
        print(f"  resident memory after it: {memory // 1024} MiB")


if __name__ == "__main__":
    unittest.main()
