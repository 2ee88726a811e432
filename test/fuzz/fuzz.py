"""Runs every fuzz target for so many seconds (10 unless told), from its seeds in test/fuzz/seeds and what earlier runs
found in build/fuzz/corpus, and stops at the first that finds something.

    python3 test/fuzz/fuzz.py [SECONDS] [TARGET...]
"""

import os
import pathlib
import subprocess
import sys

HERE = pathlib.Path(__file__).resolve().parent
BUILD = HERE.parents[1] / "build/fuzz"
INPUT_SECONDS_MAX = "20"  # of one input, when others keep the machine busy


def main():
    seconds = sys.argv[1] if len(sys.argv) > 1 else "10"
    targets = sorted(path for path in (BUILD / "test/fuzz").glob("fuzz_*") if os.access(path, os.X_OK) and path.is_file())
    targets = [target for target in targets if not sys.argv[2:] or target.name in sys.argv[2:]]
    if not targets:
        sys.exit("no such fuzz target")
    for target in targets:
        corpus = BUILD / "corpus" / target.name
        corpus.mkdir(parents=True, exist_ok=True)
        print(f"{target.name}: {seconds} s", flush=True)
        done = subprocess.run([target, corpus, HERE / "seeds" / target.name, f"-max_total_time={seconds}", "-max_len=65536",
                               f"-timeout={INPUT_SECONDS_MAX}", "-print_final_stats=0",
                               f"-artifact_prefix={BUILD}/"], stderr=subprocess.PIPE, text=True, errors="replace")
        print("  " + next((line for line in reversed(done.stderr.splitlines()) if line.startswith("Done")), "stopped early"), flush=True)
        if done.returncode != 0:
            sys.exit(f"{done.stderr[-4000:]}\n{target.name} found a bug; the input is kept in {BUILD}")


main()
