#!/usr/bin/env python3
"""Runs the real program without a service: usage, help, exit codes, settings.

usage: python3 test/cli/cli_test.py --iwanto PATH
"""

import argparse
import json
import os
import pathlib
import subprocess
import sys
import tempfile
import unittest

IWANTO = "build/release/iwanto"
TIMEOUT_S = 20
COMMANDS = ["start", "stop", "search", "download", "stream-url", "downloads", "pause", "resume", "cancel",
            "prioritize", "limit", "share", "unshare", "change", "view", "status", "peers", "browse", "connect", "doctor"]
NOT_YET = ["verify", "web", "group"]


class CliTest(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.TemporaryDirectory(prefix="iwant-cli-")
        self.user = pathlib.Path(self.folder.name).resolve()
        self.state = self.user / ".iwant"

    def tearDown(self):
        self.folder.cleanup()

    def run_program(self, *arguments, env=None, stdout=subprocess.PIPE):
        environment = {"HOME": str(self.user), "PATH": os.environ["PATH"], "LC_ALL": "C"}
        for name in ("ASAN_OPTIONS", "UBSAN_OPTIONS", "LSAN_OPTIONS"):
            if name in os.environ:
                environment[name] = os.environ[name]
        environment.update(env or {})
        return subprocess.run([IWANTO, *arguments], env=environment, cwd=self.user,
                              stdin=subprocess.DEVNULL, stdout=stdout, stderr=subprocess.PIPE,
                              text=True, timeout=TIMEOUT_S)

    def expect(self, code, *arguments, **options):
        done = self.run_program(*arguments, **options)
        self.assertEqual(done.returncode, code,
                         f"{arguments}\nstdout: {done.stdout}\nstderr: {done.stderr}")
        return done

    def make(self, name):
        (self.user / name).mkdir(parents=True)
        return str(self.user / name)

    def config(self):
        return json.loads(self.expect(0, "view", "config", "--json").stdout)

    # Help and version.

    def test_help_lists_what_is_there_and_nothing_else(self):
        for arguments in (["--help"], ["-h"], ["help"]):
            done = self.expect(0, *arguments)
            self.assertEqual(done.stderr, "")
            listed = [line.split()[0] for line in done.stdout.splitlines()
                      if line.startswith("  ") and line.split()]
            for command in COMMANDS:
                self.assertIn(command, listed)
            for command in NOT_YET:
                self.assertNotIn(command, listed)

    def test_every_command_has_help_with_examples(self):
        for command in COMMANDS:
            asked = self.expect(0, "help", command).stdout
            self.assertIn(f"usage: iwanto {command}", asked)
            self.assertIn("Examples:", asked)
            self.assertEqual(self.expect(0, command, "--help").stdout, asked)
        self.assertIn("download path to", self.expect(0, "help", "change", "download", "path").stdout)

    def test_version(self):
        self.assertRegex(self.expect(0, "--version").stdout, r"^iwanto \d+\.\d+\.\d+\n$")

    # Wrong uses.

    def test_wrong_uses_exit_with_2_and_say_so_on_stderr(self):
        wrong = [
            [], ["nonsense"], ["--nonsense"], ["--home"], ["--home=", "status"], ["help", "nonsense"],
            ["search"], ["search", "  "], ["search", "--limit", "0", "a"],
            ["search", "--limit", "201", "a"], ["search", "--limit", "x", "a"],
            ["search", "--type", "nonsense", "a"], ["search", "--min-size", "-1", "a"],
            ["search", "--max-size", "lots", "a"], ["search", "--wait", "-1", "a"],
            ["search", "--nonsense", "a"], ["search", "\udcff"], ["search", "-trailer"], ["search", "-"],
            ["search", "a", "size:>big"], ["search", "a", "tpye:video"], ["search", "a", "-type:video"],
            ["search", "a", "--newer", "7"], ["search", "a", "--path", ""], ["search", "a", "--exclude"],
            ["download"], ["download", "xyz"], ["download", "0"], ["download", "abcde"],
            ["download", "a" * 65], ["download", "../etc/passwd"],
            ["pause"], ["pause", "xyz"], ["resume", "#"], ["cancel", "#x"], ["cancel", "a" * 65],
            ["pause", "--all", "abcdef"], ["cancel", "abcdef", "xyz"],
            ["prioritize"], ["prioritize", "xyz"], ["prioritize", "abcdef", "sideways"],
            ["limit", "upload"], ["limit", "sideways", "5 MB/s"], ["limit", "upload", "fast"],
            ["limit", "download", "1", "KB/s"],
            ["share"], ["unshare"], ["share", "a", "b"],
            ["change"], ["change", "download"], ["change", "download", "path", "to"],
            ["change", "upload", "path", "to", "/x"], ["change", "download", "path", "to", "a", "b"],
            ["view"], ["view", "nonsense"], ["connect"], ["status", "extra"], ["peers", "extra"],
            ["stop", "extra"], ["downloads", "extra"],
            ["start", "--port", "0"], ["start", "--port", "65536"], ["start", "--web-port", "x"],
            ["start", "extra"],
        ]
        for arguments in wrong:
            with self.subTest(arguments=arguments):
                done = self.expect(2, *arguments)
                self.assertEqual(done.stdout, "")
                self.assertNotEqual(done.stderr, "")

    def test_a_mistyped_command_is_recognised(self):
        for typed, meant in (("serach", "search"), ("downlaod", "download"), ("stauts", "status"),
                             ("stat", "status"), ("peer", "peers")):
            self.assertIn(f"Did you mean 'iwanto {meant}'", self.expect(2, typed).stderr)
        self.assertNotIn("Did you mean", self.expect(2, "zzzzzz").stderr)

    def test_a_wrong_filter_is_told_with_an_example(self):
        for arguments, hint in ((["a", "size:>big"], '"big" is no size; write it like >1G'),
                                (["a", "tpye:video"], "Did you mean type:video?"),
                                (["a", "--newer", "7"], "write it like 30min"),
                                (["-trailer"], "say what to search for as well")):
            self.assertIn(hint, self.expect(2, "search", *arguments).stderr)

    def test_a_word_to_leave_out_is_no_flag(self):
        for arguments in (["film", "-help"], ["film", "-making of"], ["--json", "film", "-b", "--exact", "-c"]):
            self.expect(3, "search", *arguments)

    def test_names_on_stderr_are_escaped(self):
        done = self.expect(2, "\x1b[2Jnonsense")
        self.assertNotIn("\x1b", done.stderr)
        self.assertIn("\\x1b", done.stderr)

    # Without a service.

    def test_commands_that_need_the_service_exit_with_3(self):
        for arguments in (["search", "a"], ["search", "download", "stop"], ["download", "1"],
                          ["download", "a" * 64], ["downloads"], ["pause", "a" * 64],
                          ["resume", "#7"], ["cancel", "abcdef"], ["cancel", "--all"],
                          ["prioritize", "abcdef"], ["limit"], ["limit", "upload", "none"],
                          ["status"], ["peers"], ["browse"], ["browse", "ann/TV"], ["stop"],
                          ["connect", "127.0.0.1:1"], ["doctor"], ["doctor", "ann"]):
            with self.subTest(arguments=arguments):
                done = self.expect(3, *arguments)
                self.assertEqual(done.stdout, "")
                self.assertIn("iwanto start", done.stderr)
        self.assertFalse(self.state.exists(), "asking made a state folder")

    def test_failures_are_json_too_when_asked_for(self):
        for arguments in (["status"], ["peers"], ["downloads"], ["search", "a"], ["stop"]):
            done = self.expect(3, *arguments, "--json")
            self.assertEqual(json.loads(done.stdout)["error"]["code"], "not_running")
        event = json.loads(self.expect(3, "download", "1", "--json").stdout)
        self.assertEqual(event["event"], "failed")
        self.assertEqual(event["code"], "not_running")

    def test_a_socket_that_a_dead_service_left_is_no_service(self):
        import socket
        self.state.mkdir(mode=0o700)
        with socket.socket(socket.AF_UNIX) as left:
            left.bind(str(self.state / "iwanto.sock"))
        self.expect(3, "status")

    # Settings.

    def test_settings_show_the_defaults(self):
        config = self.config()
        self.assertEqual(config["home"], str(self.state))
        self.assertEqual(config["shared_folders"], [str(self.user / "iWant/Shared")])
        self.assertEqual(config["download_folder"], str(self.user / "iWant/Downloads"))
        self.assertEqual((config["port"], config["web_port"]), (4926, 4927))
        shown = self.expect(0, "view", "config")
        self.assertIn(str(self.user / "iWant/Shared"), shown.stdout)
        self.assertIn("not running", shown.stderr)
        self.assertFalse(self.state.exists(), "looking made a state folder")

    def test_share_replaces_adds_and_unshares(self):
        music, films = self.make("Music"), self.make("My Films")
        self.expect(0, "share", music)
        self.assertEqual(self.config()["shared_folders"], [music])
        self.expect(0, "share", "--add", films)
        self.assertEqual(self.config()["shared_folders"], [music, films])
        self.expect(0, "share", "--add", films)
        self.assertEqual(self.config()["shared_folders"], [music, films])
        self.expect(0, "unshare", "Music")
        self.assertEqual(self.config()["shared_folders"], [films])
        self.expect(1, "unshare", music)
        done = self.expect(0, "share", "--json", "./Music/../Music")
        self.assertEqual(json.loads(done.stdout)["shared_folders"], [music])
        self.assertIn("next start", done.stderr)
        self.assertEqual((self.state / "config.toml").stat().st_mode & 0o777, 0o600)
        self.assertEqual(self.state.stat().st_mode & 0o777, 0o700)

    def test_folders_that_must_not_be_shared_are_refused_with_the_reason(self):
        self.make("iWant/Downloads/inner")
        self.make("Music")
        (self.user / "file").write_text("x")
        for folder, reason in (("/", "system"), ("/etc", "system"), (str(self.user), "home"),
                               (str(self.user / "iWant"), "download folder"),
                               (str(self.user / "iWant/Downloads"), "two folders"),
                               (str(self.user / "iWant/Downloads/inner"), "download folder"),
                               (str(self.state), "keys"), (str(self.user / "missing"), "no such"),
                               (str(self.user / "file"), "not a folder")):
            with self.subTest(folder=folder):
                self.assertIn(reason, self.expect(1, "share", folder).stderr)
        self.expect(0, "share", str(self.user / "Music"))
        self.assertIn("shared", self.expect(1, "change", "download", "path", "to",
                                            str(self.user / "Music")).stderr.lower())

    def test_change_download_path(self):
        fetched = self.make("Fetched Things")
        self.expect(0, "change", "download", "path", "to", fetched)
        self.assertEqual(self.config()["download_folder"], fetched)
        self.expect(0, "change", "download", "path", "to", "~/Elsewhere")
        self.assertEqual(self.config()["download_folder"], str(self.user / "Elsewhere"))

    def test_changes_keep_comments_and_order(self):
        music = self.make("Music")
        self.expect(0, "share", music)
        file = self.state / "config.toml"
        file.write_text("# mine\nport = 5000  # why\n" + file.read_text())
        self.expect(0, "change", "download", "path", "to", "~/D")
        self.assertTrue(file.read_text().startswith("# mine\nport = 5000  # why\n"))
        self.assertEqual(self.config()["port"], 5000)

    def test_mistakes_in_the_file_name_line_and_key_and_change_nothing(self):
        self.state.mkdir(mode=0o700)
        file = self.state / "config.toml"
        for text, line, key in (("\nprot = 1\n", "line 2", "prot"), ("port = 0\n", "line 1", "port"),
                                ("port = 'x'\n", "line 1", "port"), ("a = 1\n= 2\n", "line 2", ""),
                                ("name = 'a'\nname = 'b'\n", "line 2", "name")):
            file.write_text(text)
            for arguments in (["view", "config"], ["share", str(self.user)], ["start", "--no-web"]):
                done = self.expect(1, *arguments)
                self.assertIn(line, done.stderr)
                self.assertIn(key, done.stderr)
            self.assertEqual(file.read_text(), text)

    def test_home_comes_from_flag_then_environment(self):
        flag, environment = str(self.user / "flag"), str(self.user / "environment")
        shown = self.expect(0, "--home", flag, "view", "config", "--json",
                            env={"IWANT_HOME": environment}).stdout
        self.assertEqual(json.loads(shown)["home"], flag)
        shown = self.expect(0, "view", "config", "--json", env={"IWANT_HOME": environment}).stdout
        self.assertEqual(json.loads(shown)["home"], environment)
        shown = self.expect(0, f"--home={flag}", "view", "config", "--json").stdout
        self.assertEqual(json.loads(shown)["home"], flag)

    def test_environment_wins_over_the_file(self):
        self.state.mkdir(mode=0o700)
        (self.state / "config.toml").write_text("port = 5000\nname = 'file'\n")
        shown = self.expect(0, "view", "config", "--json",
                            env={"IWANT_NAME": "env", "IWANT_PORT": "5001", "IWANT_WEB_PORT": "5002",
                                 "IWANT_DOWNLOAD_DIR": "/tmp/d"}).stdout
        config = json.loads(shown)
        self.assertEqual((config["name"], config["port"], config["web_port"]), ("env", 5001, 5002))
        self.assertEqual(config["download_folder"], "/tmp/d")
        self.assertIn("IWANT_PORT", self.expect(1, "view", "config", env={"IWANT_PORT": "0"}).stderr)

    # Streams.

    def test_no_colour_and_no_escapes_without_a_terminal(self):
        for arguments in (["help"], ["view", "config"], ["status"]):
            done = self.run_program(*arguments)
            self.assertNotIn("\x1b", done.stdout + done.stderr)

    @unittest.skipUnless(os.path.exists("/dev/full"), "needs /dev/full")
    def test_a_full_disk_behind_stdout_is_a_failure(self):
        with open("/dev/full", "w") as full:
            self.assertEqual(self.run_program("help", stdout=full).returncode, 1)


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("--iwanto", default=IWANTO)
    options, rest = parser.parse_known_args()
    IWANTO = str(pathlib.Path(options.iwanto).resolve())
    unittest.main(argv=[sys.argv[0], *rest])
