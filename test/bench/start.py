"""start: from `iwanto start` to the first peer seen, while one peer is there already."""

import time

import measure
from bench_lab import BenchLab, Failed, status, wait_until


def one_start(host):
    """(seconds until the daemon answers, seconds until it sees a peer)"""
    began = time.monotonic()
    host.start(wait=False)
    answered = None
    while True:
        now = status(host)
        elapsed = time.monotonic() - began
        if now is not None and answered is None:
            answered = elapsed
        if now is not None and now["peers"] > 0:
            return answered, elapsed
        if elapsed > 30:
            raise Failed("no peer was seen within 30 s")
        time.sleep(0.002)


def run(options):
    times = []
    with BenchLab() as lab:
        first, second = lab.host("first"), lab.host("second")
        first.start()
        for _ in range(options.starts):
            times.append(one_start(second))
            second.stop()
            wait_until(lambda: status(first)["peers"] == 0, 30, "the other is seen to leave")
        answers, peers = zip(*times)
        return {"runs": len(times), "isolated": lab.isolated,
                "answers_s": {"p50": measure.median(answers), "max": max(answers)},
                "first_peer_s": {"p50": measure.median(peers), "max": max(peers)}}


def show(found):
    rows = [[title, f"{found[key]['p50']:.3f}", f"{found[key]['max']:.3f}"]
            for key, title in (("answers_s", "until the service answers"), ("first_peer_s", "until a peer is seen"))]
    return measure.table(f"start: {found['runs']} starts beside one peer", ["", "p50 s", "max s"], rows)
