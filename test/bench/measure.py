"""What the suites share: processor time and memory of processes, medians, warm memory, tables."""

import os
import pathlib
import statistics
import time

MIB = 1 << 20
TICKS_PER_SECOND = os.sysconf("SC_CLK_TCK")
PAGE_BYTES = os.sysconf("SC_PAGE_SIZE")
MEMORY_FOLDER = pathlib.Path("/dev/shm")


def cpu_seconds(pid):
    """User and system time of a process so far, in seconds."""
    fields = pathlib.Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / TICKS_PER_SECOND


def children_cpu_seconds(pid):
    """The same of its children that have ended and were waited for."""
    fields = pathlib.Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
    return (int(fields[13]) + int(fields[14])) / TICKS_PER_SECOND


def memory_bytes(pid, what, otherwise=None):
    """`what` is VmRSS (now) or VmHWM (the most since the start or forget_peak); `otherwise` for a process that
    is no more."""
    for line in pathlib.Path(f"/proc/{pid}/status").read_text().splitlines():
        if line.startswith(what + ":"):
            return int(line.split()[1]) * 1024
    if otherwise is None:
        raise KeyError(what)
    return otherwise


def forget_peak(pid):
    """From now on VmHWM counts anew (proc(5), clear_refs)."""
    pathlib.Path(f"/proc/{pid}/clear_refs").write_text("5")


def warm_memory(size_bytes):
    """Touches that much memory and frees it. A virtual machine that gave idle memory back to its host takes ten
    times as long for the first touch, and that would be measured instead of the program."""
    path = MEMORY_FOLDER / f"iwant-bench-warm-{os.getpid()}"
    block = bytes(MIB)
    try:
        with open(path, "wb", buffering=0) as file:
            for _ in range(size_bytes // MIB):
                file.write(block)
    finally:
        path.unlink(missing_ok=True)


def write_random_file(path, size_bytes):
    """Incompressible bytes, on the disk and in the page cache afterwards."""
    block = os.urandom(4 * MIB)
    with open(path, "wb", buffering=0) as file:
        for number in range(-(-size_bytes // len(block))):
            # Every block differs in each of its pieces, so that no two pieces are equal.
            part = bytearray(block)
            for offset in range(0, len(part), 65536):
                part[offset:offset + 8] = number.to_bytes(8, "little")
            file.write(part[:size_bytes - number * len(block)])
        os.fsync(file.fileno())


def median(values):
    return statistics.median(values)


def percentile(values, percent):
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, len(ordered) * percent // 100)]


def timed(action):
    """(what `action` returns, seconds)"""
    began = time.monotonic()
    value = action()
    return value, time.monotonic() - began


def table(title, head, rows):
    """A small aligned table: the first column to the left, figures to the right."""
    cells = [list(map(str, row)) for row in [head, *rows]]
    widths = [max(len(row[column]) for row in cells) for column in range(len(head))]
    lines = [title]
    for row in cells:
        first, rest = row[0].ljust(widths[0]), [cell.rjust(width) for cell, width in zip(row[1:], widths[1:])]
        lines.append("  " + "  ".join([first, *rest]).rstrip())
    return "\n".join(lines)


def machine():
    """One line that says on what this was measured."""
    model = next((line.split(":", 1)[1].strip() for line in pathlib.Path("/proc/cpuinfo").read_text().splitlines()
                  if line.startswith("model name")), "unknown processor")
    memory = os.sysconf("SC_PHYS_PAGES") * PAGE_BYTES / (1 << 30)
    congestion = pathlib.Path("/proc/sys/net/ipv4/tcp_congestion_control")
    control = congestion.read_text().strip() if congestion.exists() else "?"
    return f"{os.cpu_count()} x {model}, {memory:.0f} GiB, Linux {os.uname().release}, tcp {control}"
