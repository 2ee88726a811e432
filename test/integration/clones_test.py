"""Two computers with one identity, as after copying a disk: both are told, the others go on."""

import json
import shutil
import time
import unittest

from discovery import DiscoveryTest
from lab import HAS_NAMESPACES, wait_until
from networks import at_switch


@unittest.skipUnless(HAS_NAMESPACES, "needs root")
class Clones(DiscoveryTest):
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
        # Who met the twin at a third peer before it met itself is left alone by it for ten seconds.
        wait_until(lambda: self.one_goes_on_at(bob, cleo), 60, "one of the two goes on")
        # The one that withdraws may have led, and may be on its way out only now.
        leaders = self.leaders_until_calm(bob, cleo)
        self.assertLessEqual(len(leaders), 3, f"nobody flaps: {leaders}; of bob:\n{bob.log()}")
        # The user follows the advice.
        twin.stop()
        (twin.home / "identity.key").unlink()
        twin.start()
        self.wait_until_they_meet(bob, cleo, twin, seconds=15)
        self.assertEqual(twin.status()["warnings"], [])

    def leaders_until_calm(self, bob, cleo):
        """Whom bob followed, one after another, until nothing changed for five seconds; cleo can search all the while."""
        leaders, calm_since, lines = [], time.monotonic(), 0
        deadline = time.monotonic() + 60
        while not leaders or time.monotonic() - calm_since < 5:
            self.assertLess(time.monotonic(), deadline, f"it never calms down: {leaders}")
            self.assertEqual([result["name"] for result in cleo.search("calm")["results"]], ["calm.txt"])
            leader = bob.status()["leader"]
            view = leader and leader["id"], self.seen_by(bob) & {"ann", "twin"}
            if not leaders or view != leaders[-1]:
                leaders.append(view)
                calm_since, lines = time.monotonic(), len(bob.log().splitlines())
            time.sleep(0.5)
        self.assertLess(len(bob.log().splitlines()) - lines, 20, "nobody reconnects all the time")
        self.assertEqual(len(leaders[-1][1]), 1, "one of the two goes on")
        self.assertIn("bob", self.seen_by(cleo))
        return leaders

    def one_goes_on_at(self, *others):
        """Whether these see one of the two, and each other, and follow one leader."""
        def settled(host):
            names = self.seen_by(host) | {host.name}
            return len(names & {"ann", "twin"}) == 1 and all(other.name in names for other in others)
        leaders = [host.status()["leader"] for host in others]
        return (all(settled(host) for host in others) and None not in leaders
                and len({leader["id"] for leader in leaders}) == 1)

    def test_two_that_meet_only_at_a_third_peer_are_told_by_it_and_do_not_push_each_other_out(self):
        lab = self.lab()
        ann, bob = lab.host("ann", network=("ipv4",)), lab.host("bob", {"calm.txt": b"bob"}, network=("ipv4",))
        twin = lab.host("twin", network=("ipv4",))
        for host in (ann, twin):
            at_switch(host, "isolated", "on")
        bob.start()
        ann.start()
        self.wait_until_they_meet(ann, bob)
        twin.home.mkdir(mode=0o700)
        shutil.copy2(ann.home / "identity.key", twin.home / "identity.key")
        began = time.monotonic()
        twin.start()
        for host in (ann, twin):
            warning = wait_until(lambda: next(iter(host.status()["warnings"]), None), 60, f"{host.name} warns")
            self.assertTrue(warning.startswith(f"bob ({bob.address}:4926) says"), warning)
            self.assertIn("delete identity.key", warning)
            self.assertEqual(json.loads(host.run("doctor", "--json", check=False).stdout)["sentence"], warning)
        print(f"\n  started to both told by the third: {time.monotonic() - began:.2f} s")
        self.assertIn("two computers have one identity", bob.log())
        loser = wait_until(lambda: next((host for host in (ann, twin) if host.log().count("uses our identity") > 1), None),
                           90, "one of them is told again")
        stays = {"ann", "twin"} - {loser.name}
        wait_until(lambda: self.seen_by(bob) == stays, 60, "the other one goes on at bob")
        lines = len(bob.log().splitlines())
        for _ in range(10):
            self.assertEqual([result["name"] for result in bob.search("calm")["results"]], ["calm.txt"])
            time.sleep(0.5)
        self.assertEqual(self.seen_by(bob), stays)
        self.assertLess(len(bob.log().splitlines()) - lines, 20, "nobody is pushed out all the time")
        # The user follows the advice.
        twin.stop()
        (twin.home / "identity.key").unlink()
        twin.start()
        self.wait_until_they_meet(bob, twin, seconds=20)
        self.assertEqual(twin.status()["warnings"], [])


    def test_a_known_name_with_a_new_key_is_a_new_peer(self):
        lab = self.lab()
        ann, bob = lab.host("ann"), lab.host("bob")
        for host in (ann, bob):
            host.start()
        self.wait_until_they_meet(ann, bob)
        before = ann.status()["peer"]["id"]
        self.assertEqual([peer["same_name"] for peer in bob.json("peers")["peers"]], [False, False])
        ann.stop()
        (ann.home / "identity.key").unlink()
        ann.start()
        self.wait_until_they_meet(ann, bob)
        after = ann.status()["peer"]["id"]
        self.assertNotEqual(after, before)
        wait_until(lambda: {peer["id"]: peer["online"] for peer in bob.json("peers")["peers"] if peer["name"] == "ann"}
                   == {before: False, after: True}, 15, "bob tells the two apart")
        self.assertEqual({peer["name"]: peer["same_name"] for peer in bob.json("peers")["peers"]},
                         {"ann": True, "bob": False})
        asked = bob.run("doctor", "ann", check=False)
        self.assertNotEqual(asked.returncode, 0)
        self.assertIn("Several peers are meant", asked.stderr)


if __name__ == "__main__":
    unittest.main()
