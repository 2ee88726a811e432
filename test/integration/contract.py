"""The published contract as data: exit codes, and the shape of each JSON answer. Other people's scripts rely on every
key and type here; what is added to an answer is added to its shape here as well.
"""

import re

DONE, FAILED, USAGE, NOT_RUNNING, TEMPORARY, INTERRUPTED = 0, 1, 2, 3, 75, 130

# Shapes: a type, a pattern of the whole text, a set of values, [shape of each], {key: shape}, {pattern: shape}
# for free keys, or (this, or that). A dict has these keys, no more and no fewer.
ID = re.compile(r"[0-9a-f]{64}")
VERSION = re.compile(r"\d+\.\d+\.\d+\S*")
ADDRESS = re.compile(r"(\S+:\d+)?")
NUMBER = (int, float)
PEER = {"id": ID, "name": str}
LEADER = PEER | {"self": bool, "epoch": int}
STATE = {"queued", "finding", "hashing", "transferring", "checking", "moving", "paused", "waiting", "failed", "done"}
STATUS = {"peer": PEER, "version": VERSION, "uptime_s": int, "leader": (LEADER, None), "standbys": [PEER], "peers": int,
          "shared": {"folders": [str], "files": int, "bytes": int, "unhashed": int,
                     "scanning": bool, "advice": str, "unreadable": [str]},
          "downloads": {"folder": str, "active": int, "waiting": int, "done": int, "failed": int},
          "port": int, "web_port": int,
          "interfaces": [{"name": str, "addresses": [str], "used": bool, "why_not": str}],
          "coverage": {"known": int, "indexed": int}, "warnings": [str]}
PEERS = {"peers": [PEER | {"address": ADDRESS, "online": bool, "leader": bool, "files": int, "bytes": int,
                           "version": str, "last_seen": (int, None), "self": bool, "banned_until": (int, None),
                           "same_name": bool}]}
RESULT = {"row": int, "hash": (ID, None), "kind": {"file", "folder"}, "name": str, "path": str, "size": int,
          "modified": int, "score": NUMBER, "sources": [{"peer": ID, "name": str, "online": bool}]}
AWAY_RESULT = RESULT | {"as_of": int}
SEARCH = {"query": str, "complete": bool, "coverage": {"known": int, "indexed": int}, "leader": (LEADER, None),
          "epoch": int, "took_ms": NUMBER, "total": int, "results": [(RESULT, AWAY_RESULT)],
          "source": {"leader", "standby", "own", "peers"}, "asked": int, "answered": int, "verification": (dict, None),
          "remarks": [str], "did_you_mean": (str, None)}
BROWSE = {"peer": PEER, "online": bool, "as_of": (int, None), "path": str, "files": int, "bytes": int, "next": (str, None),
          "entries": [{"name": str, "kind": {"file", "folder"}, "path": str, "size": int, "modified": int,
                       "hash": (ID, None), "files": int}]}
DOWNLOAD = {"hash": (ID, None), "name": str, "state": STATE, "bytes_done": int, "bytes_total": int, "rate": int,
            "sources": int, "message": str,
            "id": int, "kind": {"file", "folder"}, "folder": str, "seconds_left": (int, None), "files_done": int,
            "files_total": int, "seconds": NUMBER, "source_bytes": {ID: int}, "source_names": {ID: str},
            "code": (str, None), "path": str, "verified": bool, "streamed": bool, "place": (int, None),
            "source_rates": {ID: int}, "source_places": {ID: int}}
DOWNLOADS = {"downloads": [DOWNLOAD]}
DOWNLOAD_CLOSELY = DOWNLOAD | {"files": [{"path": str, "size": int, "bytes_done": int}]}
PROGRESS = {"event": {"progress"}, "id": int, "hash": (ID, None), "name": str, "state": STATE, "bytes_done": int,
            "bytes_total": int, "rate": int, "seconds_left": (int, None), "sources": int, "message": str}
STARTED = PROGRESS | {"event": {"started"}}
DONE_EVENT = {"event": {"done"}, "hash": ID, "path": str, "size": int, "seconds": NUMBER, "sources": {ID: int},
              "verified": {True}}
FAILED_EVENT = {"event": {"failed"}, "code": re.compile("[a-z_]+"), "message": str}
CONFIG = {"home": str, "config_file": str, "name": str, "shared_folders": [str], "download_folder": str,
          "port": int, "web_port": int}
ERROR = {"error": {"code": re.compile("[a-z_]+"), "message": str}}


def mismatch(value, shape, where="answer"):
    """Says where `value` differs from `shape`; None when it does not."""
    if isinstance(shape, tuple):
        found = [mismatch(value, each, where) for each in shape]
        return None if None in found else found[0]
    if isinstance(shape, list):
        if type(value) is not list:
            return f"{where} is no list: {value!r}"
        return next(filter(None, (mismatch(each, shape[0], f"{where}[{i}]") for i, each in enumerate(value))), None)
    if isinstance(shape, dict):
        return mismatch_of_keys(value, shape, where)
    if isinstance(shape, re.Pattern):
        good = type(value) is str and shape.fullmatch(value)
    elif isinstance(shape, set):
        good = value in shape
    else:
        good = value is None if shape is None else type(value) is shape
    return None if good else f"{where} is {value!r}, not {shape}"


def mismatch_of_keys(value, shape, where):
    if type(value) is not dict:
        return f"{where} is no object: {value!r}"
    pattern = next(iter(shape), None)
    if isinstance(pattern, re.Pattern):
        shape = {key: shape[pattern] for key in value if pattern.fullmatch(key)}
    if set(value) != set(shape):
        return f"{where} has too many or too few of {sorted(set(value) ^ set(shape))}"
    return next(filter(None, (mismatch(value[key], shape[key], f"{where}.{key}") for key in shape)), None)
