#!/usr/bin/env python3
"""check_deploy.py PROGRAM: holds deploy/ to the program that it deploys, without a container engine or a cluster.

The image has the libraries that PROGRAM links to, and what it adds stays under 30 MB; probes ask for paths that answer;
what is scaled on is measured; who is told to stop has the time to; systemd's units are hardened."""
import os, pathlib, re, signal, subprocess, sys, tempfile, time, urllib.error, urllib.request

ROOT = pathlib.Path(__file__).resolve().parent.parent
DEPLOY = ROOT / "deploy"
MOST_BYTES = 30_000_000
MOST_EXPOSED = 2.0  # systemd-analyze security, of 10
problems = []


def expect(fact, *words):
    if not fact:
        problems.append(" ".join(str(w) for w in words))


def run(*command):
    return subprocess.run([str(c) for c in command], capture_output=True, text=True)


# --- the image ---

def stages(path):
    """Instructions of each stage: [(word, rest)]."""
    text = re.sub(r"\\\n", " ", re.sub(r"(?m)^#.*\n", "", path.read_text()))
    found = []
    for line in filter(str.strip, text.splitlines()):
        word, rest = line.split(None, 1)
        if word == "FROM":
            found.append([])
        found[-1].append((word, rest))
    return found


def installed(stage):
    return [p for word, rest in stage if word == "RUN" for part in re.findall(r"apt-get install(.*?)(?:&&|$)", rest)
            for p in part.split() if not p.startswith("-")]


def check_image(program, work):
    build, final = stages(DEPLOY / "Dockerfile")
    wanted = re.search(r'^run="(.*?)"', (ROOT / "scripts/deps.sh").read_text(), re.M | re.S).group(1).split()
    missing = set(wanted) - set(installed(build))
    expect(not missing, "deploy/Dockerfile: the first stage lacks", missing, "of scripts/deps.sh")
    user = dict(final).get("USER", "root")
    expect(re.fullmatch(r"[1-9]\d*:[1-9]\d*", user), "deploy/Dockerfile: USER is not the number of an ordinary user:", user)
    expect(final[-1] == ("ENTRYPOINT", '["/usr/bin/market"]'), "deploy/Dockerfile: the program is not the first process:", final[-1])
    ignored = (ROOT / ".dockerignore").read_text().split()
    expect({".git", "build"} <= set(ignored), ".dockerignore: .git and build would be sent along")
    # each library that is not the base's is installed, and nothing else
    libraries = re.findall(r"=> (/\S+)", run("ldd", program).stdout)
    owners = set()
    for library in libraries:
        said = run("dpkg", "-S", os.path.realpath(library)).stdout or run("dpkg", "-S", library).stdout
        owners.add(said.split(":")[0])
    needed = owners - {"libc6", ""}
    expect(needed == set(installed(final)), "deploy/Dockerfile: the program links to", sorted(needed), "and", sorted(installed(final)),
           "are installed")
    bare = pathlib.Path(work) / "market"
    run("strip", "-o", bare, program)
    size = bare.stat().st_size + sum(1024 * int(run("dpkg-query", "-W", "-f", "${Installed-Size}\n", p).stdout.split()[0]) for p in needed)
    expect(size < MOST_BYTES, f"the image adds {size} bytes to its base")
    print(f"image: {size / 1e6:.1f} MB beyond the base, {bare.stat().st_size / 1e6:.1f} of them the program")
    return dict(pair.split("=", 1) for word, rest in final if word == "ENV" for pair in rest.split()), user


# --- the cluster ---

class Market:
    """The program as the image and the manifest start it, at ports of its own."""

    def __init__(self, program, environment, arguments, work):
        self.log = pathlib.Path(work) / "said.log"
        environment = {**os.environ, **environment, "MARKET_STORE": f"{work}/market.db", "APUS_HOST": "127.0.0.1", "APUS_PORT": "0",
                       "APUS_WORKERS": "1", "APUS_ADMIN": "0"}
        self.process = subprocess.Popen([program, *arguments], env=environment, stdout=self.log.open("w"), stderr=subprocess.STDOUT)

    def __enter__(self):
        for _ in range(600):
            if found := re.search(r"serving .* on (http://\S+).*admin (http://\S+)", self.log.read_text()):
                self.http, self.admin = found.groups()
                return self
            time.sleep(0.1)
        self.process.kill()
        raise SystemExit(self.log.read_text())

    def __exit__(self, *_):
        self.process.send_signal(signal.SIGKILL)
        self.process.wait()

    def ask(self, url):
        try:
            with urllib.request.urlopen(url, timeout=60) as answer:
                return answer.status, answer.read().decode()
        except urllib.error.HTTPError as e:
            return e.code, ""


def number_behind(arguments, flag, default):
    return int(arguments[arguments.index(flag) + 1]) if flag in arguments else default


