"""search: the index alone, with a million names that `iwanto-bench search` makes up itself."""

import json
import os
import subprocess

import measure
from bench_lab import IWANTO

PROGRAM = os.environ.get("IWANTO_BENCH", str(IWANTO.parent / "iwanto-bench"))


def run(options):
    done = subprocess.run([PROGRAM, "search", "--count", str(options.names)], check=True, text=True,
                          stdout=subprocess.PIPE)
    return json.loads(done.stdout)


def show(found):
    rows = [[of["what"], f"{of['p50_ms']:.2f}", f"{of['p99_ms']:.2f}", f"{of['max_ms']:.2f}",
             f"{of['in_first_10_percent']:.1f}"] for of in found["searches"]]
    title = (f"search: {found['entries']} names, built in {found['build_s']:.1f} s "
             f"({found['entries_per_s']:.0f} a second), {found['bytes_per_entry']:.0f} bytes an entry")
    return measure.table(title, ["", "p50 ms", "p99 ms", "max ms", "in first 10, %"], rows)
