#!/usr/bin/env python3
"""Reads every #include and names the one that reaches upward.

A file may include its own floor's headers and public headers of its own floor and those
below; neighbours on one line do not know each other; private headers stay at home; every
public header stands in the table.  Programs use public headers, like any customer's.  The
environment is read where its settings are known: see ENVIRONMENT."""
import pathlib, re, sys

ROOT = pathlib.Path(__file__).resolve().parent.parent
FLOORS = {"base": 0, "sys": 1, "codec": 1, "run": 2, "model": 2, "net": 3, "http": 4, "app": 5, "edge": 6, "guard": 6, "observe": 6, "serve": 7}
PUBLIC = {
    "base": "api rc str arena buf secret value metric step",
    "sys": "clock random socket reactor disk process fault spool lines usage",
    "codec": "http1 url json json_scan json_plain json_pointer text multipart media conditional dotenv accept forwarded proxied peers host ws_codec yaml html",
    "run": "loop fiber",
    "model": "model plain rules check problem decode encode schema pattern copy pack sample",
    "net": "net stream tls",
    "http": "http",
    "app": "annotate route middleware filter req sse test main upload worker settings oauth2 security topic bus ws body overload state fresh",
    "edge": "cors hosts timing compress proxy",
    "guard": "password seal session",
    "observe": "traffic expose access_log",
    "serve": "apus",
}
PROGRAMS = ("manual", "cli", "apps", "examples", "compiler")
HOME = {header: floor for floor, headers in PUBLIC.items() for header in headers.split()}
problems = []


# Besides serve: Settings(), where tests record, TMPDIR.
ENVIRONMENT = {"src/app/settings.c", "src/app/test_record.c", "src/sys/spool.c"}


def may_use(floor, other):
    return floor == other or FLOORS[other] < FLOORS[floor]


def check(path, floor):
    reads = floor == "serve" or str(path.relative_to(ROOT)) in ENVIRONMENT
    for number, line in enumerate(path.read_text().splitlines(), 1):
        if re.search(r"\bgetenv\(", line) and not reads:
            problems.append(f"{path.relative_to(ROOT)}:{number}: serve reads the environment and hands it down")
        found = re.match(r'\s*#\s*include\s+(["<])([^">]+)[">]', line)
        if not found:
            continue
        ours, name = found.group(1) == '"', found.group(2)
        where = f"{path.relative_to(ROOT)}:{number}"
        first = name.split("/")[0]
        if first == "apus":
            home = HOME.get(name[len("apus/"):-len(".h")])
            if home is None:
                problems.append(f"{where}: {name} is not in the table of scripts/check_floors.py")
            elif not may_use(floor, home):
                problems.append(f"{where}: {floor} reaches up to {name}, which belongs to {home}")
        elif ours and first in FLOORS and first != floor:
            problems.append(f"{where}: {name} is private to {first}")
        elif first == "uv.h" and floor != "sys":
            problems.append(f"{where}: only sys knows libuv")


for floor in FLOORS:
    for path in sorted((ROOT / "src" / floor).rglob("*.[ch]")):
        check(path, floor)
for path in sorted((ROOT / "include" / "apus").glob("*.h")):
    if path.stem not in HOME:
        problems.append(f"include/apus/{path.name}: not in the table of scripts/check_floors.py")
    else:
        check(path, HOME[path.stem])
for path in sorted(path for folder in PROGRAMS for path in (ROOT / folder).rglob("*.[ch]")):
    for number, line in enumerate(path.read_text().splitlines(), 1):
        found = re.match(r'\s*#\s*include\s+"(?:\.\./)*(?:src/)?([a-z]+)/', line)
        if found and found.group(1) in FLOORS:
            problems.append(f"{path.relative_to(ROOT)}:{number}: a program reaches into src/{found.group(1)}")
print("\n".join(problems) or "floors: every include points down")
sys.exit(bool(problems))
