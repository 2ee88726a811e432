"""Queue, limits and streaming on real hosts: order, pause and priority, rates, upload slots, files that are played
while they come."""

import os
import random
import subprocess
import time
import unittest

from lab import Lab, wait_until

MiB = 1 << 20


class Case(unittest.TestCase):
    def lab(self):
        lab = Lab()
        lab.__enter__()
        self.addCleanup(lab.close)
        return lab

    def hashes(self, host, names):
        """The content of each name, once all are found."""
        return [wait_until(lambda: next((r["hash"] for r in host.finds(name) if r["name"] == name and r["hash"]), None),
                           30, f"{name} has its hash") for name in names]

    def downloads(self, host):
        return host.json("downloads")["downloads"]

    def curl(self, host, url, *arguments):
        command = ["curl", "-sS", "--max-time", "60", *arguments, url]
        return subprocess.run(host.command(*command), check=True, capture_output=True).stdout


class Queue(Case):
    def test_downloads_are_ordered_paused_and_cancelled_by_the_user(self):
        lab = self.lab()
        names = [f"film {number}.mkv" for number in range(1, 5)]
        ann = lab.host("ann", {name: os.urandom(8 * MiB) for name in names})
        bob = lab.host("bob")
        lab.start()
        contents = self.hashes(bob, names)
        limits = ann.json("limit", "upload", "200", "KB/s")
        self.assertEqual(limits["upload"], {"setting": "200 KB/s", "now": 200_000})
        bob.run("download", "--detach", *contents)
        order = [download["hash"] for download in self.downloads(bob)]
        self.assertEqual(order, contents)
        self.assertEqual([download["place"] for download in self.downloads(bob)], [None, None, None, 1])
        wait_until(lambda: [d["state"] for d in self.downloads(bob)[:3]] == ["transferring"] * 3, 30, "three are prepared")
        self.assertIsNone(bob.json("prioritize", contents[3])["place"], "it runs at once")
        self.assertEqual([d["hash"] for d in self.downloads(bob)], [contents[3], *contents[:3]])
        self.assertEqual(self.downloads(bob)[3]["place"], 1, "the last one waits for its turn again")
        bob.stop()
        bob.start()
        self.assertEqual([d["hash"] for d in self.downloads(bob)], [contents[3], *contents[:3]])
        paused = bob.json("pause", "--all")["downloads"]
        self.assertEqual({download["state"] for download in paused}, {"paused"})
        bob.run("cancel", contents[0], contents[1])
        self.assertEqual([d["hash"] for d in self.downloads(bob)], [contents[3], contents[2]])
        ann.json("limit", "upload", "none")
        self.assertEqual(len(bob.json("resume", "--all")["downloads"]), 2)
        wait_until(lambda: all(d["state"] == "done" for d in self.downloads(bob)), 60, "both are done")
        self.assertEqual(bob.json("cancel", "--all")["downloads"], [])

    def test_more_downloads_at_once_than_a_leader_answers_questions(self):
        lab = self.lab()
        names = [f"page {number}.txt" for number in range(120)]
        lab.host("ann", {name: name.encode() for name in names})
        bob = lab.host("bob")
        lab.start()
        wait_until(lambda: all(r["hash"] for r in bob.finds("page 1")) and bob.finds("page 119"), 30, "all is hashed")
        contents = {r["name"]: r["hash"] for r in bob.json("search", "page", "--limit", "200")["results"]}
        self.assertEqual(set(contents), set(names))
        bob.run("download", "--detach", *contents.values())
        wait_until(lambda: len(list(bob.downloads.glob("page *.txt"))) == 120, 30, "all are here")

    def test_limits_hold_and_are_shared_fairly(self):
        lab = self.lab()
        size = 12 * MiB
        ann = lab.host("ann", {"one.bin": os.urandom(size), "two.bin": os.urandom(size), "three.bin": os.urandom(size)})
        bob, cleo = lab.host("bob"), lab.host("cleo")
        lab.start()
        one, two, three = self.hashes(bob, ["one.bin", "two.bin", "three.bin"])
        self.hashes(cleo, ["one.bin"])
        ann.json("limit", "upload", "2", "MB/s")
        begun = time.monotonic()
        bob.run("download", "--detach", one, two, three)
        cleo.run("download", "--detach", one)

        def got(host):
            return sum(download["bytes_done"] for download in self.downloads(host))
        wait_until(lambda: got(bob) + got(cleo) >= 10 * MiB, 120, "some of it came")
        seconds = time.monotonic() - begun
        self.assertGreater(seconds, 10 * MiB / 2_000_000 * 0.7, "the limit holds")
        share = got(bob) / (got(bob) + got(cleo))
        self.assertTrue(0.25 < share < 0.75, f"bob has {share:.0%} with three downloads beside cleo's one")

    def test_peers_beyond_the_upload_slots_queue_and_are_told_their_place(self):
        lab = self.lab()
        ann = lab.host("ann", {"big.bin": os.urandom(40 * MiB)})
        bob, cleo = lab.host("bob"), lab.host("cleo")
        ann.home.mkdir(mode=0o700)
        (ann.home / "config.toml").write_text('upload_slots = 1\nupload_limit = "1 MB/s"\n')
        lab.start()
        content = self.hashes(bob, ["big.bin"])[0]
        self.hashes(cleo, ["big.bin"])
        bob.run("download", "--detach", content)
        bob.wait_for_download(lambda download: download["bytes_done"] > 0, 30, "bob gets something")
        cleo.run("download", "--detach", content)
        waiting = cleo.wait_for_download(lambda download: download["state"] == "waiting", 30, "cleo waits")
        self.assertEqual(waiting["message"], "place 1 at ann")
        self.assertEqual(waiting["code"], "busy")
        bob.run("cancel", content)
        cleo.wait_for_download(lambda download: download["bytes_done"] > 0, 30, "cleo has her turn")


