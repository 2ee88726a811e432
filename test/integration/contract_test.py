"""The published contract, as a stranger's script uses it: the command line with --json and exit codes, and
nothing else.
"""

import copy
import hashlib
import json
import os
import pathlib
import signal
import threading
import unittest

from contract import (CONFIG, DONE, DONE_EVENT, DOWNLOAD, DOWNLOADS, DOWNLOAD_CLOSELY, ERROR, FAILED, FAILED_EVENT,
                      INTERRUPTED, NOT_RUNNING, PEERS, PROGRESS, RESULT, SEARCH, STARTED, STATUS, TEMPORARY,
                      USAGE, mismatch)
from lab import HAS_NAMESPACES, Lab, wait_until

MiB = 1 << 20


class Shapes(unittest.TestCase):
    """That the comparison can fail."""

    def test_a_shape_refuses_missing_added_and_mistyped_keys(self):
        good = {"event": "done", "hash": "a" * 64, "path": "/x", "size": 1, "seconds": 0.5,
                "sources": {"b" * 64: 1}, "verified": True}
        self.assertIsNone(mismatch(good, DONE_EVENT))
        for key, wrong in (("event", "progress"), ("hash", None), ("hash", "A" * 64), ("path", 1), ("size", "1"),
                           ("size", 1.0), ("size", True), ("sources", {"x": 1}), ("sources", []), ("verified", False)):
            bad = copy.deepcopy(good) | {key: wrong}
            self.assertIsNotNone(mismatch(bad, DONE_EVENT), (key, wrong))
        for key in good:
            self.assertIsNotNone(mismatch({k: v for k, v in good.items() if k != key}, DONE_EVENT), key)
        self.assertIsNotNone(mismatch(good | {"more": 1}, DONE_EVENT))
        self.assertIsNotNone(mismatch({"downloads": [{}]}, DOWNLOADS))


