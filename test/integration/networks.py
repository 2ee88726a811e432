"""Networks that are not as kind as the lab's own: firewalls, switches that filter, other subnets."""

import json
import pathlib
import subprocess

from lab import run_quietly

FIREWALL = pathlib.Path(__file__).with_name("firewall.py")


def block(host, *rules):
    """A firewall on this host: block(host, "in tcp/4926", "out udp/4926@eth1")."""
    run_quietly(*host.command("python3", FIREWALL, *(word for rule in rules for word in rule.split())))


def at_switch(host, *flags):
    """Sets what the switch lets through to and from this host's port: at_switch(host, "isolated", "on")."""
    run_quietly("bridge", "-n", host.lab.switch, "link", "set", "dev", f"{host.lab.prefix}v{host.number}", *flags)


def snoop_at_switch(lab, querier):
    """Lets the switch send multicast only to whom it knows to listen, for three seconds after each time they say so.
    The `querier` ("on" or "off") is who asks them, every second."""
    bridge = ("ip", "-n", lab.switch, "link", "set", "lan", "type", "bridge")
    run_quietly(*bridge, "mcast_query_interval", "100", "mcast_query_response_interval", "50",
                "mcast_membership_interval", "300", "mcast_startup_query_interval", "50")
    run_quietly(*bridge, "mcast_snooping", "1", "mcast_querier", "1" if querier == "on" else "0")


def listeners_at_switch(lab, group="239.192.49.26"):
    """The ports behind which the switch knows somebody who listens to this group."""
    shown = subprocess.run(["bridge", "-n", lab.switch, "-j", "mdb", "show", "dev", "lan"], check=True, capture_output=True,
                           text=True).stdout
    return {entry["port"] for table in json.loads(shown) for entry in table.get("mdb", []) if entry["grp"] == group}


def know_by_heart(*hosts):
    """Neighbours that need no question, which a switch without broadcasts would not carry."""
    for host in hosts:
        for other in hosts:
            if other is host:
                continue
            shown = subprocess.run(["ip", "-n", other.namespace, "-j", "link", "show", "dev", "eth0"], check=True,
                                   capture_output=True, text=True).stdout
            host.ip("neigh", "replace", other.address, "lladdr", json.loads(shown)[0]["address"], "dev", "eth0",
                    "nud", "permanent")


def second_interface(host, address=None):
    """A second cable from this host to the lab's switch."""
    end = f"{host.lab.prefix}y{host.number}"
    run_quietly("ip", "link", "add", end, "netns", host.lab.switch, "type", "veth", "peer", "name", "eth1",
                "netns", host.namespace)
    run_quietly("ip", "-n", host.lab.switch, "link", "set", end, "master", "lan", "up")
    if address:
        host.ip("addr", "add", f"{address}/24", "brd", "+", "dev", "eth1")
    host.ip("link", "set", "eth1", "up")


def behind_a_router(lab, *hosts):
    """Moves these hosts to a switch of their own, 10.78.0.0/24 and fd78::/64; a router leads from there to the lab's
    network, 10.77.0.0/24 and fd77::/64."""
    switch, router = lab.switch, f"{lab.prefix}r"
    run_quietly("ip", "-n", switch, "link", "add", "far", "type", "bridge", "mcast_snooping", "0")
    run_quietly("ip", "-n", switch, "link", "set", "far", "up")
    run_quietly("ip", "netns", "add", router)
    for name, bridge, address in (("near", "lan", "10.77.0.254"), ("far", "far", "10.78.0.254")):
        end = f"{lab.prefix}{name}"[-15:]
        run_quietly("ip", "link", "add", end, "netns", switch, "type", "veth", "peer", "name", name, "netns", router)
        run_quietly("ip", "-n", switch, "link", "set", end, "master", bridge, "up")
        run_quietly("ip", "-n", router, "addr", "add", f"{address}/24", "dev", name)
        run_quietly("ip", "-n", router, "addr", "add", f"fd{address[3:5]}::fe/64", "dev", name, "nodad")
        run_quietly("ip", "-n", router, "link", "set", name, "up")
    run_quietly("ip", "netns", "exec", router, "sysctl", "-qw", "net.ipv4.ip_forward=1", "net.ipv6.conf.all.forwarding=1")
    for host in lab.hosts:
        if host in hosts:
            run_quietly("ip", "-n", switch, "link", "set", f"{lab.prefix}v{host.number}", "master", "far")
            host.ip("addr", "flush", "dev", "eth0", "scope", "global")
            host.address = f"10.78.0.{host.number}"
            if "ipv4" in host.network:
                host.ip("addr", "add", f"{host.address}/24", "brd", "+", "dev", "eth0")
        net = 78 if host in hosts else 77
        if "ipv4" in host.network:
            host.ip("route", "add", "default", "via", f"10.{net}.0.254")
        if "ipv6" in host.network:
            host.ip("addr", "add", f"fd{net}::{host.number}/64", "dev", "eth0", "nodad")
            host.ip("-6", "route", "add", "default", "via", f"fd{net}::fe")
    return lambda: subprocess.run(["ip", "netns", "del", router], check=False)
