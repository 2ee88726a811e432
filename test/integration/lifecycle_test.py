"""A daemon's life: started twice, stopped in the middle of work, killed, with damaged state or senseless settings.
It starts again or says what to do.
"""

import os
import sqlite3
import stat
import time
import unittest

from lab import HAS_NAMESPACES, LabTest, wait_until

MiB, GiB = 1 << 20, 1 << 30
STOP_S = 2.0


def sparse(path, size):
    with open(path, "wb") as file:
        file.truncate(size)
        file.seek(size // 2)
        file.write(b"in the middle")
    return path


class Lifecycle(LabTest):
    def host(self, files=None):
        lab = self.lab()
        return lab.host("ann", files)

    def hashed(self, host, files):
        shared = host.status()["shared"]
        return shared["files"] == files and shared["unhashed"] == 0 and not shared["scanning"]

    def refused(self, host, *flags, code=1):
        """Tries to start; what it says when it does not."""
        done = host.run("start", "--interface", "lo", "--no-multicast", "--share", host.shared,
                        "--download-dir", host.downloads, *flags, check=False, timeout=20)
        self.assertEqual(done.returncode, code, done.stderr)
        self.assertEqual(done.stdout, "")
        return done.stderr

    # Starting and stopping.

    def test_a_second_daemon_says_who_holds_the_state_and_the_first_goes_on(self):
        ann = self.host({"a.txt": b"a"}).start()
        said = self.refused(ann)
        self.assertIn(str(ann.process.pid), said)
        self.assertIn(str(ann.home), said)
        self.assertTrue(ann.answers())

    def test_detached_it_outlives_its_terminal_and_stop_ends_it(self):
        ann = self.host({"a.txt": b"a"})
        flags = [] if ann.lab.isolated else ["--port", str(ann.port), "--web-port", str(ann.port + 100)]
        done = ann.run("start", "--detach", "--interface", "lo", "--no-multicast", "--share", ann.shared,
                       "--download-dir", ann.downloads, *flags)
        self.addCleanup(ann.run, "stop", check=False)
        self.assertIn("iWant", done.stdout + done.stderr)
        self.assertEqual(ann.status()["shared"]["folders"], [str(ann.shared)])
        again = ann.run("start", "--detach", "--interface", "lo", "--no-multicast", check=False)
        self.assertEqual(again.returncode, 1, "a second one is refused, detached as well")
        began = time.monotonic()
        self.assertEqual(ann.run("stop").returncode, 0)
        print(f"\n  stop: {time.monotonic() - began:.2f} s")
        self.assertLess(time.monotonic() - began, STOP_S)
        self.assertEqual(ann.run("status", check=False).returncode, 3)
        self.assertEqual(ann.run("stop", check=False).returncode, 3)
        self.assertFalse((ann.home / "iwanto.sock").exists())

    @unittest.skipUnless(HAS_NAMESPACES, "needs root")
    def test_both_ends_of_a_running_transfer_stop_at_once(self):
        lab = self.lab()
        ann, bob, cleo = lab.host("ann"), lab.host("bob"), lab.host("cleo")
        sparse(ann.shared / "huge.img", 2 * GiB)
        lab.start()
        result = bob.wait_for_result("huge", seconds=60)
        ann.slow_down("800mbit")
        for host in (bob, cleo):
            host.run("download", result["hash"], "--detach")
            host.wait_for_download(lambda d: d["bytes_done"] > 40 * MiB, 30, "it is under way")
        receiver = bob.stop()
        sender = ann.stop()
        print(f"\n  stopped in mid-transfer: receiver {receiver:.2f} s, sender {sender:.2f} s")
        self.assertLess(receiver, STOP_S)
        self.assertLess(sender, STOP_S)
        self.assertEqual([host.process for host in (ann, bob)], [None, None])
        self.assertLess(cleo.stop(), STOP_S, "a receiver whose source went a moment ago")
        bob.start()
        self.assertGreater(bob.json("downloads")["downloads"][0]["bytes_total"], 0, "the download is remembered")

    def test_a_clean_stop_ends_with_exit_0_by_either_signal(self):
        ann = self.host({"a.txt": b"a"})
        for number in (2, 15):
            ann.start()
            ann.process.send_signal(number)
            self.assertEqual(ann.process.wait(5), 0, f"signal {number}")
            self.assertFalse((ann.home / "iwanto.sock").exists())

    def test_stopping_in_the_middle_of_hashing_is_quick_and_hashing_goes_on_after_a_restart(self):
        ann = self.host()
        for number in range(3):
            sparse(ann.shared / f"huge {number}.img", 3 * GiB)
        ann.write("small.txt", b"small")
        ann.start()
        wait_until(lambda: ann.status()["shared"]["files"] == 4, 10, "all are seen")
        self.assertGreater(ann.status()["shared"]["unhashed"], 0, "hashing takes longer than that")
        took = ann.stop()
        print(f"\n  stopped in the middle of hashing: {took:.2f} s")
        self.assertLess(took, STOP_S)
        for path in ann.shared.glob("huge *"):
            os.truncate(path, 40 * MiB)
        ann.start()
        wait_until(lambda: self.hashed(ann, 4), 30, "all is hashed after the restart")

    def test_killed_at_any_moment_it_starts_again(self):
        ann = self.host({f"folder {i // 20}/file {i}.bin": os.urandom(200_000) for i in range(100)})
        for delay in (0, 0.02, 0.05, 0.1, 0.2, 0.4):
            ann.start(wait=False)
            wait_until(lambda: (ann.home / "iwant.db").exists(), 10, "it has begun")
            time.sleep(delay)
            ann.kill()
        ann.start()
        wait_until(lambda: self.hashed(ann, 100), 30, "all is hashed")
        self.assertLess(ann.stop(), STOP_S)

    # Damaged state.

    def test_a_damaged_database_is_moved_aside_and_made_anew(self):
        ann = self.host({"a.txt": b"a", "b/c.bin": os.urandom(3 * MiB)})
        ann.start()
        identity = ann.status()["peer"]["id"]
        wait_until(lambda: self.hashed(ann, 2), 20, "all is hashed")
        ann.stop()
        damages = {"rubbish": lambda path: path.write_bytes(os.urandom(50_000)),
                   "zeroed pages": lambda path: self.overwrite(path, 0, bytes(8192)),
                   "empty": lambda path: path.write_bytes(b""),
                   "cut": lambda path: os.truncate(path, path.stat().st_size // 2)}
        for what, damage in damages.items():
            with self.subTest(what):
                for leftover in ann.home.glob("iwant.db-*"):
                    leftover.unlink()
                before = {path.name for path in ann.home.iterdir()}
                damage(ann.home / "iwant.db")
                damaged = (ann.home / "iwant.db").read_bytes()
                ann.start()
                wait_until(lambda: self.hashed(ann, 2), 20, "it is rebuilt from the disk")
                self.assertEqual(ann.status()["peer"]["id"], identity, "the identity is untouched")
                ann.stop()
                kept = [path for path in ann.home.iterdir() if path.name not in before and "iwant.db" in path.name
                        and path.suffix not in (".db-wal", ".db-shm")]
                if damaged and what != "cut":
                    self.assertIn(damaged, [path.read_bytes() for path in kept], f"the old one is kept, not {kept}")

    def overwrite(self, path, offset, data):
        with open(path, "r+b") as file:
            file.seek(offset)
            file.write(data)

    def test_the_database_of_a_newer_version_is_left_as_it_is(self):
        ann = self.host({"a.txt": b"a"}).start()
        ann.stop()
        with sqlite3.connect(ann.home / "iwant.db") as database:
            database.execute("PRAGMA user_version = 9999")
        database.close()
        before = (ann.home / "iwant.db").read_bytes()
        self.assertIn("newer version", self.refused(ann))
        self.assertEqual((ann.home / "iwant.db").read_bytes(), before)

    def test_an_identity_that_others_can_read_or_that_is_no_key_is_refused_with_the_cure(self):
        ann = self.host({"a.txt": b"a"}).start()
        identity = ann.status()["peer"]["id"]
        ann.stop()
        key = ann.home / "identity.key"
        good = key.read_bytes()
        self.assertEqual(stat.S_IMODE(key.stat().st_mode), 0o600)
        key.chmod(0o644)
        said = self.refused(ann)
        self.assertIn(f'chmod 600 "{key}"', said)
        key.chmod(0o600)
        for bad in (b"", b"garbage\n", good[:40], os.urandom(200), b"-" * 100_000):
            key.write_bytes(bad)
            said = self.refused(ann)
            self.assertIn(str(key), said)
            self.assertEqual(key.read_bytes(), bad, "it is never made anew in silence")
        key.unlink()
        key.symlink_to("/dev/zero")
        self.assertIn(str(key), self.refused(ann))
        key.unlink()
        key.write_bytes(good)
        key.chmod(0o600)
        ann.start()
        self.assertEqual(ann.status()["peer"]["id"], identity)

    def test_a_wrong_setting_is_told_with_its_line(self):
        ann = self.host()
        ann.home.mkdir(mode=0o700)
        for text, told in (('name = "x"\nprot = 1\n', "line 2"), ("\n\nport = 70000\n", "line 3"),
                           ('port = "4926"\n', "line 1"), ("name = \n", "line 1"), ("parallel_downloads = 0\n", "line 1"),
                           ('interfaces = ["nowhere0"]\n', None)):
            (ann.home / "config.toml").write_text(text)
            if told:
                said = self.refused(ann)
                self.assertIn(told, said, text)
                self.assertIn("config.toml", said)
            self.assertEqual((ann.home / "config.toml").read_text(), text, "the user's file is left as it is")

    # Folders.

    def test_shared_and_download_folder_may_not_be_the_same_or_nested(self):
        ann = self.host({"a.txt": b"a"})
        inside, outside = ann.shared / "Downloads", ann.shared.parent
        link = ann.folder / "link to Shared"
        link.symlink_to(ann.shared)
        for downloads in (ann.shared, inside, outside, link, ann.shared / "." / "../Shared"):
            with self.subTest(downloads=downloads):
                done = ann.run("start", "--interface", "lo", "--no-multicast", "--share", ann.shared,
                               "--download-dir", downloads, check=False)
                self.assertEqual(done.returncode, 1)
                self.assertIn(str(ann.shared), done.stderr)
                self.assertFalse(inside.exists(), "a refused start makes nothing")
        ann.start()
        for change in (["share", ann.downloads], ["share", "--add", ann.downloads], ["share", ann.folder],
                       ["share", "--add", ann.downloads / "below"], ["share", "/"], ["share", "/etc"], ["share", ann.home],
                       ["change", "download", "path", "to", ann.shared], ["change", "download", "path", "to", inside],
                       ["change", "download", "path", "to", link / "below"], ["change", "download", "path", "to", ann.home]):
            with self.subTest(change=change):
                before = ann.json("view", "config")
                if str(change[-1]).endswith("below"):
                    (ann.downloads / "below").mkdir(exist_ok=True)
                done = ann.run(*change, check=False)
                self.assertEqual((done.returncode, done.stdout), (1, ""))
                self.assertGreater(len(done.stderr), 30, "with the reason")
                self.assertEqual(ann.json("view", "config"), before)
        self.assertFalse(inside.exists())

    def test_a_shared_folder_that_goes_away_is_told_and_returns_with_its_hashes(self):
        ann = self.host({f"{i}.bin": os.urandom(100_000) for i in range(10)})
        ann.start()
        wait_until(lambda: self.hashed(ann, 10), 20, "all is hashed")
        away = ann.folder / "unplugged"
        ann.stop()
        ann.shared.rename(away)
        flags = [] if ann.lab.isolated else ["--port", str(ann.port), "--web-port", str(ann.port + 100)]
        (ann.home / "config.toml").write_text(f'shared_folders = ["{ann.shared}"]\ndownload_folder = "{ann.downloads}"\n')
        ann.run("start", "--detach", "--interface", "lo", "--no-multicast", *flags)
        self.addCleanup(ann.run, "stop", check=False)
        wait_until(lambda: ann.status()["shared"]["unreadable"], 10, "it is told that the folder is away")
        reads = {path: path.stat().st_atime_ns for path in away.iterdir()}
        away.rename(ann.shared)
        wait_until(lambda: not ann.status()["shared"]["unreadable"] and self.hashed(ann, 10), 70, "it is back")
        self.assertEqual({path.name: time for path, time in reads.items()},
                         {path.name: path.stat().st_atime_ns for path in ann.shared.iterdir()}, "nothing was read again")


if __name__ == "__main__":
    unittest.main()
