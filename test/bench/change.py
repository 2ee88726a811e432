"""change: from a change in a shared folder to the moment when another peer's search shows it.

Three hosts; neither the one whose folder changes nor the one that searches leads, so every change takes the whole
way: noticed, announced, indexed, asked for. Beside it the time until a change is in the other folder of two that
Syncthing keeps alike, with its usual delay and with the least that it takes."""

import os
import time

import measure
from bench_lab import BenchLab, Failed, all_hashed, make_tree, search, wait_until
from random import Random
from syncthing import Syncthing

POLL_S = 0.05  # a leader answers each peer 25 times a second; faster polling measures its limit
TIMEOUT_S = 30
FILES = 1000
KINDS = ("new", "changed", "renamed", "deleted")
SYNCTHING_FILES = 2
SYNCTHING_DELAYS_S = (Syncthing.DELAY_S, 1)


def names_found(host, text):
    return {row["name"]: row["size"] for row in search(host, text)}


def seconds_until(condition, what):
    began = time.monotonic()
    while not condition():
        if time.monotonic() - began > TIMEOUT_S:
            raise Failed(f"not seen within {TIMEOUT_S} s: {what}")
        time.sleep(POLL_S)
    return time.monotonic() - began


def change_one(folder, number, names):
    """Takes one file through its life; seconds for each kind of change. `names`: what of a word is known elsewhere,
    as {name: size}."""
    word, other = f"quokka{number}x", f"wombat{number}y"
    old, renamed = folder / f"Zoo {word}.txt", folder / f"Zoo {other}.txt"
    times = {}
    old.write_bytes(os.urandom(1000))
    times["new"] = seconds_until(lambda: old.name in names(word), "a new file")
    old.write_bytes(os.urandom(2000))
    times["changed"] = seconds_until(lambda: names(word).get(old.name) == 2000, "a changed file")
    old.rename(renamed)
    times["renamed"] = seconds_until(lambda: renamed.name in names(other), "a renamed file")
    renamed.unlink()
    times["deleted"] = seconds_until(lambda: renamed.name not in names(other), "a deleted file")
    return times


def syncthing_times(watch_s):
    """The same for what Syncthing keeps alike."""
    with BenchLab() as lab:
        source, target = lab.host("source"), lab.host("target")
        make_tree(source.shared, FILES, 1000, 8000, Random(11))
        pair = Syncthing(source, target, "", watch_s)
        try:
            pair.connect()
            wait_until(pair.is_up_to_date, 60, "Syncthing has handed all on")
            there = pair.target.folder

            def names(word):
                return {path.name: path.stat().st_size for path in there.glob(f"Zoo {word}*")}
            found = [change_one(pair.source.folder, number, names) for number in range(SYNCTHING_FILES)]
        finally:
            pair.stop()
    return figures_of([seconds for times in found for seconds in times.values()])


def figures_of(times):
    return {"p50": measure.median(times), "p99": measure.percentile(times, 99), "max": max(times)}


def run(options):
    found = {kind: [] for kind in KINDS}
    prng = Random(11)
    with BenchLab() as lab:
        hosts = [lab.host(name) for name in ("one", "two", "three")]
        for host in hosts:
            make_tree(host.shared, FILES, 1000, 8000, prng)
        lab.start()
        for host in hosts:
            wait_until(lambda: all_hashed(host, FILES), 60, "the files are hashed")
        leader = lab.leader()
        owner, searcher = [host for host in hosts if host is not leader]
        for number in range(-(-options.changes // len(KINDS))):
            time.sleep(prng.random() / 2)
            for kind, seconds in change_one(owner.shared, number, lambda word: names_found(searcher, word)).items():
                found[kind].append(seconds)
    found["all"] = [seconds for kind in KINDS for seconds in found[kind]]
    return {"changes": len(found["all"]),
            "seconds": {kind: figures_of(times) for kind, times in found.items()}
            | {f"Syncthing, delay {watch_s} s": syncthing_times(watch_s) for watch_s in SYNCTHING_DELAYS_S}}


def show(found):
    rows = [[kind, *(f"{figures[name]:.3f}" for name in ("p50", "p99", "max"))]
            for kind, figures in found["seconds"].items()]
    return measure.table(f"change: {found['changes']} changes until another peer's search shows them",
                         ["", "p50 s", "p99 s", "max s"], rows)
