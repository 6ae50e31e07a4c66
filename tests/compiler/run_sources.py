#!/usr/bin/env python3
"""Right contracts: apusc accepts them, and what it writes is good C.

For each program in sources/ (and a program of several sources): no complaint; gcc and
clang compile every file without a warning; the same input gives the same bytes wherever
they are written; a second run rewrites nothing; the depfile names what was read; the
lists of routes and the OpenAPI document are what they should be.
"""
import json
import os
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile

HERE = pathlib.Path(__file__).resolve().parent
SOURCES = HERE / "sources"
APUSC, INCLUDE = pathlib.Path(sys.argv[1]).resolve(), sys.argv[2]
WARNINGS = "-std=c17 -Wall -Wextra -Wpedantic -Wshadow -Wstrict-prototypes -Wno-unused-parameter -Werror".split()
failures = []


def run(*words, cwd=None):
    return subprocess.run([str(w) for w in words], capture_output=True, text=True, cwd=cwd,
                          timeout=120)


def expect(what, condition, said=""):
    if not condition:
        failures.append(what)
        print(f"FAILED: {what}\n{said}")


def compiles(name, directory):
    for compiler in ("gcc", "clang"):
        if not shutil.which(compiler):
            continue
        for source in sorted(directory.glob("*.c")):
            done = run(compiler, *WARNINGS, "-I", INCLUDE, "-c", source, "-o", os.devnull)
            expect(f"{name}: {compiler} compiles {source.name}", done.returncode == 0, done.stderr)


def texts(directory):
    return {p.name: p.read_text() for p in sorted(directory.glob("*.c"))}


def is_formatted(name, directory):
    if not shutil.which("clang-format"):
        return
    shutil.copy(HERE.parent.parent / ".clang-format", directory / ".clang-format")
    for source in sorted(directory.glob("*.c")):
        done = run("clang-format", "--dry-run", "-Werror", source)
        expect(f"{name}: {source.name} is formatted", done.returncode == 0, done.stderr[:2000])


def check_program(name, sources, top):
    out = top / name
    done = run(APUSC, "-o", out, "--depfile", top / "deps", *sources, cwd=SOURCES)
    expect(f"{name}: apusc is content", done.returncode == 0 and not done.stderr, done.stderr)
    if done.returncode:
        return
    compiles(name, out)
    is_formatted(name, out)
    first = texts(out)
    before = {p.name: p.stat().st_mtime_ns for p in out.glob("*.c")}
    run(APUSC, "-o", out, *sources, cwd=SOURCES)
    after = {p.name: p.stat().st_mtime_ns for p in out.glob("*.c")}
    expect(f"{name}: a second run rewrites nothing", before == after)
    other = top / f"{name}_too"
    run(APUSC, "-o", other, *sources, cwd=SOURCES)
    expect(f"{name}: the same bytes elsewhere", first == texts(other))
    deps = (top / "deps").read_text()
    for source in sources:
        expect(f"{name}: the depfile names {source}", source in deps, deps[:500])
    expect(f"{name}: nothing else is left", not list(out.glob("*.tmp")))


def routes_of(*sources):
    done = run(APUSC, "--routes=json", *sources, cwd=SOURCES)
    expect(f"routes of {sources}", done.returncode == 0, done.stderr)
    return {(r["method"], r["path"]): r for r in json.loads(done.stdout or "[]")}


def check_routes():
    routes = routes_of("wide.c")
    pet = routes.get(("POST", "/pets/{id}"), {})
    expect("wide: the handler of POST /pets/{id}", pet.get("handler") == "add_pet", routes)
    expect("wide: its models", (pet.get("body"), pet.get("result")) == ("Pet", "Pet"), pet)
    expect("wide: its guards", pet.get("guards") == ["token", "guard"], pet)
    expect("wide: a prototype in a header counts", ("GET", "/v1/more/shared/{id}") in routes)
    both = routes_of("several_a.c", "several_b.c")
    expect("several: routers of another file", ("GET", "/v2/items/{id}") in both, both)
    expect("several: convertors of a header", ("GET", "/v2/items/{id:even}/{word:slug}") in both, both)
    expect("several: the app's own route", ("GET", "/health") in both, both)
    item = routes_of("guarded.c").get(("GET", "/items/{id}"), {})
    expect("guarded: schemes and scopes", item.get("guards") == [
        "token", "scope app", "scope items:write", "scope read"], item)
    done = run(APUSC, "--routes", "hello.c", cwd=SOURCES)
    expect("hello: the table", "GET     /hello/{name}  greet    hello.c:10  Greeting" in done.stdout,
           done.stdout)


