"""Runs the test suites one after another and counts what they say.

    python3 test/suites.py [SUITE...]      unit unit-asan fuzz tidy sim planted integration integration-asan cli
                                   --check [SUITE...]    only whether there are such suites

Each suite's own output is shown when it fails. The last line is "N passed, N failed, N skipped".
"""

import concurrent.futures
import os
import pathlib
import re
import subprocess
import sys
import time

ROOT = pathlib.Path(__file__).resolve().parents[1]
SIM_SEEDS = "10000"
SIM_HOURS = "50000"
FUZZ_MUTATIONS = "2000"  # of its seeds, for each target
PARALLEL = 2  # programs at a time
PARALLEL_HOSTS = 3  # of those that start daemons and mostly wait
# Leaks are looked for too; a sanitized program that finds anything ends with this.
SANITIZER = {"ASAN_OPTIONS": "exitcode=99:detect_leaks=1", "UBSAN_OPTIONS": "print_stacktrace=1:halt_on_error=1"}


def unit_tests(build):
    return [([str(program)], {}) for program in sorted((ROOT / "build" / build).rglob("*_test"))
            if program.is_file() and os.access(program, os.X_OK)]


def python_tests(folder, build):
    environment = {"IWANTO": str(ROOT / "build" / build / "iwanto")}
    return [([sys.executable, str(script), "-v"], environment) for script in sorted((ROOT / "test" / folder).glob("*_test.py"))]


def fuzz_targets():
    programs = sorted((ROOT / "build/asan/test/fuzz").glob("fuzz_*"))
    return [([str(program), str(ROOT / "test/fuzz/seeds" / program.name), FUZZ_MUTATIONS], {})
            for program in programs if program.is_file() and os.access(program, os.X_OK)]


def simulations(program):
    scenarios = sorted(str(path) for path in (ROOT / "sim/scenarios").glob("*.txt"))
    runs = [["--seeds", SIM_SEEDS], ["--hours", SIM_HOURS], ["--cold-start", "--nodes", "60", "--entries", "100"],
            ["--crowd", "--nodes", "150"], ["--scenario", *scenarios]]
    return [([program, *arguments], {}) for arguments in runs]


SUITES = {
    "tidy": lambda: python_tests("tidy", "release"),
    "unit": lambda: unit_tests("release"),
    "unit-asan": lambda: unit_tests("asan"),
    "fuzz": lambda: fuzz_targets(),
    "sim": lambda: simulations(str(ROOT / "build/release/iwanto-sim")),
    "planted": lambda: [([sys.executable, str(ROOT / "sim/planted.py")], {})],
    "cli": lambda: python_tests("cli", "release"),
    "integration": lambda: python_tests("integration", "release"),
    "integration-asan": lambda: python_tests("integration", "asan"),
}


def count(output, exit_code):
    """(passed, failed, skipped) from what gtest, unittest, a fuzz target or the simulator print at their end."""
    if match := re.search(r"^Ran (\d+) tests? in", output, re.M):
        def figure(name):
            found = re.search(rf"{name}=(\d+)", output[match.end():])
            return int(found.group(1)) if found else 0
        failed, skipped = figure("failures") + figure("errors"), figure("skipped")
        passed = max(int(match.group(1)) - failed - skipped, 0)
    elif "[==========]" in output:
        def figure(tag):
            found = re.search(rf"^\[  {tag} *\] (\d+) tests?", output, re.M)
            return int(found.group(1)) if found else 0
        passed, failed, skipped = figure("PASSED"), figure("FAILED"), figure("SKIPPED")
    elif match := re.search(r"^(\d+) (?:(?:seeds|scenarios|cold starts|crowds|inputs), (\d+) failed|planted, (\d+) missed)", output, re.M):
        failed, skipped = int(match.group(2) or match.group(3)), 0
        passed = int(match.group(1)) - failed
    else:
        passed, failed, skipped = 0, 1, 0
    if exit_code != 0 and failed == 0:
        failed = 1
    return passed, failed, skipped


def run_one(command, environment):
    return subprocess.run(command, cwd=ROOT, text=True, errors="replace", stdout=subprocess.PIPE,
                          stderr=subprocess.STDOUT, stdin=subprocess.DEVNULL, env=os.environ | SANITIZER | environment)


def run(name):
    programs = SUITES[name]()
    if not programs:
        print(f"{name}: no tests were found", flush=True)
        return 0, 1, 0
    totals = [0, 0, 0]
    began = time.monotonic()
    with concurrent.futures.ThreadPoolExecutor(PARALLEL_HOSTS if name.startswith("integration") else PARALLEL) as pool:
        for (command, _), done in zip(programs, pool.map(lambda program: run_one(*program), programs)):
            counts = count(done.stdout, done.returncode)
            totals = [sum(pair) for pair in zip(totals, counts)]
            if counts[1]:
                print(done.stdout[-20000:], f"\nfailed: {' '.join(command)} (exit {done.returncode})", flush=True)
    print(f"{name}: {totals[0]} passed, {totals[1]} failed, {totals[2]} skipped in {time.monotonic() - began:.0f} s", flush=True)
    return totals


def main():
    only_check = sys.argv[1:2] == ["--check"]
    names = sys.argv[2 if only_check else 1:] or list(SUITES)
    if unknown := [name for name in names if name not in SUITES]:
        print(f"no such suite: {' '.join(unknown)}; there are: {' '.join(SUITES)}", file=sys.stderr)
        sys.exit(2)
    if only_check:
        return
    totals = [sum(column) for column in zip(*(run(name) for name in names))]
    if results := os.environ.get("IWANT_RESULTS"):
        pathlib.Path(results).write_text("{} {} {}\n".format(*totals))
    print("{} passed, {} failed, {} skipped".format(*totals), flush=True)
    sys.exit(1 if totals[1] else 0)


main()
