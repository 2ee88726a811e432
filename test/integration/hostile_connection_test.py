"""Strangers at the port: keys, certificates and protocols that are not ours, connections that never end, and
floods of what is allowed."""

import contextlib
import os
import ssl
import struct
import threading
import time
import unittest

import hostile_wire as wire
from hostile import (MEMORY_GROWTH_MAX, STATUS_SECONDS_MAX, HostileTest, Identity, Session, ask, descriptors_of, memory_of,
                     processor_seconds_of, search, socket_on, sockets_of, tls_context)
from lab import HAS_NAMESPACES, Host, wait_until

SILENT_CONNECTIONS = 1000
PING_BYTES_PER_SECOND = 10 << 20
HANDSHAKES = int(os.environ.get("IWANT_HANDSHAKES", "300"))
IDLE_SESSIONS = 200
FEW_FILES = 96
FILM_PIECES = 64


@unittest.skipUnless(HAS_NAMESPACES, "needs root")
class Strangers(HostileTest):
    def is_let_in(self, identity, said=None, **settings):
        """Whether a client with these settings gets a Hello in answer to its own."""
        context = tls_context(identity, **settings)
        with contextlib.suppress(OSError):
            with Session(self.mallory, self.leader, identity or Identity(), greet=False, context=context) as session:
                session.send(said or wire.hello(session.identity.peer))
                answer = session.read(5)
                return bool(answer) and answer[0][0] == "hello"
        return False

    def knock(self, source=None, host=None):
        """A connection that is not waited for."""
        connection = socket_on(self.mallory, source=source)
        self.addCleanup(connection.close)
        connection.setblocking(False)
        connection.connect_ex(((host or self.leader).address, self.leader.port))
        return connection

    def time_of_honest_handshake(self):
        began = time.monotonic()
        Session(self.follower, self.leader, patience=10).close()
        return time.monotonic() - began

    def test_only_one_ed25519_certificate_over_tls_1_3_with_our_protocol_is_let_in(self):
        good = Identity()
        with self.surviving():
            self.assertTrue(self.is_let_in(good))
            self.assertTrue(self.is_let_in(good, alpn=("h2", "iwant/1")))
            self.assertFalse(self.is_let_in(None), "no certificate")
            self.assertFalse(self.is_let_in(Identity("rsa")))
            self.assertFalse(self.is_let_in(Identity("p256")))
            self.assertFalse(self.is_let_in(good, certificates=2))
            self.assertFalse(self.is_let_in(good, certificates=400), "100 KiB of certificates")
            self.assertFalse(self.is_let_in(good, version=ssl.TLSVersion.TLSv1_2))
            self.assertFalse(self.is_let_in(good, alpn=("http/1.1",)))
            self.assertFalse(self.is_let_in(good, alpn=()))

    def test_no_ticket_is_ever_given_and_no_session_resumed(self):
        with self.surviving():
            context = tls_context(identity := Identity())
            with Session(self.mallory, self.leader, identity, context=context) as session:
                session.read(0.5)  # a ticket would come after the handshake
                kept = session.tls.session
            self.assertFalse(kept is not None and kept.has_ticket)
            with Session(self.mallory, self.leader, identity, context=context, resumed=kept) as again:
                self.assertFalse(again.tls.session_reused)

    def test_a_hello_that_names_somebody_else_or_comes_twice_ends_the_session(self):
        mine, bob = Identity(), bytes.fromhex(self.follower.status()["peer"]["id"])
        with self.surviving():
            self.assertFalse(self.is_let_in(mine, wire.hello(bob)), "another's id")
            self.assertFalse(self.is_let_in(mine, wire.hello(mine.peer, version=2)), "another version")
            self.assertFalse(self.is_let_in(mine, wire.ping(1)), "something before Hello")
            with Session(self.mallory, self.leader, mine) as session:
                session.send(wire.hello(mine.peer))
                self.assertTrue(session.is_closed_within(5), "a second Hello")
            self.assertNotIn("mallory", {peer["name"] for peer in self.leader.json("peers")["peers"] if peer["online"]})

    def test_other_programs_at_the_port_are_turned_away(self):
        words = [b"GET / HTTP/1.1\r\nHost: x\r\n\r\n", b"SSH-2.0-OpenSSH_9.2\r\n", b"\x16\x03\x01\x00\x05\x01\x00\x00\x01\x03",
                 b"\xff" * 100, b"\x00"]
        with self.surviving():
            knocks = [self.knock() for _ in words]
            time.sleep(0.2)
            for connection, word in zip(knocks, words):
                connection.send(word)
            for connection, word in zip(knocks[:-1], words):
                connection.settimeout(5)
                with contextlib.suppress(ConnectionResetError):
                    while connection.recv(100):  # an alert before the end
                        pass
                connection.close()
            knocks[-1].close()

    def test_a_thousand_silent_connections_of_one_address_keep_nobody_out(self):
        with self.surviving():
            knocks = [self.knock() for _ in range(SILENT_CONNECTIONS)]
            times = [self.time_of_honest_handshake() for _ in range(5)]
            for connection in knocks:
                connection.close()
        print(f"\n  beside {SILENT_CONNECTIONS} silent connections: slowest handshake {max(times):.3f} s")
        self.assertLess(max(times), 1)

    def test_silent_connections_of_many_addresses_keep_nobody_out(self):
        sources = [self.address_of_mallory(number) for number in range(1, 31)]
        with self.surviving():
            knocks = [self.knock(source) for source in sources for _ in range(10)]
            time.sleep(0.3)
            times = [self.time_of_honest_handshake() for _ in range(3)]
            for connection in knocks:
                connection.close()
        print(f"\n  beside silent connections of {len(sources)} addresses: slowest handshake {max(times):.3f} s")
        self.assertLess(max(times), 2)

    def test_frames_of_impossible_sizes_end_the_session(self):
        with self.surviving():
            for size in (0, wire.FRAME_MAX + 1, 2**31 - 1, 2**31, 2**32 - 1):
                with Session(self.mallory, self.leader) as session:
                    session.send(struct.pack(">I", size))
                    self.assertTrue(session.is_closed_within(5), size)

    def test_messages_of_other_states_and_rubbish_end_the_session(self):
        frames = [wire.frame("piece_request"), wire.frame("piece_header", wire.number(2, 1) + wire.number(3, 1)),
                  wire.frame("hello"), struct.pack(">I", 5) + b"\xff" * 5,
                  wire.frame("search_request", wire.number(1, 1) + wire.data(2, wire.data(1, b"x" * 257) + wire.number(8, 10))),
                  wire.frame("search_request", wire.number(1, 1) + wire.data(2, wire.data(1, b"\xff\xfe") + wire.number(8, 10))),
                  wire.frame("search_request", wire.number(1, 1) + wire.data(2, wire.data(1, b"x") + wire.number(8, 201)))]
        with self.surviving():
            for message in frames:
                with Session(self.mallory, self.leader) as session:
                    session.send(message)
                    self.assertTrue(session.is_closed_within(5), message)

    def test_a_conversation_may_be_cut_anywhere(self):
        mine = Identity()
        said = wire.hello(mine.peer) + wire.ping(1) + wire.search_request(7, "needle") + wire.ping(2)
        with self.surviving():
            for size in range(1, len(said), 7):
                with Session(self.mallory, self.leader, mine, greet=False) as session:
                    session.send(said[:size])
                    session.cut()
            with Session(self.mallory, self.leader, mine, greet=False) as session:
                for byte in said:
                    session.send(bytes([byte]))
                session.wait_for("search_reply")

    def test_a_flood_of_pings_takes_no_time_from_others(self):
        sent = 0
        pings = b"".join(wire.ping(sequence) for sequence in range(1, 20000))
        stop = threading.Event()
        with self.surviving() as watches, Session(self.mallory, self.leader) as session:
            def read():
                while not stop.is_set() and session.read(0.2) is not None:
                    pass
            reader = threading.Thread(target=read)
            reader.start()
            session.tls.settimeout(0.5)
            began = time.monotonic()
            with contextlib.suppress(OSError):
                while (passed := time.monotonic() - began) < 3:
                    if sent > passed * PING_BYTES_PER_SECOND:
                        time.sleep(0.01)
                    sent += session.tls.send(pings)
            honest = self.time_of_honest_handshake()
            stop.set()
            reader.join()
        processor = watches[self.leader].processor
        print(f"\n  flood of pings: {sent / 2**20 / 3:.1f} MiB/s taken, {processor:.0%} of a processor, "
              f"slowest search {max(watches[self.leader].search_seconds):.3f} s")
        self.assertLess(honest, 1)
        self.assertLess(max(watches[self.follower].search_seconds), 1)
        self.assertLess(processor, 0.3)

    def test_who_asks_and_never_reads_is_let_go(self):
        with self.surviving(), Session(self.mallory, self.leader) as session:
            asked = wire.ping(1) * 20000
            session.tls.settimeout(1)
            with contextlib.suppress(OSError):
                for _ in range(40):
                    session.tls.send(asked)

    def test_who_asks_for_a_lot_and_never_reads_costs_little_and_is_let_go(self):
        self.leader.write("film.mkv", os.urandom(1 << 20) * FILM_PIECES)
        file = bytes.fromhex(self.leader.wait_for_result("film")["hash"])
        with Session(self.mallory, self.leader, purpose=1) as session:  # SQLite keeps a descriptor for the next reader
            session.send(wire.piece_request(1, bytes(32), 1))
            session.wait_for("refusal")
        time.sleep(0.5)
        with self.surviving():
            memory, sockets = memory_of(self.leader), sockets_of(self.leader)
            session = Session(self.mallory, self.leader, purpose=1)
            self.addCleanup(session.close)
            session.tls.settimeout(3)
            asked, began = 0, time.monotonic()
            with self.assertRaises(TimeoutError):  # nobody reads what is asked beyond what is answered
                while asked < 4_000_000:
                    session.send(b"".join(wire.piece_request(asked + i + 1, file, FILM_PIECES) for i in range(500)))
                    asked += 500
            grown = memory_of(self.leader) - memory
            wait_until(lambda: sockets_of(self.leader) <= sockets, 60, "the stream is let go")
            print(f"\n  asked for {asked * FILM_PIECES >> 10} GiB: memory grew by {grown / 2**20:.1f} MiB, "
                  f"let go after {time.monotonic() - began:.0f} s")
        self.assertLess(grown, max(8 << 20, MEMORY_GROWTH_MAX // 2))

    def test_handshakes_without_end_leave_nothing_behind(self):
        with self.surviving():
            memory, descriptors = memory_of(self.leader), descriptors_of(self.leader)
            identity = Identity()
            context = tls_context(identity)
            began = time.monotonic()
            for number in range(HANDSHAKES):
                session = Session(self.mallory, self.leader, identity, context=context, instance=number + 1)
                session.cut() if number % 2 else session.close()
            seconds = time.monotonic() - began
            wait_until(lambda: descriptors_of(self.leader) <= descriptors, 10, "no descriptor is left")
        grown = memory_of(self.leader) - memory
        print(f"\n  {HANDSHAKES} sessions in {seconds:.1f} s, memory grew by {grown / 1024:.0f} KiB, "
              f"descriptors {descriptors} before and {descriptors_of(self.leader)} after")
        self.assertLess(grown, MEMORY_GROWTH_MAX)
        self.assertTrue(search(self.follower, "needle")["results"])

    def test_more_connections_than_descriptors_leave_room_for_the_rest(self):
        dan = self.lan.host("dan", network=("ipv4",))
        dan.command = lambda *command: ["prlimit", f"--nofile={FEW_FILES}:{FEW_FILES}", *Host.command(dan, *command)]
        dan.start()
        self.addCleanup(dan.stop)
        wait_until(lambda: self.is_right(dan), 10, "dan finds everything")
        time.sleep(1)
        before, sessions = descriptors_of(dan), []
        with contextlib.suppress(OSError):
            while len(sessions) < FEW_FILES:
                sessions.append(Session(self.mallory, dan))
        self.assertLess(len(sessions), FEW_FILES, "there is an end")
        sources = [self.address_of_mallory(number) for number in range(1, 21)]
        knocks = [self.knock(source, dan) for source in sources for _ in range(8)]
        began, processor = time.monotonic(), processor_seconds_of(dan)
        for _ in range(5):
            asked = time.monotonic()
            ask(dan, "GET", "/api/status")
            self.assertLess(time.monotonic() - asked, STATUS_SECONDS_MAX)
            self.assertTrue(search(dan, "needle")["results"])
            time.sleep(0.1)
        self.assertLess((processor_seconds_of(dan) - processor) / (time.monotonic() - began), 0.3, "it does not spin")
        for connection in (*sessions, *knocks):
            connection.close()
        wait_until(lambda: descriptors_of(dan) <= before, 10, "the descriptors are free again")
        Session(self.mallory, dan).close()
        wait_until(lambda: self.is_right(dan), 10, "dan finds everything again")

    def test_idle_sessions_cost_little_memory(self):
        with self.surviving():
            before, sessions = memory_of(self.leader), []
            for _ in range(IDLE_SESSIONS):
                sessions.append(Session(self.mallory, self.leader))
                self.addCleanup(sessions[-1].close)
            each = (memory_of(self.leader) - before) / IDLE_SESSIONS
            for session in sessions:
                session.close()
        print(f"\n  {IDLE_SESSIONS} idle sessions: {each / 1024:.0f} KiB each")
        self.assertLess(each, MEMORY_GROWTH_MAX / 128)


if __name__ == "__main__":
    unittest.main()