def check_openapi():
    done = run(APUSC, "--openapi", "-", "wide.c", cwd=SOURCES)
    expect("wide: the document", done.returncode == 0, done.stderr)
    doc = json.loads(done.stdout or "{}")
    schemas = doc.get("components", {}).get("schemas", {})
    for schema in ("Point", "Pet", "Every-Input", "Every-Output", "Range", "Outer-Output", "Node",
                   "Problem"):
        expect(f"wide: schema {schema}", schema in schemas, list(schemas))
    every = schemas.get("Every-Input", {})
    expect("wide: an alias", "passWord" in every.get("properties", {}), every)
    expect("wide: what is skipped", "ours" not in every.get("properties", {}))
    form = schemas.get("Body_upload_v1_more_files_post", {})
    expect("wide: files of a form", form.get("required") == ["one", "several"], form)
    expect("wide: a macro as a bound",
           every.get("properties", {}).get("an_int", {}).get("default") == -2**31, every)


def check_security():
    done = run(APUSC, "--openapi", "-", "guarded.c", cwd=SOURCES)
    doc = json.loads(done.stdout or "{}")
    schemes = doc.get("components", {}).get("securitySchemes", {})
    scopes = {"app": "Anything.", "read": "Read.", "items:write": "Write items."}
    expect("guarded: flows", schemes.get("token", {}).get("flows") == {
        "password": {"tokenUrl": "token", "scopes": scopes},
        "authorizationCode": {"authorizationUrl": "https://id.example/a", "scopes": scopes,
                              "tokenUrl": "https://id.example/t",
                              "refreshUrl": "https://id.example/r"},
        "clientCredentials": {"tokenUrl": "t", "scopes": scopes},
        "implicit": {"authorizationUrl": "https://id.example/i", "scopes": scopes}}, schemes)
    strict = doc.get("paths", {}).get("/strict", {}).get("post", {}).get("security")
    must = {"token": ["app"]}
    expect("guarded: what must be there, and alternatives beside it", strict == [
        must, {**must, "SSO": ["app"]}, {**must, "login": ["app"]}, {**must, "digest": ["app"]}],
        strict)


def schemas_of(top, files):
    """The names of the schemas of a program of these files, each with an app or a router."""
    paths = []
    for name, text in files.items():
        path = top / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("#include <apus/apus.h>\n" + text)
        paths.append(path)
    done = run(APUSC, "--openapi", "-", *paths)
    expect(f"{list(files)}: apusc is content", done.returncode == 0, done.stderr)
    return set(json.loads(done.stdout or "{}").get("components", {}).get("schemas", {})) - {
        "HTTPValidationError", "ValidationError"}


def check_namesakes(top):
    app = 'App(t, title = "T", version = "1");\n'
    joins = "extern const apus_router {0}_router;\nInclude(t_app, {0}_router);\n"
    part = ('Router({0}, prefix = "/{0}");\ntypedef struct item {{ int {0}; }} item;\n'
            'Post("/x") static const item *f(apus_req *req, const item *body) {{ return body; }}\n')
    main = app + joins.format("a") + joins.format("b")
    same = top / "same"
    expect("names by file", schemas_of(same, {
        "main.c": main, "one.c": part.format("a"), "two-2.c": part.format("b"),
    }) == {"one__Item", "two_2__Item"})
    expect("names by folder, where files are called the same", schemas_of(same, {
        "main.c": main, "a/items.c": part.format("a"), "b/items.c": part.format("b"),
    }) == {"a__items__Item", "b__items__Item"})
    expect("names by folder, as far up as they differ", schemas_of(same, {
        "main.c": main, "x/v/items.c": part.format("a"), "y/v/items.c": part.format("b"),
    }) == {"x__v__items__Item", "y__v__items__Item"})
    uses = 'Router({0}, prefix = "/{0}");\nPost("/x") const item *f_{0}(apus_req *req, const item *body)' \
           " {{ return body; }}\n"
    (same / "deep").mkdir()
    (same / "deep/shared.h").write_text("typedef struct item { int shared; } item;\n")
    expect("one struct, by two paths to its header", schemas_of(same, {
        "main.c": main,
        "deep/one.c": '#include "../deep/shared.h"\n' + uses.format("a"),
        "deep/two.c": '#include "../../same/deep/shared.h"\n' + uses.format("b"),
    }) == {"Item"})


