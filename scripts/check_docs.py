#!/usr/bin/env python3
"""Every C block of README and docs is a stretch of a file that the tests compile and run.

A block is matched, blanks aside, against the sources in examples/ and tests/; a block that
stands nowhere is shown.  Links between pages must lead somewhere."""
import pathlib, re, sys

ROOT = pathlib.Path(__file__).resolve().parent.parent


def squeeze(text):
    return re.sub(r"\s+", "", text)


sources = {path: squeeze(path.read_text()) for folder in ("examples", "tests/app", "cli")
           for path in sorted((ROOT / folder).rglob("*.c"))}
problems, blocks = [], 0
for page in [ROOT / "README.md", ROOT / "ARCHITECTURE.md", *sorted((ROOT / "docs").rglob("*.md"))]:
    text = page.read_text()
    name = page.relative_to(ROOT)
    # this page is held to the compiler, option by option, by tests/compiler/run_sources.py
    held = str(name) == "docs/reference/annotations.md"
    for match in [] if held else re.finditer(r"^```c\n(.*?)^```", text, re.S | re.M):
        blocks += 1
        # paragraphs may have others between them in the file
        pieces = [squeeze(p) for p in re.split(r"\n\s*\n", match.group(1))]
        if not any(all(p in source for p in pieces if p) for source in sources.values()):
            line = text[:match.start()].count("\n") + 1
            problems.append(f"{name}:{line}: this C stands in no example that is compiled")
    for target in re.findall(r"\]\(([^)#:]+)(?:#[^)]*)?\)", text):
        if not (page.parent / target).exists():
            problems.append(f"{name}: the link to {target} leads nowhere")
print("\n".join(problems) or f"docs: {blocks} blocks of C, all of them compiled")
sys.exit(bool(problems))
