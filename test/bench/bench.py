"""`./run bench [SUITE...]`: what iWant costs and how fast it is, beside what people use today.

    python3 test/bench/bench.py [bulk] [start] [change] [hash] [search] [idle] [cluster] [swarm] [spread] [--json] [--write] ...

Each suite prints a small table; with --json one JSON object a line. Nothing leaves the machine: hosts are network
namespaces (as root) or share the loopback device. --write keeps the results in doc/benchmarks.md."""

import argparse
import datetime
import json
import pathlib
import re
import sys

import bulk
import change
import cluster
import hash_rate
import idle
import measure
import search
import spread
import start
import swarm

SUITES = {"bulk": bulk, "start": start, "change": change, "hash": hash_rate, "search": search, "idle": idle,
          "cluster": cluster, "swarm": swarm, "spread": spread}
DOCUMENT = pathlib.Path(__file__).resolve().parents[2] / "doc/benchmarks.md"


def parse():
    parser = argparse.ArgumentParser(prog="./run bench", description="Measures iWant; without a suite, all of them.")
    parser.add_argument("suites", nargs="*", metavar="SUITE", help=" ".join(SUITES))
    parser.add_argument("--json", action="store_true", help="one JSON object a suite")
    parser.add_argument("--write", action="store_true", help="put the tables into doc/benchmarks.md")
    parser.add_argument("--size", dest="size_mib", type=int, default=4096, metavar="MIB", help="of the big file (4096)")
    parser.add_argument("--runs", type=int, default=3, help="of bulk, hash and swarm (3)")
    parser.add_argument("--topology", action="append", choices=("hosts", "loopback"), help="of bulk (hosts, as root)")
    parser.add_argument("--case", action="append", choices=tuple(swarm.CASES), help="of swarm (all)")
    parser.add_argument("--rival", action="append", choices=tuple(swarm.TITLES)+("none",), help="of swarm (all)")
    parser.add_argument("--congestion", metavar="NAME", help="tcp's, for all programs of swarm (the machine's)")
    parser.add_argument("--part", action="append", choices=spread.PARTS, help="of spread (all)")
    parser.add_argument("--starts", type=int, default=10, help="of start (10)")
    parser.add_argument("--changes", type=int, default=200, help="of change (200)")
    parser.add_argument("--names", type=int, default=1_000_000, help="of search (1,000,000)")
    parser.add_argument("--idle-seconds", type=int, default=60, help="of idle and cluster (60)")
    parser.add_argument("--kills", type=int, default=30, help="of each kind, of cluster (30)")
    parser.add_argument("--splits", type=int, default=10, help="of cluster (10)")
    parser.add_argument("--crowd", type=int, default=40, help="daemons of cluster's last part (40)")
    parser.add_argument("--event", action="append", choices=("term", "kill", "cable", "dead", "split", "join", "crowd"),
                        help="of cluster (all)")
    parser.add_argument("--check", action="store_true", help="only whether these arguments are in order")
    options = parser.parse_args()
    if unknown := [name for name in options.suites if name not in SUITES]:
        parser.error(f"no such suite: {' '.join(unknown)}; there are: {' '.join(SUITES)}")
    return options


def write_down(name, table):
    """Replaces what stands behind the suite's mark in the document."""
    block = f"<!-- {name} -->\n```\n{datetime.date.today()}, {measure.machine()}\n{table}\n```\n"
    pattern = rf"<!-- {name} -->\n```\n(?:.*?\n)??```\n"
    text, count = re.subn(pattern, lambda _: block, DOCUMENT.read_text(), flags=re.S)
    if count != 1:
        raise SystemExit(f"{DOCUMENT} has no place for {name}")
    DOCUMENT.write_text(text)


def main():
    options = parse()
    if options.check:
        return
    if not options.json:
        print(f"{datetime.date.today()}, {measure.machine()}", flush=True)
    for name in options.suites or SUITES:
        found = SUITES[name].run(options)
        if options.json:
            told = {"suite": name, "date": str(datetime.date.today()), "machine": measure.machine()} | found
            print(json.dumps(told), flush=True)
        else:
            print("\n" + SUITES[name].show(found), flush=True)
        if options.write:
            write_down(name, SUITES[name].show(found))


if __name__ == "__main__":
    try:
        main()
    except KeyboardInterrupt:
        print("\nstopped; everything is cleaned up", file=sys.stderr)
        sys.exit(130)