def check_truths(top):
    """true and false stay so in a map that a macro stands for; so do 1 and 0."""
    source = top / "truths.c"
    source.write_text('''#include <apus/apus.h>
App(t, title = "T", version = "1");
#define EXTRA {"x-a": true, "x-b": [false, 1, {c: true}]}
#if true && !false
typedef struct item { bool a Field(openapi_extra = EXTRA, default = true); } item;
#endif
Post("/") static const item *f(apus_req *req, const item *body) { return body; }
''')
    done = run(APUSC, "--openapi", "-", source)
    expect("truths: apusc is content", done.returncode == 0, done.stderr)
    expect("truths: they stay so", '"default":true,"x-a":true,"x-b":[false,1,{"c":true}]' in
           done.stdout, done.stdout)


def check_reference():
    """Each option of keys.c stands in the reference."""
    top = HERE.parent.parent
    keys = re.findall(r'\{ "(\w+)", SHAPE_', (top / "compiler/keys.c").read_text())
    text = (top / "docs/reference/annotations.md").read_text()
    missing = [key for key in sorted(set(keys)) if f"`{key}" not in text]
    expect("the reference knows every option", len(keys) > 60 and not missing, missing)


def check_command_line(top):
    expect("no sources is a usage error", run(APUSC).returncode == 2)
    unknown = run(APUSC, "--chekc", "hello.c", cwd=SOURCES)
    expect("an unknown option is a usage error", unknown.returncode == 2, unknown.stderr)
    expect("did you mean", "did you mean '--check'?" in unknown.stderr, unknown.stderr)
    expect("--version", run(APUSC, "--version").stdout.startswith("apusc "))
    expect("--help", "Usage: apusc" in run(APUSC, "--help").stdout)
    missing = run(APUSC, "--check", "nowhere.c", cwd=SOURCES)
    expect("a missing source", missing.returncode == 1 and "nowhere.c" in missing.stderr,
           missing.stderr)
    flags = top / "flags.c"
    flags.write_text('#include <apus/apus.h>\n#ifndef WANTED\n#error "WANTED is missing"\n#endif\n')
    done = run(APUSC, "--check", flags, "--", "-O2", "-Wall", "-DWANTED", "-fno-such-flag")
    expect("-D reaches the reader, -O2 does not", done.returncode == 0, done.stderr)
    database = [{"directory": str(top), "file": str(flags),
                 "command": f"cc -O2 -DWANTED -c {flags}"}]
    (top / "compile_commands.json").write_text(json.dumps(database))
    done = run(APUSC, "--check", flags, "--compile-commands", top / "compile_commands.json")
    expect("flags from compile_commands.json", done.returncode == 0, done.stderr)
    mains = run(APUSC, "-o", top / "main", "--no-main", "hello.c", cwd=SOURCES)
    text = (top / "main" / "apus_app.c").read_text() if mains.returncode == 0 else ""
    expect("--no-main", text and "int main(" not in text, mains.stderr)
    run(APUSC, "-o", top / "main", "hello.c", cwd=SOURCES)
    expect("main where there is none", "int main(" in (top / "main" / "apus_app.c").read_text())
    read_only = run(APUSC, "-o", "/proc/nowhere", "hello.c", cwd=SOURCES)
    expect("a directory that cannot be made", read_only.returncode != 0 and read_only.stderr)


def main():
    with tempfile.TemporaryDirectory() as name:
        top = pathlib.Path(name)
        for source in sorted(SOURCES.glob("*.c")):
            if not source.name.startswith("several_"):
                check_program(source.stem, [source.name], top)
        check_program("several", [p.name for p in sorted(SOURCES.glob("several_*.c"))], top)
        check_routes()
        check_openapi()
        check_security()
        check_namesakes(top)
        check_truths(top)
        check_reference()
        check_command_line(top)
    print(f"{len(failures)} failed")
    sys.exit(bool(failures))


main()
