"""bulk: one big file from one host to another, iwanto beside curl and nginx in the same networks.

Both transfers are encrypted with TLS 1.3 and AES-128-GCM; iwanto also proves both ends and verifies every piece.
The time is that of the whole command, from its start to its end. Runs alternate, memory is warmed before each."""

import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import measure
from bench_lab import HAS_NAMESPACES, IWANTO, BenchLab, Failed, all_hashed, search, wait_until

NAME = "big.bin"
WARM_EXTRA_BYTES = 1024 * measure.MIB


class Nginx:
    """An HTTPS server on a host of the lab, with everything of it in a temporary folder."""

    def __init__(self, host, root, folder):
        self.folder = folder
        self.address, self.port = host.address, host.port + 200
        self.key, self.certificate = folder / "key.pem", folder / "certificate.pem"
        subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes",
                        "-keyout", self.key, "-out", self.certificate, "-days", "30", "-subj", "/CN=bench",
                        "-addext", f"subjectAltName=IP:{self.address}"], check=True, capture_output=True)
        places = "".join(f"{kind}_temp_path {folder / kind};" for kind in
                         ("client_body", "proxy", "fastcgi", "uwsgi", "scgi"))
        (folder / "nginx.conf").write_text(f"""
daemon off; master_process off; pid {folder / "pid"}; error_log {folder / "error.log"};
events {{ worker_connections 64; }}
http {{
    access_log off; sendfile on; tcp_nopush on; default_type application/octet-stream; {places}
    server {{
        listen {self.address}:{self.port} ssl; root {root};
        ssl_certificate {self.certificate}; ssl_certificate_key {self.key}; ssl_protocols TLSv1.3;
    }}
}}
""")
        self.process = subprocess.Popen(
            host.command(shutil.which("nginx") or "/usr/sbin/nginx", "-c", folder / "nginx.conf", "-p", folder),
            stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=open(folder / "output.txt", "wb"))
        wait_until(lambda: (folder / "pid").exists() and (folder / "pid").read_text().strip(), 10, "nginx runs")

    def stop(self):
        self.process.terminate()
        self.process.wait(10)


def run_command(host, arguments):
    """(seconds, processor seconds, peak bytes, output) of one command on a host."""
    with tempfile.TemporaryFile("w+") as output:
        began = time.monotonic()
        process = subprocess.Popen(host.command(*arguments), stdin=subprocess.DEVNULL, stdout=output,
                                   stderr=subprocess.STDOUT, env=host.environment())
        peak = 0
        while True:
            # What wait4 tells as the peak begins with this program's own.
            peak = max(peak, measure.memory_bytes(process.pid, "VmHWM", 0))
            pid, status, usage = os.wait4(process.pid, os.WNOHANG)
            if pid != 0:
                break
            time.sleep(0.01)
        seconds = time.monotonic() - began
        process.returncode = os.waitstatus_to_exitcode(status)
        output.seek(0)
        text = output.read()
    if process.returncode != 0:
        raise Failed(f"{' '.join(map(str, arguments))}: exit {process.returncode}\n{text}")
    return seconds, usage.ru_utime + usage.ru_stime, peak, text


def result(size_bytes, seconds, cpu_get, cpu_serve, memory_get, memory_serve):
    return {"mb_per_s": size_bytes / seconds / 1e6, "seconds": seconds, "cpu_get_s": cpu_get, "cpu_serve_s": cpu_serve,
            "rss_get_mib": memory_get / measure.MIB, "rss_serve_mib": memory_serve / measure.MIB}


def run_curl(nginx, host, size_bytes, then=None):
    """`then`: with the time and processor time of a command that takes what came."""
    target = host.downloads / "curl.bin"
    measure.forget_peak(nginx.process.pid)
    before = measure.cpu_seconds(nginx.process.pid)
    seconds, cpu, peak, _ = run_command(host, [
        "curl", "-sS", "--tls13-ciphers", "TLS_AES_128_GCM_SHA256", "--cacert", nginx.certificate,
        "-o", target, f"https://{nginx.address}:{nginx.port}/{NAME}"])
    served = measure.cpu_seconds(nginx.process.pid) - before
    assert target.stat().st_size == size_bytes
    if then:
        more_seconds, more_cpu, _, _ = run_command(host, [then, target])
        seconds, cpu = seconds + more_seconds, cpu + more_cpu
    target.unlink()
    return result(size_bytes, seconds, cpu, served, peak, measure.memory_bytes(nginx.process.pid, "VmHWM"))


