#!/usr/bin/env python3
"""slow_clients.py BUILD [--clients N] [--idle N] [--seconds S] [--rate R] [--only heads,idle]: what ordinary requests notice of slow ones.

A service is asked R times a second, first alone, then while slowhttptest holds N connections in each of its modes (heads, bodies,
ranges, slow reads), then while as many idle connections are kept.  Waits are counted from when each request was due, and the
runs alone and beside others take turns, so that a busy machine is busy for both.  Fails when the median or the 99th percentile
stays beyond twice of what it is alone in each of six tries, when any request fails, or when an idle connection takes more
memory than 2 KiB plain, and 16 KiB with TLS.  77: slowhttptest is not there."""
import argparse, os, pathlib, re, resource, shutil, socket, ssl, subprocess, sys, tempfile, threading, time

options = argparse.ArgumentParser()
options.add_argument("build")
options.add_argument("--clients", type=int, default=1000)
options.add_argument("--idle", type=int, default=10000)
options.add_argument("--seconds", type=int, default=4)
options.add_argument("--rate", type=int, default=500)
options.add_argument("--only", help="some of: idle,tls,heads,bodies,ranges,reads")
o = options.parse_args()
BUILD = pathlib.Path(o.build)
PATIENCE = 60
TRIES = 6
NOTICED_MS = {"p50": 0.1, "p99": 2}  # of less nobody notices twice; one pause of the machine is a tail of more
if not shutil.which("slowhttptest"):
    print("skipped: slowhttptest is not there (scripts/deps.sh ci installs it)")
    sys.exit(77)
hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
if hard < o.idle + 1000:
    o.idle = hard - 1000
    print(f"only {o.idle} idle connections: the system allows {hard} descriptors")


class Service:
    def __init__(self, *more):
        self.more = more

    def __enter__(self):
        program = BUILD / "examples" / "example_hello"
        self.process = subprocess.Popen([program, "--port", "0", "--admin", "0", "--connections-max", str(o.idle + o.clients + 1000), *self.more],
                                        stdout=subprocess.PIPE, text=True)
        line = self.process.stdout.readline()
        self.port, self.admin = (int(p) for p in re.findall(r"https?://127\.0\.0\.1:(\d+)(?=\s|$)", line))
        return self

    def __exit__(self, *_):
        self.process.kill()
        self.process.wait()

    def get(self, port, path):
        with socket.create_connection(("127.0.0.1", port), timeout=PATIENCE) as s:
            s.sendall(f"GET {path} HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n".encode())
            text = b""
            while piece := s.recv(65536):
                text += piece
        return text.decode()

    def count(self, name):
        return int(re.search(rf"^{name} (\d+)", self.get(self.admin, "/metrics"), re.M).group(1))

    def open(self):
        return self.count("apus_connections_open")

    def accepted(self):
        return self.count("apus_connections_total")

    def wait_for(self, connections):
        """As many in all, whatever became of them."""
        until = time.monotonic() + PATIENCE
        while self.accepted() < connections:
            if time.monotonic() > until:
                raise AssertionError(f"only {self.accepted()} of {connections} connections")
            time.sleep(0.1)

    def cpu(self):
        fields = open(f"/proc/{self.process.pid}/stat").read().rsplit(")", 1)[1].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    def ask(self, seconds):
        """What bench_surge says of ordinary requests."""
        began = self.cpu()
        said = subprocess.run([BUILD / "bench" / "bench_surge", "--port", str(self.port), "--path", "/hello/ada", "--rate", str(o.rate),
                               "--seconds", str(seconds)], capture_output=True, text=True, check=True).stdout
        found = dict(re.findall(r"(\w+)=([0-9.]+)", said))
        assert found["failed"] == found["shed"] == "0", said
        return {"p50": float(found["p50_ms"]), "p99": float(found["p99_ms"]), "us": (self.cpu() - began) * 1e6 / int(found["ok"])}

    def memory(self):
        pages = open(f"/proc/{self.process.pid}/statm").read().split()
        return (int(pages[1]) - int(pages[2])) * resource.getpagesize()


