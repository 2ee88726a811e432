"""./run says at once what is wrong with its arguments, before it installs, configures or builds anything."""

import os
import pathlib
import re
import subprocess
import tempfile
import unittest

ROOT = pathlib.Path(__file__).resolve().parents[2]
TASKS = ("demo", "build", "install", "test", "lint", "sim", "fuzz", "bench")


class Run(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.built = pathlib.Path(folder.name) / "built"
        for name in ("cmake", "apt-get", "sudo"):
            program = pathlib.Path(folder.name) / name
            program.write_text(f"#!/bin/sh\necho {name} >>{self.built}\nexit 1\n")
            program.chmod(0o755)
        self.environment = os.environ | {"PATH": f"{folder.name}:{os.environ['PATH']}"}

    def run_task(self, *arguments):
        return subprocess.run([ROOT / "run", *arguments], capture_output=True, text=True, env=self.environment, check=False)

    def test_each_task_tells_what_it_takes(self):
        for task in TASKS:
            for word in ("--help", "-h"):
                done = self.run_task(task, word)
                self.assertEqual(done.returncode, 0, done.stderr)
                self.assertRegex(done.stdout, rf"\b{task}\b")
        self.assertFalse(self.built.exists())

    def test_what_a_task_does_not_know_is_refused_with_a_reason(self):
        for arguments in (("test", "nosuch"), ("test", "unit", "--nosuch"), ("sim", "--nosuch"), ("sim", "--seeds", "5", "--nosuch"),
                          ("build", "nosuch"), ("build", "--nosuch"), ("install", "--nosuch"), ("lint", "--nosuch"),
                          ("demo", "nosuch"), ("fuzz", "--nosuch"), ("fuzz", "3", "nosuch"), ("bench", "nosuch"),
                          ("bench", "--nosuch"), ("nosuch",)):
            done = self.run_task(*arguments)
            self.assertEqual(done.returncode, 2, f"{arguments}: {done.stdout}{done.stderr}")
            self.assertTrue(done.stderr.strip(), arguments)
        self.assertFalse(self.built.exists())

    def test_what_a_task_knows_comes_to_building(self):
        for arguments in (("build", "dev"), ("sim", "--seeds", "5"), ("test", "tidy"), ("fuzz", "3", "fuzz_frame"), ("demo",)):
            self.built.unlink(missing_ok=True)
            self.assertNotEqual(self.run_task(*arguments).returncode, 0)
            self.assertTrue(self.built.exists(), arguments)

    def test_the_help_names_every_suite(self):
        suites = re.findall(r'^    "([a-z-]+)": lambda', (ROOT / "test/suites.py").read_text(), re.M)
        told = self.run_task("test", "--help").stdout
        for suite in suites:
            self.assertRegex(told, rf"\b{suite}\b")


if __name__ == "__main__":
    unittest.main()
