"""Runs clang-tidy over every source of a build folder but unit tests, as many at a time as there are processors. A source
whose content, headers and rules did not change since it last passed is not checked again.

    python3 test/tidy/clang_tidy.py BUILD_FOLDER [PART_OF_A_PATH...]
"""

import concurrent.futures
import hashlib
import json
import os
import pathlib
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parents[2]
TOOL = "clang-tidy-19"


def digest_of(paths):
    digest = hashlib.sha256()
    for path in sorted(paths):
        digest.update(str(path).encode() + b"\0" + path.read_bytes())
    return digest.hexdigest()


def main():
    build = pathlib.Path(sys.argv[1]).resolve()
    parts = sys.argv[2:]
    sources = sorted({pathlib.Path(entry["file"]) for entry in json.loads((build / "compile_commands.json").read_text())})
    sources = [source for source in sources if source.is_relative_to(ROOT) and not source.is_relative_to(ROOT / "build")
               and source.suffix == ".cc" and not source.name.endswith("_test.cc") and (not parts or any(part in str(source) for part in parts))]
    headers = [path for folder in ("src", "sim", "test") for path in (ROOT / folder).rglob("*.h")]
    common = digest_of([*headers, ROOT / ".clang-tidy", pathlib.Path(__file__)])
    passed = build / "tidy-passed"
    passed.mkdir(exist_ok=True)

    def check(source):
        mark = passed / hashlib.sha256((common + digest_of([source])).encode()).hexdigest()
        if mark.exists():
            return ""
        done = subprocess.run([TOOL, "-p", str(build), "--quiet", str(source)], capture_output=True, text=True)
        if done.returncode == 0:
            mark.touch()
            return ""
        return done.stdout or done.stderr

    complaints = 0
    with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
        for text in pool.map(check, sources):
            complaints += bool(text)
            print(text, end="", flush=True)
    print(f"clang-tidy: {len(sources)} sources, {complaints} with findings", flush=True)
    sys.exit(1 if complaints else 0)


main()
