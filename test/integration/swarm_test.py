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

    def test_a_folder_is_had_from_who_has_come_by_it_when_nobody_shares_it_any_more(self):
        lab = Lab()
        lab.__enter__()
        self.addCleanup(lab.close)
        files = {f"Trip/{day}/photo {number}.jpg": os.urandom(3000 + number)
                 for day in ("Monday", "Tuesday") for number in range(20)}
        seeder = lab.host("seeder", files)
        ann, late = lab.host("ann"), lab.host("late")
        lab.start()
        wait_for_sources(ann, "photo 7", 1)
        wanted = wait_until(lambda: next((row["hash"] for row in ann.finds("Trip")
                                          if row["kind"] == "folder" and row["name"] == "Trip" and row["hash"]), None),
                            30, "the folder has a hash")
        self.assertEqual(ann.download(wanted)["event"], "done")
        seeder.kill()
        wait_until(lambda: not any(source["online"] for row in ann.finds("Trip") for source in row["sources"]),
                   60, "nobody shares it")
        # Not what is kept in memory while a download is under way.
        ann.stop()
        ann.start()
        lab.wait_for_each_other()
        done = late.download(wanted)
        self.assertEqual(done["event"], "done", done)
        for name, content in files.items():
            self.assertEqual((pathlib.Path(done["path"]).parent / name).read_bytes(), content)


if __name__ == "__main__":
    unittest.main()
