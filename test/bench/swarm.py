"""swarm: what downloads cost beside what people use instead, in one run, warm, over the same network.

Four cases: one big file to memory and to disk; 20,000 files of 4 to 64 KiB; 100,000 files of 4 KiB. Each round runs
every program once, in an order that turns, and memory is warmed before each. The time is that of the whole command. All programs use the
same congestion control of TCP (--congestion)."""

import json
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from random import Random

import measure
from bench_lab import HAS_NAMESPACES, IWANTO, BenchLab, Failed, all_hashed, ask, make_tree, wait_until
from bulk import NAME, WARM_EXTRA_BYTES, Nginx, close, result, run_command, run_curl, run_iwanto
from rivals import Rsync, Torrent
from syncthing import Syncthing

CASES = {"big": "one file", "disk": "one file to disk", "small": "20,000 files of 4-64 KiB", "tiny": "100,000 files of 4 KiB"}
RIVALS = {"big": ("curl", "b3sum", "rsync", "torrent-v2", "syncthing"), "disk": ("curl", "sync"), "small": ("rsync", "torrent-v1", "syncthing"), "tiny": ("rsync",)}
TITLES = {"curl": "curl <- nginx, HTTPS AES-128-GCM", "b3sum": "the same, then b3sum",
          "sync": "the same, then sync", "rsync": "rsync daemon, plain",
          "torrent-v1": "libtorrent v1, tuned, plain", "torrent-v2": "libtorrent v2, tuned, plain",
          "syncthing": "Syncthing, after its scan",
          "iwanto": "iwanto, encrypted and verified"}
TREE = "tree"


def find(host, name):
    """The row of a search that has this name and is hashed, or None."""
    rows = ask(host, "POST", "/api/search", {"query": name, "limit": 5})["results"]
    return next((row for row in rows if row["name"] == name and row["hash"]), None)


def run_folder(source, target, size_bytes, files):
    pids = target.process.pid, source.process.pid
    row = find(target, TREE)
    for pid in pids:
        measure.forget_peak(pid)
    before = [measure.cpu_seconds(pid) for pid in pids]
    command = [IWANTO, "--home", target.home, "download", row["hash"], "--json"]
    seconds, cpu, _, output = run_command(target, command)
    cpu_get, cpu_serve = (measure.cpu_seconds(pid) - start for pid, start in zip(pids, before))
    done = json.loads(output.splitlines()[-1])
    arrived = [path for path in Path(done["path"]).rglob("*") if path.is_file()]
    if done["event"] != "done" or len(arrived) != files or sum(path.stat().st_size for path in arrived) != size_bytes:
        raise Failed(f"not everything came: {output.splitlines()[-1]}")
    shutil.rmtree(done["path"])
    return result(size_bytes, seconds, cpu + cpu_get, cpu_serve, *(measure.memory_bytes(pid, "VmHWM") for pid in pids))


def run_b3sum(nginx, host, size_bytes):
    """curl, and then what it takes to know that the file is right."""
    return run_curl(nginx, host, size_bytes, then="b3sum")


def run_sync(nginx, host, size_bytes):
    """curl, and then what it takes to have the file after a power failure."""
    return run_curl(nginx, host, size_bytes, then="sync")


CURLS = {"curl": run_curl, "b3sum": run_b3sum, "sync": run_sync}


def make_runners(case, source, target, size_bytes, files, folder, rivals):
    """{name: a function that does one run}, and what to stop at the end."""
    servers, runners = [], {}
    name = name_of(case)
    for rival in rivals:
        if rival in CURLS:
            if not any(isinstance(server, Nginx) for server in servers):
                servers.append(Nginx(source, source.shared, folder))
            runners[rival] = lambda run=CURLS[rival], nginx=servers[-1]: run(nginx, target, size_bytes)
        else:
            server = start(rival, source, target, name, folder)
            servers.append(server)
            runners[rival] = lambda server=server: server.get(target, name, size_bytes)
    runners["iwanto"] = ((lambda: run_iwanto(source, target, size_bytes)) if name == NAME
                         else (lambda: run_folder(source, target, size_bytes, files)))
    return runners, servers


def start(rival, source, target, name, folder):
    if rival == "rsync":
        return Rsync(source, folder)
    if rival == "syncthing":
        return Syncthing(source, target, name)
    return Torrent(rival[-2:], source, name, folder)


def name_of(case):
    return NAME if case in ("big", "disk") else TREE


def make_files(case, folder, big_bytes):
    """(bytes, number of files) of what the source shares."""
    if name_of(case) == NAME:
        measure.write_random_file(folder / NAME, big_bytes)
        return big_bytes, 1
    files, least, most = (20_000, 4096, 65536) if case == "small" else (100_000, 4096, 4096)
    return make_tree(folder / TREE, files, least, most, Random(3)), files


