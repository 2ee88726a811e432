"""On which interfaces a peer speaks and listens, and what it makes of those that fail."""

import json
import unittest

from discovery import DiscoveryTest
from lab import HAS_NAMESPACES, run_quietly, wait_until
from networks import block


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


@unittest.skipUnless(HAS_NAMESPACES, "needs root")
class Interfaces(DiscoveryTest):
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
        both = ["--interface", "eth0", "--interface", "eth1"]
        for flags in ([], ["--interface", "eth0"], ["--interface", ann.address], both):
            end = self.sniff(ann, "eth0", "eth1", "lo")
            ann.start(*flags)
            self.wait_until_they_meet(ann, bob)
            used = {use["name"] for use in ann.status()["interfaces"] if use["used"]}
            ann.stop()
            counts = end()
            self.assertEqual(used, {"eth0"} if len(flags) == 2 else {"eth0", "eth1"})
            self.assertEqual({name for name, count in counts.items() if count}, used, (flags, counts))

    def test_an_interface_that_cannot_send_is_told_once_and_hinders_no_other(self):
        lab = self.lab()
        ann, bob = (lab.host(name, {f"{name}.txt": name.encode()}, network=("ipv4",)) for name in ("ann", "bob"))
        self.with_second_interface(ann)
        block(ann, "out udp/4926@eth1")
        for host in (ann, bob):
            host.start()
        self.wait_until_they_meet(ann, bob)
        self.assertEqual(self.fetch(bob, "ann"), b"ann")

        def channels():
            used = json.loads(ann.run("doctor", "--json", check=False).stdout)["interfaces"]
            return {use["name"]: use["channels"] for use in used if use["used"]}
        wait_until(lambda: sum(channel["failed"] for channel in channels()["eth1"]) >= 4, 30, "ann tries again and again")
        for channel in channels()["eth1"]:
            self.assertEqual(channel["sent"], 0, channel)
            self.assertIn("Operation not permitted", channel["last_error"] or "Operation not permitted")
        for channel in channels()["eth0"]:
            self.assertTrue(channel["failed"] == 0 and (channel["sent"] > 0 or not channel["possible"]), channel)
        told = [line for line in ann.log().splitlines() if "cannot announce" in line]
        self.assertTrue(1 <= len(told) <= 3, told)

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


if __name__ == "__main__":
    unittest.main()