class Slow:
    """slowhttptest in one mode, once it holds its connections; over and over where they are answered at once."""

    def __init__(self, service, mode, *more, is_held=True):
        self.service, self.is_held, self.over, self.rounds = service, is_held, False, 0
        self.command = ["slowhttptest", "-c", str(o.clients), "-r", str(o.clients), "-l", "600", "-p", "5", mode, *more]

    def _run(self):
        while not self.over:
            self.process = subprocess.Popen(self.command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
            self.rounds += 1
            self.process.wait()

    def __enter__(self):
        self.over, self.process = False, None
        wanted = self.service.accepted() + o.clients * 9 // 10
        self.thread = threading.Thread(target=self._run)
        self.thread.start()
        try:
            self.service.wait_for(wanted)
        except AssertionError:
            self.__exit__()
            raise
        return self

    def __exit__(self, *_):
        self.over = True
        if self.process:
            self.process.kill()
        self.thread.join()

    def says(self):
        return f"{self.service.open()} connections" if self.is_held else f"{self.rounds} times {o.clients} connections"


class Idle:
    """Connections that have asked once and are kept."""

    def __init__(self, service, n, budget, context=None):
        self.service, self.n, self.budget, self.context = service, n, budget, context

    def __enter__(self):
        self.all = [self._keep() for _ in range(50)]  # what the first ones need is for all
        before = self.service.memory()
        self.all += [self._keep() for _ in range(self.n)]
        self.each = (self.service.memory() - before) / self.n
        return self

    def _keep(self):
        s = socket.create_connection(("127.0.0.1", self.service.port), timeout=PATIENCE)
        if self.context:
            s = self.context.wrap_socket(s, server_hostname="localhost")
        s.sendall(b"GET /hello/ada HTTP/1.1\r\nHost: a\r\n\r\n")
        assert s.recv(4096).startswith(b"HTTP/1.1 200")
        return s

    def __exit__(self, *_):
        for s in self.all:
            s.close()

    def says(self):
        return f"{self.service.open()} connections, {self.each:.0f} bytes of memory each, {self.budget} at most"


def measure(name, service, slow):
    for _ in range(TRIES):
        before = service.ask(o.seconds)
        with slow as held:
            beside = service.ask(o.seconds)
            said = held.says()
        after = service.ask(o.seconds)
        alone = {q: (before[q] + after[q]) / 2 for q in before}
        print(f"{name}: {said}; p50 {alone['p50']:.2f} -> {beside['p50']:.2f} ms, p99 {alone['p99']:.2f} -> {beside['p99']:.2f} ms, "
              f"processor {alone['us']:.0f} -> {beside['us']:.0f} us a request", flush=True)
        is_quick = all(beside[q] <= 2 * max(alone[q], least) for q, least in NOTICED_MS.items())
        if is_quick and (not isinstance(held, Idle) or held.each <= held.budget):
            return True
    return False


def keep_idle_tls():
    with tempfile.TemporaryDirectory() as folder:
        crt, key = f"{folder}/site.crt", f"{folder}/site.key"
        subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-subj", "/CN=localhost",
                        "-addext", "subjectAltName=DNS:localhost", "-days", "2", "-keyout", key, "-out", crt], check=True, stderr=subprocess.DEVNULL)
        context = ssl.create_default_context(cafile=crt)
        with Service("--tls-cert", crt, "--tls-key", key) as service, Idle(service, o.clients, 16 << 10, context) as held:
            print("tls:", held.says(), flush=True)
            return held.each <= held.budget


def main():
    wanted = o.only.split(",") if o.only else None
    with Service() as service:
        at = f"http://127.0.0.1:{service.port}"
        service.ask(1)  # warm
        modes = {
            "idle": Idle(service, o.idle, 2 << 10),  # first: what it holds is all its own
            "heads": Slow(service, "-H", "-i", "2", "-u", at + "/hello/ada"),
            "bodies": Slow(service, "-B", "-i", "2", "-s", "8192", "-u", at + "/hello/ada"),
            "ranges": Slow(service, "-R", "-u", at + "/hello/ada", is_held=False),
            "reads": Slow(service, "-X", "-k", "3", "-w", "1", "-y", "512", "-n", "2", "-z", "5",
                               "-u", at + "/docs/assets/swagger-ui-bundle.js"),
        }
        late = [name for name, slow in modes.items() if (not wanted or name in wanted) and not measure(name, service, slow)]
    if (not wanted or "tls" in wanted) and not keep_idle_tls():
        late.append("tls")
    if late:
        print("beyond what they may be:", ", ".join(late))
    return 1 if late else 0


sys.exit(main())
