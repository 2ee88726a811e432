"""What goes wrong on real networks: leaders, sources and downloaders that die, disks that fill, cables."""

import contextlib
import os
import random
import sqlite3
import subprocess
import time
import unittest

from lab import HAS_NAMESPACES, Lab, wait_until
from main_job_test import MiB, digest, wait_for_sources


def pieces_saved(host):
    """How many pieces of its downloads a kill would leave to this host, as its last checkpoint says."""
    with contextlib.closing(sqlite3.connect(host.home / "iwant.db")) as database:
        return sum(byte.bit_count() for (present,) in database.execute("SELECT present FROM downloads")
                   for byte in present)


class Faults(unittest.TestCase):
    def lab(self):
        lab = Lab()
        lab.__enter__()
        self.addCleanup(lab.close)
        return lab

    def download_in_background(self, host, what):
        """Starts a download and returns its entry in `downloads` on each call."""
        host.run("download", what, "--detach")
        return lambda: next(iter(host.json("downloads")["downloads"]), None)

    def slow_down(self, host, rate):
        """Limits what a host can send."""
        subprocess.run(["tc", "-n", host.namespace, "qdisc", "replace", "dev", "eth0", "root", "tbf", "rate", rate,
                        "burst", "256kb", "latency", "50ms"], check=True)

    def test_search_goes_on_when_the_leader_is_killed(self):
        lab = self.lab()
        for name in ("ann", "bob", "cleo", "dan"):
            lab.host(name, {f"file of {name}.txt": name.encode()})
        lab.start()
        leader = lab.leader()
        survivors = [host for host in lab.hosts if host is not leader]
        wait_until(lambda: all(survivors[0].finds(f"file of {host.name}") for host in survivors), 15, "all are indexed")
        leader.kill()
        began = time.monotonic()
        answer = wait_until(lambda: (found := survivors[0].search("file"))["complete"] and found, 20,
                            "search is complete again")
        print(f"\n  killed leader to complete search: {time.monotonic() - began:.2f} s")
        names = {result["name"] for result in answer["results"]}
        self.assertLessEqual({f"file of {host.name}.txt" for host in survivors}, names, "complete means complete")
        self.assertIsNot(lab.leader(), leader)
        for host in survivors:
            names = {result["name"] for result in survivors[-1].finds(f"file of {host.name}")}
            self.assertIn(f"file of {host.name}.txt", names)

    def test_a_leader_that_stops_hands_over(self):
        lab = self.lab()
        for name in ("ann", "bob", "cleo"):
            lab.host(name, {f"file of {name}.txt": name.encode()})
        lab.start()
        leader = lab.leader()
        self.assertLess(leader.stop(), 2.0)
        began = time.monotonic()
        survivor = next(host for host in lab.hosts if host.process)
        wait_until(lambda: survivor.search("file")["complete"], 10, "search is complete again")
        print(f"\n  stopped leader to complete search: {time.monotonic() - began:.2f} s")
        self.assertLess(time.monotonic() - began, 3)

    @unittest.skipUnless(HAS_NAMESPACES, "needs root")
    def test_a_source_that_dies_in_mid_file_is_replaced_by_the_rest(self):
        lab = self.lab()
        content = os.urandom(64 * MiB)
        ann, bob = lab.host("ann", {"film.mkv": content}), lab.host("bob", {"film.mkv": content})
        cleo = lab.host("cleo")
        lab.start()
        result = wait_for_sources(cleo, "film", 2)
        for host in (ann, bob):
            self.slow_down(host, "160mbit")
        state = self.download_in_background(cleo, result["hash"])
        wait_until(lambda: state()["bytes_done"] > 16 * MiB, 30, "a quarter is there")
        ann.kill()
        wait_until(lambda: state()["state"] == "done", 60, "the download is done")
        self.assertEqual((cleo.downloads / "film.mkv").read_bytes(), content)

    @unittest.skipUnless(HAS_NAMESPACES, "needs root")
    def test_a_download_goes_on_by_itself_after_kill_nine(self):
        lab = self.lab()
        content = os.urandom(96 * MiB)
        ann, bob = lab.host("ann", {"film.mkv": content}), lab.host("bob")
        lab.start()
        result = wait_for_sources(bob, "film", 1)
        self.slow_down(ann, "60mbit")
        state = self.download_in_background(bob, result["hash"])
        wait_until(lambda: pieces_saved(bob) > 16, 60, "a checkpoint is made")
        bob.kill()
        saved = pieces_saved(bob)
        bob.start()
        before = wait_until(lambda: state() and state()["state"] in ("transferring", "done") and state(), 20, "it goes on")
        self.assertGreaterEqual(before["bytes_done"], saved * MiB, "what was checkpointed is not fetched again")
        wait_until(lambda: state()["state"] == "done", 60, "the download is done")
        self.assertEqual((bob.downloads / "film.mkv").read_bytes(), content)

    @unittest.skipUnless(HAS_NAMESPACES, "needs root")
    def test_a_download_survives_being_killed_again_and_again(self):
        lab = self.lab()
        moments = random.Random(4926)
        contents = {f"tree/{i % 7}/{i}": moments.randbytes(moments.randrange(8000)) for i in range(400)}
        contents["tree/big"] = moments.randbytes(12 * MiB)
        ann, bob = lab.host("ann", contents), lab.host("bob")
        lab.start()
        result = bob.wait_for_result("tree", "--type", "folder")
        self.slow_down(ann, "24mbit")
        state = self.download_in_background(bob, result["hash"])
        for _ in range(12):
            time.sleep(moments.random() * 0.5)
            bob.kill()
            bob.start()
        wait_until(lambda: state()["state"] == "done", 60, "the download is done")
        for path, content in contents.items():
            self.assertEqual((bob.downloads / path).read_bytes(), content, path)
        self.assertEqual([path.name for path in bob.downloads.iterdir()], ["tree"], "nothing else is left")

    @unittest.skipUnless(HAS_NAMESPACES, "needs root")
    def test_a_download_waits_for_its_only_source_to_return(self):
        lab = self.lab()
        content = os.urandom(40 * MiB)
        ann, bob = lab.host("ann", {"film.mkv": content}), lab.host("bob")
        lab.start()
        result = wait_for_sources(bob, "film", 1)
        self.slow_down(ann, "80mbit")
        state = self.download_in_background(bob, result["hash"])
        wait_until(lambda: state()["bytes_done"] > 8 * MiB, 30, "some is there")
        ann.kill()

        def it_waits():
            now = state()
            return now["state"] == "waiting" and now
        waiting = wait_until(it_waits, 30, "it waits")
        self.assertTrue(waiting["message"])
        ann.start()
        wait_until(lambda: state()["state"] == "done", 60, "the download is done")
        self.assertEqual((bob.downloads / "film.mkv").read_bytes(), content)

    @unittest.skipUnless(HAS_NAMESPACES, "needs root")
    def test_a_full_disk_is_said_and_the_download_goes_on_when_there_is_room(self):
        lab = self.lab()
        content = os.urandom(96 * MiB)
        lab.host("ann", {"film.mkv": content})
        bob = lab.host("bob")
        subprocess.run(["mount", "-t", "tmpfs", "-o", "size=120m", "none", bob.downloads], check=True)
        self.addCleanup(subprocess.run, ["umount", "-l", bob.downloads], check=False)
        ballast = bob.downloads / "ballast"
        ballast.write_bytes(bytes(60 * MiB))
        lab.start()
        result = wait_for_sources(bob, "film", 1)
        state = self.download_in_background(bob, result["hash"])
        waiting = wait_until(lambda: state()["state"] == "waiting" and state(), 30, "it waits for room")
        self.assertIn("space", waiting["message"].lower() + "room")
        self.assertEqual(bob.status()["downloads"]["waiting"], 1)
        subprocess.run(["mount", "-o", "remount,size=400m", bob.downloads], check=True)
        ballast.unlink()
        wait_until(lambda: state()["state"] == "done", 60, "the download is done")
        self.assertEqual(digest(bob.downloads / "film.mkv"), digest(lab.hosts[0].shared / "film.mkv"))

    @unittest.skipUnless(HAS_NAMESPACES, "needs root")
    def test_a_pulled_cable_costs_no_search_and_the_peer_returns(self):
        lab = self.lab()
        for name in ("ann", "bob", "cleo"):
            lab.host(name, {f"file of {name}.txt": name.encode()})
        lab.start()
        leader = lab.leader()
        others = [host for host in lab.hosts if host is not leader]
        leader.set_cable("down")
        began = time.monotonic()
        wait_until(lambda: others[0].search("file")["complete"], 30, "search is complete again")
        print(f"\n  pulled cable to complete search: {time.monotonic() - began:.2f} s")
        leader.set_cable("up")
        lab.leader(60)
        wait_until(lambda: all(leader.finds(f"file of {host.name}") for host in lab.hosts), 20, "all is found again")

    def test_restart_does_not_hash_again(self):
        lab = self.lab()
        ann = lab.host("ann", {f"file {i}.bin": os.urandom(1000) for i in range(50)} | {"large.bin": os.urandom(30 * MiB)})
        ann.start()
        wait_until(lambda: ann.status()["shared"]["unhashed"] == 0 and ann.status()["shared"]["files"] == 51, 30, "all is hashed")
        ann.stop()
        before = {path: path.stat().st_atime_ns for path in ann.shared.rglob("*.bin")}
        ann.start()
        wait_until(lambda: ann.status()["shared"]["files"] == 51, 10, "all is announced")
        self.assertEqual(ann.status()["shared"]["unhashed"], 0)
        self.assertEqual(before, {path: path.stat().st_atime_ns for path in ann.shared.rglob("*.bin")})

    def test_a_second_daemon_on_one_home_says_who_holds_it(self):
        lab = self.lab()
        ann = lab.host("ann").start()
        second = ann.run("start", "--no-multicast", "--interface", "lo", check=False)
        self.assertEqual(second.returncode, 1)
        self.assertIn(str(ann.process.pid), second.stderr)
        self.assertLess(ann.stop(), 2.0)


if __name__ == "__main__":
    unittest.main()
