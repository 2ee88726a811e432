"""Peers with a key of their own that lie about who leads, and followers that promise and vanish."""

import contextlib
import os
import time
import unittest

import hostile_wire as wire
from hostile import HostileTest, Identity, Session, memory_of, search
from lab import HAS_NAMESPACES, wait_until

VANISHING = 300
EPOCH_MAX = 2**64 - 1


class Liars(HostileTest):
    @contextlib.contextmanager
    def keeping_the_leader(self, **options):
        """An attack on the lead that changes nothing."""
        leader, epoch = self.view()
        with self.surviving(**options) as watches:
            yield leader, epoch
            time.sleep(0.5)
        for host in (self.ann, self.bob):
            self.assertEqual(self.view(host), (leader, epoch), host.name)

    def follow(self, host=None, identity=None, **said):
        """A session to the leader (or another host) that has registered as a follower that shares nothing."""
        session = Session(self.mallory, host or self.leader, identity, **said)
        self.addCleanup(session.close)
        if host in (None, self.leader):
            session.register(*self.view())
        return session


@unittest.skipUnless(HAS_NAMESPACES, "needs root")
class FakeLeaders(Liars):
    def test_impossible_claims_move_nobody(self):
        with self.keeping_the_leader() as (leader, epoch):
            for host in (self.ann, self.bob):
                session = self.follow(host)
                me = session.identity.peer
                for lie in (wire.view(EPOCH_MAX, me), wire.view(epoch + 2000, me), wire.view(0, me),
                            wire.view(EPOCH_MAX, leader), wire.view(EPOCH_MAX), wire.view(epoch + 2000)):
                    session.send(wire.leader_claim(lie, 0) + wire.ping(1, lie))
                session.wait_for("pong")
                session.close()

    def test_nobody_claims_or_resigns_for_another(self):
        with self.keeping_the_leader() as (leader, epoch):
            bob = bytes.fromhex(self.follower.status()["peer"]["id"])
            for host in (self.ann, self.bob):
                session = self.follow(host)
                for other in (bob, leader, os.urandom(32)):
                    session.send(wire.leader_claim(wire.view(epoch + 1, other), 2**32 - 1) +
                                 wire.leader_resigns(wire.view(epoch, other), session.identity.peer) +
                                 wire.leader_resigns(wire.view(epoch, leader), bob))
                session.send(wire.ping(1, wire.view(epoch, leader)))
                session.wait_for("pong")
                session.close()

    def test_a_claim_without_followers_does_not_replace_a_healthy_leader(self):
        leader, epoch = self.view()
        with self.surviving():
            for host in (self.ann, self.bob):
                session = self.follow(host)
                for claimed in (epoch, epoch + 1):
                    session.send(wire.leader_claim(wire.view(claimed, session.identity.peer), 0))
                    time.sleep(0.5)
                    self.assertEqual(self.view(self.follower)[0], leader)
                session.close()



@unittest.skipUnless(HAS_NAMESPACES, "needs root")
class Followers(Liars):
    def test_hundreds_that_register_and_vanish_leave_nothing(self):
        leader, epoch = self.view()
        with self.surviving():
            memory = memory_of(self.leader)
            for number in range(VANISHING):
                mine = Identity()
                session = Session(self.mallory, self.leader, mine, instance=number + 1)
                session.register(leader, epoch, wire.catalog(number + 1, 5), files=5, size=5)
                changes = b"".join(wire.present(i, i, f"bait {number} {i}.bin", 1) for i in range(1, 4))
                session.send(wire.catalog_update(wire.view(epoch, leader), number + 1, 0, 3, changes, more=True))
                session.cut()
            grown = memory_of(self.leader) - memory
        print(f"\n  {VANISHING} followers came and vanished: memory grew by {grown / 1024:.0f} KiB")
        wait_until(lambda: not search(self.leader, "bait")["results"], 15, "their entries are forgotten")

    def test_catalogues_of_others_gaps_and_false_seals_change_nothing(self):
        leader, epoch = self.view()
        with self.surviving():
            bait = wire.present(11, 1, "bait.bin", 1)
            for update in (wire.catalog_update(wire.view(epoch, leader), 6, 0, 11, bait),
                           wire.catalog_update(wire.view(epoch, leader), 5, 10, 11, bait),
                           wire.catalog_update(wire.view(epoch, leader), 5, 0, 11, bait)):
                session = self.follow()
                session.register(leader, epoch, wire.catalog(5, 11), files=1, size=1, sequence=2)
                session.send(update)
                with contextlib.suppress(OSError):
                    session.wait_for("catalog_ack", 2)
                session.close()
            self.assertEqual(search(self.leader, "bait")["results"], [])


@unittest.skipUnless(HAS_NAMESPACES, "needs root")
class FalseFollowers(Liars):
    def test_followers_that_are_not_there_do_not_make_a_leader(self):
        leader, epoch = self.view()
        with self.surviving():
            sessions = [self.follow(host) for host in (self.ann, self.bob)]
            mine = [session.identity.peer for session in sessions]
            for step in range(5):
                for session in sessions:
                    session.send(wire.leader_claim(wire.view(epoch + 1 + step, session.identity.peer), 2**32 - 1))
                time.sleep(0.2)
                for host in (self.ann, self.bob):
                    self.assertNotIn(self.view(host)[0], mine)
            for session in sessions:
                session.close()


@unittest.skipUnless(HAS_NAMESPACES, "needs root")
class HigherEpochs(Liars):
    def test_a_stream_of_higher_epochs_does_not_keep_the_network_electing(self):
        leader, epoch = self.view()
        with self.surviving() as watches:
            session = self.follow()
            for step in range(40):
                session.send(wire.ping(step, wire.view(epoch + 1 + step * 1000)))
                time.sleep(0.05)
            session.close()
            self.assertEqual(self.view()[0], leader)
        print(f"\n  40 higher epochs: epoch {epoch} became {self.view()[1]}, incomplete answers "
              f"{watches[self.follower].incomplete} of {len(watches[self.follower].search_seconds) - 1}")
        self.assertLessEqual(self.view()[1], epoch + 3)  # one claim above its word in ten seconds


@unittest.skipUnless(HAS_NAMESPACES, "needs root")
class Withholding(Liars):
    def test_who_never_registers_or_does_not_deliver_keeps_searches_incomplete_for_half_a_minute_only(self):
        with self.surviving():
            silent = Session(self.mallory, self.leader)
            self.addCleanup(silent.close)
            session = self.follow()
            session.register(*self.view(), wire.catalog(7, 1_000_000), files=1_000_000, size=1 << 50, sequence=2)
            self.assertFalse(search(self.follower, "needle")["complete"])
            wait_until(lambda: search(self.follower, "needle")["complete"], 45, "searches are complete again")
            session.close()
            silent.close()


if __name__ == "__main__":
    unittest.main()
