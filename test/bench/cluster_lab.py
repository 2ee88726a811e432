"""A small network whose leader is taken away, and the searches that go on meanwhile: what the suite `cluster` needs
beside the lab. Every host shares a few files that one query finds, so that an answer tells whose are missing."""

import concurrent.futures
import http.client
import threading
import time

from bench_lab import BenchLab, Failed, ask, status

QUERY = "harbour lights"
FILES = 4  # of each host; all of forty hosts fit into one answer
ASK_EVERY_S = 0.05
POLL_S = 0.01
AGAIN_S = 0.11  # a leader answers each peer ten times a second


def names_of(hosts):
    return {f"Harbour Lights {host.name} {number:02d}.txt" for host in hosts for number in range(FILES)}


def leader_of(host):
    """The id of the leader that a host follows, or None while it has none or does not answer."""
    now = status(host)
    return now["leader"]["id"] if now is not None and now["leader"] else None


def look(host):
    """The answer to the one query, at once, as far as it is known at that moment."""
    return ask(host, "POST", "/api/search", {"query": QUERY, "limit": 200, "wait_ms": 0})


def names_in(answer):
    return {row["name"] for row in answer["results"]}


def await_all(hosts, condition, seconds, what):
    """Waits until condition(host) is true at each host, looked at side by side."""
    deadline = time.monotonic() + seconds

    def wait(host):
        while not condition(host):
            if time.monotonic() > deadline:
                raise Failed(f"not within {seconds} s at {host.name}: {what}")
            time.sleep(max(AGAIN_S, len(hosts) / 50))  # the asking itself must not fill the machine
    with concurrent.futures.ThreadPoolExecutor(len(hosts)) as pool:
        list(pool.map(wait, hosts))


def await_one_leader(hosts, seconds, but=None):
    """The id of the leader that all of the hosts follow, once it is another than `but`."""
    deadline = time.monotonic() + seconds
    while True:
        leaders = {leader_of(host) for host in hosts}
        if len(leaders) == 1 and not leaders & {None, but}:
            return leaders.pop()
        if time.monotonic() > deadline:
            raise Failed(f"no leader within {seconds} s: {[(host.name, leader_of(host)) for host in hosts]}")
        time.sleep(POLL_S)


def finds_all(host, hosts, but=None):
    """Whether a host's answer is complete, of a leader other than `but`, and has the files of all these hosts."""
    try:
        answer = look(host)
    except (OSError, http.client.HTTPException):
        return False
    leader = answer["leader"]["id"] if answer["leader"] else None
    return answer["complete"] and leader not in (None, but) and names_of(hosts) <= names_in(answer)


def await_complete(hosts, seconds, but=None):
    """Until all of them find the files of all of them; each is asked as soon as it knows a leader."""
    def complete(host):
        return finds_all(host, hosts, but)

    def known(host):
        deadline = time.monotonic() + seconds
        while leader_of(host) in (None, but) and time.monotonic() < deadline:
            time.sleep(POLL_S)
    with concurrent.futures.ThreadPoolExecutor(len(hosts)) as pool:
        list(pool.map(known, hosts))
    await_all(hosts, complete, seconds, "search is complete")


class Searches:
    """One search every 50 ms, at each of the hosts in turn and each in a thread of its own, so that one that waits
    delays no other. What is missing though its owner lives, and what fails, is kept."""

    def __init__(self, hosts):
        self.hosts = hosts
        self.expected = names_of(hosts)
        self.seconds, self.failed, self.incomplete = [], [], 0
        self._over = threading.Event()
        self._lock = threading.Lock()  # the askers' threads write down what they got
        self._pool = concurrent.futures.ThreadPoolExecutor(128)
        self._clock = threading.Thread(target=self._run)

    def __enter__(self):
        self.began = time.monotonic()
        self._clock.start()
        return self

    def __exit__(self, *_):
        self._over.set()
        self._clock.join()
        self._pool.shutdown()

    def _run(self):
        number = 0
        while not self._over.wait(max(0, self.began + number * ASK_EVERY_S - time.monotonic())):
            self._pool.submit(self._ask, self.hosts[number % len(self.hosts)])
            number += 1

    def _ask(self, host):
        began = time.monotonic()
        try:
            answer = look(host)
            missing = self.expected - names_in(answer)
            trouble = f"{len(missing)} of {len(self.expected)} missing" if missing else None
            complete = answer["complete"]
        except (OSError, http.client.HTTPException, Failed) as error:
            trouble, complete = str(error), False
        with self._lock:
            self.seconds.append(time.monotonic() - began)
            self.incomplete += not complete
            if trouble:
                self.failed.append((began - self.began, host.name, trouble))


class ClusterLab(BenchLab):
    """Hosts that share a few small files."""

    def member(self, name):
        host = self.host(name)
        for file in names_of([host]):
            host.write(file, f"{file} of {host.name}".encode())
        return host

    def running(self):
        return [host for host in self.hosts if host.process]

    def settle(self, seconds=60):
        """Until all that run follow one leader, see each other and find all; returns the leader."""
        running = self.running()
        found = await_one_leader(running, seconds)
        await_all(running, lambda host: status(host)["peers"] >= len(running) - 1, seconds, "sees the others")
        await_complete(running, seconds)
        return next(host for host in running if status(host)["peer"]["id"] == found)
