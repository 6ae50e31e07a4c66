"""A service in a process of its own, and what tests of it share."""
import http.client, os, pathlib, queue, re, signal, socket, ssl, subprocess, threading, time

PATIENCE = 60  # seconds; a sanitized service on a loaded machine is slow


class Service:
    """Starts PROGRAM; `ready` is its line that says where.  Leaving it expects a clean end."""

    def __init__(self, *command, env=None, pass_fds=(), before=None):
        self.lines, self.text, self.stopping = queue.Queue(), "", False
        self.process = subprocess.Popen([str(c) for c in command], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
                                        env={**os.environ, **(env or {})}, pass_fds=pass_fds, preexec_fn=before)
        threading.Thread(target=self._read, daemon=True).start()

    def _read(self):
        for line in self.process.stdout:
            self.lines.put(line)
        self.lines.put(None)

    def says(self, pattern):
        """Waits for a line that fits, and has the match."""
        deadline = time.monotonic() + PATIENCE
        while (left := deadline - time.monotonic()) > 0:
            try:
                line = self.lines.get(timeout=left)
            except queue.Empty:
                break
            if line is None:
                break
            self.text += line
            if found := re.search(pattern, line):
                return found
        raise AssertionError(f"never said {pattern!r}, but:\n{self.text}")

    def __enter__(self):
        try:
            self.ready = self.says(r"^serving .*").group(0)
        except AssertionError:
            self.process.kill()
            raise
        return self

    def stop(self):
        """Asks it to end; once, since a second signal ends it at once."""
        if not self.stopping:
            self.stopping = True
            self.process.send_signal(signal.SIGTERM)

    def __exit__(self, kind, *_):
        self.stop()
        try:
            code = self.process.wait(timeout=PATIENCE)
        finally:
            self.process.kill()
        if kind is None:
            assert code == 0, code

    def reload(self):
        self.process.send_signal(signal.SIGHUP)
        return self.says(r": (reloaded|not reloaded: .*|the new version did not start.*)$").group(1)

    def ports(self):
        return [int(p) for p in re.findall(r"https?://[^ ,]*:(\d+)(?=[ ,]|$)", self.ready.split("  docs")[0])]


class Way:
    """How to reach a service: a socket, made anew for each connection."""

    def __init__(self, family, address, context=None):
        self.family, self.address, self.context = family, address, context

    def connect(self):
        s = socket.socket(self.family)
        s.settimeout(PATIENCE)
        s.connect(self.address)
        return self.context.wrap_socket(s, server_hostname="localhost") if self.context else s

    def ask(self, path, host="localhost", method="GET"):
        """One request on a connection of its own: status, headers, body."""
        with self.connect() as s:
            s.sendall(f"{method} {path} HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n".encode())
            answer = http.client.HTTPResponse(s, method=method)
            answer.begin()
            return answer.status, {k.lower(): v for k, v in answer.getheaders()}, answer.read().decode()


class Load:
    """Clients that ask without pause, each on a kept connection, until left; failures are kept."""

    def __init__(self, *ways, path="/version", clients=2):
        self.over, self.answered, self.failures = False, [0] * len(ways) * clients, []
        self.threads = [threading.Thread(target=self._ask, args=(i, ways[i % len(ways)], path)) for i in range(len(ways) * clients)]

    def _ask(self, i, way, path):
        try:
            s = None
            while not self.over:
                s = s or way.connect()
                s.sendall(f"GET {path} HTTP/1.1\r\nHost: localhost\r\n\r\n".encode())
                answer = http.client.HTTPResponse(s)
                answer.begin()
                if answer.status != 200:
                    raise AssertionError(f"{answer.status}")
                answer.read()
                self.answered[i] += 1
                if answer.will_close:
                    s.close()
                    s = None
        except Exception as e:  # whatever a client could see
            self.failures.append(f"{way.address}: {e!r}")

    def __enter__(self):
        for t in self.threads:
            t.start()
        return self

    def __exit__(self, kind, *_):
        self.over = True
        for t in self.threads:
            t.join(PATIENCE)
        if kind is None:
            assert not self.failures, self.failures
            assert all(self.answered), self.answered


def free_port():
    with socket.socket() as s:
        s.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


def certificate(folder, name="localhost"):
    crt, key = pathlib.Path(folder) / f"{name}.crt", pathlib.Path(folder) / f"{name}.key"
    subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-subj", f"/CN={name}",
                    "-addext", f"subjectAltName=DNS:{name},IP:127.0.0.1", "-days", "2", "-keyout", key, "-out", crt],
                   check=True, stderr=subprocess.DEVNULL)
    return crt, key


def trusting(crt):
    return ssl.create_default_context(cafile=str(crt))


def run(*tests):
    for test in tests:
        test()
        print("ok", test.__name__, flush=True)
