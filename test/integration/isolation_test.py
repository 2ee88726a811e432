"""Client isolation: two peers that cannot reach each other, and one that both reach."""

import json
import unittest

from discovery import DiscoveryTest
from lab import HAS_NAMESPACES, wait_until
from networks import at_switch

IN_REACH = {"needle of bob.txt", "needle of cleo.txt"}


@unittest.skipUnless(HAS_NAMESPACES, "needs root")
class ClientIsolation(DiscoveryTest):
    """ann leads; bob reaches cleo alone, who follows ann."""

    def setUp(self):
        self.network = self.lab()
        self.ann, self.bob, self.cleo = (self.network.host(name, {f"needle of {name}.txt": name.encode()}, network=("ipv4",))
                                         for name in ("ann", "bob", "cleo"))
        for host in (self.ann, self.bob):
            at_switch(host, "isolated", "on")
        self.ann.start()
        wait_until(lambda: (self.ann.status()["leader"] or {}).get("self"), 15, "ann leads")
        self.cleo.start()
        self.wait_until_they_meet(self.ann, self.cleo)
        wait_until(lambda: self.names(self.cleo) == {"needle of ann.txt", "needle of cleo.txt"}, 15, "cleo finds what ann shares")
        self.bob.start()
        self.wait_until_they_meet(self.bob, self.cleo)

    def names(self, host):
        return {result["name"] for result in host.finds("needle")}

    def test_search_finds_what_is_in_reach_at_once(self):
        wait_until(lambda: IN_REACH <= self.names(self.bob), 15, "bob finds what cleo shares")
        wait_until(lambda: not self.bob.search("needle")["complete"], 15, "bob hears of a leader that he misses")
        for _ in range(5):
            answer = self.bob.search("needle", "--wait", "0")
            self.assertLessEqual(IN_REACH, {result["name"] for result in answer["results"]})
            self.assertFalse(answer["complete"], "what ann shares is missing")
            self.assertLess(answer["took_ms"], 1000)
        self.assertEqual(self.fetch(self.bob, "cleo"), b"cleo")
        wait_until(lambda: self.names(self.cleo) == IN_REACH | {"needle of ann.txt"}, 15, "cleo finds everything")
        self.assertEqual(self.bob.run("search", "needle", check=False).returncode, 0)

    def test_status_and_doctor_name_who_is_cut_off_until_it_ends_and_everything_is_found(self):
        warning = wait_until(lambda: next(iter(self.bob.status()["warnings"]), None), 40, "bob's status warns")
        for part in ("No connection comes about to ann (", f"cleo ({self.cleo.address}:4926)", "keeps the two apart"):
            self.assertIn(part, warning)
        self.assertIn("keeps the two apart", self.bob.run("status").stdout)
        report = json.loads(self.bob.run("doctor", "--json", check=False).stdout)
        self.assertEqual((report["well"], report["sentence"], report["command"]), (False, warning, "sudo ufw allow 4926"))
        self.assertEqual(self.cleo.status()["warnings"], [])
        for host in (self.ann, self.bob):
            at_switch(host, "isolated", "off")
        wait_until(lambda: self.names(self.bob) == IN_REACH | {"needle of ann.txt"}, 60, "bob finds everything")
        self.network.leader()
        wait_until(lambda: self.bob.status()["warnings"] == [], 30, "the warning goes")


if __name__ == "__main__":
    unittest.main()
