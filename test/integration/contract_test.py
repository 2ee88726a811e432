"""The published contract, as a stranger's script uses it: the command line with --json and exit codes, and
nothing else. Other people's scripts rely on every key and type here; what is added to an answer is added to
its shape here as well.
"""

import copy
import hashlib
import json
import os
import pathlib
import re
import signal
import subprocess
import tempfile
import unittest

from lab import HAS_NAMESPACES, IWANTO, Lab, run_quietly, wait_until

MiB = 1 << 20
DONE, FAILED, USAGE, NOT_RUNNING, TEMPORARY, INTERRUPTED = 0, 1, 2, 3, 75, 130

# Shapes: a type, a pattern of the whole text, a set of values, [shape of each], {key: shape}, {pattern: shape}
# for free keys, or (this, or that). A dict has these keys, no more and no fewer.
ID = re.compile(r"[0-9a-f]{64}")
VERSION = re.compile(r"\d+\.\d+\.\d+\S*")
ADDRESS = re.compile(r"(\S+:\d+)?")
NUMBER = (int, float)
PEER = {"id": ID, "name": str}
LEADER = PEER | {"self": bool, "epoch": int}
STATE = {"queued", "finding", "hashing", "transferring", "checking", "moving", "paused", "waiting", "failed", "done"}
STATUS = {"peer": PEER, "version": VERSION, "uptime_s": int, "leader": (LEADER, None), "standbys": [PEER], "peers": int,
          "shared": {"folders": [str], "files": int, "bytes": int, "unhashed": int,
                     "scanning": bool, "advice": str, "unreadable": [str]},
          "downloads": {"folder": str, "active": int, "waiting": int, "done": int, "failed": int},
          "port": int, "web_port": int,
          "interfaces": [{"name": str, "addresses": [str], "used": bool, "why_not": str}],
          "coverage": {"known": int, "indexed": int}, "warnings": [str]}
PEERS = {"peers": [PEER | {"address": ADDRESS, "online": bool, "leader": bool, "files": int, "bytes": int,
                           "version": str, "last_seen": (int, None), "self": bool, "banned_until": (int, None)}]}
RESULT = {"row": int, "hash": (ID, None), "kind": {"file", "folder"}, "name": str, "path": str, "size": int,
          "modified": int, "score": NUMBER, "sources": [{"peer": ID, "name": str, "online": bool}]}
SEARCH = {"query": str, "complete": bool, "coverage": {"known": int, "indexed": int}, "leader": (LEADER, None),
          "epoch": int, "took_ms": NUMBER, "total": int, "results": [RESULT],
          "source": {"leader", "standby", "own", "peers"}, "asked": int, "answered": int, "verification": (dict, None)}
DOWNLOAD = {"hash": (ID, None), "name": str, "state": STATE, "bytes_done": int, "bytes_total": int, "rate": int,
            "sources": int, "message": str,
            "id": int, "kind": {"file", "folder"}, "folder": str, "seconds_left": (int, None), "files_done": int,
            "files_total": int, "seconds": NUMBER, "source_bytes": {ID: int}, "source_names": {ID: str},
            "code": (str, None), "path": str, "verified": bool, "place": (int, None), "source_rates": {ID: int},
            "source_places": {ID: int}}
DOWNLOADS = {"downloads": [DOWNLOAD]}
DOWNLOAD_CLOSELY = DOWNLOAD | {"files": [{"path": str, "size": int, "bytes_done": int}]}
PROGRESS = {"event": {"progress"}, "id": int, "hash": (ID, None), "name": str, "state": STATE, "bytes_done": int,
            "bytes_total": int, "rate": int, "seconds_left": (int, None), "sources": int, "message": str}
STARTED = PROGRESS | {"event": {"started"}}
DONE_EVENT = {"event": {"done"}, "hash": ID, "path": str, "size": int, "seconds": NUMBER, "sources": {ID: int},
              "verified": {True}}
FAILED_EVENT = {"event": {"failed"}, "code": re.compile("[a-z_]+"), "message": str}
CONFIG = {"home": str, "config_file": str, "name": str, "shared_folders": [str], "download_folder": str,
          "port": int, "web_port": int}
