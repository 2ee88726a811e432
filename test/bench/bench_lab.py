"""The lab of the integration tests, set up to be measured: daemons log as they do for users, and are asked over
their Unix-domain socket, which costs far less than starting a program for each question."""

import http.client
import json
import os
import pathlib
import socket
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "integration"))
from lab import HAS_NAMESPACES, IWANTO, Failed, Lab, wait_until  # noqa: E402, F401


class LocalConnection(http.client.HTTPConnection):
    def __init__(self, path):
        super().__init__("localhost", timeout=60)
        self.path = str(path)

    def connect(self):
        self.sock = socket.socket(socket.AF_UNIX)
        self.sock.settimeout(self.timeout)
        self.sock.connect(self.path)


def ask(host, method, path, body=None):
    """One request to a host's daemon; OSError while it does not run."""
    connection = LocalConnection(host.home / "iwanto.sock")
    try:
        headers = {"Content-Type": "application/json"} if body is not None else {}
        connection.request(method, path, json.dumps(body) if body is not None else None, headers)
        answer = connection.getresponse()
        text = answer.read()
        if answer.status >= 300:
            raise Failed(f"{method} {path}: {answer.status} {text.decode(errors='replace')}")
        return json.loads(text)
    finally:
        connection.close()


def status(host):
    """The daemon's status, or None while it does not answer."""
    try:
        return ask(host, "GET", "/api/status")
    except (OSError, http.client.HTTPException):
        return None


def search(host, text, limit=20):
    return ask(host, "POST", "/api/search", {"query": text, "limit": limit})["results"]


def all_hashed(host, files):
    now = status(host)
    return now is not None and now["shared"]["files"] == files and now["shared"]["unhashed"] == 0


class BenchLab(Lab):
    def host(self, name, files=None):
        host = super().host(name, files)
        kept = host.environment()
        kept.pop("IWANT_LOG", None)
        if "IWANT_LOG" in os.environ:
            kept["IWANT_LOG"] = os.environ["IWANT_LOG"]
        host.environment = lambda: kept
        return host


def make_tree(folder, count, bytes_min, bytes_max, prng):
    """`count` files of random bytes in 200 folders; the sum of their sizes."""
    total = 0
    for number in range(count):
        place = folder / f"Folder {number % 200:03d}"
        place.mkdir(parents=True, exist_ok=True)
        size = prng.randint(bytes_min, bytes_max)
        (place / f"Report {number:05d} {prng.randrange(1000, 9999)}.bin").write_bytes(prng.randbytes(size))
        total += size
    return total

