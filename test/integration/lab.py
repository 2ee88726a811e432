"""Several real hosts on one machine: a lab of network namespaces on a bridge without an uplink, with a real
daemon on each host. No packet leaves the machine. Without root the hosts share the loopback device, and
peers are given by address; what needs a network of its own is skipped then.

    with Lab() as lab:
        ann = lab.host("ann", {"Movies/Silicon Valley.mkv": b"..."})
        ann.start()
        ann.json("search", "slicon valey")
"""

import itertools
import json
import os
import pathlib
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import unittest

ROOT = pathlib.Path(__file__).resolve().parents[2]
IWANTO = pathlib.Path(os.environ.get("IWANTO", ROOT / "build/release/iwanto"))
IS_ROOT = os.geteuid() == 0
HAS_NAMESPACES = IS_ROOT and shutil.which("ip") is not None
SUBNET = "10.77.0."
PORTS_PER_LAB = 40  # without namespaces, labs of several test programs run side by side
_lab_numbers = itertools.count()


class Failed(Exception):
    """A command ended otherwise than it should."""


def wait_until(condition, seconds, what):
    """Returns condition()'s first true value; fails with `what` when there is none in time."""
    deadline = time.monotonic() + seconds
    while True:
        value = condition()
        if value:
            return value
        if time.monotonic() > deadline:
            raise Failed(f"not within {seconds} s: {what}")
        time.sleep(0.1)  # a leader answers each peer ten times a second


def run_quietly(*command):
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)


