"""Downloaders on real hosts that give each other what they have."""

import os
import pathlib
import unittest

from lab import HAS_NAMESPACES, Lab, wait_until
from main_job_test import wait_for_sources

MiB = 1 << 20


def state_of(host, content):
    return next((one for one in host.json("downloads")["downloads"] if one["hash"] == content), None)


def is_done(host, content):
    found = state_of(host, content)
    return found is not None and found["state"] == "done"


@unittest.skipUnless(HAS_NAMESPACES, "needs root")
class Swarm(unittest.TestCase):
    def test_downloaders_serve_each_other_and_finish_without_the_seeder(self):
        lab = Lab()
        lab.__enter__()
        self.addCleanup(lab.close)
        content = os.urandom(96 * MiB + 4321)
        seeder = lab.host("seeder", {"big.iso": content})
        others = [lab.host(name) for name in ("ann", "bob", "cleo")]
        late = lab.host("late")
        lab.start()
        wanted = wait_for_sources(others[0], "big", 1)["hash"]
        seeder.slow_down("160mbit")
        for host in others:
            host.run("download", wanted, "--detach")
        first = wait_until(lambda: next((host for host in others if is_done(host, wanted)), None), 120,
                           "somebody has all of it")
        sent = seeder.sent_bytes()
        seeder.kill()
        self.assertLess(sent, 2 * len(content), "the seeder gave each of them most of it itself")
        for host in others:
            wait_until(lambda: is_done(host, wanted), 60, f"{host.name} finishes (first was {first.name})")
            self.assertEqual((host.downloads / "big.iso").read_bytes(), content)

        # Nobody shares it any more, but three have it.
        done = late.download(wanted)
        self.assertEqual(done["event"], "done", done)
        self.assertEqual(pathlib.Path(done["path"]).read_bytes(), content)
        self.assertEqual(sum(done["sources"].values()), len(content))


if __name__ == "__main__":
    unittest.main()