ERROR = {"error": {"code": re.compile("[a-z_]+"), "message": str}}


def mismatch(value, shape, where="answer"):
    """Says where `value` differs from `shape`; None when it does not."""
    if isinstance(shape, tuple):
        found = [mismatch(value, each, where) for each in shape]
        return None if None in found else found[0]
    if isinstance(shape, list):
        if type(value) is not list:
            return f"{where} is no list: {value!r}"
        return next(filter(None, (mismatch(each, shape[0], f"{where}[{i}]") for i, each in enumerate(value))), None)
    if isinstance(shape, dict):
        return mismatch_of_keys(value, shape, where)
    if isinstance(shape, re.Pattern):
        good = type(value) is str and shape.fullmatch(value)
    elif isinstance(shape, set):
        good = value in shape
    else:
        good = value is None if shape is None else type(value) is shape
    return None if good else f"{where} is {value!r}, not {shape}"


def mismatch_of_keys(value, shape, where):
    if type(value) is not dict:
        return f"{where} is no object: {value!r}"
    pattern = next(iter(shape), None)
    if isinstance(pattern, re.Pattern):
        shape = {key: shape[pattern] for key in value if pattern.fullmatch(key)}
    if set(value) != set(shape):
        return f"{where} has too many or too few of {sorted(set(value) ^ set(shape))}"
    return next(filter(None, (mismatch(value[key], shape[key], f"{where}.{key}") for key in shape)), None)


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


