"""cluster: how long nobody leads when the leader goes, what searches miss meanwhile, and what a crowd costs.

Six hosts in namespaces; the leader's daemon is stopped (term), killed (kill) or its cable pulled (cable),
another's cable is pulled for good (dead), the network is divided into halves and healed (split), a seventh host
joins (join). All the while one search is asked every 50 ms at the hosts that stay, in turn. Then forty daemons
start at once and are left alone (crowd)."""

import os
import shutil
import signal
import time
from random import Random

import measure
from bench_lab import HAS_NAMESPACES, Failed, status
from cluster_lab import ClusterLab, Searches, await_all, await_complete, await_one_leader, finds_all, look

HOSTS = 6
ROUND_S = 60  # no wait of a round is longer
EVENTS = {
    "term": "SIGTERM of the leader -> search complete",
    "kill": "kill -9 of the leader -> new leader",
    "kill complete": "kill -9 of the leader -> search complete",
    "cable": "cable of the leader pulled -> new leader",
    "cable back": "its cable plugged again -> one leader, all found",
    "dead": "cable of another pulled -> not said to be online",
    "split": "halves healed -> one leader, all found",
    "join": "a new peer started -> found by all others",
}
BARS = {"term": (0.3, 1), "kill": (0.7, 2), "cable": (4, 6), "dead": (15, 45), "split": (3, 10), "join": (1.5, 4)}


class Book:
    """What was measured: seconds by event, and the searches beside each kind of round."""

    def __init__(self):
        self.seconds = {}
        self.searches = {}
        self.load = []

    def note(self, event, began):
        self.seconds.setdefault(event, []).append(time.monotonic() - began)

    def add(self, kind, searches):
        of = self.searches.setdefault(kind, {"asked": 0, "failed": [], "incomplete": 0, "seconds": []})
        of["asked"] += len(searches.seconds)
        of["incomplete"] += searches.incomplete
        of["failed"] += searches.failed
        of["seconds"] += searches.seconds
        self.load.append(os.getloadavg()[0])

    def figures(self):
        def three(times):
            return {"p50": measure.median(times), "p99": measure.percentile(times, 99), "max": max(times)}
        events = {event: {"count": len(times)} | three(times) for event, times in self.seconds.items()}
        searches = {kind: {"asked": of["asked"], "failed": len(of["failed"]), "incomplete": of["incomplete"],
                           "failures": of["failed"][:20]} | three(of["seconds"])
                    for kind, of in self.searches.items()}
        return {"events": events, "searches": searches}


def end_leader(lab, book, kind, number):
    """One round in which the leader's process ends; it is started again afterwards."""
    leader = lab.settle(ROUND_S)
    lost = status(leader)["peer"]["id"]
    others = [host for host in lab.running() if host is not leader]
    with Searches(others) as searches:
        time.sleep(0.3)
        began = time.monotonic()
        leader.process.send_signal(number)
        await_one_leader(others, ROUND_S, but=lost)
        if kind == "kill":
            book.note("kill", began)
        await_complete(others, ROUND_S, but=lost)
        book.note("term" if kind == "term" else "kill complete", began)
        time.sleep(0.5)
    book.add(kind, searches)
    leader.process.wait(20)
    leader.start()


def pull_cable(lab, book):
    leader = lab.settle(ROUND_S)
    lost = status(leader)["peer"]["id"]
    others = [host for host in lab.hosts if host is not leader]
    with Searches(others) as searches:
        time.sleep(0.3)
        began = time.monotonic()
        leader.set_cable("down")
        await_one_leader(others, ROUND_S, but=lost)
        book.note("cable", began)
        time.sleep(1)
        leader.set_cable("up")
        began = time.monotonic()
        await_one_leader(lab.hosts, ROUND_S)
        await_complete(lab.hosts, ROUND_S)
        book.note("cable back", began)
    book.add("cable", searches)


def is_online(host, answer):
    """Whether an answer says that files of this host can be had."""
    return any(source["name"] == host.name and source["online"] for row in answer["results"] for source in row["sources"])


def lose_follower(lab, book):
    leader = lab.settle(ROUND_S)
    dead = next(host for host in lab.hosts if host is not leader)
    others = [host for host in lab.hosts if host is not dead]
    with Searches(others) as searches:
        dead.set_cable("down")
        began = time.monotonic()
        await_all(others, lambda host: not is_online(dead, look(host)), ROUND_S, "the dead one is known to be dead")
        await_complete(others, ROUND_S)
        book.note("dead", began)
        dead.set_cable("up")
    book.add("dead", searches)


def split(lab, book):
    """Halves that have both settled are united."""
    lab.settle(ROUND_S)
    near, far = lab.hosts[::2], lab.hosts[1::2]
    with Searches(near) as ours, Searches(far) as theirs:
        lab.divide(far)
        for half in (near, far):
            await_one_leader(half, ROUND_S)
            await_complete(half, ROUND_S)
        lab.unite(far)
        began = time.monotonic()
        await_one_leader(lab.hosts, ROUND_S)
        await_complete(lab.hosts, ROUND_S)
        await_one_leader(lab.hosts, ROUND_S)
        book.note("split", began)
    book.add("split", ours)
    book.add("split", theirs)


