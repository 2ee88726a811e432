"""spread: what many computers do together, and one that is killed.

many: one source with a link of 400 Mbit/s hands one file to eight at once, which hand it to each other; the time is
until the last has all of it, and libtorrent does the same. sources: three sources of 800 Mbit/s each; again with one
of them killed in the middle, and the longest time without progress. resume: the receiver is killed in the middle and
started again: when its first new byte comes, and what it read of its disk until then. Needs root: links are made slow
for networks of our own."""

import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import measure
from bench_lab import HAS_NAMESPACES, BenchLab, Failed, all_hashed, ask, search, wait_until
from bulk import NAME, WARM_EXTRA_BYTES, close
from rivals import DEBIAN_PYTHON, TORRENT_PEER

PARTS = ("many", "sources", "resume")
LINK = "400mbit"
LINK_BYTES_PER_S = 400e6 / 8
SOURCE_LINK = "800mbit"
RECEIVERS = 8
LOOK_EVERY_S = 0.02


class SpreadLab:
    """Hosts that share one file, hosts that want it, and a folder; what was asked for of whom."""

    def __init__(self, sources, receivers, size_bytes):
        self.lab = BenchLab(True)
        self.lab.__enter__()
        self.folder = Path(tempfile.mkdtemp(prefix="iwant-bench-spread-"))
        self.size_bytes = size_bytes
        self.sources = [self.lab.host(f"source{number}") for number in range(sources)]
        self.receivers = [self.lab.host(f"receiver{number}") for number in range(receivers)]
        for host in self.receivers:
            host.downloads = Path(tempfile.mkdtemp(prefix="iwant-bench-", dir=measure.MEMORY_FOLDER))
        measure.write_random_file(self.sources[0].shared / NAME, size_bytes)
        for host in self.sources[1:]:
            shutil.copyfile(self.sources[0].shared / NAME, host.shared / NAME)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        shutil.rmtree(self.folder, ignore_errors=True)
        close(self.lab)

    def start(self):
        self.lab.start()
        for host in self.sources:
            wait_until(lambda host=host: all_hashed(host, 1), 120, "the file is hashed")
        for host in self.receivers:
            wait_until(lambda host=host: self.found_by(host), 60, "everybody finds it at all sources")

    def found_by(self, host):
        rows = search(host, "big")
        return rows and rows[0]["hash"] and len(rows[0]["sources"]) == len(self.sources) and rows[0]

    def download(self, host):
        return ask(host, "POST", "/api/downloads", {"what": self.found_by(host)["hash"]})

    def bytes_at(self, host):
        return sum(download["bytes_done"] for download in ask(host, "GET", "/api/downloads")["downloads"])

    def wait_for_all(self, host, seconds):
        """How long until `host` has all of it, and its longest time without progress."""
        began = last = time.monotonic()
        longest, before = 0.0, self.bytes_at(host)
        while before < self.size_bytes:
            time.sleep(LOOK_EVERY_S)
            now, done = time.monotonic(), self.bytes_at(host)
            if done > before:
                longest, last, before = max(longest, now - last), now, done
            if now - began > seconds:
                raise Failed(f"{host.name} has {before} of {self.size_bytes} bytes after {seconds} s")
        return time.monotonic() - began, longest

    def forget_downloads(self):
        """Files that came go, and nobody is a source of them any more."""
        for host in self.receivers:
            for path in host.downloads.iterdir():
                path.unlink()


def run_many(options):
    size_bytes = min(options.size_mib, 1024) * measure.MIB
    with SpreadLab(1, RECEIVERS, size_bytes) as net:
        net.start()
        net.sources[0].slow_down(LINK)
        measure.warm_memory(RECEIVERS * size_bytes)
        sent = net.sources[0].sent_bytes()
        began = time.monotonic()
        for host in net.receivers:
            net.download(host)
        waiting = list(net.receivers)
        while waiting:
            waiting = [host for host in waiting if net.bytes_at(host) < size_bytes]
            if time.monotonic() - began > 300:
                raise Failed(f"not there after 300 s: {[net.bytes_at(host) / size_bytes for host in net.receivers]}")
            time.sleep(0.1)
        ours = {"seconds": time.monotonic() - began,
                "sent_by_source": (net.sources[0].sent_bytes() - sent) / size_bytes}
        print(f"  many iwanto: {ours}", file=sys.stderr, flush=True)
        for host in net.lab.hosts:
            host.stop()
        net.forget_downloads()
        measure.warm_memory(RECEIVERS * size_bytes)
        theirs = {} if options.rival == ["none"] else spread_torrent(net, size_bytes)
    return {"bytes": size_bytes, "least_s": size_bytes / LINK_BYTES_PER_S, "iwanto": ours} | theirs


def spread_torrent(net, size_bytes):
    source, port = net.sources[0], 6881
    torrent = net.folder / "v2.torrent"
    subprocess.run([DEBIAN_PYTHON, TORRENT_PEER, "make", "v2", source.shared / NAME, torrent], check=True,
                   stdout=subprocess.DEVNULL)
    places = {host: f"{host.address}:{port}" for host in (source, *net.receivers)}
    peers = [subprocess.Popen(source.command(DEBIAN_PYTHON, TORRENT_PEER, "seed", torrent, source.shared, places[source]),
                              stdout=subprocess.DEVNULL)]
    time.sleep(1)
    sent = source.sent_bytes()
    began = time.monotonic()
    for host in net.receivers:
        others = [place for other, place in places.items() if other is not host]
        peers.append(subprocess.Popen(host.command(DEBIAN_PYTHON, TORRENT_PEER, "join", torrent, host.downloads,
                                                   places[host], *others), stdout=subprocess.PIPE, text=True))
    try:
        for peer in peers[1:]:
            while peer.stdout.readline() not in ("done\n", ""):
                pass
            if peer.poll() is not None:
                raise Failed("a libtorrent peer ended")
        found = {"seconds": time.monotonic() - began, "sent_by_source": (source.sent_bytes() - sent) / size_bytes}
        print(f"  many libtorrent: {found}", file=sys.stderr, flush=True)
        return {"torrent": found}
    finally:
        for peer in peers:
            peer.kill()
            peer.wait()