class Streaming(Case):
    def test_a_player_seeks_in_a_file_that_is_still_coming(self):
        lab = self.lab()
        content = random.Random(4).randbytes(96 * MiB + 321)
        ann = lab.host("ann", {"film.mkv": content})
        bob = lab.host("bob")
        lab.start()
        hash_ = self.hashes(bob, ["film.mkv"])[0]
        ann.json("limit", "upload", "6", "MB/s")
        url = bob.run("stream-url", hash_).stdout.strip()
        self.assertEqual(url, bob.run("stream-url", hash_[:12]).stdout.strip())
        # As a player does: the beginning, the index at the end, then from a place in the middle on.
        for first, last in ((0, 65535), (len(content) - 70_000, len(content) - 1), (30 * MiB, 31 * MiB),
                            (5, 5), (29 * MiB + 7, 33 * MiB)):
            part = self.curl(bob, url, "-r", f"{first}-{last}")
            self.assertEqual(part, content[first:last + 1], f"bytes {first} to {last}")
        self.assertLess(self.downloads(bob)[0]["bytes_done"], len(content), "it is not complete yet")
        head = self.curl(bob, url, "-I", "-r", "0-9").decode()
        for field in ("206 Partial Content", "content-range: bytes 0-9/", "video/x-matroska", hash_):
            self.assertIn(field.lower(), head.lower())
        self.assertEqual(self.curl(bob, url, "-o", "/dev/null", "-w", "%{http_code}", "-r", f"{len(content)}-"), b"416")
        ann.json("limit", "upload", "none")
        self.assertEqual(self.curl(bob, url), content)
        wait_until(lambda: self.downloads(bob)[0]["state"] == "done", 30, "it is complete")
        self.assertEqual(self.curl(bob, url, "-r", "-100"), content[-100:])
        self.assertEqual(self.curl(ann, ann.run("stream-url", hash_).stdout.strip(), "-r", "100-199"), content[100:200])

    def stream(self, host, name):
        """Plays all of a file; its content and its address."""
        url = host.run("stream-url", self.hashes(host, [name])[0]).stdout.strip()
        return self.curl(host, url), url

    def test_what_was_played_is_kept_for_good_by_who_wants_it(self):
        lab = self.lab()
        contents = {name: os.urandom(24 * MiB + 5) for name in ("seen.mkv", "liked.mkv", "half.mkv")}
        ann, bob = lab.host("ann", contents), lab.host("bob")
        lab.start()
        hidden = bob.downloads / ".iwant-streamed"
        for name in ("seen.mkv", "liked.mkv"):
            self.assertEqual(self.stream(bob, name)[0], contents[name])
        wait_until(lambda: {d["state"] for d in self.downloads(bob)} == {"done"}, 30, "they are complete")
        self.assertTrue(all(d["streamed"] for d in self.downloads(bob)))
        details = bob.run("downloads", self.hashes(bob, ["seen.mkv"])[0]).stdout
        self.assertIn("while there is room", details)
        content, url = self.stream(bob, "liked.mkv")
        liked = self.hashes(bob, ["liked.mkv"])[0]
        sent = ann.sent_bytes()
        self.assertEqual(bob.download(liked)["path"], str(bob.downloads / "liked.mkv"))
        self.assertLess(ann.sent_bytes() - sent, MiB, "it was here already")
        self.assertEqual((bob.downloads / "liked.mkv").read_bytes(), content)
        self.assertEqual(self.curl(bob, url), content, "its player goes on")
        self.assertEqual([path.name for path in hidden.glob("*.mkv")], ["seen.mkv"])
        # And while it is still coming.
        ann.json("limit", "upload", "4", "MB/s")
        half = self.hashes(bob, ["half.mkv"])[0]
        self.curl(bob, bob.run("stream-url", half).stdout.strip(), "-r", "0-99")
        bob.run("download", "--detach", half)
        ann.json("limit", "upload", "none")
        wait_until(lambda: (bob.downloads / "half.mkv").exists(), 60, "it is kept")
        self.assertEqual((bob.downloads / "half.mkv").read_bytes(), contents["half.mkv"])
        wait_until(lambda: {d["state"] for d in self.downloads(bob)} == {"done"}, 30, "all are done")
        self.assertEqual({d["name"]: d["streamed"] for d in self.downloads(bob)},
                         {"seen.mkv": True, "liked.mkv": False, "half.mkv": False})
        # What nobody wants to keep goes when there is no room for it.
        bob.stop()
        with open(bob.home / "config.toml", "a", encoding="utf-8") as config:
            config.write('stream_cache = "none"\n')
        bob.start()
        wait_until(lambda: not (hidden / "seen.mkv").exists(), 30, "it is gone")
        self.assertEqual({d["name"] for d in self.downloads(bob)}, {"liked.mkv", "half.mkv"})
        self.assertEqual((bob.downloads / "liked.mkv").read_bytes(), content)


if __name__ == "__main__":
    unittest.main()
