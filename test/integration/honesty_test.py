"""Sources that lie, change their mind, vanish or hang in the middle of a download, and disks that refuse: what
arrives is right or does not arrive, and why is said.
"""

import os
import pathlib
import subprocess
import time
import unittest

from lab import HAS_NAMESPACES, LabTest, wait_until

MiB = 1 << 20
NOBODY = 65534


@unittest.skipUnless(HAS_NAMESPACES, "needs root")
class Honesty(LabTest):
    def corrupt(self, path, offset=0, length=None):
        """Other bytes in the same file; size and time say that nothing happened."""
        before = path.stat()
        with open(path, "r+b") as file:
            file.seek(offset)
            file.write(b"\xee" * (length or before.st_size))
        os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns))
        after = path.stat()
        self.assertEqual((after.st_size, after.st_mtime_ns, after.st_ino),
                         (before.st_size, before.st_mtime_ns, before.st_ino))

    def visible(self, host):
        return sorted(path.name for path in host.downloads.iterdir() if not path.name.startswith("."))

    def brief(self, host):
        return host.status()["peer"]["id"][:8]

    def test_wrong_bytes_of_one_source_are_told_and_the_other_completes_the_file(self):
        lab = self.lab()
        content = os.urandom(48 * MiB)
        liar, honest = lab.host("liar", {"film.mkv": content}), lab.host("honest", {"film.mkv": content})
        cleo = lab.host("cleo")
        lab.start()
        result = cleo.wait_for_result("film", sources=2)
        self.corrupt(liar.shared / "film.mkv")
        honest.slow_down("200mbit")
        done = cleo.download(result["hash"])
        self.assertEqual(done["event"], "done", done)
        self.assertEqual(pathlib.Path(done["path"]).read_bytes(), content)
        self.assertEqual(done["sources"], {honest.status()["peer"]["id"]: len(content)}, "no byte is the liar's")
        self.assertRegex(cleo.log(), rf"dropping a source that sent wrong data peer={self.brief(liar)}")

    def test_a_few_wrong_bytes_in_one_piece_are_found_as_well(self):
        lab = self.lab()
        content = os.urandom(12 * MiB)
        liar, honest = lab.host("liar", {"film.mkv": content}), lab.host("honest", {"film.mkv": content})
        cleo = lab.host("cleo")
        lab.start()
        result = cleo.wait_for_result("film", sources=2)
        for piece in range(0, 12):
            self.corrupt(liar.shared / "film.mkv", piece * MiB + 77, 1)
        honest.slow_down("100mbit")
        done = cleo.download(result["hash"])
        self.assertEqual(pathlib.Path(done["path"]).read_bytes(), content)

    def fetch_a_lie(self, liar, cleo, name, content):
        """Downloads what its only owner sends wrong bytes of, and gives that download. An owner that notices the
        change before it is asked does not lie: then it is tried with another file."""
        for attempt in range(8):
            path = liar.shared / f"{attempt} {name}"
            path.write_bytes(content + bytes([attempt]))
            hash_ = wait_until(lambda: next((r["hash"] for r in cleo.finds(path.name) if r["name"] == path.name), None),
                               20, "it is hashed")
            self.corrupt(path)
            if cleo.run("download", hash_, "--detach", check=False).returncode != 0:
                continue

            def at_rest():
                state = next(each for each in cleo.json("downloads")["downloads"] if each["hash"] == hash_)
                return state["state"] in ("waiting", "failed") and state
            state = wait_until(at_rest, 20, "it does not get it")
            if "wrong" in state["message"]:
                return state
        self.fail("the owner noticed each change before it was asked")

    def test_a_liar_alone_gives_no_file_and_is_named(self):
        lab = self.lab()
        liar, cleo = lab.host("liar"), lab.host("cleo")
        lab.start()
        for name, content in (("film.mkv", os.urandom(4 * MiB)), ("tiny.txt", b"true")):
            state = self.fetch_a_lie(liar, cleo, name, content)
            self.assertIn(self.brief(liar), state["message"])
            self.assertFalse(state["verified"])
        self.assertEqual(self.visible(cleo), [])

    def test_a_file_that_changes_in_mid_transfer_comes_from_who_still_has_it(self):
        lab = self.lab()
        content = os.urandom(32 * MiB)
        ann, bob = lab.host("ann", {"film.mkv": content}), lab.host("bob", {"film.mkv": content})
        cleo = lab.host("cleo")
        lab.start()
        result = cleo.wait_for_result("film", sources=2)
        for host in (ann, bob):
            host.slow_down("80mbit")
        cleo.run("download", result["hash"], "--detach")
        cleo.wait_for_download(lambda d: d["bytes_done"] > 6 * MiB, 20, "some is there")
        with open(ann.shared / "film.mkv", "r+b") as file:
            file.write(b"now something else")
        bob.go_full_speed()
        done = cleo.wait_for_download(lambda d: d["state"] == "done", 40, "it is done")
        self.assertEqual(pathlib.Path(done["path"]).read_bytes(), content)
        changed = cleo.wait_for_result("film", sources=1)
        wait_until(lambda: len({r["hash"] for r in cleo.finds("film") if r["hash"]}) == 2, 20, "the changed file is another one")
        self.assertTrue(changed)

    def test_a_download_waits_for_what_vanished_and_goes_on_when_it_returns(self):
        lab = self.lab()
        files = {f"Album/{i}.bin": os.urandom(4 * MiB) for i in range(6)}
        ann, bob = lab.host("ann", files), lab.host("bob")
        lab.start()
        result = bob.wait_for_result("album", "--type", "folder")
        ann.slow_down("60mbit")
        bob.run("download", result["hash"], "--detach")
        bob.wait_for_download(lambda d: d["bytes_done"] > 4 * MiB, 20, "some is there")
        away = ann.folder / "away"
        (ann.shared / "Album").rename(away)
        ann.go_full_speed()
        waiting = bob.wait_for_download(lambda d: d["state"] in ("waiting", "done"), 60, "it waits")
        self.assertEqual(waiting["state"], "waiting", waiting)
        self.assertTrue(waiting["message"])
        self.assertEqual(self.visible(bob), [])
        away.rename(ann.shared / "Album")
        began = time.monotonic()
        done = bob.wait_for_download(lambda d: d["state"] == "done", 60, "it is done")
        print(f"\n  returned folder to done: {time.monotonic() - began:.2f} s")
        for name, content in files.items():
            self.assertEqual((pathlib.Path(done["path"]) / name.removeprefix("Album/")).read_bytes(), content)

    def test_a_source_that_hangs_costs_seconds(self):
        lab = self.lab()
        content = os.urandom(48 * MiB)
        ann, bob = lab.host("ann", {"film.mkv": content}), lab.host("bob", {"film.mkv": content})
        cleo = lab.host("cleo")
        lab.start()
        result = cleo.wait_for_result("film", sources=2)
        for host in (ann, bob):
            host.slow_down("100mbit")
        cleo.run("download", result["hash"], "--detach")
        cleo.wait_for_download(lambda d: d["bytes_done"] > 10 * MiB and d["sources"] == 2, 20, "both send")
        ann.freeze()
        bob.go_full_speed()
        began = time.monotonic()
        done = cleo.wait_for_download(lambda d: d["state"] == "done", 60, "it is done")
        took = time.monotonic() - began
        print(f"\n  hung source to done from the other: {took:.2f} s")
        self.assertEqual(pathlib.Path(done["path"]).read_bytes(), content)
        self.assertLess(took, 20)
        ann.thaw()

    # Disks.

    def test_a_read_only_download_folder_is_said_and_it_goes_on_when_it_can_be_written(self):
        lab = self.lab()
        content = os.urandom(3 * MiB)
        lab.host("ann", {"film.mkv": content})
        bob = lab.host("bob")
        subprocess.run(["mount", "-t", "tmpfs", "-o", "size=200m", "none", bob.downloads], check=True)
        self.addCleanup(subprocess.run, ["umount", "-l", bob.downloads], check=False)
        lab.start()
        subprocess.run(["mount", "-o", "remount,ro", bob.downloads], check=True)
        bob.run("download", bob.wait_for_result("film")["hash"], "--detach")
        waiting = bob.wait_for_download(lambda d: d["state"] == "waiting", 20, "it waits")
        self.assertRegex(waiting["message"].lower(), "read-only")
        self.assertIn(str(bob.downloads), waiting["message"])
        subprocess.run(["mount", "-o", "remount,rw", bob.downloads], check=True)
        began = time.monotonic()
        bob.wait_for_download(lambda d: d["state"] == "done", 60, "it is done")
        print(f"\n  writable again to done: {time.monotonic() - began:.2f} s")
        self.assertEqual((bob.downloads / "film.mkv").read_bytes(), content)

    def test_a_download_folder_without_permission_is_said_and_it_goes_on_after_chmod(self):
        lab = self.lab()
        content = os.urandom(3 * MiB)
        lab.host("ann", {"film.mkv": content})
        bob = lab.host("bob")
        if not bob.become(NOBODY):
            self.skipTest("an ordinary user cannot run the program where it is")
        bob.downloads.chmod(0o555)
        lab.start()
        bob.run("download", bob.wait_for_result("film")["hash"], "--detach")
        waiting = bob.wait_for_download(lambda d: d["state"] == "waiting", 20, "it waits")
        self.assertRegex(waiting["message"].lower(), "permission")
        self.assertEqual(waiting["code"], "permission")
        bob.downloads.chmod(0o755)
        began = time.monotonic()
        bob.wait_for_download(lambda d: d["state"] == "done", 60, "it is done")
        print(f"\n  permitted again to done: {time.monotonic() - began:.2f} s")
        self.assertEqual((bob.downloads / "film.mkv").read_bytes(), content)

    def test_a_file_that_may_not_be_read_hinders_nobody(self):
        lab = self.lab()
        ann, bob = lab.host("ann", {"secret.txt": b"mine", "open.txt": b"for all"}), lab.host("bob")
        if not ann.become(NOBODY):
            self.skipTest("an ordinary user cannot run the program where it is")
        (ann.shared / "secret.txt").chmod(0)
        lab.start()
        self.assertEqual(bob.download(bob.wait_for_result("open")["hash"])["event"], "done")
        for result in bob.finds("secret"):
            self.assertIsNone(result["hash"])


if __name__ == "__main__":
    unittest.main()
