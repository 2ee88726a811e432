"""`./run demo`: three real peers on this machine find, search and fetch each other's files.

As root each peer is a host of its own, in a network namespace without a way out; otherwise all three use the
loopback device. Everything is made in a temporary folder and removed at the end, also on Ctrl-C.
"""

import os
import pathlib
import random
import signal
import subprocess
import sys
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "integration"))
from lab import Failed, Lab, wait_until  # noqa: E402

COLOUR = sys.stdout.isatty() and not os.environ.get("NO_COLOR")
EPISODE = "Silicon Valley/Silicon Valley S01E01 Minimum Viable Product.mkv"
EPISODE_BYTES = 600 * 1000 * 1000


def headline(text):
    print(f"\n\033[1;36m{text}\033[0m" if COLOUR else f"\n# {text}", flush=True)


def show(host, *arguments):
    """Runs a command as a user would and lets its output through."""
    print(f"{host.name}$ iwanto {' '.join(f'{a!r}' if ' ' in str(a) else str(a) for a in arguments)}", flush=True)
    return subprocess.run(host.command(*[os.environ["IWANTO"], "--home", host.home, *arguments]),
                          env=host.environment(), check=False).returncode


def make_files(lab):
    """Ann and Bob share the same episode, each has something of their own; Cleo shares one song."""
    ann, bob, cleo = lab.host("ann"), lab.host("bob"), lab.host("cleo")
    content = random.Random(2014).randbytes(EPISODE_BYTES // 100) * 100
    ann.write(EPISODE, content)
    bob.write(EPISODE, content)
    ann.write("Music/The Beatles/Help!/13 Yesterday.flac", os.urandom(300_000))
    bob.write("Recipes/Größe & Übung.pdf", os.urandom(40_000))
    cleo.write("Music/Nina Simone - Feeling Good.mp3", os.urandom(200_000))
    return ann, bob, cleo


def wait_for_hashes(hosts):
    for host in hosts:
        wait_until(lambda: host.status()["shared"]["unhashed"] == 0, 30, f"{host.name}'s files are hashed")


def change_a_file(ann, cleo):
    began = time.monotonic()
    ann.write("Music/The Beatles/Revolver/06 Yellow Submarine.flac", os.urandom(100_000))
    wait_until(lambda: cleo.finds("yelow submarin"), 10, "the new song is found")
    print(f"ann adds a song; cleo finds \"yelow submarin\" {time.monotonic() - began:.2f} s later")


def lose_the_leader(lab, cleo):
    leader = lab.leader()
    survivor = next(host for host in lab.hosts if host is not leader)
    print(f"{leader.name} leads now; its power fails (kill -9)")
    leader.kill()
    began = time.monotonic()
    wait_until(lambda: survivor.search("silicon valley")["complete"], 20, "search is complete again")
    print(f"{time.monotonic() - began:.2f} s later search is complete again, led by {lab.leader().name}")
    return survivor


def play(lab):
    began = time.monotonic()
    ann, bob, cleo = make_files(lab)
    headline("Three computers start iWant; nobody tells them of each other" if lab.isolated
             else "Three peers start on the loopback device")
    began_start = time.monotonic()
    lab.start()
    print(f"ann, bob and cleo see each other {time.monotonic() - began_start:.2f} s after the start")
    wait_for_hashes(lab.hosts)
    wait_until(lambda: any(len(result["sources"]) == 2 for result in cleo.finds("silicon")), 15, "two sources are known")
    show(cleo, "peers")

    headline("Cleo searches, with typos")
    show(cleo, "search", "slicon valey")

    headline("Cleo downloads it, from ann and bob at once, encrypted, every piece verified")
    if show(cleo, "download", "1") != 0:
        raise Failed("the download did not succeed")

    headline("A new file is found everywhere")
    change_a_file(ann, cleo)

    headline("The leader goes, search stays")
    survivor = lose_the_leader(lab, cleo)
    show(survivor, "search", "beatels yesterday")

    headline(f"That was iWant, in {time.monotonic() - began:.0f} s. Now for real:")
    print("  ./run install                 installs iwanto\n"
          "  iwanto start                  shares ~/iWant/Shared with your network\n"
          "  iwanto search \"what you want\"\n"
          "  iwanto download 1\n"
          "Every computer that runs `iwanto start` finds the others by itself. iwanto help tells more.")


def main():
    for number in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, lambda *_: (_ for _ in ()).throw(KeyboardInterrupt))
    lab = Lab()
    try:
        with lab:
            play(lab)
    except KeyboardInterrupt:
        print("\nstopped; everything is cleaned up", file=sys.stderr)
        sys.exit(130)
    except Failed as error:
        sys.exit(f"\nThe demo failed: {error}")


main()