def check_types(work):
    """Every field is one of the API's; and a manifest that is wrong would be found."""
    manifest, spoiled = DEPLOY / "kubernetes/market.yaml", pathlib.Path(work) / "spoiled.yaml"
    done = run(ROOT / "scripts/check_kubernetes.py", manifest)
    print(done.stdout.strip().splitlines()[-1])
    if done.returncode == 77:
        return
    expect(done.returncode == 0, done.stdout)
    spoiled.write_text(manifest.read_text().replace("maxReplicas", "mostReplicas"))
    expect("has no mostReplicas" in run(ROOT / "scripts/check_kubernetes.py", spoiled).stdout, "check_kubernetes.py finds nothing")


def check_cluster(program, environment, user, work):
    import yaml
    kinds = {d["kind"]: d for d in yaml.safe_load_all((DEPLOY / "kubernetes/market.yaml").read_text())}
    expect(set(kinds) == {"Deployment", "Service", "PodDisruptionBudget", "HorizontalPodAutoscaler"}, "kinds:", sorted(kinds))
    pod = kinds["Deployment"]["spec"]["template"]
    labels, spec = pod["metadata"]["labels"], pod["spec"]
    for name, selector in (("Deployment", kinds["Deployment"]["spec"]["selector"]["matchLabels"]), ("Service", kinds["Service"]["spec"]["selector"]),
                           ("PodDisruptionBudget", kinds["PodDisruptionBudget"]["spec"]["selector"]["matchLabels"])):
        expect(selector.items() <= labels.items(), name, "selects other pods:", selector)
    box, = spec["containers"]
    expect(f"{spec['securityContext']['runAsUser']}:{spec['securityContext']['runAsGroup']}" == user, "the pod's user is not the image's")
    expect(box["securityContext"] == {"allowPrivilegeEscalation": False, "readOnlyRootFilesystem": True, "capabilities": {"drop": ["ALL"]}},
           "the container may more than it needs")
    ports = {p["name"]: p["containerPort"] for p in box["ports"]}
    expect(ports == {"http": int(environment.get("APUS_PORT", 8000)), "admin": int(environment["APUS_ADMIN"].rsplit(":")[-1])},
           "ports are not those that the image listens on:", ports)
    expect(kinds["Service"]["spec"]["ports"][0]["targetPort"] in ports, "the Service's port leads nowhere")
    stops = number_behind(box["args"], "--drain-delay", 0) + number_behind(box["args"], "--drain", 30)
    expect(spec["terminationGracePeriodSeconds"] >= stops + 10, "the pod is killed before it has drained:", stops, "s")
    writes = {m["mountPath"] for m in box["volumeMounts"]}
    expect(os.path.dirname(environment["MARKET_STORE"]) in writes, "the store is on a file system that is not writable")
    autoscaler = kinds["HorizontalPodAutoscaler"]["spec"]
    expect(autoscaler["scaleTargetRef"]["name"] == kinds["Deployment"]["metadata"]["name"], "the autoscaler scales something else")
    with Market(program, environment, box["args"], work) as market:
        for probe in ("startupProbe", "readinessProbe", "livenessProbe"):
            get = box[probe]["httpGet"]
            expect(get["port"] in ports, probe, "asks at no port:", get["port"])
            status, _ = market.ask({"http": market.http, "admin": market.admin}[get["port"]] + get["path"])
            expect(status == 200, probe, get["path"], "answers", status)
        market.ask(market.http + "/health")
        metrics = market.ask(market.admin + pod["metadata"]["annotations"]["prometheus.io/path"])[1]
        for metric in autoscaler["metrics"]:
            name = metric["pods"]["metric"]["name"]
            expect(re.search(rf"(?m)^{name}\b", metrics), "what is scaled on is not measured:", name)


# --- systemd ---

def check_units():
    folder = DEPLOY / "systemd"
    text = (folder / "service@.service").read_text()
    stop = int(re.search(r"^TimeoutStopSec=(\d+)", text, re.M).group(1))
    expect(stop >= 40, "service@.service: killed before it has drained")
    for line in ("Type=notify", "ExecReload=/bin/kill -HUP $MAINPID", "KillMode=mixed", "NoNewPrivileges=yes", "DynamicUser=yes"):
        expect(line in text.splitlines(), "service@.service: no", line)
    said = run("systemd-analyze", "security", "--offline=yes", folder / "service@.service").stdout if os.path.exists("/usr/bin/systemd-analyze") else ""
    if found := re.search(r"exposure level for .*: ([\d.]+)", said):
        expect(float(found.group(1)) <= MOST_EXPOSED, "service@.service: exposure", found.group(1))
        print("systemd: exposure", found.group(1))


def main():
    program = sys.argv[1]
    try:
        import yaml
    except ImportError:
        print("skipped: python3-yaml is not there")
        sys.exit(77)
    with tempfile.TemporaryDirectory() as work:
        environment, user = check_image(program, work)
        check_types(work)
        check_cluster(program, environment, user, work)
    check_units()
    for problem in problems:
        print("deploy:", problem)
    print("deploy:", "as the program needs it" if not problems else f"{len(problems)} problems")
    sys.exit(bool(problems))


main()