class Answers(unittest.TestCase):
    """Three hosts that are up already; the tests ask."""

    @classmethod
    def setUpClass(cls):
        cls.lab = Lab()
        cls.addClassCleanup(cls.lab.close)
        cls.lab.__enter__()
        film = os.urandom(5 * MiB)
        cls.content = {"TV/Silicon Valley S01E01.mkv": film, "TV/notes silicon.txt": b"n" * 100, "One.mp3": b"1" * 5000,
                       "Two.mp3": b"2" * 50000, "Album/A.flac": os.urandom(300), "Album/B/empty.txt": b"",
                       "Grüße.pdf": b"pdf"}
        cls.ann = cls.lab.host("ann", cls.content)
        cls.bob = cls.lab.host("bob", {"other/Silicon Valley S01E01.mkv": film})
        cls.cleo = cls.lab.host("cleo", {"mine.txt": b"my own"})
        cls.lab.start()
        cls.cleo.wait_for_result("silicon valley", sources=2)
        wait_until(lambda: cls.cleo.status()["leader"], 10, "there is a leader")

    def answer(self, shape, *arguments, code=DONE, host=None):
        """The one JSON object of a command, in its shape, with nothing else on stdout."""
        done = (host or self.cleo).run(*arguments, "--json", check=False)
        self.assertEqual(done.returncode, code, (arguments, done.stdout, done.stderr))
        self.assertEqual(done.stdout.count("\n"), 1, done.stdout)
        value = json.loads(done.stdout)
        self.assertIsNone(mismatch(value, shape), (arguments, value))
        return value

    def events(self, *arguments, code=DONE):
        """All lines of `download --json`, each in its shape; the last is as `code` says."""
        done = self.cleo.run("download", *arguments, "--json", check=False)
        self.assertEqual(done.returncode, code, (arguments, done.stdout, done.stderr))
        lines = [json.loads(line) for line in done.stdout.splitlines()]
        for line in lines[:-1]:
            self.assertIsNone(mismatch(line, PROGRESS), line)
        self.assertIsNone(mismatch(lines[-1], DONE_EVENT if code == DONE else FAILED_EVENT), lines[-1])
        return lines

    def hash_of(self, *words):
        return self.cleo.wait_for_result(*words)["hash"]

    # status, peers, view config

    def test_status(self):
        status = self.answer(STATUS, "status")
        self.assertEqual(status["peer"]["name"], "cleo")
        self.assertEqual(status["peers"], 2, "oneself does not count")
        self.assertEqual(status["shared"]["folders"], [str(self.cleo.shared)])
        self.assertEqual((status["shared"]["files"], status["shared"]["bytes"]), (1, 6))
        self.assertEqual(status["downloads"]["folder"], str(self.cleo.downloads))
        self.assertEqual(status["leader"]["self"], status["leader"]["id"] == status["peer"]["id"])
        leaders = {json.dumps(self.answer(STATUS, "status", host=host)["leader"] | {"self": 0}, sort_keys=True)
                   for host in self.lab.hosts}
        self.assertEqual(len(leaders), 1, leaders)

    def test_peers(self):
        peers = {peer["name"]: peer for peer in self.answer(PEERS, "peers")["peers"]}
        self.assertEqual(set(peers), {"ann", "bob", "cleo"})
        self.assertTrue(all(peer["online"] for peer in peers.values()))
        self.assertEqual([name for name, peer in peers.items() if peer["self"]], ["cleo"])
        self.assertEqual(sum(peer["leader"] for peer in peers.values()), 1)
        self.assertEqual(peers["ann"]["address"], f"{self.ann.address}:{self.ann.port}")
        self.assertEqual((peers["ann"]["files"], peers["ann"]["bytes"]),
                         (len(self.content), sum(map(len, self.content.values()))))
        self.assertEqual(peers["ann"]["version"], self.cleo.run("--version").stdout.split()[1])
        self.assertEqual(self.answer(STATUS, "status", host=self.ann)["peer"]["id"], peers["ann"]["id"])

    def test_view_config_says_what_holds_now(self):
        config = self.answer(CONFIG, "view", "config")
        self.assertEqual(config["home"], str(self.cleo.home))
        self.assertEqual(config["config_file"], str(self.cleo.home / "config.toml"))
        self.assertEqual((config["name"], config["port"]), ("cleo", self.cleo.port))
        self.assertEqual(config["shared_folders"], [str(self.cleo.shared)])
        self.assertEqual(config["download_folder"], str(self.cleo.downloads))

    # search

    def test_search_forgives_typos_and_merges_sources(self):
        answer = self.answer(SEARCH, "search", "slicon", "valey")
        self.assertEqual(answer["query"], "slicon valey")
        self.assertTrue(answer["complete"])
        self.assertEqual(answer["coverage"], {"known": 3, "indexed": 3})
        self.assertEqual(answer["epoch"], answer["leader"]["epoch"])
        first = answer["results"][0]
        self.assertEqual(first["name"], "Silicon Valley S01E01.mkv")
        self.assertTrue(first["path"].endswith("/Silicon Valley S01E01.mkv"), first["path"])
        self.assertEqual({source["name"] for source in first["sources"]}, {"ann", "bob"})
        self.assertEqual([r["row"] for r in answer["results"]], list(range(1, len(answer["results"]) + 1)))
        scores = [r["score"] for r in answer["results"]]
        self.assertEqual(scores, sorted(scores, reverse=True))

    def names(self, *arguments):
        return [result["name"] for result in self.answer(SEARCH, "search", *arguments)["results"]]

    def test_search_narrows(self):
        self.assertEqual(self.names("silicon", "--type", "video"), ["Silicon Valley S01E01.mkv"])
        self.assertEqual(self.names("silicon", "--type", "document"), ["notes silicon.txt"])
        self.assertEqual(self.names("album", "--type", "folder")[0], "Album")
        self.assertEqual(sorted(self.names("--ext", "mp3")), ["One.mp3", "Two.mp3"])
        self.assertEqual(self.names("--ext", "mp3", "--min-size", "10K"), ["Two.mp3"])
        self.assertEqual(self.names("--ext", "mp3", "--max-size", "10K"), ["One.mp3"])
        self.assertEqual(self.names("grusse"), ["Grüße.pdf"])
        limited = self.answer(SEARCH, "search", "--ext", "mp3", "--limit", "1")
        self.assertEqual((len(limited["results"]), limited["total"]), (1, 2))
        self.assertIn("notes silicon.txt", self.names("silicon"))
        self.assertEqual(self.names("silicon", "--peer", "bob"), ["Silicon Valley S01E01.mkv"])
        id_of_ann = self.ann.status()["peer"]["id"]
        self.assertEqual(self.names("one", "--ext", "mp3", "--peer", id_of_ann[:8]), ["One.mp3"])

    def test_search_understands_its_language(self):
        self.assertEqual(self.names("silicon", "type:video"), ["Silicon Valley S01E01.mkv"])
        self.assertEqual(self.names("silicon", "-notes"), ["Silicon Valley S01E01.mkv"])
        self.assertEqual(self.names('"silicon valley"', "path:tv"), ["Silicon Valley S01E01.mkv"])
        self.assertEqual(self.names("silicon", "--exclude", "valley", "--phrase", "notes silicon"), ["notes silicon.txt"])
        self.assertEqual(sorted(self.names("ext:mp3,pdf")), ["Grüße.pdf", "One.mp3", "Two.mp3"])
        self.assertEqual(self.names("ext:mp3", "size:>10K", "newer:1d"), ["Two.mp3"])
        self.assertEqual(self.names("one", "ext:mp3", "peer:ann"), ["One.mp3"])
        self.answer(SEARCH, "search", "silicon", "older:1d", code=FAILED)
        typed = "silicon - valley"
        answer = self.answer(SEARCH, "search", typed)
        self.assertEqual((answer["query"], len(answer["remarks"]), answer["did_you_mean"]), (typed, 1, None))

    def test_search_says_what_was_meant(self):
        self.assertEqual(self.answer(SEARCH, "search", "slicon", "valey")["did_you_mean"], "silicon valley")
        self.assertIn('showing results for "silicon valley"', self.cleo.run("search", "slicon valey").stderr)

    def test_search_follows_what_is_new_until_ctrl_c(self):
        before = self.answer(SEARCH, "search", "one", "ext:mp3")["results"]
        follower = self.cleo.popen("search", "--follow", "--json", "newcomer")
        watchdog = threading.Timer(60, follower.kill)
        watchdog.start()
        added = [self.bob.shared / "newcomer one.txt", self.bob.shared / "newcomer two.txt"]
        try:
            for path in added:
                path.write_text(path.name)
                hit = json.loads(follower.stdout.readline())
                self.assertIsNone(mismatch(hit, RESULT), hit)
                self.assertEqual((hit["name"], hit["row"]), (path.name, 0))
            self.assertEqual(self.events(str(before[0]["row"]))[-1]["hash"], before[0]["hash"])
        finally:
            follower.send_signal(signal.SIGINT)
            out, _ = follower.communicate(timeout=30)
            watchdog.cancel()
            for path in added:
                path.unlink(missing_ok=True)
        self.assertEqual((follower.returncode, out), (INTERRUPTED, ""))

    def test_exact_forgives_nothing_and_finding_nothing_is_exit_1(self):
        self.assertIn("Silicon Valley S01E01.mkv", self.names("silicon", "valley", "--exact"))
        nothing = self.answer(SEARCH, "search", "slicon", "valey", "--exact", "--wait", "1", code=FAILED)
        self.assertEqual((nothing["total"], nothing["results"], nothing["complete"]), (0, [], True))

    # download, downloads

    def test_download_by_row_prefix_and_hash_tells_its_progress_and_where_it_is(self):
        rows = self.answer(SEARCH, "search", "one", "--ext", "mp3")["results"]
        by_row = self.events(str(rows[0]["row"]))[-1]
        self.assertEqual((by_row["hash"], by_row["size"]), (rows[0]["hash"], 5000))
        self.assertEqual(pathlib.Path(by_row["path"]).read_bytes(), self.content["One.mp3"])
        two = self.hash_of("two", "--ext", "mp3")
        by_prefix = self.events(two[:6])[-1]
        self.assertEqual((by_prefix["hash"], by_prefix["path"]), (two, str(self.cleo.downloads / "Two.mp3")))
        film = self.hash_of("silicon valley")
        by_hash = self.events(film)[-1]
        content = self.content["TV/Silicon Valley S01E01.mkv"]
        self.assertEqual(hashlib.sha256(pathlib.Path(by_hash["path"]).read_bytes()).digest(),
                         hashlib.sha256(content).digest())
        self.assertEqual(sum(by_hash["sources"].values()), len(content))
        listed = {each["hash"]: each for each in self.answer(DOWNLOADS, "downloads")["downloads"]}
        for event in (by_row, by_prefix, by_hash):
            self.assertEqual(listed[event["hash"]]["state"], "done")
            self.assertEqual(listed[event["hash"]]["bytes_done"], event["size"])
            self.assertEqual(listed[event["hash"]]["path"], event["path"])

    def test_download_prints_the_path_and_only_that_on_stdout(self):
        done = self.cleo.run("download", self.hash_of("grusse"), "--to", self.cleo.folder / "elsewhere")
        path = self.cleo.folder / "elsewhere" / "Grüße.pdf"
        self.assertEqual(done.stdout, f"{path}\n")
        self.assertEqual(path.read_bytes(), b"pdf")

    def test_download_a_folder_detached(self):
        album = self.hash_of("album", "--type", "folder")
        done = self.cleo.run("download", album, "--detach", "--json")
        started = json.loads(done.stdout)
        self.assertIsNone(mismatch(started, STARTED), started)
        self.cleo.wait_for_download(lambda d: d["hash"] == album and d["state"] == "done", 20, "the folder is there")
        self.assertEqual((self.cleo.downloads / "Album/A.flac").read_bytes(), self.content["Album/A.flac"])
        self.assertEqual((self.cleo.downloads / "Album/B/empty.txt").read_bytes(), b"")
        closely = self.answer(DOWNLOAD_CLOSELY, "downloads", album[:12])
        sizes = {path.removeprefix("Album/"): len(content) for path, content in self.content.items()
                 if path.startswith("Album/")}
        self.assertEqual({file["path"]: file["size"] for file in closely["files"]}, sizes)
        self.assertEqual({file["path"]: file["bytes_done"] for file in closely["files"]}, sizes)
        text = self.cleo.run("downloads", album[:12]).stdout
        self.assertIn(f"Hash        {album}\n", text)
        self.assertIn(f"{sizes['A.flac']}\t{sizes['A.flac']}\tA.flac\n", text)

    def test_what_is_not_there_is_exit_1(self):
        self.answer(SEARCH, "search", "album")
        for what in ("999", "abcdef", "0" * 64):
            event = self.events(what, code=FAILED)[-1]
            self.assertEqual(event["code"], "not_found", event)
        for command in ("pause", "resume", "cancel"):
            self.answer(ERROR, command, "0" * 64, code=FAILED)
        self.answer(ERROR, "unshare", str(self.cleo.folder / "never shared"), code=FAILED)
        self.answer(ERROR, "share", str(self.cleo.folder / "not there"), code=FAILED)
        self.answer(ERROR, "connect", "nonsense:port", code=FAILED)

    def test_wrong_uses_are_exit_2_with_words_on_stderr_only(self):
        for arguments in (["search"], ["search", "--limit", "0", "x"], ["search", "--type", "pictures", "x"],
                          ["search", "--min-size", "many", "x"], ["search", "--wait", "-1", "x"], ["download"],
                          ["download", "abc"], ["download", "g" * 64], ["pause"], ["pause", "xyz"], ["share"],
                          ["change", "download", "path"], ["view"], ["connect"], ["stop", "now"], ["lift-off"]):
            done = self.cleo.run(*arguments, check=False)
            self.assertEqual((done.returncode, done.stdout), (USAGE, ""), arguments)
            self.assertTrue(done.stderr, arguments)

    # settings

    def test_share_replaces_add_adds_and_unshare_takes_away(self):
        more, third = self.cleo.folder / "More", self.cleo.folder / "Third"
        for folder in (more, third):
            folder.mkdir()
            (folder / f"inside {folder.name}.txt").write_bytes(b"x")
        shared = lambda *arguments: self.answer(CONFIG, *arguments)["shared_folders"]
        try:
            self.assertEqual(shared("share", "--add", more), [str(self.cleo.shared), str(more)])
            self.assertEqual(shared("share", "--add", more), [str(self.cleo.shared), str(more)], "twice is once")
            wait_until(lambda: self.ann.finds("inside more", "--exact"), 10, "what is added is found elsewhere")
            self.assertEqual(shared("share", third), [str(third)])
            wait_until(lambda: self.ann.finds("inside third", "--exact") and not self.ann.finds("inside more", "--exact"),
                       10, "what is replaced is not found any more")
            self.assertEqual(shared("unshare", third), [])
            self.assertEqual(self.answer(STATUS, "status")["shared"]["files"], 0)
        finally:
            self.assertEqual(shared("share", self.cleo.shared), [str(self.cleo.shared)])
            wait_until(lambda: self.cleo.status()["shared"]["files"] == 1, 10, "the first folder is shared again")

    def test_change_download_path_to(self):
        new = self.cleo.folder / "New Downloads"
        try:
            self.assertEqual(self.answer(CONFIG, "change", "download", "path", "to", new)["download_folder"], str(new))
            done = self.events(self.hash_of("notes silicon"))[-1]
            self.assertEqual(done["path"], str(new / "notes silicon.txt"))
        finally:
            self.answer(CONFIG, "change", "download", "path", "to", self.cleo.downloads)

    def test_connect_says_what_it_tries(self):
        self.answer({"address": str}, "connect", f"{self.ann.address}:{self.ann.port}")

    def test_text_for_people_is_on_stdout_as_well(self):
        self.assertIn("Silicon Valley S01E01.mkv", self.cleo.run("search", "silicon valley").stdout)
        for command in (["status"], ["peers"], ["downloads"], ["view", "config"]):
            done = self.cleo.run(*command)
            self.assertNotIn("\x1b", done.stdout + done.stderr)
        self.assertIn("ann", self.cleo.run("peers").stdout)


