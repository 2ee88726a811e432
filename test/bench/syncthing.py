"""Syncthing between two hosts of the lab: TLS, every block verified, as iwanto. It hands whole folders on, so what is
timed is from its connection until the receiver is up to date; its scan of the source went before and is not counted.
It does not go through libc, so its congestion control is the machine's."""

import json
import os
import shutil
import subprocess
import time

import measure
from bench_lab import wait_until
from bulk import result

KEY = "bench"
LOOK_EVERY_S = 0.05
SETTINGS = """<configuration version="36">
<folder id="f" label="f" path="{path}" type="{kind}" rescanIntervalS="3600" fsWatcherEnabled="true" fsWatcherDelayS="{watch_s}">
<filesystemType>basic</filesystemType><device id="{own}"></device><device id="{other}"></device>
<minDiskFree unit="%">0</minDiskFree></folder>
<device id="{own}" name="own" compression="metadata"><address>dynamic</address></device>
<device id="{other}" name="other" compression="metadata"><address>tcp://{other_address}</address><paused>{paused}</paused></device>
<gui enabled="true" tls="false"><address>127.0.0.1:{web_port}</address><apikey>""" + KEY + """</apikey></gui>
<options><listenAddress>tcp://{own_address}</listenAddress><globalAnnounceEnabled>false</globalAnnounceEnabled>
<localAnnounceEnabled>false</localAnnounceEnabled><relaysEnabled>false</relaysEnabled><natEnabled>false</natEnabled>
<startBrowser>false</startBrowser><autoUpgradeIntervalH>0</autoUpgradeIntervalH><urAccepted>-1</urAccepted>
<crashReportingEnabled>false</crashReportingEnabled><minHomeDiskFree unit="%">0</minHomeDiskFree>
<reconnectionIntervalS>5</reconnectionIntervalS></options></configuration>
"""


class Instance:
    """Syncthing on one host, with the folder that it has in common with the other."""

    def __init__(self, host, folder, name, port):
        self.host, self.home, self.folder = host, folder / f"syncthing-{name}", folder / f"syncthing-{name}-files"
        self.port, self.web_port = port, port + 1
        self.address = f"{host.address}:{port}"
        self.process = None
        self.run("generate", "--home", self.home, "--skip-port-probing")
        self.id = self.run("--home", self.home, "--device-id").strip()
        self.keys = {name: (self.home / name).read_bytes() for name in ("cert.pem", "key.pem")}

    def run(self, *arguments):
        return subprocess.run(["syncthing", *arguments], check=True, capture_output=True, text=True).stdout

    def start(self, other, kind, paused, watch_s):
        """With an empty database. `watch_s`: how long it collects changes before it looks at them."""
        shutil.rmtree(self.home)
        self.home.mkdir()
        for name, content in self.keys.items():
            (self.home / name).write_bytes(content)
        (self.folder / ".stfolder").mkdir(parents=True, exist_ok=True)
        (self.home / "config.xml").write_text(SETTINGS.format(
            path=self.folder, kind=kind, own=self.id, other=other.id, own_address=self.address,
            other_address=other.address, paused=str(paused).lower(), web_port=self.web_port, watch_s=watch_s))
        # Without the process that would start it again, so that there is one to be measured.
        self.process = subprocess.Popen(
            self.host.command("syncthing", "serve", "--home", self.home, "--no-browser", "--no-restart"),
            env=os.environ | {"STNOUPGRADE": "1", "STNODEFAULTFOLDER": "1", "STMONITORED": "yes"},
            stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        wait_until(lambda: self.state().get("state") == "idle", 300, f"syncthing of {self.host.name} is ready")

    def stop(self):
        if self.process is not None:
            self.process.terminate()
            self.process.wait(20)
            self.process = None

    def ask(self, path, method="GET"):
        asked = subprocess.run(self.host.command(
            "curl", "-s", "-X", method, "-H", f"X-API-Key: {KEY}", f"http://127.0.0.1:{self.web_port}/rest/{path}"),
            capture_output=True, text=True, check=False)
        try:
            return json.loads(asked.stdout or "{}")
        except json.JSONDecodeError:
            return {}

    def state(self):
        return self.ask("db/status?folder=f")

    def is_connected_to(self, other):
        return self.ask("system/connections").get("connections", {}).get(other.id, {}).get("connected", False)

    def cpu(self):
        return measure.cpu_seconds(self.process.pid) + measure.children_cpu_seconds(self.process.pid)


def link(path, to):
    """The same files under another name, so that nothing is copied."""
    to.parent.mkdir(parents=True, exist_ok=True)
    if path.is_dir():
        shutil.copytree(path, to, copy_function=os.link)
    else:
        os.link(path, to)


class Syncthing:
    """Two of them with what is below a name of the source's shared folder ("": all of that) in common."""

    DELAY_S = 10  # its default

    def __init__(self, source, target, name, watch_s=DELAY_S):
        self.watch_s = watch_s
        self.source = Instance(source, source.shared.parent, "source", source.port + 220)
        self.target = Instance(target, target.downloads, "target", target.port + 220)
        link(source.shared / name, self.source.folder / name)
        self.source.start(self.target, "sendonly", False, watch_s)
        self.bytes = self.source.state()["localBytes"]

    def get(self, _target, _name, size_bytes):
        self.connect(paused=True)
        pids = self.target.process.pid, self.source.process.pid
        before = [self.target.cpu(), self.source.cpu()]
        for pid in pids:
            measure.forget_peak(pid)
        self.target.ask(f"system/resume?device={self.source.id}", "POST")
        wait_until(lambda: self.target.is_connected_to(self.source), 30, "they are connected")
        began = time.monotonic()
        while not self.is_up_to_date():
            time.sleep(LOOK_EVERY_S)
        seconds = time.monotonic() - began
        cpu_get, cpu_serve = (one.cpu() - start for one, start in zip((self.target, self.source), before))
        run = result(size_bytes, seconds, cpu_get, cpu_serve, *(measure.memory_bytes(pid, "VmHWM") for pid in pids))
        self.target.stop()
        shutil.rmtree(self.target.folder)
        return run

    def connect(self, paused=False):
        self.target.start(self.source, "receiveonly", paused, self.watch_s)

    def is_up_to_date(self):
        now = self.target.state()
        return now.get("state") == "idle" and now.get("needBytes") == 0 and now.get("globalBytes") == self.bytes

    def stop(self):
        self.target.stop()
        self.source.stop()
        for one in (self.source, self.target):
            shutil.rmtree(one.home, ignore_errors=True)
            shutil.rmtree(one.folder, ignore_errors=True)