class Host:
    """One computer of the lab: its own network, home, shared folder and daemon."""

    def __init__(self, lab, name, number, network=("ipv4", "ipv6")):
        self.lab = lab
        self.name = name
        self.number = number
        self.network = network
        self.namespace = f"{lab.prefix}{number}" if lab.isolated else None
        self.address = f"{SUBNET}{number}" if lab.isolated else "127.0.0.1"
        self.port = 4926 if lab.isolated else lab.first_port + number
        self.folder = lab.folder / name
        self.home = self.folder / "state"
        self.shared = self.folder / "Shared"
        self.downloads = self.folder / "Downloads"
        self.process = None
        self.extra = []
        self.user = None
        self.wrapper = []  # the program, with arguments, that starts the daemon's
        self.shared.mkdir(parents=True)
        self.downloads.mkdir()

    # The host itself.

    def plug_in(self):
        """Makes the network of this host."""
        end = f"{self.lab.prefix}v{self.number}"
        run_quietly("ip", "netns", "add", self.namespace)
        run_quietly("ip", "link", "add", end, "netns", self.lab.switch, "type", "veth",
                    "peer", "name", "eth0", "netns", self.namespace)
        run_quietly("ip", "-n", self.lab.switch, "link", "set", end, "master", "lan", "up")
        if "ipv6" not in self.network:
            self.set_kernel("net.ipv6.conf.all.disable_ipv6", 1)
        self.ip("link", "set", "lo", "up")
        if "ipv4" in self.network:
            self.ip("addr", "add", f"{self.address}/24", "brd", "+", "dev", "eth0")
        self.ip("link", "set", "eth0", "up")

    def ip(self, *arguments):
        """Runs the `ip` command for this host."""
        run_quietly("ip", "-n", self.namespace, *arguments)

    def wait_for_ipv6(self):
        """Until the kernel has made sure that nobody else has this host's address."""
        def ready():
            shown = subprocess.run(self.command("ip", "-6", "-br", "addr", "show", "dev", "eth0", "scope", "link", "-tentative"),
                                   capture_output=True, text=True, check=True).stdout.split()
            return next((word.split("/")[0] for word in shown if word.startswith("fe80")), None)
        return wait_until(ready, 10, f"{self.name} has an IPv6 address")

    def python(self, code, *arguments):
        """Runs a Python program on this host, beside the test."""
        return subprocess.Popen(self.command(sys.executable, "-c", code, *arguments), stdin=subprocess.PIPE,
                                stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)

    def slow_down(self, rate):
        """Limits what this host sends: "80mbit"."""
        run_quietly("tc", "-n", self.namespace, "qdisc", "replace", "dev", "eth0", "root", "tbf", "rate", rate,
                    "burst", "256kb", "latency", "50ms")

    def sent_bytes(self):
        """What left this host by its network device."""
        shown = subprocess.run(self.command("ip", "-s", "-j", "link", "show", "dev", "eth0"), capture_output=True,
                               text=True, check=True).stdout
        return json.loads(shown)[0]["stats64"]["tx"]["bytes"]

    def go_full_speed(self):
        run_quietly("tc", "-n", self.namespace, "qdisc", "del", "dev", "eth0", "root")

    def set_kernel(self, key, value):
        """Sets a kernel parameter of this host's network."""
        run_quietly("ip", "netns", "exec", self.namespace, "sysctl", "-qw", f"{key}={value}")

    def set_cable(self, state):
        """`state` is "up" or "down": pulls or plugs the cable at the switch."""
        run_quietly("ip", "-n", self.lab.switch, "link", "set", f"{self.lab.prefix}v{self.number}", state)

    def command(self, *arguments):
        """The command line that runs `arguments` on this host."""
        prefix = ["ip", "netns", "exec", self.namespace] if self.namespace else []
        if self.user is not None:
            prefix += ["setpriv", f"--reuid={self.user}", f"--regid={self.user}", "--clear-groups"]
        return [*prefix, *map(str, arguments)]

    def write(self, path, content):
        """Makes a shared file."""
        target = self.shared / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(content)
        return target

    def become(self, user):
        """From now on this host's programs are those of an ordinary user, whom permissions bind."""
        os.chmod(self.lab.folder, 0o755)
        run_quietly("chown", "-R", f"{user}:{user}", self.folder)
        self.user = user
        return subprocess.run(self.command(IWANTO, "--version"), capture_output=True, check=False).returncode == 0

    # Its daemon.

    def start(self, *flags, wait=True):
        """Starts the daemon and waits until it answers."""
        if not self.lab.isolated:
            others = [host.port for host in self.lab.hosts if host is not self]
            self.extra = ["--interface", "lo", "--no-multicast", "--port", self.port, "--web-port",
                          self.port + PORTS_PER_LAB // 2]
            for port in others:
                self.extra += ["--peer", f"127.0.0.1:{port}"]
        command = self.command(*self.wrapper, IWANTO, "--home", self.home, "start", "--name", self.name, "--share", self.shared,
                               "--download-dir", self.downloads, *self.extra, *flags)
        with open(self.folder / "output.txt", "ab") as output:
            self.process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=output, stderr=output,
                                            env=self.environment(), start_new_session=True)
        if wait:
            wait_until(self.answers, 30, f"{self.name} answers; its output: {self.folder / 'output.txt'}")
        return self

    def answers(self):
        if self.process.poll() is not None:
            raise Failed(f"{self.name} ended: {(self.folder / 'output.txt').read_text()}")
        return self.run("status", "--json", check=False).returncode == 0

    def stop(self):
        """SIGTERM; returns how many seconds the daemon took."""
        return self._end(signal.SIGTERM)

    def kill(self):
        return self._end(signal.SIGKILL)

    def _end(self, number):
        began = time.monotonic()
        if self.process is not None and self.process.poll() is None:
            self.process.send_signal(number)
            self.process.wait(20)
        self.process = None
        return time.monotonic() - began

    def freeze(self):
        """Stops the daemon's process where it is, as a computer that hangs."""
        self.process.send_signal(signal.SIGSTOP)

    def thaw(self):
        self.process.send_signal(signal.SIGCONT)

    def environment(self):
        kept = {name: value for name, value in os.environ.items() if not name.startswith("IWANT")}
        return kept | {"HOME": str(self.folder), "LC_ALL": "C.UTF-8", "IWANT_LOG": "debug"}

    # Its command line.

    def run(self, *arguments, check=True, timeout=120, **options):
        """Runs `iwanto ...`; fails when it does, unless check=False."""
        done = subprocess.run(self.command(IWANTO, "--home", self.home, *arguments), capture_output=True,
                              text=True, timeout=timeout, env=self.environment(), stdin=subprocess.DEVNULL, **options)
        if check and done.returncode != 0:
            raise Failed(f"{self.name}: iwanto {' '.join(map(str, arguments))}: exit {done.returncode}\n"
                         f"{done.stdout}{done.stderr}")
        return done

    def json(self, *arguments, **options):
        """The one JSON object that a command answers."""
        return json.loads(self.run(*arguments, "--json", **options).stdout)

    def json_lines(self, *arguments, **options):
        return [json.loads(line) for line in self.run(*arguments, "--json", **options).stdout.splitlines()]

    def search(self, *words, **options):
        done = self.run("search", *words, "--json", check=False, **options)
        return json.loads(done.stdout) if done.stdout else {"results": [], "complete": False, "total": 0}

    def finds(self, *words):
        return self.search(*words)["results"]

    def popen(self, *arguments):
        """Runs `iwanto ...` beside the test."""
        return subprocess.Popen(self.command(IWANTO, "--home", self.home, *arguments), stdin=subprocess.DEVNULL,
                                stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=self.environment())

    def wait_for_result(self, *words, sources=1, seconds=30):
        """The first result, once it has a hash and so many sources."""
        def ready():
            return next((result for result in self.finds(*words)
                         if result["hash"] and len(result["sources"]) >= sources), None)
        return wait_until(ready, seconds, f"{self.name} finds {words} at {sources} sources")

    def wait_for_download(self, condition, seconds, what):
        """The newest download, once condition(it) holds."""
        def ready():
            newest = next(iter(self.json("downloads")["downloads"][-1:]), None)
            return newest if newest and condition(newest) else None
        return wait_until(ready, seconds, f"{self.name}: {what}")

    def download(self, what, *flags, timeout=120):
        """The last line of `download --json`."""
        return self.json_lines("download", what, *flags, timeout=timeout)[-1]

    def status(self):
        return self.json("status")

    def log(self):
        return (self.home / ".iwant.log").read_text(errors="replace")