def run_iwanto(source, host, size_bytes):
    pids = host.process.pid, source.process.pid
    row = search(host, "big")[0]
    for pid in pids:
        measure.forget_peak(pid)
    before = [measure.cpu_seconds(pid) for pid in pids]
    command = [IWANTO, "--home", host.home, "download", row["hash"], "--json"]
    seconds, cpu, _, output = run_command(host, command)
    cpu_get, cpu_serve = (measure.cpu_seconds(pid) - start for pid, start in zip(pids, before))
    target = host.downloads / NAME
    done = json.loads(output.splitlines()[-1])
    if target.stat().st_size != size_bytes or done["sources"] != {source.status()["peer"]["id"]: size_bytes}:
        raise Failed(f"not everything came from {source.name}: {output.splitlines()[-1]}")
    target.unlink()
    return result(size_bytes, seconds, cpu + cpu_get, cpu_serve, *(measure.memory_bytes(pid, "VmHWM") for pid in pids))


def make_lab(isolated, size_bytes):
    lab = BenchLab(isolated)
    lab.__enter__()
    try:
        source, target = lab.host("source"), lab.host("target")
        target.downloads = Path(tempfile.mkdtemp(prefix="iwant-bench-", dir=measure.MEMORY_FOLDER))
        measure.write_random_file(source.shared / NAME, size_bytes)
        lab.start()
        wait_until(lambda: all_hashed(source, 1), 120, "the file is hashed")
        wait_until(lambda: any(row["hash"] for row in search(target, "big")), 30, "the file is announced")
    except BaseException:
        close(lab)
        raise
    return lab, source, target


def close(lab):
    for host in lab.hosts:
        if host.downloads.name.startswith("iwant-bench-"):
            shutil.rmtree(host.downloads, ignore_errors=True)
    lab.close()


def run_topology(isolated, size_bytes, runs):
    lab, source, target = make_lab(isolated, size_bytes)
    folder = Path(tempfile.mkdtemp(prefix="iwant-bench-nginx-"))
    nginx = None
    try:
        nginx = Nginx(source, source.shared, folder)
        found = {"curl": [], "iwanto": []}
        for number in range(runs):
            for name in (["curl", "iwanto"] if number % 2 == 0 else ["iwanto", "curl"]):
                measure.warm_memory(size_bytes + WARM_EXTRA_BYTES)
                run = run_curl(nginx, target, size_bytes) if name == "curl" else run_iwanto(source, target, size_bytes)
                found[name].append(run)
                print(f"  {name}: {run['mb_per_s']:.0f} MB/s", file=sys.stderr, flush=True)
        return found
    finally:
        if nginx:
            nginx.stop()
        shutil.rmtree(folder, ignore_errors=True)
        close(lab)


def medians(runs):
    return {name: measure.median([run[name] for run in runs]) for name in runs[0]}


def run(options):
    """{"topologies": {name: {"curl": figures, "iwanto": figures, "ratio": iwanto to curl}}}"""
    size_bytes = options.size_mib * measure.MIB
    topologies = {}
    for name in options.topology or (["hosts"] if HAS_NAMESPACES else ["loopback"]):
        found = run_topology(name == "hosts", size_bytes, options.runs)
        ratios = [ours["mb_per_s"] / theirs["mb_per_s"] for ours, theirs in zip(found["iwanto"], found["curl"])]
        topologies[name] = {kind: medians(runs) | {"runs": [run["mb_per_s"] for run in runs]}
                            for kind, runs in found.items()} | {"ratio": measure.median(ratios)}
    return {"size_bytes": size_bytes, "runs": options.runs, "topologies": topologies}


def show(found):
    rows = []
    for topology, figures in found["topologies"].items():
        for kind, title in (("curl", "curl <- nginx, HTTPS"), ("iwanto", "iwanto, TLS and verified")):
            of = figures[kind]
            per_byte = (of["cpu_get_s"] + of["cpu_serve_s"]) * 1e9 / found["size_bytes"]
            rows.append([f"{topology}: {title}", f"{of['mb_per_s']:.0f}",
                         f"{min(of['runs']):.0f}-{max(of['runs']):.0f}", f"{of['cpu_get_s']:.2f}",
                         f"{of['cpu_serve_s']:.2f}", f"{per_byte:.2f}", f"{of['rss_get_mib']:.0f}",
                         f"{of['rss_serve_mib']:.0f}",
                         "" if kind == "curl" else f"{figures['ratio']:.2f}"])
    title = f"bulk: one file of {found['size_bytes'] / measure.MIB:.0f} MiB to memory, median of {found['runs']} runs"
    return measure.table(title, ["", "MB/s", "range", "CPU s get", "serve", "ns/byte", "MiB get", "serve", "to curl"],
                         rows)
