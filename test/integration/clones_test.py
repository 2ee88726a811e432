"""Two computers with one identity, as after copying a disk: both are told, the others go on."""

import shutil
import time
import unittest

from discovery import DiscoveryTest
from lab import HAS_NAMESPACES, wait_until



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


if __name__ == "__main__":
    unittest.main()