class Lab:
    def __init__(self, isolated=HAS_NAMESPACES):
        self.isolated = isolated
        self.prefix = f"iw{os.getpid() % 100000}{chr(97 + next(_lab_numbers) % 26)}"
        self.switch = f"{self.prefix}s"
        self.first_port = 20000 + os.getpid() % 1000 * PORTS_PER_LAB
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="iwant-lab-"))
        self.hosts = []

    def __enter__(self):
        if self.isolated:
            run_quietly("ip", "netns", "add", self.switch)
            run_quietly("ip", "-n", self.switch, "link", "add", "lan", "type", "bridge", "mcast_snooping", "0")
            run_quietly("ip", "-n", self.switch, "link", "set", "lan", "up")
        return self

    def __exit__(self, *_):
        self.close()

    def host(self, name, files=None, **options):
        host = Host(self, name, len(self.hosts) + 1, **options)
        self.hosts.append(host)
        if self.isolated:
            host.plug_in()
        for path, content in (files or {}).items():
            host.write(path, content)
        return host

    def start(self):
        """Starts all daemons at once and waits until each sees all others."""
        for host in self.hosts:
            host.start(wait=False)
        for host in self.hosts:
            wait_until(host.answers, 30, f"{host.name} answers")
        self.wait_for_each_other()

    def wait_for_each_other(self, seconds=30):
        count = len([host for host in self.hosts if host.process])
        for host in self.hosts:
            if host.process:
                wait_until(lambda: host.status()["peers"] >= count - 1, seconds, f"{host.name} sees {count - 1} peers")

    def leader(self, seconds=15):
        """The host that all running ones follow, once they agree."""
        def agreed():
            running = [host for host in self.hosts if host.process]
            leaders = [host.status()["leader"] for host in running]
            if any(leader is None for leader in leaders) or len({leader["id"] for leader in leaders}) != 1:
                return None
            return next((host for host in running if host.status()["peer"]["id"] == leaders[0]["id"]), None)
        return wait_until(agreed, seconds, "all follow one leader")

    def divide(self, away):
        """Puts the cables of these hosts into a second switch, that has no link to the first."""
        run_quietly("ip", "-n", self.switch, "link", "add", "far", "type", "bridge", "mcast_snooping", "0")
        run_quietly("ip", "-n", self.switch, "link", "set", "far", "up")
        for host in away:
            run_quietly("ip", "-n", self.switch, "link", "set", f"{self.prefix}v{host.number}", "master", "far")

    def unite(self, away):
        for host in away:
            run_quietly("ip", "-n", self.switch, "link", "set", f"{self.prefix}v{host.number}", "master", "lan")
        run_quietly("ip", "-n", self.switch, "link", "del", "far")

    def close(self):
        for host in self.hosts:
            if host.process is not None and host.process.poll() is None:
                host.process.kill()
                host.process.wait()
        if self.isolated:
            for namespace in [*(host.namespace for host in self.hosts), self.switch]:
                subprocess.run(["ip", "netns", "del", namespace], check=False, stderr=subprocess.DEVNULL)
        if "IWANT_KEEP_LAB" in os.environ:
            print(f"kept: {self.folder}", file=sys.stderr)
        else:
            shutil.rmtree(self.folder, ignore_errors=True)


class LabTest(unittest.TestCase):
    """A test with labs that are taken down after it."""

    def lab(self, **options):
        lab = Lab(**options)
        self.addCleanup(lab.close)
        return lab.__enter__()
