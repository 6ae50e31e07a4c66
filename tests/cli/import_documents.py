#!/usr/bin/env python3
"""import_documents.py [--compile CC] APUS APUSC INCLUDE DOCUMENT... [--program P] [--cases FILE]: what `apus import` makes of a document, read
back by apusc, is the document again.  Where it is not, a note of the import stands at that place or
above it: nothing is lost without one.  --compile CC compiles what was made, too.

What apusc adds by itself (titles, ids, the 422 of routes that validate) is no difference."""
import json, pathlib, subprocess, sys, tempfile

OWN = {"HTTPValidationError", "ValidationError"}


def upgrade(s):
    """A document of OpenAPI 3.0 as 3.1 says it."""
    if isinstance(s, list):
        return [upgrade(v) for v in s]
    if not isinstance(s, dict):
        return s
    s = {k: upgrade(v) for k, v in s.items()}
    is_schema = any(k in s for k in ("type", "$ref", "allOf", "anyOf", "oneOf", "enum", "properties")) and "in" not in s
    for strict, plain in (("exclusiveMinimum", "minimum"), ("exclusiveMaximum", "maximum")):
        if s.get(strict) is True and plain in s:
            s[strict] = s.pop(plain)
        elif s.get(strict) is False:
            del s[strict]
    if is_schema and "example" in s and not isinstance(s["example"], dict):
        s.setdefault("examples", [s.pop("example")])
    elif is_schema and "example" in s:
        s.setdefault("examples", [s.pop("example")])
    if is_schema and s.pop("nullable", False):
        outer = {k: s.pop(k) for k in ("title", "description", "default", "examples", "deprecated",
                                       "readOnly", "writeOnly") if k in s}
        s = {"anyOf": [s, {"type": "null"}], **outer}
    if isinstance(s.get("type"), list) and len(s["type"]) == 2 and "null" in s["type"]:
        outer = {k: s.pop(k) for k in ("title", "description", "default", "examples", "deprecated",
                                       "readOnly", "writeOnly") if k in s}
        s["type"] = [t for t in s["type"] if t != "null"][0]
        s = {"anyOf": [s, {"type": "null"}], **outer}
    return s


def same_meaning(s):
    """What is written in two ways and means one thing."""
    if isinstance(s, list):
        return [same_meaning(v) for v in s]
    if not isinstance(s, dict):
        return s
    s = {k: same_meaning(v) for k, v in s.items()}
    if s.get("type") == "object" and not s.get("properties") and "allOf" not in s:
        s.setdefault("additionalProperties", True)
        s.pop("properties", None)
        if s["additionalProperties"] == {}:
            s["additionalProperties"] = True
    if s.get("additionalProperties") == {}:
        s["additionalProperties"] = True
    if "required" in s and s["required"] == []:
        del s["required"]
    if s.get("default", 0) is None and "type" not in s:
        del s["default"]
    if s.get("format") == "binary" and s.get("type") == "string" and "contentMediaType" not in s:
        s = {**s, "contentMediaType": "application/octet-stream"}
        del s["format"]
    for flag in ("deprecated", "readOnly", "writeOnly", "uniqueItems"):
        if s.get(flag) is False:
            del s[flag]
    return s


def escape(name):
    return name.replace("~", "~0").replace("/", "~1")


def key_of(v):
    if isinstance(v, dict) and "in" in v and "name" in v:
        return ("parameter", v["in"], v["name"])
    return None


def differences(want, got, at, out):
    """Places where got says less than want, or otherwise."""
    if isinstance(want, dict) and isinstance(got, dict):
        for k, v in want.items():
            if k not in got:
                out.append((f"{at}/{escape(k)}", "absent"))
            else:
                differences(v, got[k], f"{at}/{escape(k)}", out)
        for k in got:
            if k not in want and not is_added(k, at):
                out.append((f"{at}/{escape(k)}", "added"))
    elif isinstance(want, list) and isinstance(got, list) and want and key_of(want[0]):
        mine = {key_of(v): v for v in got}
        for i, v in enumerate(want):
            if key_of(v) in mine:
                differences(v, mine.pop(key_of(v)), f"{at}/{i}", out)
            else:
                out.append((f"{at}/{i}", "absent"))
        out.extend((at, f"added {k}") for k in mine)
    elif at.endswith("/required") and isinstance(want, list):
        if set(want) != set(got):
            out.append((at, f"{want} is {got}"))
    elif isinstance(want, list) and isinstance(got, list) and len(want) == len(got):
        for i, (a, b) in enumerate(zip(want, got)):
            differences(a, b, f"{at}/{i}", out)
    elif isinstance(want, list) and isinstance(got, list) and len(want) > len(got) and all(v in want for v in got):
        out.extend((f"{at}/{i}", "absent") for i, v in enumerate(want) if v not in got)
    elif want != got:
        out.append((at, f"{json.dumps(want)[:80]} is {json.dumps(got)[:80]}"))


def is_added(key, at):
    return (key in ("title", "summary", "operationId", "422", "security") or at == "/components/schemas"
            or at == "" or at == "/components"
            or (key == "default" and at.endswith("/schema"))  # of lists that may be left out
            or (key in ("required", "description", "deprecated") and "/parameters/" in at) or key == "mapping" or key == "contentMediaType")


