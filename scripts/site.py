#!/usr/bin/env python3
"""site.py: the documents as a searchable static site in build/site/html.

docs/README.md is the one list of pages: its bold lines are the sections, its links the pages in
order.  A page of docs/ that it does not list is an error, and so is a dead link.  The reference of
the headers is made of their comments (header_pages.py)."""
import json, pathlib, re, shutil, subprocess, sys

ROOT = pathlib.Path(__file__).resolve().parent.parent
DOCS, SITE = ROOT / "docs", ROOT / "build/site"
PAGES = SITE / "pages"
LINK = re.compile(r"\[([^\]]+)\]\(([^)\s]+)\)")
# pages of the root that belong to the site
OUTER = ["ARCHITECTURE.md", "CHANGELOG.md", "CONTRIBUTING.md", "SECURITY.md"]


def relink(page, at, text):
    """Links that leave docs/: to the staged copy, or, to a source, just its name."""
    def one(m):
        label, target = m.groups()
        path, _, anchor = target.partition("#")
        if re.match(r"[a-z]+:", target) or not path or (DOCS in (page.parent / path).resolve().parents):
            return m.group(0)
        name = (page.parent / path).resolve()
        up = "../" * (len(at.relative_to(PAGES).parts) - 1)
        if name.parent == ROOT and name.name in OUTER:
            return f"[{label}]({up}{name.name}{'#' + anchor if anchor else ''})"
        return label
    return LINK.sub(one, text)


def stage():
    shutil.rmtree(SITE, ignore_errors=True)
    for page in sorted(DOCS.rglob("*")):
        at = PAGES / page.relative_to(DOCS)
        if page.is_dir():
            continue
        at.parent.mkdir(parents=True, exist_ok=True)
        if page.suffix != ".md":
            shutil.copy(page, at)
            continue
        if page == DOCS / "README.md":
            at = PAGES / "index.md"
        text = relink(page, at, page.read_text())
        # what stands side by side wants the whole width
        wide = "---\nhide: [navigation]\n---\n\n" if "<table markdown" in text else ""
        at.write_text(wide + text)
    for name in OUTER:
        (PAGES / name).write_text(relink(ROOT / name, PAGES / name, (ROOT / name).read_text()))
    subprocess.run([ROOT / "scripts/header_pages.py", PAGES / "reference/headers"], check=True)


def navigation():
    nav, seen = [{"Documents": "index.md"}], {"index.md"}
    section = None
    for line in (PAGES / "index.md").read_text().split("\n"):
        bold = re.match(r"\*\*(.+?)\*\*", line)
        if bold:
            section = []
            nav.append({bold.group(1): section})
        for label, target in LINK.findall(line) if section is not None else []:
            path = target.partition("#")[0]
            if path.endswith(".md") and path not in seen:
                seen.add(path)
                section.append({label.replace("`", ""): path})
    headers = sorted(p.relative_to(PAGES).as_posix() for p in (PAGES / "reference/headers").glob("*.md"))
    headers.remove("reference/headers/index.md")
    nav.append({"Headers": ["reference/headers/index.md", *headers]})
    nav.append({"Project": [{n[:-3].capitalize(): n} for n in OUTER if n not in seen]})
    listed = seen | set(headers) | set(OUTER)
    lost = [p for p in PAGES.rglob("*.md") if p.relative_to(PAGES).as_posix() not in listed
            and p.parent.name != "headers"]
    for page in lost:
        print(f"docs/{page.relative_to(PAGES)}: docs/README.md does not list it", file=sys.stderr)
    return nav, not lost


def main():
    if not shutil.which("mkdocs"):
        print("site.py: mkdocs is needed (scripts/deps.sh ci installs it)", file=sys.stderr)
        return 1
    stage()
    nav, whole = navigation()
    config = {
        "site_name": "Apus", "site_description": "the API framework for C",
        "docs_dir": str(PAGES), "site_dir": str(SITE / "html"), "nav": nav, "use_directory_urls": False,
        "theme": {"name": "material", "font": False,
                  "features": ["navigation.tabs", "navigation.top", "navigation.footer", "search.highlight",
                               "search.share", "toc.follow"],
                  "palette": [{"scheme": "default", "primary": "indigo", "media": "(prefers-color-scheme: light)"},
                              {"scheme": "slate", "primary": "indigo", "media": "(prefers-color-scheme: dark)"}]},
        "plugins": ["search"], "extra_css": ["site.css"],
        "markdown_extensions": ["tables", "admonition", "md_in_html", "pymdownx.superfences", "pymdownx.highlight",
                                {"toc": {"permalink": True}}],
    }
    (SITE / "mkdocs.yml").write_text(json.dumps(config, indent=1))  # JSON is YAML
    run = subprocess.run(["mkdocs", "--quiet", "build", "--strict", "-f", str(SITE / "mkdocs.yml")])
    if run.returncode or not whole:
        return 1
    n = len(list((SITE / "html").rglob("*.html")))
    print(f"site: {n} pages, build/site/html/index.html")
    return 0


sys.exit(main())
