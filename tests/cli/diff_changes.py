#!/usr/bin/env python3
"""diff_changes.py APUS: one change of a document after the other, what `apus diff` must call it,
and where."""
import copy, json, pathlib, subprocess, sys, tempfile


def body(schema):
    return {"required": True, "content": {"application/json": {"schema": schema}}}


def answer(schema):
    return {"description": "", "content": {"application/json": {"schema": schema}}}


BASE = {
    "openapi": "3.1.0", "info": {"title": "T", "version": "1"},
    "paths": {"/items/{id}": {
        "get": {"operationId": "get", "parameters": [
            {"name": "id", "in": "path", "required": True, "schema": {"type": "integer"}},
            {"name": "q", "in": "query", "schema": {"type": "string", "maxLength": 10, "enum": ["a", "b"]}},
            {"name": "X-Key", "in": "header", "required": True, "schema": {"type": "string"}}],
            "responses": {"200": answer({"$ref": "#/components/schemas/Item"}), "404": {"description": ""}}},
        "post": {"operationId": "post", "requestBody": body({"$ref": "#/components/schemas/New"}),
                 "security": [{"key": []}, {"login": ["write"]}],
                 "responses": {"201": answer({"$ref": "#/components/schemas/Item"})}}}},
    "components": {"schemas": {
        "New": {"type": "object", "required": ["name"], "properties": {
            "name": {"type": "string"}, "size": {"type": "integer", "minimum": 1},
            "kind": {"anyOf": [{"type": "string"}, {"type": "null"}]}}},
        "Item": {"type": "object", "required": ["id", "name"], "properties": {
            "id": {"type": "integer"}, "name": {"type": "string"}, "side": {"enum": ["buy", "sell"]},
            "parent": {"anyOf": [{"$ref": "#/components/schemas/Item"}, {"type": "null"}]},
            "tags": {"type": "array", "items": {"type": "string"}}}}},
        "securitySchemes": {"key": {"type": "apiKey", "in": "header", "name": "X"}, "login": {"type": "oauth2", "flows": {}}}}}

GET, POST = ("paths", "/items/{id}", "get"), ("paths", "/items/{id}", "post")
NEW, ITEM = ("components", "schemas", "New"), ("components", "schemas", "Item")


def at(document, path):
    for step in path:
        document = document[step]
    return document


def put(path, key, value):
    def change(document):
        at(document, path)[key] = value
    return change


def drop(path, key):
    def change(document):
        del at(document, path)[key]
    return change


def both(*changes):
    def change(document):
        for one in changes:
            one(document)
    return change


