"""Rubbish in the way of peers that find each other."""

import os
import time
import unittest

from discovery import DiscoveryTest
from lab import HAS_NAMESPACES


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


@unittest.skipUnless(HAS_NAMESPACES, "needs root")
class Flood(DiscoveryTest):
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
