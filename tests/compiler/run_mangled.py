#!/usr/bin/env python3
"""Odd C: apusc may refuse it, and must not crash, hang, or blame itself.

Every source of errors/ and sources/ is cut, shuffled and sprinkled with other text, from
a fixed seed; each result is compiled with --check.  What counts is how apusc ends: exit
code 0 or 1, within the time, and with a message when it is 1.
"""
import pathlib
import random
import subprocess
import sys
import tempfile

HERE = pathlib.Path(__file__).resolve().parent
APUSC = pathlib.Path(sys.argv[1]).resolve()
ROUNDS = int(sys.argv[2]) if len(sys.argv) > 2 else 150
PIECES = ["{", "}", "(", ")", "[", "]", ",", ";", "=", '"', "'", "\\", "*", "&", "#", "/*", "//",
          "///", "struct", "union", "enum", "typedef", "static", "const", "void", "int", "apus_str",
          "Get", "Post", "App", "Router", "Field", "Query", "Depends", "Flatten", "List", "Map",
          "Security", "Model", "Name", "Body", "0", "-1", "1e999", "9999999999999999999999", "NULL",
          "true", "{id}", "\n", "\0", "\xff", "é", "tag", "default", "alias", "depends"]


def mangle(text, rng):
    for _ in range(rng.randint(1, 6)):
        at = rng.randrange(len(text) + 1)
        what = rng.randrange(5)
        if what == 0:
            text = text[:at] + rng.choice(PIECES) + text[at:]
        elif what == 1:
            text = text[:at] + text[at + rng.randint(1, 20):]
        elif what == 2:
            end = at + rng.randint(1, 200)
            text = text[:end] + text[at:end] + text[end:]
        elif what == 3:
            words = text.split(" ")
            a, b = rng.randrange(len(words)), rng.randrange(len(words))
            words[a], words[b] = words[b], words[a]
            text = " ".join(words)
        else:
            lines = text.split("\n")
            lines.insert(rng.randrange(len(lines)), rng.choice(lines))
            text = "\n".join(lines)
    return text


def main():
    rng = random.Random(20240229)
    sources = sorted((HERE / "errors").glob("*.c")) + sorted((HERE / "sources").glob("*.c")) * 8
    failed = 0
    with tempfile.TemporaryDirectory() as name:
        path = pathlib.Path(name) / "mangled.c"
        for i in range(ROUNDS):
            source = rng.choice(sources)
            path.write_text(mangle(source.read_text(), rng), errors="surrogateescape")
            try:
                done = subprocess.run([APUSC, "--check", path, "--", f"-I{HERE / 'sources'}"],
                                      capture_output=True, timeout=20)
                ok = done.returncode in (0, 1) and (done.returncode == 0 or done.stderr)
                how = f"exit code {done.returncode}: {done.stderr[-2000:].decode(errors='replace')}"
            except subprocess.TimeoutExpired:
                ok, how = False, "no end in 20 seconds"
            if not ok:
                failed += 1
                kept = pathlib.Path(tempfile.gettempdir()) / f"apusc_mangled_{i}.c"
                kept.write_bytes(path.read_bytes())
                print(f"{source.name}, round {i}, kept as {kept}: {how}")
    print(f"{ROUNDS} mangled sources, {failed} failed")
    sys.exit(failed != 0)


main()
