"""Datagrams that lie: forged, replayed, reflected, from places where nobody can be, and by the hundred thousand."""

import contextlib
import multiprocessing
import os
import random
import select
import socket
import struct
import threading
import time
import unittest

import hostile_wire as wire
from hostile import Forger, HostileTest, Identity, Session, socket_on
from lab import HAS_NAMESPACES, wait_until

GROUP = "239.192.49.26"
PORT = 4926
FLOOD = 100_000
FLOOD_SOURCES = 20
FLOOD_S = 4
SOON_S = 5


def flood(sockets, datagrams, targets, count):
    """Sends so many, evenly over FLOOD_S."""
    began = time.monotonic()
    for number in range(count):
        if number % 100 == 0:
            time.sleep(max(0, began + FLOOD_S * number / count - time.monotonic()))
        with contextlib.suppress(OSError):
            sockets[number % len(sockets)].sendto(datagrams[number % len(datagrams)], (targets[number % len(targets)], PORT))


class Calls:
    """Counts the connections that others try to open to or through a host: {port: how many}."""

    def __init__(self, host):
        self.seen, self.over = {}, threading.Event()
        self.socket = socket_on(host, socket.SOCK_DGRAM, family=socket.AF_PACKET, protocol=socket.htons(0x800))
        self.socket.settimeout(0.1)
        self.thread = threading.Thread(target=self._listen)

    def _listen(self):
        while not self.over.is_set():
            with contextlib.suppress(TimeoutError):
                packet, origin = self.socket.recvfrom(200)
                tcp = packet[(packet[0] & 15) * 4:]
                opens = packet[9] == socket.IPPROTO_TCP and tcp[13] & 0x12 == 0x02
                if opens and origin[2] != socket.PACKET_OUTGOING:
                    port = struct.unpack(">H", tcp[2:4])[0]
                    self.seen[port] = self.seen.get(port, 0) + 1

    def at(self, ports):
        return {port: count for port, count in self.seen.items() if port in ports}

    def __enter__(self):
        self.thread.start()
        return self

    def __exit__(self, *_):
        self.over.set()
        self.thread.join()
        self.socket.close()


class Teller(HostileTest):
    """Mallory with a voice."""

    def udp(self, source=None, port=0):
        """A socket of mallory's that may send to everybody."""
        made = socket_on(self.mallory, socket.SOCK_DGRAM)
        self.addCleanup(made.close)
        made.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        made.setsockopt(socket.IPPROTO_IP, socket.IP_MULTICAST_IF, socket.inet_aton(self.mallory.address))
        made.bind((source or self.mallory.address, port))
        return made

    def tell(self, *datagrams, **options):
        for datagram in datagrams:
            self.udp(**options).sendto(datagram, (self.leader.address, PORT))

    def tell_from(self, source, source_port, datagram):
        """With any source address, which needs no answer to arrive there."""
        raw = socket_on(self.mallory, socket.SOCK_RAW, protocol=socket.IPPROTO_RAW)
        udp = struct.pack(">HHHH", source_port, PORT, 8 + len(datagram), 0) + datagram
        header = struct.pack(">BBHHHBBH4s4s", 0x45, 0, 20 + len(udp), 0, 0, 1, socket.IPPROTO_UDP, 0,
                             socket.inet_aton(source), socket.inet_aton(self.leader.address))
        raw.sendto(header + udp, (self.leader.address, 0))
        raw.close()

    def id_of(self, host):
        return bytes.fromhex(host.status()["peer"]["id"])

    def hear(self, host, seconds=10):
        """The datagrams of one host that reach mallory, as they come."""
        listener = socket_on(self.mallory, socket.SOCK_DGRAM)
        self.addCleanup(listener.close)
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.setsockopt(socket.IPPROTO_IP, socket.IP_ADD_MEMBERSHIP,
                            socket.inet_aton(GROUP) + socket.inet_aton(self.mallory.address))
        listener.bind(("", PORT))
        listener.settimeout(seconds)
        while True:
            datagram, source = listener.recvfrom(2000)
            if source[0] == host.address:
                yield datagram


