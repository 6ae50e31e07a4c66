#!/usr/bin/env python3
"""Every wrong contract in errors/ gets exactly the message that stands beside it.

errors/NNN_name.c is compiled with --check; what comes out on standard error is
compared with errors/NNN_name.expect, byte by byte.  --update writes what came;
read the difference before committing it.
"""
import difflib
import pathlib
import subprocess
import sys

HERE = pathlib.Path(__file__).resolve().parent / "errors"


def run(apusc, name):
    done = subprocess.run([apusc, "--check", name], cwd=HERE, capture_output=True, text=True,
                          timeout=60)
    return done.returncode, done.stderr


def main():
    apusc, update = pathlib.Path(sys.argv[1]).resolve(), "--update" in sys.argv
    sources = sorted(HERE.glob("*.c"))
    failed, texts = 0, set()
    for source in sources:
        code, said = run(apusc, source.name)
        expect = source.with_suffix(".expect")
        if update:
            expect.write_text(said)
        wanted = expect.read_text() if expect.exists() else ""
        texts.update(line.split("error: ")[1] for line in said.splitlines() if "error: " in line)
        wanted_code = 1 if " error: " in wanted else 0
        if said == wanted and code == wanted_code:
            continue
        failed += 1
        print(f"{source.name}: exit code {code}, expected {wanted_code}")
        print("".join(difflib.unified_diff(wanted.splitlines(True), said.splitlines(True),
                                           "expected", "said")))
    print(f"{len(sources)} sources, {len(texts)} distinct errors, {failed} differ")
    sys.exit(failed != 0 or len(texts) < 40)


main()
