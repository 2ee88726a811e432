"""Plants known bugs, one at a time, and checks that each is caught: by the simulator within 1000 seeds, or by the unit
test that is named with it. Shows that the tests can find what they are there for.

    python3 sim/planted.py [NAME...] [--seeds N] [--list]

The bugs are changes of text (planted_bugs.py). Each is made in a copy of its source file, which alone is compiled
and linked before the libraries, so that it takes the place of the original; the sources themselves stay as they are.
Needs build/release. The last line is "N planted, N missed".
"""

import concurrent.futures
import json
import pathlib
import re
import shlex
import shutil
import subprocess
import sys
import time

from planted_bugs import BUGS

ROOT = pathlib.Path(__file__).resolve().parents[1]
BUILD = ROOT / "build" / "release"
SCRATCH = BUILD / "planted"
SEEDS_MAX = 1000
SHORT = ["--chaos", "90", "--calm", "30"]  # many short runs find more than few long ones
PARALLEL = 2
TEST_MAX_S = 180  # what runs longer has not caught anything


class Missed(Exception):
    """The bug was not caught, or could not even be planted."""


def run(command, **options):
    return subprocess.run(command, cwd=BUILD, text=True, errors="replace", stdout=subprocess.PIPE,
                          stderr=subprocess.STDOUT, **options)


def mutated(bug):
    """{source file: its text with the bug}"""
    texts = {}
    for file, old, new in bug.edits:
        text = texts.get(file) or (ROOT / file).read_text()
        if (found := text.count(old)) != 1:
            raise Missed(f"the text to change is {found} times in {file}:\n{old}")
        texts[file] = text.replace(old, new)
    return texts


def compile_command(file):
    entries = json.loads((BUILD / "compile_commands.json").read_text())
    for entry in entries:
        if entry["file"] == str(ROOT / file):
            return shlex.split(entry["command"])
    raise Missed(f"{file} is not compiled by itself: plant the bug in a source file")


def compile_copy(file, text, folder):
    source = folder / pathlib.Path(file).name
    source.write_text(text)
    command = compile_command(file)
    command[command.index("-c") + 1] = str(source)
    command[command.index("-o") + 1] = str(source.with_suffix(".o"))
    # What a bug leaves unused is no reason not to compile it.
    command += ["-Wno-error", "-w"]
    if launcher := shutil.which("ccache"):
        command.insert(0, launcher)
    done = run(command)
    if done.returncode:
        raise Missed(f"does not compile:\n{done.stdout[-3000:]}")
    return source.with_suffix(".o")


def link(target, objects, program):
    shown = run(["ninja", "-t", "commands", target]).stdout.strip().split("\n")[-1]
    command = re.search(r"^: && (.*) && :$", shown).group(1)
    words = shlex.split(command)
    words[words.index("-o") + 1] = str(program)
    first_library = next(i for i, word in enumerate(words) if word.endswith(".a"))
    done = run(words[:first_library] + [str(one) for one in objects] + words[first_library:])
    if done.returncode:
        raise Missed(f"does not link:\n{done.stdout[-3000:]}")


def first_failure(program, first, count, arguments):
    """(seed, the words of its failure) of the first seed that fails, or None."""
    done = run([str(program), "--first", str(first), "--seeds", str(count), "--jobs", "1", "--until-failure",
                "--no-shrink", *SHORT, *arguments], timeout=TEST_MAX_S)
    if match := re.search(r"^seed (\d+) failed: .*", done.stdout, re.M):
        return int(match.group(1)), match.group(0)
    return None


def caught_by_simulator(program, seeds, arguments):
    """The words of the first seed that fails with the bug, and does not without it."""
    seed = 0
    while seed < seeds:
        failure = first_failure(program, seed + 1, seeds - seed, arguments)
        if failure is None:
            break
        seed, words = failure
        if first_failure(BUILD / "iwanto-sim", seed, 1, arguments) is None:
            return words
    raise Missed(f"no seed of {seeds} failed for it")


def caught_by_unit_test(program, names):
    done = run([str(program), f"--gtest_filter={names}"], timeout=TEST_MAX_S)
    if "[==========]" not in done.stdout:
        raise Missed(f"the test did not run:\n{done.stdout[-1000:]}")
    if match := re.search(r"^\[  FAILED  \] (\S+)", done.stdout, re.M):
        return match.group(1)
    raise Missed("the unit tests pass")


def try_one(bug, seeds):
    """(whether it was caught, what there is to say)"""
    folder = SCRATCH / bug.name.replace(" ", "_")
    folder.mkdir(parents=True, exist_ok=True)
    tester, _, names = bug.caught_by.partition(":")
    target, *arguments = tester.split()
    began = time.monotonic()
    try:
        objects = [compile_copy(file, text, folder) for file, text in mutated(bug).items()]
        program = folder / target
        link(target, objects, program)
        if target == "sim":
            words = caught_by_simulator(program, seeds, arguments)
        else:
            words = caught_by_unit_test(program, names)
    except Missed as missed:
        return False, str(missed)
    except subprocess.TimeoutExpired:
        return False, f"nothing after {TEST_MAX_S} s"
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    return True, f"{words}  ({time.monotonic() - began:.0f} s)"


def chosen(names):
    if unknown := set(names) - {bug.name for bug in BUGS}:
        sys.exit(f"no such bug: {', '.join(sorted(unknown))}; --list shows them")
    return [bug for bug in BUGS if not names or bug.name in names]


def main():
    arguments = sys.argv[1:]
    seeds = SEEDS_MAX
    if "--seeds" in arguments:
        at = arguments.index("--seeds")
        seeds = int(arguments[at + 1])
        del arguments[at:at + 2]
    if "--list" in arguments:
        for bug in BUGS:
            print(f"{bug.name:45} {bug.caught_by:45} {', '.join(sorted({edit[0] for edit in bug.edits}))}")
        return
    bugs = chosen(arguments)
    missed = 0
    with concurrent.futures.ThreadPoolExecutor(PARALLEL) as pool:
        for bug, (caught, words) in zip(bugs, pool.map(lambda bug: try_one(bug, seeds), bugs)):
            print(f"{'caught' if caught else 'MISSED'}  {bug.name}: {words}", flush=True)
            missed += not caught
    print(f"{len(bugs)} planted, {missed} missed")
    sys.exit(1 if missed else 0)


if __name__ == "__main__":
    main()
