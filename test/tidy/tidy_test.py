"""The house rules that a machine can check: who may include whom (read from the module() lines of
src/CMakeLists.txt), how long files, functions and lines may be, and what is banned where. Each rule is first shown
to find a planted violation."""

import pathlib
import re
import subprocess
import sys
import unittest

ROOT = pathlib.Path(__file__).resolve().parents[2]
COLUMNS_MAX = 100
FILE_LINES_MAX = 600
FUNCTION_LINES_MAX = 70

# Banned words: (pattern, what it is, where it is allowed).
EVERYWHERE = [
    (r"\bnew\s+[A-Za-z_:]+[({<]", "raw new", ()),
    (r"#\s*if(def)?\b.*\b(_WIN32|__linux__|__APPLE__)\b", "a system #ifdef", ("src/io/platform/",)),
    (r"#\s*include\s*<sqlite3|SQLiteCpp/", "SQLite", ("src/io/catalog/",)),
    (r"#\s*include\s*<openssl/", "OpenSSL", ("src/io/net/", "test/bench/")),
    (r"#\s*include\s*<(sys/|unistd|fcntl|poll\.h|netinet|arpa/|ifaddrs|net/if)", "an OS header",
     ("src/io/platform/", "src/io/net/", "src/io/control/", "sim/workers", "test/")),
    (r"\basio::detached\b", "a detached task", ("src/io/control/spawn", "src/io/net/spawn")),
    (r"\[[^\]\[]*[=&\w][^\]\[]*\]\s*\([^)]*\)\s*(mutable\s*)?->\s*(boost::)?asio::awaitable", "a coroutine lambda with captures", ()),
]
CORE = [
    (r"#\s*include\s*<(thread|mutex|condition_variable|atomic|future|random|iostream|fstream|filesystem)>", "I/O, threads or randomness", ()),
    (r"\b(system|steady|high_resolution)_clock\b|\btime\(|\bgetenv\(|\brand\(", "a clock, the environment or rand", ()),
    (r"boost/|google/protobuf|\.pb\.h", "an outside library", ("src/core/protocol/",)),
]
UNIT_TESTS = [(r"\bsleep_for\b|\bsleep_until\b|\busleep\(|[^_]\bsleep\(", "sleeping", ())]


def sources():
    names = subprocess.run(["git", "ls-files", "-co", "--exclude-standard", "src", "sim", "test"], cwd=ROOT, check=True,
                           capture_output=True, text=True).stdout.split("\n")
    return [name for name in names if name.endswith((".h", ".cc")) and (ROOT / name).exists()]


def modules():
    """{module: what it may include}, from the one list."""
    text = re.sub(r"#.*", "", (ROOT / "src/CMakeLists.txt").read_text())
    arrows = {}
    for body in re.findall(r"^module\(([^)]*)\)", text, re.M):
        words = body.split()
        depends, taking = [], False
        for word in words[1:]:
            if word.isupper():
                taking = word == "DEPENDS"
            elif taking:
                depends.append(word)
        arrows[words[0]] = set(depends) | {words[0]}
    return arrows


def module_of(path, arrows):
    return next((name for name in arrows if path.startswith(name + "/")), None)


def bad_includes(name, text, arrows):
    own = module_of(name.removeprefix("src/"), arrows)
    if own is None:
        return []
    found = []
    for included in re.findall(r'^#include "([^"]+)"', text, re.M):
        target = module_of(included, arrows)
        if included.endswith(".pb.h") and own == "core/protocol":
            continue
        if target is None or target not in arrows[own]:
            found.append(f"{name}: {own} may not include {included}")
    return found


def without_comments(text):
    def blank(match):
        return re.sub(r"[^\n]", " ", match.group(0))
    return re.sub(r'//[^\n]*|/\*.*?\*/|"(?:\\.|[^"\\\n])*"', lambda m: m.group(0) if m.group(0).startswith('"') and "/" in m.group(0) else blank(m), text, flags=re.S)