def run_sources(options):
    """With three sources, and with one of them killed in the middle by a receiver that came later."""
    size_bytes = options.size_mib * measure.MIB
    with SpreadLab(3, 2, size_bytes) as net:
        first, second = net.receivers
        net.start()
        for host in net.sources:
            host.slow_down(SOURCE_LINK)
        measure.warm_memory(size_bytes + WARM_EXTRA_BYTES)
        net.download(first)
        whole_s, whole_pause_s = net.wait_for_all(first, 300)
        first.stop()
        net.forget_downloads()
        measure.warm_memory(size_bytes + WARM_EXTRA_BYTES)
        began = time.monotonic()
        net.download(second)
        wait_until(lambda: net.bytes_at(second) > size_bytes / 2, 300, "half of it is there")
        net.sources[-1].kill()
        until_kill_s, had = time.monotonic() - began, net.bytes_at(second)
        rest_s, pause_s = net.wait_for_all(second, 300)
        ideal_s = until_kill_s + (size_bytes - had) / (size_bytes / whole_s * 2 / 3)
        found = {"bytes": size_bytes, "seconds": whole_s, "longest_pause_s": whole_pause_s,
                 "killed": {"seconds": until_kill_s + rest_s, "ideal_s": ideal_s, "longest_pause_s": pause_s}}
        print(f"  sources: {found}", file=sys.stderr, flush=True)
        return found


def run_resume(options):
    size_bytes = options.size_mib * measure.MIB
    with SpreadLab(1, 1, size_bytes) as net:
        source, receiver = net.sources[0], net.receivers[0]
        net.start()
        source.slow_down("4gbit")  # so that looking at it does not miss the middle
        measure.warm_memory(size_bytes + WARM_EXTRA_BYTES)
        net.download(receiver)
        wait_until(lambda: net.bytes_at(receiver) > size_bytes / 2, 300, "half of it is there")
        receiver.kill()
        receiver.start(wait=False)
        touched = wait_for(lambda: any(peer["online"] for peer in ask(receiver, "GET", "/api/peers")["peers"]))
        had = net.bytes_at(receiver)
        went_on = wait_for(lambda: net.bytes_at(receiver) > had)
        read_bytes = int(Path(f"/proc/{receiver.process.pid}/io").read_text().split()[1])
        net.wait_for_all(receiver, 300)
        wait_until((receiver.downloads / NAME).exists, 60, "it is where it belongs")
        subprocess.run(["cmp", source.shared / NAME, receiver.downloads / NAME], check=True)
        found = {"bytes": size_bytes, "kept": had / size_bytes, "first_byte_s": went_on - touched,
                 "read_mib": read_bytes / measure.MIB}
        print(f"  resume: {found}", file=sys.stderr, flush=True)
        return found


def wait_for(condition):
    """When it became true."""
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        try:
            if condition():
                return time.monotonic()
        except OSError:
            pass  # it does not listen yet
        time.sleep(LOOK_EVERY_S)
    raise Failed("it does not go on")


def run(options):
    if not HAS_NAMESPACES:
        raise SystemExit("spread needs root: links are made slow for networks of our own")
    parts = {"many": run_many, "sources": run_sources, "resume": run_resume}
    return {part: parts[part](options) for part in options.part or PARTS}


def show(found):
    lines = []
    if of := found.get("many"):
        rows = [[title, f"{of[name]['seconds']:.1f}", f"{of[name]['seconds'] / of['least_s']:.2f}",
                 f"{of[name]['sent_by_source']:.2f}"]
                for name, title in (("iwanto", "iwanto"), ("torrent", "libtorrent v2, plain")) if name in of]
        lines.append(measure.table(f"many: {of['bytes'] / 1e6:.0f} MB from one host at {LINK} to {RECEIVERS}; "
                                   f"the link alone takes {of['least_s']:.1f} s",
                                   ["", "last has it after s", "x the link", "source sent, copies"], rows))
    if of := found.get("sources"):
        killed = of["killed"]
        rows = [["all stay", f"{of['seconds']:.2f}", "", f"{of['bytes'] / of['seconds'] / 1e6:.0f}",
                 f"{of['longest_pause_s']:.2f}"],
                ["one killed in the middle", f"{killed['seconds']:.2f}", f"{killed['seconds'] / killed['ideal_s']:.3f}",
                 "", f"{killed['longest_pause_s']:.2f}"]]
        lines.append(measure.table(f"sources: {of['bytes'] / 1e6:.0f} MB from three of {SOURCE_LINK}",
                                   ["", "s", "x ideal", "MB/s", "longest pause s"], rows))
    if of := found.get("resume"):
        rows = [[f"{of['kept'] * 100:.0f} %", f"{of['first_byte_s']:.2f}", f"{of['read_mib']:.0f}"]]
        lines.append(measure.table(f"resume: {of['bytes'] / 1e6:.0f} MB, the receiver killed with -9 in the middle",
                                   ["was kept", "peers in touch -> first new byte s", "MiB read until then"], rows))
    return "\n".join(lines)
