"""Names are data, never paths: odd names on the disk of one host, searched and fetched by another, and traps laid
in the download folder. Nothing outside the download folder changes, and no raw control character is shown.
"""

import hashlib
import os
import pathlib
import pty
import re
import subprocess
import unittest

from lab import HAS_NAMESPACES, IWANTO, LabTest, wait_until

MiB = 1 << 20

# The name on the disk of the owner, and the name that its download gets.
ODD_NAMES = [
    (b"line\nbreak\r.txt", "line%0Abreak%0D.txt"),
    (b"escape\x1b[2J\x1b]0;owned\x07.txt", "escape%1B[2J%1B]0;owned%07.txt"),
    (b"tab\there\x7f.txt", "tab%09here%7F.txt"),
    ("control\u009b31m.txt".encode(), "control%C2%9B31m.txt"),
    ("override \u202egpj.exe".encode(), "override %E2%80%AEgpj.exe"),
    ("isolate \u2066x\u2069.txt".encode(), "isolate %E2%81%A6x%E2%81%A9.txt"),
    (b"back\\slash\\..\\..\\up.txt", "back%5Cslash%5C..%5C..%5Cup.txt"),
    (b" leading space.txt", " leading space.txt"),
    (b"trailing space ", "trailing space "),
    (b"trailing dot.", "trailing dot."),
    (b"l" * 251 + b".txt", "l" * 251 + ".txt"),
    (("ü" * 125 + "x.txt").encode(), "ü" * 125 + "x.txt"),
    (("\x01" * 200 + ".txt").encode(), None),  # grows when escaped, and is cut
    ("Cafe\u0301 menu.txt".encode(), "Caf\u00e9 menu.txt"),
    ("party 🎉 👩\u200d👩\u200d👧.txt".encode(), "party 🎉 👩\u200d👩\u200d👧.txt"),
    ("漢字とかな.txt".encode(), "漢字とかな.txt"),
    (b"CON", "_CON"),
    (b"nul.txt", "_nul.txt"),
    ("COM\u00b9.log".encode(), "_COM\u00b9.log"),
    (b"...", "..."),
    (b"..hidden up", "..hidden up"),
    (b"~", "~"),
    (b"-rf", "-rf"),
    (b"%2e%2e%2fpercent", "%2e%2e%2fpercent"),
    (b"a:b::$DATA", "a:b::$DATA"),
    (b"<img src=x onerror=alert(1)>", "<img src=x onerror=alert(1)>"),
    (b"$(touch owned) `touch owned` ; *?", "$(touch owned) `touch owned` ; *?"),
    (b"invalid \xff\xfe utf8.txt", "invalid %FF%FE utf8.txt"),
    (b"overlong \xc0\xaf.txt", "overlong %C0%AF.txt"),
    (b"surrogate \xed\xa0\x80.txt", "surrogate %ED%A0%80.txt"),
    (b"2026-11-22 00:00:00.000 info fake\n2026-11-22 00:00:00.000 info line", None),
]
FIRST_SIZE = 1000  # each odd file has a size of its own, by which it is told apart

# What must never come out raw: control characters but newline and the tab between columns, and what turns text round.
RAW = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069\ufeff]")
RAW_IN_JSON = re.compile("[\x00-\x09\x0b-\x1f]")


def content_of(index):
    return (b"%d " % index * FIRST_SIZE)[:FIRST_SIZE + index]


def snapshot(folder, *without):
    """{path: what is there} of a whole tree, symlinks as such."""
    found = {}
    for place, folders, files in os.walk(os.fsencode(folder)):
        folders[:] = [name for name in folders if os.path.join(place, name) not in [os.fsencode(each) for each in without]]
        for name in folders + files:
            path = os.path.join(place, name)
            if os.path.islink(path):
                found[path] = b"-> " + os.readlink(path)
            elif os.path.isfile(path):
                with open(path, "rb") as file:
                    found[path] = hashlib.sha256(file.read()).hexdigest()
            else:
                found[path] = "folder"
    return found