def banned(name, text):
    rules = list(EVERYWHERE)
    if name.startswith("src/core/") or name.startswith("src/base/"):
        rules += CORE
    if name.endswith("_test.cc"):
        rules += UNIT_TESTS
        if name.startswith("src/core/"):
            rules = [rule for rule in rules if rule[1] != "I/O, threads or randomness"]
    code = without_comments(text)
    return [f"{name}:{code.count(chr(10), 0, match.start()) + 1}: {what}"
            for pattern, what, allowed in rules if not name.startswith(allowed or ("\0",))
            for match in re.finditer(pattern, code)]


def long_functions(name, text):
    """Brace-matched bodies that start at a line's end with ') {' or similar at namespace or class level."""
    found, start, depth_at = [], None, 0
    depth = 0
    openers = []
    for number, line in enumerate(without_comments(text).split("\n"), 1):
        for position, sign in enumerate(line):
            if sign == "{":
                head = line[:position]
                kind = "scope" if re.search(r"\b(namespace|class|struct|enum|union)\b", head) else "block"
                openers.append((kind, number))
                if kind == "block" and start is None:
                    start, depth_at = number, len(openers)
            elif sign == "}" and openers:
                openers.pop()
                if start is not None and len(openers) < depth_at:
                    if number - start + 1 > FUNCTION_LINES_MAX:
                        found.append(f"{name}:{start}: {number - start + 1} lines in one function")
                    start = None
    return found


def sizes(name, text):
    lines = text.split("\n")
    found = [f"{name}:{number}: {len(line)} columns" for number, line in enumerate(lines, 1) if len(line) > COLUMNS_MAX]
    if len(lines) > FILE_LINES_MAX:
        found.append(f"{name}: {len(lines)} lines")
    return found


def header_form(name, text):
    if not name.endswith(".h"):
        return []
    if not text.startswith("#pragma once\n\n// "):
        return [f"{name}: a header opens with #pragma once and a paragraph that says what it is"]
    return []


class Rules(unittest.TestCase):
    def check(self, rule):
        found = [line for name in sources() for line in rule(name, (ROOT / name).read_text())]
        self.assertEqual(found, [], "\n" + "\n".join(found))

    def test_modules_include_only_what_their_arrows_allow(self):
        arrows = modules()
        self.assertIn("core/node", arrows)
        planted = '#include "io/net/transport.h"\n'
        self.assertTrue(bad_includes("src/core/node/x.cc", planted, arrows))
        self.assertTrue(bad_includes("src/io/catalog/x.cc", planted, arrows))
        self.assertFalse(bad_includes("src/app/daemon/x.cc", planted, arrows))
        self.check(lambda name, text: bad_includes(name, text, arrows))

    def test_nothing_banned_is_used(self):
        self.assertTrue(banned("src/app/cli/x.cc", "auto x = new Foo(1);"))
        self.assertTrue(banned("src/core/node/x.cc", "#include <thread>"))
        self.assertTrue(banned("src/core/node/x.cc", "auto t = std::chrono::steady_clock::now();"))
        self.assertTrue(banned("src/io/net/x_test.cc", "std::this_thread::sleep_for(1s);"))
        self.assertTrue(banned("src/io/net/x.cc", "#include <SQLiteCpp/SQLiteCpp.h>"))
        self.assertTrue(banned("src/io/net/x.cc", "auto f = [this]() -> boost::asio::awaitable<void> {"))
        self.assertFalse(banned("src/core/node/x.cc", "// a new Foo(1) in words"))
        self.check(banned)

    def test_functions_are_short(self):
        planted = "void f() {\n" + "    g();\n" * FUNCTION_LINES_MAX + "}\n"
        self.assertTrue(long_functions("x.cc", planted))
        self.assertFalse(long_functions("x.cc", "namespace n {\n" + "void f() {\n}\n" * 100 + "}\n"))
        self.check(long_functions)

    def test_lines_and_files_are_short(self):
        self.assertTrue(sizes("x.cc", "x" * (COLUMNS_MAX + 1)))
        self.assertTrue(sizes("x.cc", "\n" * (FILE_LINES_MAX + 1)))
        self.check(sizes)

    def test_headers_say_what_they_are(self):
        self.assertTrue(header_form("src/x.h", "#pragma once\n#include <vector>\n"))
        self.check(lambda name, text: header_form(name, text) if name.startswith("src/") else [])


if __name__ == "__main__":
    unittest.main(argv=[sys.argv[0], "-v"])