def use_congestion(name, hosts, folder):
    """Every program of these hosts begins its sockets with this congestion control. (The kernel lets a network
    namespace choose among a few only; a process of root is free.)"""
    library = folder / "congestion.so"
    subprocess.run(["cc", "-O2", "-shared", "-fPIC", f"-DCONGESTION=\"{name}\"", "-o", library,
                    Path(__file__).with_name("congestion.c"), "-ldl"], check=True)
    for host in hosts:
        host.command = lambda *arguments, command=host.command: command("env", f"LD_PRELOAD={library}", *arguments)


def run_case(case, options):
    lab = BenchLab(HAS_NAMESPACES)
    folder = Path(tempfile.mkdtemp(prefix="iwant-bench-swarm-"))
    servers = []
    lab.__enter__()
    try:
        source, target = lab.host("source"), lab.host("target")
        if options.congestion:
            use_congestion(options.congestion, (source, target), folder)
        target.downloads = Path(tempfile.mkdtemp(prefix="iwant-bench-", dir=None if case == "disk" else measure.MEMORY_FOLDER))
        size_bytes, files = make_files(case, source.shared, options.size_mib * measure.MIB)
        lab.start()
        wait_until(lambda: all_hashed(source, files), 300, "everything is hashed")
        wait_until(lambda: find(target, name_of(case)), 60, "it is announced with its hash")
        chosen = [] if options.rival == ["none"] else [rival for rival in RIVALS[case] if not options.rival or rival in options.rival]
        runners, servers = make_runners(case, source, target, size_bytes, files, folder, chosen)
        found = rounds(case, runners, size_bytes, options.runs)
        return {"bytes": size_bytes, "files": files, "programs": found}
    finally:
        for server in servers:
            server.stop()
        shutil.rmtree(folder, ignore_errors=True)
        close(lab)


def rounds(case, runners, size_bytes, runs):
    found = {name: [] for name in runners}
    names = list(runners)
    for number in range(runs):
        turn = number % len(names)
        for name in names[turn:] + names[:turn]:
            measure.warm_memory(size_bytes + WARM_EXTRA_BYTES)
            run = runners[name]()
            found[name].append(run)
            print(f"  {case} {name}: {run['seconds']:.2f} s, {run['mb_per_s']:.0f} MB/s, "
                  f"CPU {run['cpu_get_s']:.2f} + {run['cpu_serve_s']:.2f} s", file=sys.stderr, flush=True)
    ours = found["iwanto"]
    return {name: {key: measure.median([run[key] for run in mine]) for key in mine[0]}
            | {"runs_s": [run["seconds"] for run in mine],
               "ratio": measure.median([theirs["seconds"] / our["seconds"] for theirs, our in zip(mine, ours)]),
               "cpu_ratio": measure.median([cpu_of(our) / cpu_of(theirs) for theirs, our in zip(mine, ours)])}
            for name, mine in found.items()}


def cpu_of(run):
    return run["cpu_get_s"] + run["cpu_serve_s"]


def run(options):
    if options.congestion and not HAS_NAMESPACES:
        raise SystemExit("--congestion needs root: it is set for networks of our own only")
    return {"runs": options.runs, "congestion": options.congestion or "as set",
            "cases": {case: run_case(case, options) for case in options.case or CASES}}


def show(found):
    tables = [f"swarm: median of {found['runs']} rounds to memory, tcp {found['congestion']}"]
    for case, of in found["cases"].items():
        rows = []
        for name, figures in of["programs"].items():
            rows.append([TITLES[name], f"{figures['seconds']:.2f}",
                         f"{min(figures['runs_s']):.2f}-{max(figures['runs_s']):.2f}", f"{figures['mb_per_s']:.0f}",
                         f"{figures['cpu_get_s']:.2f}", f"{figures['cpu_serve_s']:.2f}",
                         f"{cpu_of(figures) * 1e9 / of['bytes']:.2f}", f"{figures['rss_get_mib']:.0f}",
                         f"{figures['rss_serve_mib']:.0f}",
                         *(["", ""] if name == "iwanto" else
                           [f"{figures['ratio']:.2f}", f"{figures['cpu_ratio']:.2f}"])])
        tables.append(measure.table(f"{CASES[case]}, {of['bytes'] / 1e6:.0f} MB",
                                    ["", "s", "range", "MB/s", "CPU s get", "serve", "ns/byte", "MiB get", "serve",
                                     "we are x as fast", "with x CPU"], rows))
    return "\n".join(tables)