class Names(LabTest):
    def hosts_with(self, files, ignore="[]"):
        """ann shares `files`; bob has things of his own around his download folder."""
        lab = self.lab()
        ann, bob = lab.host("ann", files), lab.host("bob")
        ann.home.mkdir(mode=0o700)
        (ann.home / "config.toml").write_text(f"ignore = {ignore}\n")
        self.private = bob.folder / "Private"
        (self.private / "keys").mkdir(parents=True)
        (self.private / "secret.txt").write_bytes(b"bob's secret")
        (self.private / "keys/id").write_bytes(b"bob's key")
        (bob.folder / ".bashrc").write_bytes(b"# bob's")
        return lab, ann, bob

    def outside(self, bob):
        """All of bob's but the download folder and the state."""
        found = snapshot(bob.folder, bob.downloads, bob.home)
        return {path: what for path, what in found.items() if not path.endswith(b"/output.txt")}

    def test_odd_names_are_found_fetched_and_never_shown_raw(self):
        lab, ann, bob = self.hosts_with({})
        folder = ann.shared / "Odd"
        folder.mkdir()
        for index, (name, _) in enumerate(ODD_NAMES):
            with open(os.path.join(os.fsencode(folder), name), "wb") as file:
                file.write(content_of(index))
        lab.start()
        before = self.outside(bob)
        everything = ["search", "--peer", "ann", "--limit", "200", "--min-size", str(FIRST_SIZE), "--max-size", "2000"]
        found = wait_until(lambda: (results := bob.json(*everything, check=False)["results"])
                           and len([r for r in results if r["hash"] and r["kind"] == "file"]) == len(ODD_NAMES) and results,
                           20, "all are found with their hashes")
        by_size = {result["size"]: result for result in found if result["kind"] == "file"}
        for index, (name, expected) in enumerate(ODD_NAMES):
            with self.subTest(name=name):
                result = by_size[FIRST_SIZE + index]
                self.assertNotIn("/", result["name"])
                done = bob.download(result["hash"])
                self.assertEqual(done["event"], "done", done)
                path = pathlib.Path(done["path"])
                self.assertEqual(path.parent, bob.downloads)
                self.assertEqual(path.read_bytes(), content_of(index))
                if expected is None:
                    self.assertLessEqual(len(os.fsencode(path.name)), 255)
                else:
                    self.assertEqual(path.name, expected)
                self.assertIsNone(RAW.search(path.name), path.name)
        self.assertEqual(self.outside(bob), before, "nothing outside the download folder changed")
        self.check_words_find(bob)
        self.check_outputs(bob, everything)
        self.check_folder(ann, bob, folder)

    def check_words_find(self, bob):
        for words in ("cafe menu", "leading space", "漢字", "trailing dot", "override gpj", "invalid utf8", "back slash"):
            with self.subTest(words=words):
                self.assertTrue(bob.finds(words), "names are searched as people would type them")

    def check_outputs(self, bob, everything):
        texts = [bob.run(*words) for words in (everything, ["downloads"], ["status"], ["peers"],
                                               ["search", "escape"], ["search", "line break"])]
        texts += [bob.run("download", row, check=False) for row in ("1", "2")]
        for done in texts:
            self.assertIsNone(RAW.search(done.stdout + done.stderr), done.args)
        for words in (everything, ["downloads"]):
            out = bob.run(*words, "--json").stdout
            self.assertIsNone(RAW_IN_JSON.search(out), words)
        for host in bob.lab.hosts:
            log = host.log()
            self.assertIsNone(RAW.search(log), host.name)
            for line in log.splitlines():
                self.assertRegex(line, r"^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d\.\d{3} \w+ (?!line)", "one event, one line")
        shown = self.on_a_terminal(bob, *everything)
        self.assertIn("line", shown)
        for bad in ("\x1b[2J", "\x1b]0", "\x07", "\u202e", "\u009b", "break\r"):
            self.assertNotIn(bad, shown)

    def on_a_terminal(self, host, *arguments):
        """What a command prints when it thinks that a person reads it."""
        ours, theirs = pty.openpty()
        process = subprocess.Popen(host.command(IWANTO, "--home", host.home, *arguments), stdin=subprocess.DEVNULL,
                                   stdout=theirs, stderr=theirs, env=host.environment() | {"TERM": "xterm"})
        os.close(theirs)
        shown = b""
        try:
            while block := os.read(ours, 65536):
                shown += block
        except OSError:
            pass  # how a terminal says that the other side is closed
        os.close(ours)
        process.wait(10)
        return shown.decode()

    def check_folder(self, ann, bob, folder):
        """The same names arrive by their folder."""
        result = wait_until(lambda: next((r for r in bob.search("odd", "--type", "folder")["results"] if r["hash"]), None),
                            20, "the folder has its hash")
        elsewhere = bob.folder / "Elsewhere of bob"
        done = bob.download(result["hash"], "--to", elsewhere)
        self.assertEqual(done["event"], "done", done)
        self.assertEqual(done["path"], str(elsewhere / "Odd"))
        arrived = {path.stat().st_size: path for path in (elsewhere / "Odd").iterdir()}
        self.assertEqual(len(arrived), len(ODD_NAMES))
        for index, (_, expected) in enumerate(ODD_NAMES):
            path = arrived[FIRST_SIZE + index]
            self.assertEqual(path.read_bytes(), content_of(index))
            self.assertEqual(path.name, expected or path.name)

    def test_names_that_differ_by_case_or_form_alone_are_kept_apart(self):
        alike = ["case.txt", "CASE.txt", "Stra\u00dfe.txt", "STRASSE.txt", "\u00e9.txt", "e\u0301.txt"]
        lab, ann, bob = self.hosts_with({f"Alike/{name}": name.encode() + b"!" * 50 for name in alike})
        lab.start()
        wanted = sorted(name.encode() + b"!" * 50 for name in alike)
        found = wait_until(lambda: (results := [r for r in bob.json("search", "--ext", "txt", check=False)["results"] if r["hash"]])
                           and len(results) == len(alike) and results, 20, "all are found")
        for result in found:
            self.assertEqual(bob.download(result["hash"])["event"], "done")
        self.assertEqual(sorted(path.read_bytes() for path in bob.downloads.glob("*.txt")), wanted)
        # A folder of them arrives whole, since this file system tells them apart.
        folder = bob.wait_for_result("alike", "--type", "folder")
        elsewhere = bob.folder / "Elsewhere of bob"
        self.assertEqual(bob.download(folder["hash"], "--to", elsewhere)["event"], "done")
        self.assertEqual(sorted(path.read_bytes() for path in (elsewhere / "Alike").iterdir()), wanted)

    def test_deep_trees_arrive_and_too_deep_ones_harm_nobody(self):
        deep = "/".join(f"level {i}" for i in range(60))
        too_deep = "/".join(["abyss"] * 90)
        lab, ann, bob = self.hosts_with({f"{deep}/bottom.txt": b"sixty down", f"{too_deep}/unseen.txt": b"ninety down",
                                         "beside.txt": b"beside"})
        lab.start()
        bob.wait_for_result("beside")
        done = bob.download(bob.wait_for_result("level 0", "--type", "folder")["hash"])
        self.assertEqual(done["event"], "done", done)
        self.assertEqual((bob.downloads / deep / "bottom.txt").read_bytes(), b"sixty down")
        file = bob.download(bob.wait_for_result("bottom")["hash"])
        self.assertEqual(pathlib.Path(file["path"]).read_bytes(), b"sixty down")
        self.assertFalse(bob.finds("unseen", "--exact"))
        self.assertIsNone(ann.process.poll())

    def test_rubbish_hidden_files_and_links_are_not_shared(self):
        lab = self.lab()
        ann, bob = lab.host("ann", {"shown.txt": b"1", ".ssh/id_rsa": b"2", ".DS_Store": b"3", "Thumbs.db": b"4",
                                    "film.mkv.part": b"5", ".git/config": b"6", "@eaDir/x": b"7"}), lab.host("bob")
        outside = ann.folder / "outside"
        outside.mkdir()
        (outside / "linked secret.txt").write_bytes(b"8")
        (ann.shared / "linked folder").symlink_to(outside)
        (ann.shared / "linked file.txt").symlink_to(outside / "linked secret.txt")
        os.mkfifo(ann.shared / "pipe.txt")
        lab.start()
        bob.wait_for_result("shown")
        status = ann.status()["shared"]
        self.assertEqual((status["files"], status["bytes"]), (1, 1))
        for words in ("linked", "secret", "pipe", "id_rsa", "config", "thumbs"):
            self.assertEqual(bob.finds(words, "--exact"), [], words)

    # Traps in the download folder.

    def test_links_and_other_things_with_the_final_name_are_left_alone(self):
        names = ["to a file.txt", "to nothing.txt", "a pipe.txt", "a folder.txt", "hard link.txt"]
        lab, ann, bob = self.hosts_with({name: name.encode() for name in names} | {"Album/cover.jpg": b"jpg", "Box/in.txt": b"in"})
        (bob.downloads / "to a file.txt").symlink_to(self.private / "secret.txt")
        (bob.downloads / "to nothing.txt").symlink_to(self.private / "made by you")
        os.mkfifo(bob.downloads / "a pipe.txt")
        (bob.downloads / "a folder.txt").mkdir()
        os.link(self.private / "keys/id", bob.downloads / "hard link.txt")
        (bob.downloads / "Album").symlink_to(self.private)
        (bob.downloads / "Box").mkdir()
        (bob.downloads / "Box/mine.txt").write_bytes(b"mine")
        before, traps = self.outside(bob), snapshot(bob.downloads)
        lab.start()
        for name in names:
            done = bob.download(bob.wait_for_result(name)["hash"])
            self.assertEqual(done["event"], "done", done)
            path = bob.downloads / name.replace(".txt", " (1).txt")
            self.assertEqual(done["path"], str(path))
            self.assertEqual(path.read_bytes(), name.encode())
        for name in ("Album", "Box"):
            done = bob.download(bob.wait_for_result(name, "--type", "folder")["hash"])
            self.assertEqual(done["path"], str(bob.downloads / f"{name} (1)"))
        self.assertEqual((bob.downloads / "Album (1)/cover.jpg").read_bytes(), b"jpg")
        self.assertEqual((bob.downloads / "Box (1)/in.txt").read_bytes(), b"in")
        self.assertLessEqual(traps.items(), snapshot(bob.downloads).items(), "what was there is as it was")
        self.assertEqual(self.outside(bob), before)

    @unittest.skipUnless(HAS_NAMESPACES, "needs root")
    def test_links_laid_into_a_running_download_lead_nowhere(self):
        files = {f"Album/CD{i}/track.bin": os.urandom(3 * MiB) for i in range(6)}
        lab, ann, bob = self.hosts_with(files)
        lab.start()
        result = bob.wait_for_result("album", "--type", "folder")
        before = self.outside(bob)
        ann.slow_down("60mbit")
        bob.run("download", result["hash"], "--detach")
        bob.wait_for_download(lambda d: d["bytes_done"] > 4 * MiB, 20, "some is there")
        laid = self.lay_links(bob)
        self.assertTrue(laid, "there were parts to replace")
        ended = bob.wait_for_download(lambda d: d["state"] in ("done", "failed", "waiting"), 40, "it ends")
        self.assertEqual(self.outside(bob), before, "nothing was written through a link")
        for path in self.private.rglob("*"):
            self.assertFalse(path.is_symlink())
        if ended["state"] == "done":
            for name, content in files.items():
                arrived = pathlib.Path(ended["path"]) / name.removeprefix("Album/")
                self.assertFalse(arrived.is_symlink() or arrived.parent.is_symlink(), arrived)
                self.assertEqual(arrived.read_bytes(), content)
        else:
            self.assertTrue(ended["message"])
        print(f"\n  links laid into a running download: {ended['state']} {ended['message']}")

    def lay_links(self, bob):
        """Replaces folders and files of the running download by links to private ones."""
        laid = []
        for path in sorted(bob.downloads.rglob("*"), key=lambda path: len(path.parts), reverse=True):
            if path.is_file() and path.stat().st_size > MiB and len(laid) < 2:
                path.rename(bob.downloads / f"taken away {len(laid)}")
                path.symlink_to(self.private / "secret.txt")
                laid.append(path)
        folders = [path for path in bob.downloads.rglob("*") if path.is_dir() and path not in [p.parent for p in laid]
                   and not any(child.is_dir() for child in path.iterdir())]
        for number, path in enumerate(folders[:2]):
            path.rename(bob.downloads / f"folder taken away {number}")
            path.symlink_to(self.private)
            laid.append(path)
        return laid

    @unittest.skipUnless(HAS_NAMESPACES, "needs root")
    def test_a_download_folder_swapped_for_a_link_is_not_written_through(self):
        lab, ann, bob = self.hosts_with({"film.mkv": os.urandom(16 * MiB)})
        lab.start()
        result = bob.wait_for_result("film")
        before = snapshot(self.private)
        ann.slow_down("60mbit")
        bob.run("download", result["hash"], "--detach")
        bob.wait_for_download(lambda d: d["bytes_done"] > 2 * MiB, 20, "some is there")
        bob.downloads.rename(bob.folder / "Moved away")
        bob.downloads.symlink_to(self.private)
        ended = bob.wait_for_download(lambda d: d["state"] in ("done", "failed", "waiting"), 40, "it ends")
        self.assertEqual(snapshot(self.private), before, ended)
        print(f"\n  download folder swapped for a link: {ended['state']} {ended['message']}")


if __name__ == "__main__":
    unittest.main()
