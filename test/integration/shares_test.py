"""Shared folders as people use them: rules about what is not shared, and how soon all of it holds elsewhere."""

import json
import subprocess
import time
import unittest

from contract import BROWSE, SEARCH, mismatch
from lab import HAS_NAMESPACES, LabTest, wait_until


class IgnoreRules(LabTest):
    """`.iwantignore`, from the disk of one peer to the searches of another."""

    def test_rules_change_what_another_peer_finds_while_all_runs(self):
        lab = self.lab()
        ann = lab.host("ann", {"Films/heron.mkv": b"1", "Films/diary.txt": b"2", "notes/kestrel.txt": b"3",
                               ".iwantignore": b"# mine alone\n*.txt\n!kestrel.txt\n"})
        bob = lab.host("bob")
        lab.start()

        def found(word):
            return bool(bob.finds(word, "--exact"))

        wait_until(lambda: found("heron") and found("kestrel"), 30, "bob finds what is shared")
        self.assertFalse(found("diary"))
        self.assertFalse(found("iwantignore"))
        self.assertEqual(ann.status()["shared"]["files"], 2)

        ann.write(".iwantignore", b"/Films/heron.*\n")
        wait_until(lambda: found("diary") and not found("heron"), 30, "the new rules hold")
        ann.write("Films/heron.avi", b"4")
        ann.write("Films/osprey.avi", b"5")
        wait_until(lambda: found("osprey"), 30, "another file is found")
        self.assertFalse(found("heron"))

        ann.write("Films/.iwantignore", b"#" * 100_000)
        wait_until(lambda: not found("osprey") and not found("diary"), 30, "the folder is hidden")
        self.assertTrue(found("kestrel"))
        warning = " ".join(ann.status()["warnings"])
        self.assertIn(f"{ann.shared}/Films", warning)
        self.assertIn("larger than 64 KiB", warning)
        self.assertIn(f"Nothing in {ann.shared}/Films is shared", ann.run("status").stdout)

        (ann.shared / "Films/.iwantignore").unlink()
        (ann.shared / ".iwantignore").unlink()
        wait_until(lambda: found("osprey") and found("diary") and found("heron"), 30, "all is shared")
        wait_until(lambda: not ann.status()["warnings"], 10, "the warning ends")


class Browse(LabTest):
    """Looking through what others share, and oneself."""

    def test_folders_are_listed_by_their_owner(self):
        lab = self.lab()
        ann = lab.host("ann", {"TV/Show/E01.mkv": b"1" * 100, "TV/Show/E02.mkv": b"2" * 50, "TV/zebra.txt": b"",
                               "TV/Ärger.txt": b"4", "TV/.iwantignore": b"*.log\n", "TV/x.log": b"5"})
        bob = lab.host("bob")
        lab.start()
        wait_until(lambda: bob.finds("zebra"), 30, "ann's files are known")
        wait_until(lambda: [peer for peer in bob.json("browse")["peers"]
                            if (peer["name"], peer["files"], peer["online"]) == ("ann", 4, True)], 30, "how much she shares")

        shares = bob.json("browse", "ann")
        self.assertEqual(shares["peer"], {"id": ann.status()["peer"]["id"], "name": "ann"})
        self.assertEqual([(entry["name"], entry["kind"], entry["files"], entry["size"]) for entry in shares["entries"]],
                         [("Shared", "folder", 4, 151)])
        hashed = wait_until(lambda: next((entry for entry in bob.json("browse", "ann/TV")["entries"]
                                          if entry["name"] == "Show" and entry["hash"]), None), 30, "it is hashed")
        self.assertEqual(hashed["files"], 2)
        listing = bob.json("browse", "ann/Shared/TV/")
        self.assertEqual(listing, bob.json("browse", "ann/TV"), "the only share's name may be left away")
        self.assertEqual([(entry["kind"], entry["path"]) for entry in listing["entries"]],
                         [("folder", "Shared/TV/Show"), ("file", "Shared/TV/zebra.txt"), ("file", "Shared/TV/Ärger.txt")])
        self.assertEqual((listing["path"], listing["files"], listing["bytes"], listing["next"]), ("Shared/TV", 4, 151, None))
        lines = bob.run("browse", "ann/TV/Show").stdout.splitlines()
        self.assertEqual([line.split("\t")[0::5] for line in lines],
                         [["file", "Shared/TV/Show/E01.mkv"], ["file", "Shared/TV/Show/E02.mkv"]])
        self.assertEqual(ann.json("browse", "ann/TV")["entries"], listing["entries"], "oneself")

    def test_what_cannot_be_listed_is_said(self):
        lab = self.lab()
        ann = lab.host("ann", {"a.txt": b"1"})
        bob = lab.host("bob")
        lab.start()
        wait_until(lambda: bob.json("browse", "ann")["entries"], 30, "ann's share")

        def refused(where, code, part):
            done = bob.run("browse", where, "--json", check=False)
            self.assertEqual((done.returncode, json.loads(done.stdout)["error"]["code"]), code, done)
            self.assertIn(part, done.stderr)

        refused("carol", (1, "not_found"), "No peer is called")
        refused("ann/none", (1, "not_found"), "no such folder is shared there")
        refused("ann/a.txt", (1, "not_found"), "no such folder is shared there")
        refused("ann/../etc", (1, "invalid_argument"), "it means another folder")
        ann.stop()
        refused("ann/none", (75, "unavailable"), "this folder was not looked through from here")

    def test_large_folders_come_in_parts(self):
        ann = self.lab().host("ann", {f"many/{number:04}.txt": b"" for number in range(1500)})
        ann.write("many/sub/x", b"")
        ann.start()
        wait_until(lambda: (ann.status()["shared"]["files"], ann.status()["shared"]["unhashed"]) == (1501, 0), 60,
                   "all is read and hashed")
        first = ann.json("browse", "ann/many")
        self.assertEqual((len(first["entries"]), first["entries"][0]["name"], first["next"]),
                         (1000, "sub", "file/0998.txt"))
        rest = ann.json("browse", "ann/many", "--after", first["next"])
        self.assertEqual((len(rest["entries"]), rest["next"]), (501, None))
        whole = ann.json("browse", "ann/many", "--all")
        self.assertEqual(whole["entries"], first["entries"] + rest["entries"])
        self.assertIsNone(whole["next"])
        self.assertIn("--after 'file/0998.txt'", ann.run("browse", "ann/many").stderr)


