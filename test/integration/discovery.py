"""What the tests of discovery share: who sees whom, and whether files come across."""

import time

from lab import LabTest, wait_until

# Promised are 2 s on a quiet network; a busy machine that runs sanitized programs gets more.
SOON_S = 5


class DiscoveryTest(LabTest):
    def wait_until_they_meet(self, *hosts, seconds=SOON_S):
        began = time.monotonic()
        for host in hosts:
            others = {other.name for other in hosts if other is not host}
            wait_until(lambda: others <= self.seen_by(host), seconds, f"{host.name} sees {others}")
        return time.monotonic() - began

    def seen_by(self, host):
        return {peer["name"] for peer in host.json("peers")["peers"] if peer["online"] and not peer["self"]}

    def fetch(self, host, *words):
        """Finds and downloads; the bytes."""
        done = host.download(host.wait_for_result(*words)["hash"])
        self.assertEqual(done["event"], "done", done)
        with open(done["path"], "rb") as file:
            return file.read()
