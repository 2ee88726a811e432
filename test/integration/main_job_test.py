"""The main job on real hosts: share, search with typos, download from everyone who has it."""

import hashlib
import os
import pathlib
import time
import unittest

from lab import Failed, Lab, wait_until

MiB = 1 << 20


def digest(path):
    value = hashlib.sha256()
    with open(path, "rb") as file:
        while block := file.read(MiB):
            value.update(block)
    return value.hexdigest()


def tree_of(folder):
    """{relative path: content hash, or None for a folder}."""
    folder = pathlib.Path(folder)
    return {str(path.relative_to(folder)): digest(path) if path.is_file() else None for path in folder.rglob("*")}


def wait_for_sources(host, words, count, seconds=30):
    """The first result for `words`, once it has a hash and so many sources."""
    def ready():
        return next((result for result in host.finds(words)
                     if result["hash"] and len(result["sources"]) >= count), None)
    return wait_until(ready, seconds, f"{host.name} finds {words!r} at {count} sources")


class MainJob(unittest.TestCase):
    def lab(self):
        lab = Lab()
        lab.__enter__()
        self.addCleanup(lab.close)
        return lab

    def test_a_file_is_found_with_typos_and_fetched_from_both_who_have_it(self):
        lab = self.lab()
        content = os.urandom(24 * MiB + 12345)
        name = "Silicon Valley S01E01.mkv"
        ann = lab.host("ann", {f"TV/{name}": content})
        lab.host("bob", {f"Series/{name}": content})
        cleo = lab.host("cleo")
        lab.start()
        result = wait_for_sources(cleo, "slicon valey", 2)
        self.assertEqual(result["name"], name)
        self.assertEqual({source["name"] for source in result["sources"]}, {"ann", "bob"})
        done = cleo.download(result["hash"])
        self.assertEqual(done["event"], "done", done)
        self.assertTrue(done["verified"])
        self.assertEqual(done["path"], str(cleo.downloads / name))
        self.assertEqual(pathlib.Path(done["path"]).read_bytes(), content)
        self.assertEqual(sum(done["sources"].values()), len(content))
        self.assertEqual(len(done["sources"]), 2, "both were used")
        self.assertEqual(ann.run("stop").returncode, 0)

    def test_a_folder_arrives_whole_with_empty_files_and_folders(self):
        lab = self.lab()
        ann = lab.host("ann", {"Album/CD1/01 One.flac": os.urandom(3 * MiB), "Album/CD1/02 Two.flac": os.urandom(10),
                               "Album/CD2/notes.txt": b"", "Album/cover.jpg": os.urandom(200_000)})
        (ann.shared / "Album/CD3/empty").mkdir(parents=True)
        script = ann.write("Album/play.sh", b"#!/bin/sh\n")
        script.chmod(0o755)
        bob = lab.host("bob")
        lab.start()
        result = wait_until(lambda: next((r for r in bob.search("album", "--type", "folder")["results"] if r["hash"]), None),
                            20, "the folder has its hash")
        done = bob.download(result["hash"])
        self.assertEqual(done["event"], "done", done)
        self.assertEqual(tree_of(bob.downloads / "Album"), tree_of(ann.shared / "Album"))
        self.assertTrue(os.access(bob.downloads / "Album/play.sh", os.X_OK))

    def test_sizes_at_the_edges_of_a_piece_arrive_byte_for_byte(self):
        lab = self.lab()
        sizes = [0, 1, MiB - 1, MiB, MiB + 1, 2 * MiB, 5 * MiB + 7]
        ann = lab.host("ann", {f"sizes/file of {size}.bin": os.urandom(size) for size in sizes})
        bob = lab.host("bob")
        lab.start()
        for size in sizes:
            name = f"file of {size}.bin"
            result = wait_until(lambda: next((r for r in bob.finds(name) if r["name"] == name and r["hash"]), None),
                                20, f"{name} has its hash")
            self.assertEqual(result["size"], size)
            done = bob.download(result["hash"])
            self.assertEqual(done["event"], "done", done)
            self.assertEqual(digest(bob.downloads / name), digest(ann.shared / "sizes" / name))

    def test_a_sparse_file_of_several_gigabytes_arrives(self):
        lab = self.lab()
        ann, bob = lab.host("ann"), lab.host("bob")
        path = ann.shared / "huge disk image.img"
        with open(path, "wb") as file:
            file.truncate((4 << 30) + 4097)
            for offset in (0, (1 << 31) - 1, 1 << 32):
                file.seek(offset)
                file.write(b"mark at %d" % offset)
        lab.start()
        result = wait_for_sources(bob, "huge disk image", 1, 90)
        done = bob.download(result["hash"], timeout=300)
        self.assertEqual(done["event"], "done", done)
        with open(done["path"], "rb") as file:
            for offset in (0, (1 << 31) - 1, 1 << 32):
                file.seek(offset)
                self.assertEqual(file.read(10 + len(str(offset)) - 2), b"mark at %d" % offset)
        self.assertEqual(os.path.getsize(done["path"]), (4 << 30) + 4097)

    def test_changes_are_found_elsewhere_within_two_seconds(self):
        lab = self.lab()
        ann, bob = lab.host("ann", {"start.txt": b"x"}), lab.host("bob")
        lab.start()
        wait_until(lambda: bob.finds("start"), 10, "the first file is found")
        delays = {}

        def measure(what, change, condition):
            change()
            began = time.monotonic()
            wait_until(condition, 10, what)
            delays[what] = time.monotonic() - began

        names = lambda words: [result["name"] for result in bob.finds(words)]
        measure("created", lambda: ann.write("Quarterly report.pdf", b"1"), lambda: "Quarterly report.pdf" in names("quarterly report"))
        measure("changed", lambda: ann.write("Quarterly report.pdf", b"22222"),
                lambda: [r["size"] for r in bob.finds("quarterly report")] == [5])
        measure("renamed", lambda: (ann.shared / "Quarterly report.pdf").rename(ann.shared / "Annual summary.pdf"),
                lambda: "Annual summary.pdf" in names("annual summary") and not names("quarterly report"))
        measure("deleted", lambda: (ann.shared / "Annual summary.pdf").unlink(), lambda: not names("annual summary"))
        outside = ann.folder / "Holiday"
        (outside / "2026").mkdir(parents=True)
        (outside / "2026/beach.jpg").write_bytes(b"jpg")
        measure("folder moved in", lambda: outside.rename(ann.shared / "Holiday"), lambda: "beach.jpg" in names("beach"))
        measure("folder moved out", lambda: (ann.shared / "Holiday").rename(outside), lambda: not names("beach"))
        print("\n  change to searchable elsewhere: " + ", ".join(f"{what} {delay:.2f} s" for what, delay in delays.items()))
        for what, delay in delays.items():
            self.assertLess(delay, 2.5, what)

    def test_what_is_not_hashed_yet_is_found_and_downloads_by_its_row(self):
        lab = self.lab()
        ann, bob = lab.host("ann"), lab.host("bob")
        lab.start()
        with open(ann.shared / "enormous recording.wav", "wb") as file:
            file.truncate(3 << 30)
        result = wait_until(lambda: next(iter(bob.finds("enormous recording")), None), 10, "its name is found")
        done = bob.download("1", timeout=300)
        self.assertEqual(done["event"], "done", done)
        self.assertEqual(done["size"], 3 << 30)
        self.assertTrue(result["hash"] is None or result["hash"] == done["hash"])

    def test_what_is_there_already_is_recognised(self):
        lab = self.lab()
        lab.host("ann", {"song.mp3": os.urandom(2 * MiB)})
        bob = lab.host("bob")
        lab.start()
        result = wait_for_sources(bob, "song", 1)
        first = bob.download(result["hash"])
        before = (bob.downloads / "song.mp3").stat()
        second = bob.download(result["hash"])
        self.assertEqual((first["event"], second["event"]), ("done", "done"))
        self.assertEqual(second["path"], first["path"])
        self.assertEqual((bob.downloads / "song.mp3").stat().st_mtime_ns, before.st_mtime_ns)
        self.assertEqual(sorted(p.name for p in bob.downloads.iterdir() if not p.name.startswith(".")), ["song.mp3"])

    def test_nothing_that_exists_is_ever_overwritten(self):
        lab = self.lab()
        lab.host("ann", {"letter.txt": b"from ann"})
        bob = lab.host("bob")
        (bob.downloads / "letter.txt").write_bytes(b"bob's own")
        lab.start()
        done = bob.download(wait_for_sources(bob, "letter", 1)["hash"])
        self.assertEqual(done["path"], str(bob.downloads / "letter (1).txt"))
        self.assertEqual((bob.downloads / "letter.txt").read_bytes(), b"bob's own")
        self.assertEqual((bob.downloads / "letter (1).txt").read_bytes(), b"from ann")


if __name__ == "__main__":
    unittest.main()
