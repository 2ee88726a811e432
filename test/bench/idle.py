"""idle: memory and processor use of a service that shares many files beside one other peer and does nothing."""

import time
from random import Random

import measure
from bench_lab import BenchLab, all_hashed, make_tree, wait_until

FILES = 10_000
SETTLE_S = 10


def watch(hosts, seconds):
    """{name: figures} over so many seconds."""
    before = {host.name: measure.cpu_seconds(host.process.pid) for host in hosts}
    began = time.monotonic()
    time.sleep(seconds)
    elapsed = time.monotonic() - began
    figures = {}
    for host in hosts:
        pid = host.process.pid
        figures[host.name] = {
            "rss_mib": measure.memory_bytes(pid, "VmRSS") / measure.MIB,
            "own_mib": (measure.memory_bytes(pid, "RssAnon") + measure.memory_bytes(pid, "RssShmem")) / measure.MIB,
            "peak_mib": measure.memory_bytes(pid, "VmHWM") / measure.MIB,
            "cpu_percent": 100 * (measure.cpu_seconds(pid) - before[host.name]) / elapsed,
        }
    return figures


def run(options):
    with BenchLab() as lab:
        owner, other = lab.host("owner"), lab.host("other")
        make_tree(owner.shared, FILES, 1000, 8000, Random(5))
        lab.start()
        wait_until(lambda: all_hashed(owner, FILES), 120, "the files are hashed")
        leader = lab.leader()
        time.sleep(SETTLE_S)
        figures = watch(lab.hosts, options.idle_seconds)
    return {"seconds": options.idle_seconds, "files": FILES, "leader": leader.name, "peers": figures}


def show(found):
    titles = {"owner": f"shares {found['files']} files", "other": "shares nothing"}
    rows = [[titles[name] + (", leads" if name == found["leader"] else ""), f"{of['rss_mib']:.1f}",
             f"{of['own_mib']:.1f}", f"{of['peak_mib']:.1f}", f"{of['cpu_percent']:.3f}"]
            for name, of in found["peers"].items()]
    return measure.table(f"idle: two peers for {found['seconds']} s", ["", "RSS MiB", "own MiB", "peak MiB", "CPU %"],
                         rows)
