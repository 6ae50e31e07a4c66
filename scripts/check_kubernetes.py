#!/usr/bin/python3
"""check_kubernetes.py FILE...: holds manifests to the types of Kubernetes' own API, without a cluster.

Each field has to be one that there is, of its type, and none may be missing that must be there; what it
knows comes with Debian's python3-kubernetes (hence Debian's python), which is of Kubernetes 1.22: where
that has a kind only as a beta, the beta is taken.  77 where it is not installed."""
import re, sys

try:
    import yaml
    from kubernetes import client
except ImportError as e:
    print("skipped:", e)
    sys.exit(77)

PLAIN = {"str": str, "int": int, "float": (int, float), "bool": bool, "object": object}
OFFLINE = client.Configuration()
problems = []


def model_of(kind, version):
    """The class of a kind: autoscaling/v2 may be known as v2beta2."""
    name = version.rsplit("/", 1)[-1].capitalize()
    betas = sorted((m for m in dir(client) if re.fullmatch(rf"{name}(beta\d+)?{kind}", m)), key=lambda m: ("beta" in m, m))
    return getattr(client, betas[0] if name + kind in betas else betas[-1]) if betas else None


def look_at(value, kind, place):
    """Adds what is wrong with a value of such a type."""
    if inner := re.fullmatch(r"list\[(.*)\]", kind):
        if not isinstance(value, list):
            problems.append(f"{place}: not a list")
        else:
            for i, item in enumerate(value):
                look_at(item, inner[1], f"{place}[{i}]")
    elif inner := re.fullmatch(r"dict\((.*), (.*)\)", kind):
        if not isinstance(value, dict):
            problems.append(f"{place}: not an object")
        else:
            for key, item in value.items():
                look_at(key, inner[1], f"{place}: the key {key!r}")
                look_at(item, inner[2], f"{place}.{key}")
    elif kind in PLAIN:
        if not isinstance(value, PLAIN[kind]) or (kind != "object" and isinstance(value, bool) != (kind == "bool")):
            problems.append(f"{place}: {value!r} is no {kind}")
    elif kind != "datetime":
        look_into(value, getattr(client, kind), place)


def look_into(value, model, place):
    if not isinstance(value, dict):
        problems.append(f"{place}: not an object")
        return
    fields = {wire: name for name, wire in model.attribute_map.items()}
    for wire, inner in value.items():
        if wire in fields:
            look_at(inner, model.openapi_types[fields[wire]], f"{place}.{wire}")
        else:
            problems.append(f"{place}: {model.__name__} has no {wire}")
    try:
        model(**{fields[w]: v for w, v in value.items() if w in fields}, local_vars_configuration=OFFLINE)
    except ValueError as e:  # what must be there, and words of a list
        problems.append(f"{place}: {e}")


def main():
    n = 0
    for path in sys.argv[1:]:
        with open(path) as f:
            for document in filter(None, yaml.safe_load_all(f)):
                kind, version = document.get("kind", ""), document.get("apiVersion", "")
                model, place = model_of(kind, version), f"{path}: {kind}"
                n += 1
                if model:
                    look_into(document, model, place)
                else:
                    problems.append(f"{place}: there is no such kind in {version}")
    for problem in problems:
        print(problem)
    print(f"kubernetes: {n} objects, {len(problems)} problems")
    sys.exit(bool(problems))


main()