@unittest.skipUnless(HAS_NAMESPACES, "needs root")
class LongDownloads(unittest.TestCase):
    """pause, resume, cancel, Ctrl-C and what is temporary: with a source that is slow."""

    def setUp(self):
        self.lab = Lab()
        self.addCleanup(self.lab.close)
        self.lab.__enter__()
        self.content = os.urandom(40 * MiB)
        self.ann, self.bob = self.lab.host("ann", {"film.mkv": self.content}), self.lab.host("bob")
        self.lab.start()
        self.hash = self.bob.wait_for_result("film")["hash"]
        self.ann.slow_down("80mbit")

    def state(self):
        downloads = self.bob.json("downloads")
        self.assertIsNone(mismatch(downloads, DOWNLOADS), downloads)
        return downloads["downloads"][0]["state"] if downloads["downloads"] else None

    def test_pause_resume_cancel_and_what_the_waiting_command_says(self):
        follower = self.bob.popen("download", self.hash, "--json")
        self.bob.wait_for_download(lambda d: d["bytes_done"] > 2 * MiB, 20, "some is there")
        paused = self.bob.json("pause", self.hash[:8])
        self.assertIsNone(mismatch(paused, DOWNLOAD), paused)
        out, _ = follower.communicate(timeout=10)
        self.assertEqual(follower.returncode, TEMPORARY)
        last = json.loads(out.splitlines()[-1])
        self.assertIsNone(mismatch(last, FAILED_EVENT), last)
        self.assertEqual((last["code"], self.state()), ("paused", "paused"))
        before = self.bob.json("downloads")["downloads"][0]["bytes_done"]
        resumed = self.bob.json("resume", self.hash)
        self.assertIsNone(mismatch(resumed, DOWNLOAD), resumed)
        self.bob.wait_for_download(lambda d: d["state"] == "transferring" and d["bytes_done"] > before, 10, "it goes on")
        follower = self.bob.popen("download", self.hash, "--json")
        wait_until(lambda: follower.stdout.readline(), 5, "it tells its progress")
        self.assertIsNone(mismatch(self.bob.json("cancel", self.hash), DOWNLOAD))
        out, _ = follower.communicate(timeout=10)
        self.assertEqual(follower.returncode, FAILED)
        last = json.loads(out.splitlines()[-1])
        self.assertIsNone(mismatch(last, FAILED_EVENT), last)
        self.assertEqual(self.bob.json("downloads"), {"downloads": []})
        self.assertEqual([path.name for path in self.bob.downloads.rglob("*") if path.is_file()], [], "nothing is left")

    def test_ctrl_c_leaves_it_to_the_service(self):
        follower = self.bob.popen("download", self.hash)
        self.bob.wait_for_download(lambda d: d["bytes_done"] > 2 * MiB, 20, "some is there")
        follower.send_signal(signal.SIGINT)
        out, talk = follower.communicate(timeout=5)
        self.assertEqual((follower.returncode, out), (INTERRUPTED, ""))
        self.assertIn("iwanto downloads", talk)
        self.assertIn(f"cancel {self.hash[:6]}", talk)
        self.assertEqual(self.state(), "transferring")
        self.ann.go_full_speed()
        self.bob.wait_for_download(lambda d: d["state"] == "done", 20, "it was left running")
        self.assertEqual((self.bob.downloads / "film.mkv").read_bytes(), self.content)

    def test_no_source_is_exit_75_and_stop_is_exit_0_and_then_3(self):
        follower = self.bob.popen("download", self.hash, "--json")
        self.bob.wait_for_download(lambda d: d["bytes_done"] > 2 * MiB, 20, "some is there")
        self.ann.kill()
        out, _ = follower.communicate(timeout=60)
        self.assertEqual(follower.returncode, TEMPORARY)
        last = json.loads(out.splitlines()[-1])
        self.assertIsNone(mismatch(last, FAILED_EVENT), last)
        self.assertEqual((last["code"], self.state()), ("unavailable", "waiting"))
        stopped = self.bob.run("stop", "--json")
        self.assertEqual(json.loads(stopped.stdout), {"stopped": True})
        self.assertEqual(self.bob.process.wait(5), 0)
        for command in (["status"], ["peers"], ["search", "film"], ["downloads"], ["pause", self.hash], ["stop"]):
            done = self.bob.run(*command, "--json", check=False)
            self.assertEqual(done.returncode, NOT_RUNNING, command)
            self.assertIsNone(mismatch(json.loads(done.stdout), ERROR), done.stdout)
        done = self.bob.run("download", self.hash, "--json", check=False)
        self.assertEqual(done.returncode, NOT_RUNNING)
        self.assertIsNone(mismatch(json.loads(done.stdout), FAILED_EVENT), done.stdout)


if __name__ == "__main__":
    unittest.main()