def is_noted(place, why, notes):
    """A note at the place or above it; of what is absent, one below may say why; what is added
    may stand for an allOf that is not kept."""
    above = place.rsplit("/", 1)[0]
    if why == "added" and any(at.startswith(f"{above}/allOf") for at in notes):
        return True
    if "/anyOf/0" in place and is_noted(place.replace("/anyOf/0", "", 1), why, notes):
        return True
    return any(place == at or place.startswith(at + "/") or (why == "absent" and at.startswith(place + "/"))
               for at in notes)


def resolve(document, v):
    while isinstance(v, dict) and "$ref" in v:
        target = document
        for name in v["$ref"][2:].split("/"):
            target = target[name]
        v = target
    return v


def effective(document):
    """Shared parameters and top-level security, at each operation."""
    document = json.loads(json.dumps(document))
    for item in document.get("paths", {}).values():
        shared = [resolve(document, p) for p in item.pop("parameters", [])]
        for method, operation in item.items():
            if isinstance(operation, dict) and "responses" in operation:
                own = {key_of(resolve(document, p)) for p in operation.get("parameters", [])}
                more = [p for p in shared if key_of(p) not in own]
                if more:
                    operation["parameters"] = operation.get("parameters", []) + more
                if "security" not in operation and document.get("security"):
                    operation["security"] = document["security"]
                if operation.get("security") == []:
                    del operation["security"]
                operation["responses"] = {k: resolve(document, v) for k, v in operation["responses"].items()}
                if "parameters" in operation:
                    operation["parameters"] = [resolve(document, p) for p in operation["parameters"]]
                if "requestBody" in operation:
                    operation["requestBody"] = resolve(document, operation["requestBody"])
    document.pop("security", None)
    return document


def run(*words):
    return subprocess.run([str(w) for w in words], text=True, capture_output=True)


def check(name, document, apus, apusc, include, compiler, problems):
    with tempfile.TemporaryDirectory(prefix="apus-import-") as folder:
        folder = pathlib.Path(folder)
        (folder / "in.json").write_text(json.dumps(document))
        done = run(apus, "import", folder / "in.json", "-o", folder / "out")
        if done.returncode:
            problems.append(f"{name}: apus import: {done.stderr[-2000:]}")
            return None
        notes = [line.split(": ", 2) for line in done.stderr.splitlines() if line.startswith("note: ")]
        sources = sorted((folder / "out").glob("*.c"))
        read = run(apusc, "--openapi", "-", *sources, "--", f"-I{include}", "-std=c17")
        if read.returncode:
            problems.append(f"{name}: apusc: {read.stderr[:3000]}")
            return None
        if compiler:
            made = run(apusc, "-o", folder / "made", *sources, "--", f"-I{include}", "-std=c17")
            units = sorted((folder / "made").glob("*.c"))
            built = run(compiler, "-std=c17", "-Wall", "-Wextra", "-Werror", "-fsyntax-only", f"-I{include}",
                        f"-I{folder / 'out'}", *units)
            if made.returncode or built.returncode:
                problems.append(f"{name}: {compiler}: {made.stderr}{built.stderr[:3000]}")
        got = same_meaning(json.loads(read.stdout))
        want = same_meaning(effective(upgrade(document)))
        want.pop("openapi")
        # what apusc writes by itself where there is something to refuse
        schemas = want.get("components", {}).get("schemas", {})
        for own in OWN:
            schemas.pop(own, None)
        if "components" in want and not schemas:
            want["components"].pop("schemas", None)
        if not want.get("components", True):
            del want["components"]
        places = [("" if at == "/" else at) for _, at, _ in notes]
        found = []
        differences(want, got, "", found)
        # what a note at the schema says holds for where the schema is used, too
        lost = [(at, why) for at, why in found if not is_noted(at, why, places) and
                at.split("/")[-1] not in OWN]
        for at, why in lost:
            problems.append(f"{name}: {at}: {why}, and no note says so")
        return len(notes)


def main():
    words = sys.argv[1:]
    compiler = None
    if words[0] == "--compile":
        compiler, words = words[1], words[2:]
    apus, apusc, include, *names = words
    problems, n, noted, clean = [], 0, 0, 0
    documents, kind = {}, ""
    for name in names:
        if name.startswith("--"):
            kind = name
        elif kind == "--program":
            documents[name] = json.loads(run(name, "openapi").stdout)
        elif kind == "--cases" and not pathlib.Path(name).exists():
            print(f"{name} is not there: its documents are skipped")
        elif kind == "--cases":
            documents.update(loaded_documents(json.loads(pathlib.Path(name).read_text())))
        else:
            documents[name] = json.loads(pathlib.Path(name).read_text())
    for label, document in documents.items():
        n += 1
        # of the cases one in ten: what apusc takes compiles, as its own tests show
        compiled = compiler if not label.startswith("docs_src") or n % 10 == 0 else None
        notes = check(label, document, apus, apusc, include, compiled, problems)
        noted += notes or 0
        clean += notes == 0
    print("\n".join(problems))
    print(f"{n} documents, {clean} without a note, {noted} notes, {len(problems)} problems")
    return 1 if problems or not n else 0


def loaded_documents(cases):
    """The documents among recorded cases of applications."""
    return {c["app"]: c["expected_json"] for c in cases["cases"]
            if c["kind"] == "openapi" and isinstance(c.get("expected_json"), dict) and "openapi" in c["expected_json"]}


sys.exit(main())