class BrowseAway(LabTest):
    """Folders of peers that are away, as they were told last; downloads of theirs wait for whoever has it."""

    def test_what_was_looked_through_stays_and_downloads_wait_for_their_owner(self):
        lab = self.lab()
        film = bytes(range(256)) * 12_000
        ann = lab.host("ann", {"TV/heron.mkv": film, "TV/Show/E01.mkv": b"1" * 100, "TV/Show/E02.mkv": b"2", "other/x": b""})
        bob = lab.host("bob")
        lab.start()
        bob.wait_for_result("heron")
        wait_until(lambda: all(entry["hash"] for entry in bob.json("browse", "ann/TV")["entries"]), 30, "all is hashed")
        shares, folder, show = (bob.json("browse", f"ann{path}") for path in ("", "/TV", "/Shared/TV/Show"))
        self.assertEqual((folder["online"], folder["as_of"]), (True, None))

        ann.stop()
        before = time.time()
        for path, told in (("", shares), ("/TV", folder), ("/Shared/TV", folder), ("/TV/Show", show)):
            kept = bob.json("browse", f"ann{path}")
            self.assertEqual(kept | {"online": True, "as_of": None}, told)
            self.assertIsNone(mismatch(kept, BROWSE))
            self.assertIsNone(mismatch(told, BROWSE))
            self.assertFalse(kept["online"])
            self.assertTrue(before - 600 < kept["as_of"] <= before + 1, kept["as_of"])
        done = bob.run("browse", "ann/TV")
        self.assertIn("ann is away. This is how it was", done.stderr)
        self.assertIn("TV/heron.mkv", done.stdout)
        done = bob.run("browse", "ann/other", "--json", check=False)
        self.assertEqual((done.returncode, json.loads(done.stdout)["error"]["code"]), (75, "unavailable"), done)
        self.assertIn("try again when it is back", done.stderr)

        hashes = {entry["name"]: entry["hash"] for entry in folder["entries"]}
        away = wait_until(lambda: next((found for found in bob.finds("hreon") if "as_of" in found), None), 60, "her film is known")
        self.assertIsNone(mismatch(bob.search("heron"), SEARCH))
        self.assertEqual((away["hash"], away["path"], away["sources"]),
                         (hashes["heron.mkv"], "Shared/TV/heron.mkv",
                          [{"peer": shares["peer"]["id"], "name": "ann", "online": False}]))
        self.assertIn("before they left", bob.run("search", "heron").stderr)
        bob.run("download", hashes["heron.mkv"][:12], "--detach")
        bob.wait_for_download(lambda newest: newest["state"] == "waiting", 30, "the file waits")
        bob.run("download", hashes["Show"], "--detach")
        bob.wait_for_download(lambda newest: (newest["hash"], newest["state"]) == (hashes["Show"], "waiting"), 30, "the folder waits")
        done = bob.run("download", "ffff" + "0" * 60, check=False)
        self.assertIn(done.returncode, (1, 75), done)

        bob.stop()
        bob.start()
        self.assertFalse(bob.json("browse", "ann/TV")["online"], "also after a restart")
        wait_until(lambda: bob.finds("E01"), 30, "searches, too")
        bob.run("download", "1", "--detach")
        self.assertEqual(len(bob.json("downloads")["downloads"]), 3)
        ann.start()
        wait_until(lambda: {download["state"] for download in bob.json("downloads")["downloads"]} == {"done"}, 150, "all come")
        self.assertEqual((bob.downloads / "heron.mkv").read_bytes(), film)
        self.assertEqual((bob.downloads / "Show/E01.mkv").read_bytes(), b"1" * 100)
        wait_until(lambda: bob.json("browse", "ann/TV")["online"], 30, "her own word again")
        wait_until(lambda: [("as_of" in found, len(found["sources"])) for found in bob.finds("heron", "--exact")] == [(False, 1)],
                   60, "what she shares is found once, at her")

    def test_of_a_large_folder_there_is_what_was_looked_through(self):
        lab = self.lab()
        ann = lab.host("ann", {f"many/{number:04}.txt": b"" for number in range(1500)})
        bob = lab.host("bob")
        lab.start()
        wait_until(lambda: ann.status()["shared"]["unhashed"] == 0 and bob.finds("1499"), 60, "all is known")
        first = bob.json("browse", "ann/many")
        ann.stop()
        kept = bob.run("browse", "ann/many", "--all", "--json", check=False)
        self.assertEqual((kept.returncode, json.loads(kept.stdout)["entries"]), (75, first["entries"]))
        self.assertEqual(json.loads(kept.stdout)["next"], first["next"])
        rest = bob.run("browse", "ann/many", "--after", first["next"], check=False)
        self.assertEqual(rest.returncode, 75)
        self.assertIn("the rest of this folder", rest.stderr)
        ann.start()
        wait_until(lambda: bob.json("browse", "ann/many")["online"], 30, "she is back")
        whole = bob.json("browse", "ann/many", "--all")
        self.assertEqual(len(whole["entries"]), 1500)
        ann.kill()
        wait_until(lambda: not bob.json("browse", "ann/many")["online"], 30, "she is away")
        self.assertEqual(bob.json("browse", "ann/many", "--all")["entries"], whole["entries"])


