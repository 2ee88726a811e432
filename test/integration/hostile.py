"""An attacker's tools: identities, TLS sessions that say anything, sockets on any host of the lab, and what a daemon
must look like after every attack."""

import contextlib
import ctypes
import datetime
import http.client
import json
import os
import select
import socket
import ssl
import struct
import tempfile
import threading
import time

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa

import hostile_wire as wire
from lab import IWANTO, Lab, LabTest, wait_until

CLONE_NEWNET = 0x40000000
# What a sanitizer keeps of freed memory says nothing about the daemon.
MEMORY_GROWTH_MAX = (1024 if "asan" in str(IWANTO) else 16) << 20
STATUS_SECONDS_MAX = 0.5
RECOVERY_SECONDS = 10
_libc = ctypes.CDLL(None, use_errno=True)


@contextlib.contextmanager
def inside(host):
    """Sockets made by this thread are of this host's network, also afterwards."""
    with open("/proc/thread-self/ns/net", encoding="ascii") as home, \
            open(f"/run/netns/{host.namespace}", encoding="ascii") as there:
        if _libc.setns(there.fileno(), CLONE_NEWNET) != 0:
            raise OSError(ctypes.get_errno(), "setns")
        try:
            yield
        finally:
            _libc.setns(home.fileno(), CLONE_NEWNET)


def socket_on(host, kind=socket.SOCK_STREAM, source=None, family=socket.AF_INET, protocol=0):
    with inside(host):
        made = socket.socket(family, kind, protocol)
    if source is not None:
        made.bind((source, 0))
    return made


class Identity:
    """A key, its PeerId and its certificate. `kind`: ed25519 as it must be, or rsa or p256."""

    def __init__(self, kind="ed25519"):
        makers = {"ed25519": ed25519.Ed25519PrivateKey.generate, "p256": lambda: ec.generate_private_key(ec.SECP256R1()),
                  "rsa": lambda: rsa.generate_private_key(65537, 2048)}
        self.key = makers[kind]()
        self.public = bytes(32)
        if kind == "ed25519":
            self.public = self.key.public_key().public_bytes(serialization.Encoding.Raw, serialization.PublicFormat.Raw)
        self.peer = wire.peer_id_of(self.public)

    def sign(self, message):
        return self.key.sign(message)

    def certificate(self):
        """The key and one self-signed certificate, as PEM."""
        name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "iwant")])
        builder = x509.CertificateBuilder(name, name, self.key.public_key(), 1, datetime.datetime(2000, 1, 1),
                                          datetime.datetime(2090, 1, 1))
        digest = None if isinstance(self.key, ed25519.Ed25519PrivateKey) else hashes.SHA256()
        made = builder.sign(self.key, digest).public_bytes(serialization.Encoding.PEM)
        key = self.key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8,
                                     serialization.NoEncryption())
        return key, made


class Forger:
    """Somebody's public key without the private one."""

    def __init__(self, public):
        self.public = public
        self.sign = lambda _: os.urandom(64)


def tls_context(identity=None, certificates=1, alpn=("iwant/1",), version=ssl.TLSVersion.TLSv1_3):
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    context.maximum_version = version
    if alpn:
        context.set_alpn_protocols(list(alpn))
    if identity is not None:
        key, certificate = identity.certificate()
        with tempfile.NamedTemporaryFile() as file:
            file.write(key + certificate * certificates)
            file.flush()
            context.load_cert_chain(file.name)
    return context


