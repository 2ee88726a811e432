"""Shared folders as people use them: rules about what is not shared, and how soon all of it holds elsewhere."""

import unittest

from lab import LabTest, wait_until


class IgnoreRules(LabTest):
    """`.iwantignore`, from the disk of one peer to the searches of another."""

    def test_rules_change_what_another_peer_finds_while_all_runs(self):
        lab = self.lab()
        ann = lab.host("ann", {"Films/heron.mkv": b"1", "Films/diary.txt": b"2", "notes/kestrel.txt": b"3",
                               ".iwantignore": b"# mine alone\n*.txt\n!kestrel.txt\n"})
        bob = lab.host("bob")
        lab.start()

        def found(word):
            return bool(bob.finds(word, "--exact"))

        wait_until(lambda: found("heron") and found("kestrel"), 30, "bob finds what is shared")
        self.assertFalse(found("diary"))
        self.assertFalse(found("iwantignore"))
        self.assertEqual(ann.status()["shared"]["files"], 2)

        ann.write(".iwantignore", b"/Films/heron.*\n")
        wait_until(lambda: found("diary") and not found("heron"), 30, "the new rules hold")
        ann.write("Films/heron.avi", b"4")
        ann.write("Films/osprey.avi", b"5")
        wait_until(lambda: found("osprey"), 30, "another file is found")
        self.assertFalse(found("heron"))

        ann.write("Films/.iwantignore", b"#" * 100_000)
        wait_until(lambda: not found("osprey") and not found("diary"), 30, "the folder is hidden")
        self.assertTrue(found("kestrel"))
        warning = " ".join(ann.status()["warnings"])
        self.assertIn(f"{ann.shared}/Films", warning)
        self.assertIn("larger than 64 KiB", warning)
        self.assertIn(f"Nothing in {ann.shared}/Films is shared", ann.run("status").stdout)

        (ann.shared / "Films/.iwantignore").unlink()
        (ann.shared / ".iwantignore").unlink()
        wait_until(lambda: found("osprey") and found("diary") and found("heron"), 30, "all is shared")
        wait_until(lambda: not ann.status()["warnings"], 10, "the warning ends")


if __name__ == "__main__":
    unittest.main()