def join(lab, book, guest):
    lab.settle(ROUND_S)
    others = [host for host in lab.hosts if host is not guest]
    shutil.rmtree(guest.home, ignore_errors=True)
    with Searches(others) as searches:
        began = time.monotonic()
        guest.start(wait=False)
        await_all(others, lambda host: finds_all(host, lab.hosts), ROUND_S, "the new peer is found")
        book.note("join", began)
    book.add("join", searches)
    guest.stop()


def times(options, kind):
    return {"split": options.splits, "dead": min(options.splits, 5)}.get(kind, options.kills)


def rounds(options, book):
    wanted = options.event or ["term", "kill", "cable", "dead", "split", "join"]
    with ClusterLab() as lab:
        for number in range(HOSTS):
            lab.member(f"host{number}")
        lab.start()
        prng = Random(7)
        actions = {"term": lambda: end_leader(lab, book, "term", signal.SIGTERM),
                   "kill": lambda: end_leader(lab, book, "kill", signal.SIGKILL),
                   "cable": lambda: pull_cable(lab, book), "dead": lambda: lose_follower(lab, book),
                   "split": lambda: split(lab, book)}
        for kind, action in actions.items():
            for _ in range(times(options, kind) if kind in wanted else 0):
                time.sleep(2 * prng.random())
                action()
        if "join" in wanted:
            guest = lab.member("guest")
            for _ in range(times(options, "join")):
                join(lab, book, guest)


def crowd(options):
    """Forty daemons at once: until all agree, and what they need when nothing happens."""
    with ClusterLab() as lab:
        hosts = [lab.member(f"host{number:02d}") for number in range(options.crowd)]
        began = time.monotonic()
        for host in hosts:
            host.start(wait=False)
        started = time.monotonic() - began
        await_one_leader(hosts, ROUND_S)
        agreed = time.monotonic() - began
        await_all(hosts, lambda host: status(host)["peers"] >= len(hosts) - 1, ROUND_S, "sees all others")
        seen = time.monotonic() - began
        await_one_leader(hosts, ROUND_S)
        await_complete(hosts, ROUND_S)
        complete = time.monotonic() - began
        time.sleep(10)
        pids = [host.process.pid for host in hosts]
        before, began = sum(map(measure.cpu_seconds, pids)), time.monotonic()
        time.sleep(options.idle_seconds)
        percent = 100 * (sum(map(measure.cpu_seconds, pids)) - before) / (time.monotonic() - began)
        resident = [measure.memory_bytes(pid, "VmRSS") / measure.MIB for pid in pids]
        own = [measure.memory_bytes(pid, "RssAnon") / measure.MIB for pid in pids]
    return {"daemons": options.crowd, "started_s": started, "agreed_s": agreed, "seen_s": seen,
            "complete_s": complete, "idle_seconds": options.idle_seconds, "cpu_percent": percent,
            "rss_mib": {"p50": measure.median(resident), "max": max(resident)},
            "own_mib": {"p50": measure.median(own), "max": max(own)}}


def run(options):
    if not HAS_NAMESPACES:
        raise Failed("skipped: the suite cluster needs root, for network namespaces")
    book = Book()
    if options.event != ["crowd"]:
        rounds(options, book)
    found = {"hosts": HOSTS} | book.figures()
    if not options.event or "crowd" in options.event:
        found["crowd"] = crowd(options)
    found["load"] = {"mean": sum(book.load) / len(book.load) if book.load else os.getloadavg()[0],
                     "max": max(book.load, default=os.getloadavg()[0])}
    return found


def show(found):
    tables = []
    if found["events"]:
        rows = [[title, *(f"{found['events'][event][name]:.2f}" for name in ("p50", "p99", "max")),
                 "{} / {}".format(*BARS[event]) if event in BARS else "", found["events"][event]["count"]]
                for event, title in EVENTS.items() if event in found["events"]]
        tables.append(measure.table(f"cluster: {found['hosts']} hosts, load average {found['load']['mean']:.1f} "
                                    f"(at most {found['load']['max']:.1f})",
                                    ["", "p50 s", "p99 s", "max s", "bar p50 / p99", "times"], rows))
        rows = [[kind, of["asked"], of["failed"], of["incomplete"],
                 *(f"{1000 * of[name]:.0f}" for name in ("p50", "p99", "max"))]
                for kind, of in found["searches"].items()]
        tables.append(measure.table("searches meanwhile, one every 50 ms", [
            "", "asked", "failed or short", "said to be incomplete", "p50 ms", "p99 ms", "max ms"], rows))
    if crowd_found := found.get("crowd"):
        rows = [["all started, s", f"{crowd_found['started_s']:.1f}", ""],
                ["one leader, s", f"{crowd_found['agreed_s']:.1f}", ""],
                ["all see all, s", f"{crowd_found['seen_s']:.1f}", "10"],
                ["all find all, s", f"{crowd_found['complete_s']:.1f}", ""],
                ["idle CPU of all together, %", f"{crowd_found['cpu_percent']:.2f}", "5"],
                ["RSS of one, MiB: p50 / max", "{p50:.1f} / {max:.1f}".format(**crowd_found["rss_mib"]), "25"],
                ["not of files, MiB: p50 / max", "{p50:.1f} / {max:.1f}".format(**crowd_found["own_mib"]), ""]]
        tables.append(measure.table(f"crowd: {crowd_found['daemons']} daemons at once, then idle for "
                                    f"{crowd_found['idle_seconds']} s", ["", "", "bar"], rows))
    return "\n".join(tables)