class MissingDisk(LabTest):
    """A share whose disk is not there is not a share whose files were all deleted."""

    def test_an_empty_mount_point_after_a_restart_keeps_what_was_shared(self):
        lab = self.lab()
        ann = lab.host("ann", {"film.mkv": b"1" * 1000})
        bob = lab.host("bob")
        lab.start()
        bob.wait_for_result("film")
        ann.stop()
        away = ann.folder / "away"
        ann.shared.rename(away)
        ann.shared.mkdir()
        ann.start()
        warning = wait_until(lambda: " ".join(ann.status()["warnings"]), 30, "the warning")
        self.assertIn(f"{ann.shared}: an empty folder has taken its place; is its disk mounted?", warning)
        self.assertIn("iwanto unshare", warning)
        self.assertEqual(ann.status()["shared"]["files"], 1)
        self.assertIn(warning, ann.run("doctor", check=False).stdout)
        wait_until(lambda: bob.finds("film"), 30, "bob still finds it")

        ann.shared.rmdir()
        away.rename(ann.shared)
        wait_until(lambda: not ann.status()["warnings"], 30, "it is back")
        self.assertEqual(ann.status()["shared"]["files"], 1)

        ann.stop()
        ann.shared.rename(away)
        ann.shared.mkdir()
        ann.start()
        wait_until(lambda: ann.status()["warnings"], 30, "the warning again")
        ann.run("unshare", ann.shared)
        ann.run("share", ann.shared)
        wait_until(lambda: ann.status()["shared"]["files"] == 0, 30, "the user has the last word")
        wait_until(lambda: not ann.status()["warnings"], 30, "no warning")


def can_limit_watches():
    return HAS_NAMESPACES and subprocess.run(limit("watches", 9) + ["true"], check=False, capture_output=True).returncode == 0


def limit(what, count):
    """Runs a program where the kernel itself has no more than so many inotify watches or instances for it."""
    return ["unshare", "--user", "--map-root-user", "sh", "-c",
            f'echo {count} > /proc/sys/user/max_inotify_{what} && exec "$@"', "sh"]


@unittest.skipUnless(can_limit_watches(), "skipped: needs root and user namespaces")
class WatchLimits(LabTest):
    """What cannot be watched is looked at from time to time, and the user is told what mends it."""

    def start(self, what, count):
        ann = self.lab().host("ann", {f"{letter}/{letter}.txt": b"1" for letter in "abcdefghij"})
        ann.wrapper = limit(what, count)
        ann.start()
        wait_until(lambda: ann.status()["shared"]["files"] == 10, 30, "all is read")
        self.advice = wait_until(lambda: ann.status()["shared"]["advice"], 10, "the advice")
        self.assertIn(str(ann.shared), self.advice)
        self.assertIn(self.advice, ann.json("doctor", check=False)["watch_advice"])
        self.assertIn(self.advice, ann.run("status").stdout)
        return ann

    def test_without_enough_watches_the_rest_is_polled(self):
        ann = self.start("watches", 5)
        self.assertIn("6 folders", self.advice)
        self.assertRegex(self.advice, r"sudo sysctl fs\.inotify\.max_user_watches=\d{7}")
        for letter in "abcdefghij":
            ann.write(f"{letter}/new.txt", b"1")
        wait_until(lambda: ann.status()["shared"]["files"] == 20, 60, "all is noticed")

    def test_without_a_watching_instance_everything_is_polled(self):
        ann = self.start("instances", 0)
        self.assertIn("11 folders", self.advice)
        self.assertIn("sudo sysctl fs.inotify.max_user_instances=", self.advice)


if __name__ == "__main__":
    unittest.main()
