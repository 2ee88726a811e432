"""A small packet filter for the hosts of a lab: tells nf_tables over netlink what to drop, so that the tests need
no program for it. Runs on the host that it filters:

    python3 firewall.py in tcp/4926 out udp/4926
"""

import socket
import struct
import sys

BATCH_BEGIN, BATCH_END = 16, 17
NF_TABLES = 10 << 8
NEW_TABLE, NEW_CHAIN, NEW_RULE = NF_TABLES | 0, NF_TABLES | 3, NF_TABLES | 6
REQUEST, ACKNOWLEDGE, CREATE = 0x1, 0x4, 0x400
INET = 1  # NFPROTO_INET: both IP versions
HOOKS = {"in": 1, "out": 3}
PROTOCOLS = {"tcp": socket.IPPROTO_TCP, "udp": socket.IPPROTO_UDP}


def attribute(number, value):
    if isinstance(value, int):
        value = struct.pack("!I", value)
    elif isinstance(value, str):
        value = value.encode() + b"\0"
    size = 4 + len(value)
    return struct.pack("=HH", size, number) + value + b"\0" * (-size % 4)


def nest(number, *parts):
    return attribute(number | 0x8000, b"".join(parts))


def message(kind, flags, sequence, body=b"", family=INET, resource=0):
    body = struct.pack("=BBH", family, 0, socket.htons(resource)) + body
    return struct.pack("=IHHII", 16 + len(body), kind, flags, sequence, 0) + body


def expression(name, *parts):
    return nest(1, attribute(1, name), nest(2, *parts))


def equals(value):
    return expression("cmp", attribute(1, 1), attribute(2, 0), nest(3, attribute(1, value)))


def drop(protocol, port):
    return nest(4,
                expression("meta", attribute(1, 1), attribute(2, 16)), equals(bytes([PROTOCOLS[protocol]])),
                expression("payload", attribute(1, 1), attribute(2, 2), attribute(3, 2), attribute(4, 2)),
                equals(struct.pack("!H", port)),
                expression("immediate", attribute(1, 0), nest(2, nest(2, attribute(1, 0)))))


def filter_out(rules):
    """Drops what goes "in" or "out" by protocol and port of destination: [("in", "tcp", 4926)]."""
    table = attribute(1, "iwant_lab")
    steps = [(NEW_TABLE, table)]
    for chain, hook in HOOKS.items():
        steps.append((NEW_CHAIN, table + attribute(3, chain) + nest(4, attribute(1, hook), attribute(2, 0))
                      + attribute(7, "filter")))
    for chain, protocol, port in rules:
        steps.append((NEW_RULE, table + attribute(2, chain) + drop(protocol, port)))
    batch = message(BATCH_BEGIN, REQUEST, 0, family=0, resource=10)
    for number, (kind, body) in enumerate(steps, 1):
        batch += message(kind, REQUEST | CREATE | ACKNOWLEDGE, number, body)
    batch += message(BATCH_END, REQUEST, len(steps) + 1, family=0, resource=10)
    link = socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, 12)  # NETLINK_NETFILTER
    link.bind((0, 0))
    link.settimeout(5)
    link.send(batch)
    for _ in steps:
        answer = link.recv(65536)
        code = struct.unpack_from("=i", answer, 16)[0]
        if code != 0:
            raise OSError(-code, f"nf_tables refused step {struct.unpack_from('=I', answer, 8)[0]}")


if __name__ == "__main__":
    words = sys.argv[1:]
    filter_out([(chain, *(lambda what: (what[0], int(what[1])))(what.split("/")))
                for chain, what in zip(words[::2], words[1::2])])
