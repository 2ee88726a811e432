"""What people use today to move files on a network, each as a server on a host of the lab that is asked to hand
files to another host: rsync's daemon and libtorrent. (nginx is in bulk.py.)"""

import pathlib
import shutil
import subprocess

import measure
from bench_lab import wait_until
from bulk import result, run_command

TORRENT_PEER = pathlib.Path(__file__).with_name("torrent_peer.py")
DEBIAN_PYTHON = "/usr/bin/python3"  # the one that Debian's libtorrent belongs to


def cpu_with_children(pid):
    return measure.cpu_seconds(pid) + measure.children_cpu_seconds(pid)


def listens(host, port):
    shown = subprocess.run(host.command("ss", "-Hltn"), capture_output=True, text=True, check=True).stdout
    return f":{port} " in shown


class Server:
    """A program on a host; the command that starts it, and where it says what goes wrong."""

    def start(self, host, port, folder, *command):
        self.output = open(folder / f"output-{port}.txt", "wb")
        self.process = subprocess.Popen(host.command(*command), stdin=subprocess.DEVNULL, stdout=self.output,
                                        stderr=self.output)
        wait_until(lambda: listens(host, port), 20, f"{command[0]} listens")

    def stop(self):
        self.process.terminate()
        self.process.wait(10)
        self.output.close()

    def timed_get(self, target, size_bytes, command):
        """Runs the receiver's command; what it cost both ends."""
        measure.forget_peak(self.process.pid)
        before = cpu_with_children(self.process.pid)
        seconds, cpu, peak, _ = run_command(target, command)
        served = cpu_with_children(self.process.pid) - before
        return result(size_bytes, seconds, cpu, served, peak, measure.memory_bytes(self.process.pid, "VmHWM"))


class Rsync(Server):
    """rsync's daemon: plain text, checks nothing but the whole at the end."""

    def __init__(self, source, folder):
        self.port = source.port + 201
        self.address = source.address
        configuration = folder / "rsyncd.conf"
        configuration.write_text(f"use chroot = no\nuid = 0\ngid = 0\n[shared]\npath = {source.shared}\n"
                                 "read only = yes\n")
        self.start(source, self.port, folder, "rsync", "--daemon", "--no-detach", f"--address={self.address}",
                   f"--port={self.port}", f"--config={configuration}")

    def get(self, target, name, size_bytes):
        to = target.downloads / "rsync"
        run = self.timed_get(target, size_bytes, ["rsync", "-r", f"rsync://{self.address}:{self.port}/shared/{name}",
                                                  f"{to}/"])
        shutil.rmtree(to)
        return run


class Torrent(Server):
    """libtorrent, tuned, without encryption."""

    def __init__(self, version, source, name, folder):
        self.port = source.port + 202 + int(version[1])
        self.address = source.address
        self.torrent = folder / f"{version}.torrent"
        subprocess.run([DEBIAN_PYTHON, TORRENT_PEER, "make", version, source.shared / name, self.torrent], check=True,
                       stdout=subprocess.DEVNULL)
        self.start(source, self.port, folder, DEBIAN_PYTHON, TORRENT_PEER, "seed", self.torrent, source.shared,
                   f"{self.address}:{self.port}")

    def get(self, target, _name, size_bytes):
        to = target.downloads / "torrent"
        to.mkdir()
        run = self.timed_get(target, size_bytes, [
            DEBIAN_PYTHON, TORRENT_PEER, "get", self.torrent, to, f"{target.address}:{target.port + 210}",
            f"{self.address}:{self.port}"])
        shutil.rmtree(to)
        return run