class Session:
    """A TLS connection to a peer; it has said Hello unless told otherwise."""

    def __init__(self, host, target, identity=None, *, source=None, greet=True, context=None, resumed=None,
                 patience=5, **said):
        self.identity = identity or Identity()
        self.raw = socket_on(host, source=source)
        self.raw.settimeout(patience)
        self.raw.connect((target.address, target.port))
        self.raw.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.tls = (context or tls_context(self.identity)).wrap_socket(self.raw, session=resumed, do_handshake_on_connect=False)
        self.received = b""
        try:
            self.tls.do_handshake()
            if greet:
                self.send(wire.hello(self.identity.peer, **said))
                self.wait_for("hello")
        except OSError:
            self.close()
            raise

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

    def send(self, data):
        self.tls.sendall(data)

    def read(self, seconds):
        """The messages that came and come within so much time: [(kind, fields)]; None when the peer closed."""
        deadline = time.monotonic() + seconds
        while not (frames := self._frames()):
            left = deadline - time.monotonic()
            if left <= 0:
                return []
            if not self.tls.pending() and not select.select([self.tls], [], [], left)[0]:
                return []
            try:
                more = self.tls.recv(65536)
            except TimeoutError:
                return []
            except OSError:
                return None
            if not more:
                return None
            self.received += more
        return frames

    def _frames(self):
        frames = []
        while len(self.received) >= 4:
            size = struct.unpack(">I", self.received[:4])[0]
            if len(self.received) < 4 + size:
                break
            for field, body in wire.fields_of(self.received[4:4 + size]).items():
                frames.append((wire.KINDS.get(field, field), wire.fields_of(body)))
            self.received = self.received[4 + size:]
        return frames

    def wait_for(self, kind, seconds=5):
        """The fields of the next message of this kind."""
        deadline = time.monotonic() + seconds
        while (left := deadline - time.monotonic()) > 0:
            frames = self.read(left)
            if frames is None:
                raise ConnectionError(f"closed before {kind}")
            for found, fields in frames:
                if found == kind:
                    return fields
        raise TimeoutError(kind)

    def is_closed_within(self, seconds):
        deadline = time.monotonic() + seconds
        while (left := deadline - time.monotonic()) > 0:
            if self.read(left) is None:
                return True
        return False

    def register(self, leader, epoch, catalogue=b"", **said):
        """As a follower; the leader's answer."""
        self.send(wire.register(self.identity, leader, epoch, catalogue, **said))
        return self.wait_for("registered")

    def cut(self):
        """Ends it with a reset, as a computer that lost its power and forgot."""
        self.tls.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.tls.close()

    def close(self):
        self.tls.close()


# What a daemon looks like from its own computer.

class LocalSocket(http.client.HTTPConnection):
    def __init__(self, path):
        super().__init__("localhost", timeout=20)
        self.path = str(path)

    def connect(self):
        self.sock = socket.socket(socket.AF_UNIX)
        self.sock.settimeout(self.timeout)
        self.sock.connect(self.path)


def ask(host, method, path, body=None):
    """The local API's answer, without starting a program."""
    with contextlib.closing(LocalSocket(host.home / "iwanto.sock")) as connection:
        connection.request(method, path, None if body is None else json.dumps(body), {"Content-Type": "application/json"})
        answer = connection.getresponse()
        return json.loads(answer.read())


def search(host, text, wait_ms=0):
    return ask(host, "POST", "/api/search", {"query": text, "wait_ms": wait_ms})


def memory_of(host):
    with open(f"/proc/{host.process.pid}/status", encoding="ascii") as status:
        return next(int(line.split()[1]) * 1024 for line in status if line.startswith("VmRSS"))


def descriptors_of(host):
    return len(os.listdir(f"/proc/{host.process.pid}/fd"))


def sockets_of(host):
    """Those of its network, without the local ones."""
    folder = f"/proc/{host.process.pid}/fd"
    with open(f"/proc/{host.process.pid}/net/unix", encoding="ascii") as table:
        local = {line.split()[6] for line in table}
    found = []
    for name in os.listdir(folder):
        with contextlib.suppress(FileNotFoundError):  # closed meanwhile
            found.append(os.readlink(f"{folder}/{name}"))
    return sum(link.startswith("socket:[") and link[8:-1] not in local for link in found)


def processor_seconds_of(host):
    with open(f"/proc/{host.process.pid}/stat", encoding="ascii") as stat:
        fields = stat.read().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


