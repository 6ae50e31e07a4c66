#!/usr/bin/env python3
"""header_pages.py OUT: a page for each public header, out of its comments.

A header is a manual already: an opening comment, then stretches of declarations, each
with its comment in front.  Here the opening becomes the page's introduction, a line such as
`/* --- memory --- */` a section, and each stretch its declarations with what is said of them.
A function of the API that nothing is said of is an error."""
import pathlib, re, sys

ROOT = pathlib.Path(__file__).resolve().parent.parent
SECTION = re.compile(r"/\* --- (.*?) --- \*/")
COMMENT = re.compile(r"/\*(.*?)\*/", re.S)
FUNCTION = re.compile(r"\b(apus_[a-z0-9_]+)\s*\(")


def prose(comment):
    """A comment's text: its stars off, its examples indented as Markdown wants them."""
    lines = [re.sub(r"^ ?\* ?", "", line) for line in comment.strip().split("\n")]
    return "\n".join(line.rstrip() for line in lines).strip("\n ")


def stretches(body):
    """The body cut at blank lines that stand outside of braces, comments and directives."""
    stretch, depth, inside = [], 0, False
    for line in body.split("\n"):
        if not line.strip() and depth == 0 and not inside:
            if stretch:
                yield "\n".join(stretch)
            stretch = []
            continue
        stretch.append(line)
        bare = re.sub(r"/\*.*?\*/", "", line)
        inside = (inside or "/*" in bare) and "*/" not in bare
        depth += 0 if inside else bare.count("{") - bare.count("}")
    if stretch:
        yield "\n".join(stretch)


def functions(code):
    """The public functions and macros that a stretch declares."""
    plain = COMMENT.sub("", code)
    plain = re.sub(r"\{.*?\}", "", plain, flags=re.S)
    found = []
    for line in plain.split("\n"):
        if line.startswith((" ", "\t", "}")):
            continue
        m = re.match(r"#define\s+(apus_[a-z0-9_]+)\(", line)
        found += [m.group(1)] if m else [] if line.startswith("#") else FUNCTION.findall(line)[:1]
    return [name for name in found if not name.startswith("apus__")]


class Page:
    def __init__(self, path):
        self.path, self.silent, self.told = path, [], set()
        text = path.read_text()
        opening = COMMENT.match(text)
        first, _, rest = prose(opening.group(1)).partition("\n")
        name, _, idea = first.partition(" - ")
        self.name, self.idea = name, idea
        self.out = [f"# {name}", "", idea[:1].upper() + idea[1:], "", self.mark(rest), ""]
        body = text[opening.end():]
        body = re.sub(r"^#(ifndef|define) APUS_\w+_H\n", "", body, flags=re.M)
        body = re.sub(r"\n#endif\s*$", "\n", body)
        for stretch in stretches(body):
            self.add(stretch)

    @staticmethod
    def mark(text):
        # MEMORY: and its like open a paragraph
        return re.sub(r"^([A-Z]{4,}S?)(?=[ ,:])", r"**\1**", text, flags=re.M).strip("\n")

    def add(self, stretch):
        section = SECTION.search(stretch)
        if section:
            title = section.group(1)
            self.out += [f"## {title[:1].upper()}{title[1:]}", ""]
            stretch = SECTION.sub("", stretch, count=1).strip("\n")
        lead = COMMENT.match(stretch.lstrip())
        said = prose(lead.group(1)) if lead else ""
        code = stretch.lstrip()[lead.end():].strip("\n") if lead else stretch.strip("\n")
        if re.fullmatch(r"(\s*(#include.*|APUS_API_(BEGIN|END)|struct \w+;)\s*)*", code) and not said:
            return
        names = functions(code)
        if names and not said and self.told.issuperset(names):
            return  # the body of what was declared above
        self.told.update(names)
        # a comment within or behind speaks too
        self.silent += [n for n in names if not lead and "/*" not in code]
        if names:
            self.out += ["### " + ", ".join(f"`{n}`" for n in dict.fromkeys(names)), ""]
        if code:
            self.out += ["```c", code, "```", ""]
        if said:
            self.out += [self.mark(said), ""]


def main():
    out = pathlib.Path(sys.argv[1])
    out.mkdir(parents=True, exist_ok=True)
    pages = [Page(p) for p in sorted((ROOT / "include/apus").glob("*.h"))]
    index = ["# The headers", "", "Each public header is its own manual; these pages are made of them.", "",
             "| header | |", "| --- | --- |"]
    for page in pages:
        (out / f"{page.path.stem}.md").write_text("\n".join(page.out))
        index.append(f"| [{page.name}]({page.path.stem}.md) | {page.idea} |")
    (out / "index.md").write_text("\n".join(index) + "\n")
    silent = [f"include/apus/{p.path.name}: nothing is said of {name}" for p in pages for name in p.silent]
    print("\n".join(silent) or f"headers: {len(pages)} pages")
    return bool(silent)


sys.exit(main())
