"""The first start, and settings from flags, the environment and the file."""

import json
import os
import pathlib
import subprocess
import tempfile
import unittest

from contract import CONFIG, DONE, NOT_RUNNING, mismatch
from lab import HAS_NAMESPACES, IWANTO, run_quietly


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