class Watch:
    """Asks a daemon for its status, and searches, for as long as an attack lasts."""

    def __init__(self, host, words, expected):
        self.host, self.words, self.expected = host, words, expected
        self.status_seconds, self.search_seconds, self.wrong, self.incomplete = [0.0], [0.0], [], 0
        self.over = threading.Event()
        self.began, self.processor = time.monotonic(), processor_seconds_of(host)
        self.thread = threading.Thread(target=self._watch)
        self.thread.start()

    def _watch(self):
        while not self.over.wait(0.15):  # a leader answers each peer ten times a second
            try:
                began = time.monotonic()
                ask(self.host, "GET", "/api/status")
                self.status_seconds.append(time.monotonic() - began)
                began = time.monotonic()
                answer = search(self.host, self.words)
                self.search_seconds.append(time.monotonic() - began)
                names = {result["name"] for result in answer.get("results", [])}
                self.incomplete += not answer.get("complete")
                if names != self.expected:
                    self.wrong.append(answer)
            except Exception as error:  # whatever it is, the test tells it
                self.wrong.append(repr(error))

    def end(self):
        self.over.set()
        self.thread.join()
        self.processor = (processor_seconds_of(self.host) - self.processor) / (time.monotonic() - self.began)
        return self


class HostileTest(LabTest):
    """Two honest peers with a file each, and mallory's computer without a daemon, for all tests of a class."""

    FILES = {"needle of ann.txt", "needle of bob.txt"}

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.lan = Lab()
        cls.addClassCleanup(cls.lan.close)
        cls.lan.__enter__()
        cls.ann = cls.lan.host("ann", {"needle of ann.txt": b"ann"}, network=("ipv4",))
        cls.bob = cls.lan.host("bob", {"needle of bob.txt": b"bob"}, network=("ipv4",))
        cls.lan.start()
        cls.mallory = cls.lan.host("mallory", network=("ipv4",))
        cls.leader = cls.lan.leader()
        cls.follower = cls.bob if cls.leader is cls.ann else cls.ann
        for host in (cls.ann, cls.bob):
            wait_until(lambda: cls.is_right(host), 15, f"{host.name} finds everything")

    @classmethod
    def is_right(cls, host):
        answer = search(host, "needle")
        return answer["complete"] and {result["name"] for result in answer["results"]} == cls.FILES

    def view(self, host=None):
        """The leader and epoch that a host sees."""
        leader = ask(host or self.leader, "GET", "/api/status")["leader"]
        return bytes.fromhex(leader["id"]), leader["epoch"]

    @contextlib.contextmanager
    def surviving(self, complete=False):
        """An attack: the daemons answer during it and are as before after it. Yields the watches."""
        hosts = (self.ann, self.bob)
        before = {host: (host.process.pid, memory_of(host), descriptors_of(host)) for host in hosts}
        watches = {host: Watch(host, "needle", self.FILES) for host in hosts}
        try:
            yield watches
        finally:
            for watch in watches.values():
                watch.end()
        for host, (pid, memory, descriptors) in before.items():
            self.assertIsNone(host.process.poll(), f"{host.name} lives")
            self.assertEqual(host.process.pid, pid)
            watch = watches[host]
            self.assertEqual(watch.wrong, [], f"{host.name} finds everything during the attack")
            if complete:
                self.assertEqual(watch.incomplete, 0, f"{host.name} is complete during the attack")
            self.assertLess(max(watch.status_seconds), STATUS_SECONDS_MAX, f"{host.name} answers in time")
            wait_until(lambda: descriptors_of(host) <= descriptors, RECOVERY_SECONDS,
                       f"{host.name} has {descriptors} descriptors again")
            wait_until(lambda: memory_of(host) <= memory + MEMORY_GROWTH_MAX, RECOVERY_SECONDS,
                       f"{host.name} has its memory again")
            wait_until(lambda: self.is_right(host), RECOVERY_SECONDS, f"{host.name} finds everything afterwards")

    def address_of_mallory(self, number):
        """Another address of mallory's computer; 1 to 100."""
        address = f"10.77.0.{100 + number}"
        self.mallory.ip("addr", "replace", f"{address}/24", "dev", "eth0")
        return address