# what is changed, the gravest that is found, and a part of its place and its reason
CHANGES = [
    (drop(("paths", "/items/{id}"), "get"), "breaking", "/paths/~1items~1{id}/get", "gone"),
    (drop(("paths",), "/items/{id}"), "breaking", "/paths/~1items~1{id}/post", "gone"),
    (put(("paths",), "/more", {"get": {"responses": {}}}), "compatible", "/paths/~1more/get", "new"),
    (lambda d: d["paths"].update({"/items/{key}": d["paths"].pop("/items/{id}")}), None, "", ""),
    (drop(GET + ("parameters",), 1), "breaking", "/get/parameters", "query parameter q is gone"),
    (put(GET + ("parameters", 1), "required", True), "breaking", "/get/parameters/1", "must be sent now"),
    (put(GET + ("parameters", 2), "required", False), "compatible", "/get/parameters/2", "may be left out"),
    (put(GET + ("parameters", 2), "name", "x-key"), None, "", ""),
    (lambda d: at(d, GET)["parameters"].append({"name": "n", "in": "query", "required": True, "schema": {}}),
     "breaking", "/get/parameters/3", "do not know"),
    (lambda d: at(d, GET)["parameters"].append({"name": "n", "in": "query", "schema": {}}),
     "compatible", "/get/parameters/3", "is new"),
    (put(GET + ("parameters", 1, "schema"), "maxLength", 5), "breaking", "schema/maxLength", "was 10 and is 5"),
    (put(GET + ("parameters", 1, "schema"), "maxLength", 50), "compatible", "schema/maxLength", "wider"),
    (drop(GET + ("parameters", 1, "schema"), "maxLength"), "compatible", "schema/maxLength", "not set"),
    (put(GET + ("parameters", 1, "schema"), "enum", ["a"]), "breaking", "schema/enum", '"b" is no longer taken'),
    (put(GET + ("parameters", 1, "schema"), "enum", ["a", "b", "c"]), "compatible", "schema/enum", '"c"'),
    (put(GET + ("parameters", 1, "schema"), "pattern", "^a"), "breaking", "schema/pattern", "not set"),
    (put(GET + ("parameters", 0, "schema"), "type", "string"), "breaking", "parameters/0/schema", "integer is no longer"),
    (put(GET + ("parameters", 0, "schema"), "type", "number"), "compatible", "parameters/0/schema", "number is taken"),
    (put(NEW, "required", ["name", "size"]), "breaking", "/New/properties/size", "must be sent now"),
    (put(NEW, "required", []), "compatible", "/New/properties/name", "may be left out"),
    (both(put(NEW + ("properties",), "x", {}), put(NEW, "required", ["name", "x"])), "breaking", "/New/properties/x", "do not know"),
    (put(NEW + ("properties",), "x", {}), "compatible", "/New/properties/x", "is new"),
    (drop(NEW + ("properties",), "size"), "risky", "/New/properties/size", "no longer looked at"),
    (both(drop(NEW + ("properties",), "size"), put(NEW, "additionalProperties", False)), "breaking", "/New/properties/size", "refused"),
    (put(NEW, "additionalProperties", False), "breaking", "/New/additionalProperties", "refused"),
    (put(NEW + ("properties", "size"), "minimum", 2), "breaking", "/size/minimum", "narrower"),
    (put(NEW + ("properties",), "kind", {"type": "string"}), "breaking", "/New/properties/kind", "null is no longer"),
    (put(NEW + ("properties",), "kind", {"type": ["string", "null"]}), None, "", ""),
    (drop(POST, "requestBody"), "breaking", "/post/requestBody", "no longer looked at"),
    (put(POST + ("requestBody",), "required", False), "compatible", "/post/requestBody", "may be left out"),
    (put(POST + ("requestBody",), "content", {"text/csv": {}}), "breaking", "application~1json", "no longer taken"),
    (put(ITEM, "required", ["id"]), "breaking", "/Item/properties/name", "may be missing"),
    (put(ITEM, "required", ["id", "name", "side"]), "compatible", "/Item/properties/side", "always comes"),
    (drop(ITEM + ("properties",), "name"), "breaking", "/Item/properties/name", "always came"),
    (drop(ITEM + ("properties",), "side"), "risky", "/Item/properties/side", "could come"),
    (put(ITEM + ("properties", "side"), "enum", ["buy", "sell", "hold"]), "breaking", "/side/enum", '"hold" may come'),
    (put(ITEM + ("properties", "side"), "enum", ["buy"]), "compatible", "/side/enum", "no longer comes"),
    (put(ITEM + ("properties",), "id", {"type": ["integer", "null"]}), "breaking", "/Item/properties/id", "null may come"),
    (put(ITEM + ("properties", "tags", "items"), "type", "integer"), "breaking", "/tags/items", "integer may come"),
    (put(ITEM + ("properties", "id"), "maximum", 10), "compatible", "/id/maximum", "narrower"),
    (lambda d: at(d, GET)["responses"].update({"206": at(d, GET)["responses"].pop("200")}), "breaking", "/get/responses/200", "no longer comes"),
    (put(GET + ("responses",), "410", {"description": ""}), "risky", "/get/responses/410", "may come"),
    (drop(GET + ("responses",), "404"), "compatible", "/get/responses/404", "no longer comes"),
    (put(GET, "security", [{"key": []}]), "breaking", "/get/security", "asked for now"),
    (put(POST, "security", [{"key": []}]), "breaking", "/post/security", "login does not suffice"),
    (put(POST, "security", [{"key": []}, {"login": ["write", "admin"]}]), "breaking", "/post/security", "login does not"),
    (put(POST, "security", [{"login": []}, {"key": []}]), None, "", ""),
    (put(POST, "security", []), "compatible", "/post/security", "no credential"),
    (put(("components", "securitySchemes", "key"), "name", "Y"), "breaking", "/securitySchemes/key/name", '"X" and is "Y"'),
    (put(GET, "operationId", "fetch"), "risky", "/get/operationId", "fetch"),
    (put(GET, "deprecated", True), "compatible", "/get/deprecated", "deprecated"),
    (put(GET, "description", "other words"), None, "", ""),
]


def diff(apus, folder, old, new):
    (folder / "old.json").write_text(json.dumps(old))
    (folder / "new.json").write_text(json.dumps(new))
    done = subprocess.run([apus, "diff", folder / "old.json", folder / "new.json", "--json"], text=True,
                          capture_output=True)
    return done.returncode, json.loads(done.stdout) if done.stdout else done.stderr


def main():
    problems = []
    with tempfile.TemporaryDirectory(prefix="apus-diff-") as folder:
        folder = pathlib.Path(folder)
        for i, (change, severity, where, why) in enumerate(CHANGES):
            new = copy.deepcopy(BASE)
            change(new)
            code, found = diff(sys.argv[1], folder, BASE, new)
            gravest = min((f["severity"] for f in found), default=None,
                          key=["breaking", "risky", "compatible"].index)
            if gravest != severity or code != (severity == "breaking"):
                problems.append(f"change {i} ({where} {why}): {gravest}, exit {code}: {found}")
            elif severity and not any(f["severity"] == severity and where in f["at"] and why in f["why"] for f in found):
                problems.append(f"change {i}: not at {where} or not because {why}: {found}")
        # what is wrong with the documents themselves
        for old, new in (({}, BASE), (BASE, {"swagger": "2.0"})):
            code, said = diff(sys.argv[1], folder, old, new)
            if code != 1 or "no OpenAPI 3 document" not in said:
                problems.append(f"no document: {code} {said}")
        circle = copy.deepcopy(BASE)
        circle["components"]["schemas"]["Item"] = {"$ref": "#/components/schemas/Item"}
        code, said = diff(sys.argv[1], folder, circle, circle)
        if (code, said) != (0, []):
            problems.append(f"a circle of references: {code} {said}")
    print("\n".join(problems) or f"{len(CHANGES)} changes, each called what it is")
    return bool(problems)


sys.exit(main())