class FirstStart(unittest.TestCase):
    """A user who never heard of settings; and one who has many."""

    def setUp(self):
        self.user = pathlib.Path(tempfile.mkdtemp(prefix="iwant-user-")).resolve()
        self.addCleanup(run_quietly, "rm", "-rf", self.user)
        self.port = 21000 + os.getpid() % 20000
        self.prefix = []
        if HAS_NAMESPACES:
            namespace = f"iw{os.getpid()}u"
            run_quietly("ip", "netns", "add", namespace)
            self.addCleanup(run_quietly, "ip", "netns", "del", namespace)
            run_quietly("ip", "-n", namespace, "link", "set", "lo", "up")
            self.prefix = ["ip", "netns", "exec", namespace]

    def run_program(self, *arguments, code=DONE, **environment):
        kept = {name: value for name, value in os.environ.items() if not name.startswith("IWANT")}
        done = subprocess.run([*self.prefix, IWANTO, *map(str, arguments)], text=True, capture_output=True, timeout=30,
                              stdin=subprocess.DEVNULL, cwd=self.user, env=kept | {"HOME": str(self.user)} | environment)
        self.assertEqual(done.returncode, code, (arguments, done.stdout, done.stderr))
        return done

    def start(self, *flags, **environment):
        done = self.run_program("start", "--detach", "--interface", "lo", "--no-multicast", *flags, **environment)
        home = flags[flags.index("--home") + 1] if "--home" in flags else environment.get("IWANT_HOME")
        self.addCleanup(subprocess.run, [*self.prefix, IWANTO, *(["--home", home] if home else []), "stop"], check=False,
                        capture_output=True, env=os.environ | {"HOME": str(self.user)})
        return done

    def config(self, *arguments, **environment):
        config = json.loads(self.run_program(*arguments, "view", "config", "--json", **environment).stdout)
        self.assertIsNone(mismatch(config, CONFIG), config)
        return config

    def test_it_asks_nothing_makes_what_it_needs_and_says_so(self):
        port = [] if HAS_NAMESPACES else ["--port", str(self.port), "--web-port", str(self.port + 1)]
        done = self.start(*port)
        state = self.user / ".iwant"
        said = done.stdout + done.stderr
        for made in (state, state / "config.toml", self.user / "iWant/Shared", self.user / "iWant/Downloads"):
            self.assertTrue(made.exists(), made)
            self.assertIn(str(made), said)
        config = (state / "config.toml").read_text()
        self.assertGreater(len([line for line in config.splitlines() if line.startswith("#")]), 5, "it is commented")
        for name, mode in (("identity.key", 0o600), ("iwanto.sock", 0o600), ("api.token", 0o600), ("", 0o700)):
            self.assertEqual((state / name).stat().st_mode & 0o777, mode, name)
        for name in ("iwant.db", ".iwant.log"):
            self.assertTrue((state / name).exists(), name)
        settings = self.config()
        self.assertEqual(settings["shared_folders"], [str(self.user / "iWant/Shared")])
        self.assertEqual(settings["download_folder"], str(self.user / "iWant/Downloads"))
        if HAS_NAMESPACES:
            self.assertEqual((settings["port"], settings["web_port"]), (4926, 4927))
        self.run_program("stop")
        again = self.start(*port)
        self.assertNotIn("Made", again.stdout + again.stderr, "only the first start makes something")

    def test_home_flag_wins_over_the_environment_and_that_over_the_default(self):
        flag, environment = self.user / "by flag", self.user / "by environment"
        self.assertEqual(self.config()["home"], str(self.user / ".iwant"))
        self.assertEqual(self.config(IWANT_HOME=str(environment))["home"], str(environment))
        self.assertEqual(self.config("--home", flag, IWANT_HOME=str(environment))["home"], str(flag))
        self.assertFalse(flag.exists() or environment.exists(), "looking makes nothing")
        self.run_program("--home", flag, "start", "--detach", "--interface", "lo", "--no-multicast", "--no-web",
                         "--port", str(self.port), IWANT_HOME=str(environment))
        self.addCleanup(self.run_program, "--home", flag, "stop")
        self.assertTrue((flag / "identity.key").exists())
        self.assertFalse(environment.exists() or (self.user / ".iwant").exists())
        self.run_program("--home", flag, "status")
        self.run_program("status", code=NOT_RUNNING)
        self.run_program("status", IWANT_HOME=str(flag))

    def test_a_flag_wins_over_the_environment_that_over_the_file_and_that_over_the_default(self):
        state = self.user / ".iwant"
        state.mkdir(mode=0o700)
        default = self.config()
        self.assertEqual((default["port"], default["web_port"]), (4926, 4927))
        (state / "config.toml").write_text(f'name = "file"\nport = {self.port}\nweb_port = {self.port + 1}\n'
                                           f'download_folder = "{self.user}/in file"\n')
        in_file = self.config()
        self.assertEqual((in_file["name"], in_file["port"], in_file["web_port"]), ("file", self.port, self.port + 1))
        self.assertEqual(in_file["download_folder"], f"{self.user}/in file")
        by_environment = {"IWANT_NAME": "environment", "IWANT_PORT": str(self.port + 2),
                          "IWANT_DOWNLOAD_DIR": f"{self.user}/in environment"}
        config = self.config(**by_environment)
        self.assertEqual((config["name"], config["port"], config["web_port"]), ("environment", self.port + 2, self.port + 1))
        self.assertEqual(config["download_folder"], f"{self.user}/in environment")
        self.start("--name", "flag", "--port", str(self.port + 3), **by_environment)
        config = self.config()
        self.assertEqual((config["name"], config["port"], config["web_port"]), ("flag", self.port + 3, self.port + 1))
        self.assertEqual(config["download_folder"], f"{self.user}/in environment")
        self.assertIn('name = "file"', (state / "config.toml").read_text(), "flags are not written into the file")

    def test_settings_can_be_changed_while_it_is_not_running(self):
        films, music = self.user / "Films", self.user / "Music"
        films.mkdir()
        music.mkdir()
        shared = lambda *words: json.loads(self.run_program(*words, "--json").stdout)["shared_folders"]
        self.assertEqual(shared("share", films), [str(films)])
        self.assertEqual(shared("share", "--add", music), [str(films), str(music)])
        self.assertEqual(shared("unshare", films), [str(music)])
        self.run_program("change", "download", "path", "to", self.user / "Got")
        config = self.config()
        self.assertEqual((config["shared_folders"], config["download_folder"]), ([str(music)], str(self.user / "Got")))
        self.start("--port", str(self.port), "--web-port", str(self.port + 1))
        running = self.config()
        self.assertEqual((running["shared_folders"], running["download_folder"]), ([str(music)], str(self.user / "Got")))


if __name__ == "__main__":
    unittest.main()
