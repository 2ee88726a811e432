"""A libtorrent peer for the benchmarks, run by Debian's own Python, which has libtorrent's bindings.

    torrent_peer.py make v1|v2 PATH OUT.torrent
    torrent_peer.py seed TORRENT FOLDER HOST:PORT            until it is terminated
    torrent_peer.py get TORRENT FOLDER HOST:PORT PEER:PORT   ends when everything is there
    torrent_peer.py join TORRENT FOLDER HOST:PORT PEER:PORT...  says "done" then, and seeds until it is terminated

Tuned as for a fast server; no DHT, no local discovery, no port mapping: nothing but the two peers."""

import os
import sys
import time

import libtorrent as lt


def settings(listen):
    chosen = lt.high_performance_seed()
    for name in ("enable_dht", "enable_lsd", "enable_upnp", "enable_natpmp", "enable_incoming_utp",
                 "enable_outgoing_utp"):
        chosen[name] = False
    return chosen | {"listen_interfaces": listen, "allow_multiple_connections_per_ip": True, "in_enc_policy": 2,
                     "out_enc_policy": 2, "hashing_threads": 2, "max_out_request_queue": 2000,
                     "request_queue_time": 3, "connection_speed": 500, "max_queued_disk_bytes": 64 << 20,
                     "alert_mask": lt.alert.category_t.error_notification | lt.alert.category_t.status_notification}


def make(version, path, out):
    files = lt.file_storage()
    lt.add_files(files, path)
    flags = {"v1": 64, "v2": 32}[version]  # create_torrent's v1_only and v2_only
    torrent = lt.create_torrent(files, 0, flags)
    lt.set_piece_hashes(torrent, os.path.dirname(path))
    with open(out, "wb") as file:
        file.write(lt.bencode(torrent.generate()))


def add(session, torrent, folder, seed):
    wanted = lt.add_torrent_params()
    wanted.ti = lt.torrent_info(torrent)
    wanted.save_path = folder
    wanted.flags &= ~(lt.torrent_flags.auto_managed | lt.torrent_flags.paused)
    if seed:
        wanted.flags |= lt.torrent_flags.seed_mode
    return session.add_torrent(wanted)


def main():
    if sys.argv[1] == "make":
        return make(*sys.argv[2:])
    torrent, folder, listen = sys.argv[2:5]
    session = lt.session(settings(listen))
    handle = add(session, torrent, folder, sys.argv[1] == "seed")
    print("ready", flush=True)
    if sys.argv[1] == "seed":
        while True:
            time.sleep(1)
            session.pop_alerts()
    for peer in sys.argv[5:]:
        host, port = peer.rsplit(":", 1)
        handle.connect_peer((host, int(port)))
    while True:
        session.wait_for_alert(20)
        if any(isinstance(alert, lt.torrent_finished_alert) for alert in session.pop_alerts()):
            break
    while sys.argv[1] == "join":
        print("done", flush=True)
        time.sleep(1)
    session.remove_torrent(handle)
    deadline = time.monotonic() + 20
    while time.monotonic() < deadline:
        session.wait_for_alert(20)
        if any(isinstance(alert, lt.torrent_removed_alert) for alert in session.pop_alerts()):
            break
    os._exit(0)  # without its farewell to trackers


main()
