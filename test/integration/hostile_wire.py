"""What an attacker has to say, in bytes: the protocol's messages and announcements by a second, minimal encoder that
checks nothing, so that tests can say what no honest peer says. See proto/iwant.proto and doc/protocol.md."""

import struct

FRAMES = {"hello": 1, "ping": 2, "pong": 3, "goodbye": 4, "refusal": 5, "piece_request": 6, "piece_header": 7,
          "leader_claim": 16, "leader_resigns": 17, "register": 18, "registered": 19, "roster": 20,
          "catalog_update": 40, "catalog_ack": 41, "search_request": 60, "search_reply": 61}
KINDS = {number: kind for kind, number in FRAMES.items()}
FRAME_MAX = 1 << 20


# BLAKE3 of one block: all that an id of a 32-byte key needs.

_WORDS = (0x6A09E667, 0xBB67AE85, 0x3C6EF372, 0xA54FF53A, 0x510E527F, 0x9B05688C, 0x1F83D9AB, 0x5BE0CD19)
_ORDER = (2, 6, 3, 10, 7, 0, 4, 13, 1, 11, 12, 5, 9, 14, 15, 8)
_COLUMNS = ((0, 4, 8, 12), (1, 5, 9, 13), (2, 6, 10, 14), (3, 7, 11, 15),
            (0, 5, 10, 15), (1, 6, 11, 12), (2, 7, 8, 13), (3, 4, 9, 14))
_ONE_BLOCK = 1 | 2 | 8  # begins a chunk, ends it, and is the root
_CONTEXT, _MATERIAL = 1 << 5, 1 << 6


def _turn(word, bits):
    return (word >> bits | word << (32 - bits)) & 0xFFFFFFFF


def _hash_block(key, data, flags):
    message = list(struct.unpack("<16I", data.ljust(64, b"\0")))
    state = [*key, *_WORDS[:4], 0, 0, len(data), _ONE_BLOCK | flags]
    for _ in range(7):
        for index, (a, b, c, d) in enumerate(_COLUMNS):
            for word, down, up in ((message[2 * index], 16, 12), (message[2 * index + 1], 8, 7)):
                state[a] = (state[a] + state[b] + word) & 0xFFFFFFFF
                state[d] = _turn(state[d] ^ state[a], down)
                state[c] = (state[c] + state[d]) & 0xFFFFFFFF
                state[b] = _turn(state[b] ^ state[c], up)
        message = [message[place] for place in _ORDER]
    return struct.pack("<8I", *(state[i] ^ state[i + 8] for i in range(8)))


_PEER_KEY = struct.unpack("<8I", _hash_block(_WORDS, b"iwant 2026-11 peer id", _CONTEXT))


def peer_id_of(public_key):
    """The PeerId (32 bytes) that a raw Ed25519 public key stands for."""
    return _hash_block(_PEER_KEY, public_key, _MATERIAL)


# Protobuf, as little of it as there is in the messages.

def varint(number):
    number &= (1 << 64) - 1
    out = bytearray()
    while number > 127:
        out.append(number & 127 | 128)
        number >>= 7
    out.append(number)
    return bytes(out)


def number(field, value):
    return varint(field << 3) + varint(value) if value else b""


def fixed64(field, value):
    return varint(field << 3 | 1) + struct.pack("<Q", value) if value else b""


def data(field, value):
    return varint(field << 3 | 2) + varint(len(value)) + value


def frame(kind, body=b""):
    """One message as it travels."""
    inside = data(FRAMES[kind], body)
    return struct.pack(">I", len(inside)) + inside


def fields_of(body):
    """{field number: last value}; nested messages stay bytes."""
    fields, at = {}, 0

    def take():
        nonlocal at
        value = shift = 0
        while True:
            byte = body[at]
            at += 1
            value |= (byte & 127) << shift
            shift += 7
            if byte < 128:
                return value
    while at < len(body):
        key = take()
        if key & 7 == 0:
            fields[key >> 3] = take()
        elif key & 7 == 1:
            fields[key >> 3] = struct.unpack_from("<Q", body, at)[0]
            at += 8
        else:
            size = take()
            fields[key >> 3] = body[at:at + size]
            at += size
    return fields


# The messages.

def view(epoch, leader=b""):
    return number(1, epoch) + (data(2, leader) if leader else b"")


def catalog(catalog_id, version):
    return fixed64(1, catalog_id) + number(2, version)


def hello(peer, *, version=1, purpose=0, instance=1, name="mallory", port=4926, leader=b"", catalogue=b""):
    return frame("hello", number(1, version) + number(2, purpose) + data(3, peer) + fixed64(4, instance) +
                 data(5, name.encode()) + number(6, port) + data(7, b"0.0.0") + data(8, leader) + data(9, catalogue))


def ping(sequence, leader=b""):
    return frame("ping", number(1, sequence) + data(2, leader))


def leader_claim(leader_view, followers):
    return frame("leader_claim", data(1, leader_view) + number(2, followers))


def leader_resigns(leader_view, successor=b""):
    return frame("leader_resigns", data(1, leader_view) + (data(2, successor) if successor else b""))


def register(identity, leader, epoch, catalogue=b"", *, files=0, size=0, sequence=1):
    """Signed by `identity`, as a follower of `leader` in this epoch."""
    signed = b"iwant registration" + leader + struct.pack("<QQ", epoch, sequence)
    return frame("register", data(1, view(epoch, leader)) + data(2, catalogue) + number(3, files) + number(4, size) +
                 number(5, sequence) + data(6, identity.sign(signed)))


def present(version, entry, path, size, content=b""):
    """One file, as a CatalogUpdate has it."""
    return data(6, number(1, version) + number(2, entry) + data(5, path.encode()) + number(6, size) + data(8, content))


def catalog_update(leader_view, catalog_id, since, up_to, changes=b"", more=False, seal=b"\1" * 64):
    return frame("catalog_update", data(1, leader_view) + fixed64(2, catalog_id) + number(3, since) + number(4, up_to) +
                 number(5, int(more)) + changes + data(7, seal))


def search_request(request, text):
    return frame("search_request", number(1, request) + data(2, data(1, text.encode()) + number(8, 10)))


def piece_request(request, file, count):
    return frame("piece_request", number(1, request) + data(2, file) + number(4, count))


# The announcement.

def announcement(identity, port, *, sequence=1, instance=1, goodbye=False, epoch=0, leader=bytes(32), followers=0):
    """A datagram signed by `identity`; by nobody when its `sign` is of another key."""
    signed = struct.pack(">4sBBH32sQQQ32sIQQ", b"iWnt", 1, int(goodbye), port, identity.public, instance, sequence,
                         epoch, leader, followers, 0, 0)
    return signed + identity.sign(signed)
