"""hash: how soon a new service has hashed what it shares, beside b3sum with all processors on the same files.

The service's time is from `iwanto start` to the moment when nothing is unhashed: with starting, walking and storing
what it found. All files are in the page cache."""

import shutil
import subprocess
import time
from random import Random

import measure
from bench_lab import BenchLab, all_hashed, make_tree, status

TREE_FILES = 20_000


def read_all(folder):
    """Brings all of it into the page cache."""
    for path in folder.rglob("*"):
        if path.is_file():
            with open(path, "rb", buffering=0) as file:
                while file.read(measure.MIB):
                    pass


def run_iwanto(host, files):
    """A first start: nothing is known yet."""
    shutil.rmtree(host.home, ignore_errors=True)
    began = time.monotonic()
    host.start(wait=False)
    walked = None
    while not all_hashed(host, files):
        now = status(host)
        if walked is None and now and now["shared"]["files"] == files:
            walked = time.monotonic() - began
        if time.monotonic() - began > 300:
            raise TimeoutError(f"not hashed: {now and now['shared']}")
        time.sleep(0.01)
    seconds = time.monotonic() - began
    cpu = measure.cpu_seconds(host.process.pid)
    host.stop()
    return {"seconds": seconds, "cpu_s": cpu, "names_s": walked or seconds}


def run_b3sum(folder):
    command = f"find '{folder}' -type f -print0 | xargs -0 -P $(nproc) -n 1000 b3sum > /dev/null"
    _, seconds = measure.timed(lambda: subprocess.run(["bash", "-c", command], check=True))
    return {"seconds": seconds}


def compare(host, files, size_bytes, runs):
    read_all(host.shared)
    ours, theirs = [], []
    for _ in range(runs):
        theirs.append(run_b3sum(host.shared))
        ours.append(run_iwanto(host, files))
    seconds = measure.median([run["seconds"] for run in ours])
    return {"files": files, "bytes": size_bytes, "iwanto_s": seconds, "iwanto_mb_per_s": size_bytes / seconds / 1e6,
            "iwanto_cpu_s": measure.median([run["cpu_s"] for run in ours]),
            "iwanto_names_s": measure.median([run["names_s"] for run in ours]),
            "b3sum_s": measure.median([run["seconds"] for run in theirs]),
            "b3sum_mb_per_s": size_bytes / measure.median([run["seconds"] for run in theirs]) / 1e6}


def run(options):
    size_bytes = options.size_mib * measure.MIB
    with BenchLab() as lab:
        large, small = lab.host("large"), lab.host("small")
        measure.write_random_file(large.shared / "big.bin", size_bytes)
        tree_bytes = make_tree(small.shared, TREE_FILES, 4096, 65536, Random(3))
        return {"runs": options.runs, "large": compare(large, 1, size_bytes, options.runs),
                "small": compare(small, TREE_FILES, tree_bytes, options.runs)}


def show(found):
    rows = []
    for key, title in (("large", "one file"), ("small", "many files")):
        of = found[key]
        what = f"{title} ({of['files']}, {of['bytes'] / 1e6:.0f} MB)"
        rows.append([f"{what}: b3sum, all cores", f"{of['b3sum_s']:.2f}", f"{of['b3sum_mb_per_s']:.0f}", "", ""])
        rows.append([f"{what}: iwanto, first start", f"{of['iwanto_s']:.2f}", f"{of['iwanto_mb_per_s']:.0f}",
                     f"{of['iwanto_cpu_s']:.2f}", f"{of['iwanto_names_s']:.2f}"])
    return measure.table(f"hash: median of {found['runs']} runs, files in memory",
                         ["", "s", "MB/s", "CPU s", "names known s"], rows)
