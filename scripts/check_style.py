#!/usr/bin/env python3
"""What the house does not write: see CONTRIBUTING.md."""
import pathlib, re, subprocess, sys

ROOT = pathlib.Path(__file__).resolve().parent.parent
BANNED = r"\b(strcpy|strcat|sprintf|vsprintf|atoi|strtok|gets|alloca)\s*\("
RAW = r"\b(malloc|calloc|realloc|time|rand|srand)\s*\("
# files below the app that may take memory or time from the system, and why
RAW_ALLOWED = {
    "src/base/arena.c": "the allocator itself",
    "src/codec/number_parse.c": "a copy of a number too long for the stack",
    "src/model/pattern.c": "a pattern's compiled form, once at the start",
}
RAW_FLOORS = ("src/base", "src/codec", "src/model")
PRODUCT = ("src/", "include/", "manual/", "compiler/", "cli/", "apps/")
LINES_MAX, COLUMNS_MAX = 1200, 110
problems = []

files = subprocess.run(["git", "ls-files", "*.c", "*.h", "*.S", "*.py", "*.sh", "*.cmake"], cwd=ROOT,
                       capture_output=True, text=True, check=True).stdout.split()
for name in files:
    path = ROOT / name
    if not path.exists() or name.startswith(("tests/compiler/", "fuzz/corpus/")):
        continue
    text = path.read_text(errors="replace")
    lines = text.splitlines()
    # comments keep their lines, so that numbers stay right
    plain = re.sub(r"/\*.*?\*/", lambda m: "\n" * m.group(0).count("\n"), text, flags=re.S).splitlines()
    c = name.endswith((".c", ".h"))
    if c and len(lines) > LINES_MAX:
        problems.append(f"{name}: {len(lines)} lines: what is the second module called?")
    for number, line in enumerate(lines, 1):
        where = f"{name}:{number}"
        code = re.sub(r'"(\\.|[^"\\])*"|//.*', "", plain[number - 1] if number <= len(plain) else "")
        if c and "\t" in line:
            problems.append(f"{where}: a tab")
        if c and len(line) > COLUMNS_MAX and "http" not in line and '"' not in line:
            problems.append(f"{where}: {len(line)} columns")
        if re.search(r"\b(TODO|FIXME|XXX)\b", line) and "check_style" not in name:
            problems.append(f"{where}: a note to nobody; file an issue")
        if c and name.startswith(PRODUCT) and re.search(BANNED, code):
            problems.append(f"{where}: {re.search(BANNED, code).group(1)} is not used here")
        if c and name.startswith(RAW_FLOORS) and name not in RAW_ALLOWED and re.search(RAW, code):
            problems.append(f"{where}: memory and time are passed in, not taken")
print("\n".join(problems) or f"style: {len(files)} files")
sys.exit(bool(problems))
