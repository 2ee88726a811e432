"""Runs every fuzz target for so many seconds (10 unless told) and stops at the first that finds something.

    python3 test/fuzz/fuzz.py [SECONDS] [TARGET...]
"""

import os
import pathlib
import subprocess
import sys

BUILD = pathlib.Path(__file__).resolve().parents[2] / "build/fuzz"


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
        done = subprocess.run([target, corpus, f"-max_total_time={seconds}", "-max_len=65536", "-print_final_stats=0",
                               f"-artifact_prefix={BUILD}/"], stderr=subprocess.PIPE, text=True, errors="replace")
        print("  " + next((line for line in reversed(done.stderr.splitlines()) if line.startswith("Done")), "stopped early"), flush=True)
        if done.returncode != 0:
            sys.exit(f"{done.stderr[-4000:]}\n{target.name} found a bug; the input is kept in {BUILD}")


main()