@unittest.skipUnless(HAS_NAMESPACES, "needs root")
class Datagrams(Teller):
    def test_a_hundred_thousand_forged_announcements_disturb_nobody(self):
        sources = [self.address_of_mallory(number) for number in range(1, FLOOD_SOURCES + 1)]
        sockets = [self.udp(source) for source in sources]
        forged = [wire.announcement(Forger(os.urandom(32)), random.randrange(20000, 60000), epoch=random.getrandbits(20),
                                    leader=os.urandom(32)) for _ in range(2000)]
        senders = [multiprocessing.get_context("fork").Process(target=flood, args=(sockets, forged, targets, FLOOD // 2))
                   for targets in ([self.leader.address], [GROUP])]
        dan = self.lan.host("dan", {"late.txt": b"late"}, network=("ipv4",))
        self.addCleanup(dan.stop)
        with Calls(self.mallory) as calls, self.surviving() as watches:
            began = time.monotonic()
            for sender in senders:
                sender.start()
            dan.start()
            wait_until(lambda: any(peer["name"] == "dan" and peer["online"] for peer in self.leader.json("peers")["peers"]),
                       SOON_S, "a newcomer is seen in the flood")
            newcomer = time.monotonic() - began
            for sender in senders:
                sender.join()
            seconds = time.monotonic() - began
            dan.stop()
        processor = watches[self.leader].processor
        print(f"\n  {FLOOD} forged announcements in {seconds:.1f} s: {processor:.0%} of a processor, slowest search "
              f"{max(watches[self.leader].search_seconds):.3f} s, newcomer seen after {newcomer:.2f} s")
        self.assertEqual(calls.at(range(20000, 60000)), {}, "nobody was dialled for them")
        self.assertLess(processor, 0.5)

    def test_many_fake_peers_at_one_address_are_dialled_rarely(self):
        udp = self.udp()
        fakes = [wire.announcement(Identity(), 6500) for _ in range(300)]
        with Calls(self.mallory) as calls, self.surviving():
            for fake in fakes:
                udp.sendto(fake, (self.leader.address, PORT))
                time.sleep(0.01)
            time.sleep(1)
        self.assertEqual(calls.at([6500]), {6500: 1})

    def test_only_an_address_of_this_link_and_a_port_of_users_is_dialled(self):
        self.leader.ip("route", "replace", "default", "via", self.mallory.address)
        self.addCleanup(self.leader.ip, "route", "del", "default")
        places = [("192.168.99.9", 5000), ("127.0.0.1", 5000), ("224.0.0.1", 5000), (GROUP, 5000), ("255.255.255.255", 5000),
                  ("10.77.0.255", 5000), ("10.77.0.0", 5000), (self.leader.address, 5000), (self.mallory.address, 22),
                  (self.mallory.address, 1023)]
        with Calls(self.mallory) as calls, self.surviving():
            for number, (place, port) in enumerate(places):
                self.tell_from(place, port, wire.announcement(Identity(), 6600 + number))
            for port in (22, 80, 1023):
                self.tell(wire.announcement(Identity(), port))
            time.sleep(1)
            self.assertEqual(calls.at([22, 80, 1023, *range(6600, 6700)]), {})
            self.tell_from(self.mallory.address, 1024, wire.announcement(Identity(), 1024))
            wait_until(lambda: calls.at([1024]) == {1024: 1}, 5, "what is in order is dialled")

    def test_wrong_sizes_bad_signatures_and_rubbish_mean_nothing(self):
        good = wire.announcement(Identity(), 6700)
        bad = [b"", b"\0", good[:-1], good + b"\0", os.urandom(180), os.urandom(1200), os.urandom(1201), os.urandom(65507),
               wire.announcement(Forger(Identity().public), 6700)]
        bad += [good[:place] + bytes([good[place] ^ 1]) + good[place + 1:] for place in range(180)]
        with Calls(self.mallory) as calls, self.surviving():
            sources = [self.address_of_mallory(number) for number in range(1, FLOOD_SOURCES + 1)]
            sockets = [self.udp(source) for source in sources]
            for number, datagram in enumerate(bad):
                sockets[number % FLOOD_SOURCES].sendto(datagram, (self.leader.address, PORT))
            self.assertEqual(calls.at([6700, 6701]), {})
            sockets[0].sendto(good, (self.leader.address, PORT))
            wait_until(lambda: calls.at([6700]) == {6700: 1}, 5, "the good one is dialled")
            self.assertEqual(select.select(sockets, [], [], 0)[0], [], "nothing is ever answered")

    def test_nobody_can_say_goodbye_for_another_nor_for_itself_while_it_talks(self):
        mine = Identity()
        with self.surviving(), Session(self.mallory, self.leader, mine, name="talker", port=7777) as session:
            session.register(*self.view())

            def online():
                return {peer["name"] for peer in self.leader.json("peers")["peers"] if peer["online"]}
            wait_until(lambda: "talker" in online(), SOON_S, "the talker is a peer")
            self.tell(wire.announcement(mine, 7777, goodbye=True))
            heard = next(self.hear(self.leader))
            follower = self.follower_public_key()
            self.assertEqual(len(heard), 180)
            self.tell(wire.announcement(Forger(follower), 4926, goodbye=True, sequence=1 << 60),
                      heard[:5] + b"\1" + heard[6:])
            time.sleep(0.5)
            self.assertEqual(online(), {"talker", self.follower.name, self.leader.name})

    def follower_public_key(self):
        """As its certificate shows it to everybody."""
        from cryptography import x509
        from cryptography.hazmat.primitives import serialization
        with Session(self.mallory, self.follower) as session:
            certificate = x509.load_der_x509_certificate(session.tls.getpeercert(True))
        return certificate.public_key().public_bytes(serialization.Encoding.Raw, serialization.PublicFormat.Raw)

    def test_a_replay_from_elsewhere_does_not_cost_a_peer_its_address(self):
        host, heard = self.follower, []
        listening = threading.Thread(target=lambda: heard.extend(
            datagram for datagram, _ in zip(self.hear(host, 4), range(3))))
        host.stop()
        listening.start()
        host.start()  # which announces itself three times
        listening.join()
        self.assertGreaterEqual(len(heard), 2)
        trap = socket_on(self.mallory, source=None)
        self.addCleanup(trap.close)
        trap.bind((self.mallory.address, PORT))
        trap.listen()
        host.kill()
        with Calls(self.mallory) as calls:
            for datagram in heard * 5:
                self.tell(datagram)
            time.sleep(1)
            host.start()
            began = time.monotonic()
            for datagram in heard * 5:
                self.tell(datagram)
            wait_until(lambda: self.is_right(self.leader), SOON_S, "it is found where it is")
            print(f"\n  replayed from elsewhere: found again after {time.monotonic() - began:.2f} s")
        self.assertLessEqual(calls.seen.get(PORT, 0), 1, calls.seen)
        address = next(peer["address"] for peer in self.leader.json("peers")["peers"] if peer["name"] == host.name)
        self.assertEqual(address, f"{host.address}:{PORT}")


@unittest.skipUnless(HAS_NAMESPACES, "needs root")
class FakePeers(Teller):
    def test_fake_peers_at_many_ports_are_dialled_ten_times_a_second_at_most(self):
        udp = self.udp()
        fakes = [wire.announcement(Identity(), 6000 + number) for number in range(300)]
        with Calls(self.mallory) as calls, self.surviving():
            began = time.monotonic()
            for fake in fakes:
                udp.sendto(fake, (self.leader.address, PORT))
                time.sleep(0.01)
            time.sleep(1)
            seconds = time.monotonic() - began
        dials = sum(calls.at(range(6000, 6300)).values())
        print(f"\n  {len(fakes)} fake peers at one address: {dials} dials in {seconds:.1f} s")
        self.assertGreater(dials, 0)
        self.assertLessEqual(dials, 10 * (seconds + 1))


if __name__ == "__main__":
    unittest.main()
