"""A small packet filter for the hosts of a lab: tells nf_tables over netlink what to drop, so that the tests need
no program for it. Runs on the host that it filters:

    python3 firewall.py in tcp/4926 out udp/4926 out udp/4926@eth1
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
INTERFACE_NAMES = {"in": 6, "out": 7}  # NFT_META_IIFNAME, NFT_META_OIFNAME
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


def drop(chain, protocol, port, interface):
    on_it = b""
    if interface:
        on_it = (expression("meta", attribute(1, 1), attribute(2, INTERFACE_NAMES[chain]))
                 + equals(interface.encode().ljust(16, b"\0")))
    return nest(4, on_it,
                expression("meta", attribute(1, 1), attribute(2, 16)), equals(bytes([PROTOCOLS[protocol]])),
                expression("payload", attribute(1, 1), attribute(2, 2), attribute(3, 2), attribute(4, 2)),
                equals(struct.pack("!H", port)),
                expression("immediate", attribute(1, 0), nest(2, nest(2, attribute(1, 0)))))


def filter_out(rules):
    """Drops what goes "in" or "out" by protocol and port of destination, by one interface or any ("")."""
    table = attribute(1, "iwant_lab")
    steps = [(NEW_TABLE, table)]
    for chain, hook in HOOKS.items():
        steps.append((NEW_CHAIN, table + attribute(3, chain) + nest(4, attribute(1, hook), attribute(2, 0))
                      + attribute(7, "filter")))
    for chain, protocol, port, interface in rules:
        steps.append((NEW_RULE, table + attribute(2, chain) + drop(chain, protocol, port, interface)))
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


def rule(chain, what):
    protocol, _, rest = what.partition("/")
    port, _, interface = rest.partition("@")
    return chain, protocol, int(port), interface


if __name__ == "__main__":
    filter_out([rule(*words) for words in zip(sys.argv[1::2], sys.argv[2::2])])
