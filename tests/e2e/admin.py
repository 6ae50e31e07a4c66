#!/usr/bin/env python3
"""admin.py PROGRAM: what those hear who look after a service: /metrics, /live and /ready, on an
address of their own and at paths of the service, while it starts, serves, reloads and stops."""
import http.client, os, pathlib, re, signal, subprocess, sys, tempfile, time

PROGRAM = sys.argv[1]
PATIENCE = 60


class Service:
    def __init__(self, *arguments):
        self.process = subprocess.Popen([PROGRAM, "--port", "0", *arguments], stdout=subprocess.PIPE,
                                        stderr=subprocess.PIPE, text=True)

    def __enter__(self):
        self.said = self.process.stdout.readline()
        assert self.said, self.process.stderr.read()
        self.port = int(re.search(r"on http://127\.0\.0\.1:(\d+)", self.said).group(1))
        admin = re.search(r"admin http://127\.0\.0\.1:(\d+)", self.said)
        self.admin = int(admin.group(1)) if admin else None
        return self

    def __exit__(self, *_):
        self.process.send_signal(signal.SIGTERM)
        try:
            assert self.process.wait(timeout=PATIENCE) == 0
        finally:
            self.process.kill()


def ask(port, path, method="GET", accept="*/*"):
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=PATIENCE)
    connection.request(method, path, headers={"Accept": accept})
    answer = connection.getresponse()
    text = answer.read().decode()
    connection.close()
    return answer.status, text, answer.getheader("Content-Type")


def numbers(port):
    """Every sample of /metrics, each once, each behind the TYPE of its family."""
    status, text, kind = ask(port, "/metrics")
    assert status == 200 and kind == "text/plain; version=0.0.4; charset=utf-8", (status, kind)
    seen, families = {}, set()
    for line in text.splitlines():
        if line.startswith("# TYPE "):
            families.add(line.split()[2])
        elif not line.startswith("#"):
            name, value = re.fullmatch(r"([a-z_]+(?:\{.*\})?) ([-0-9.e+]+)", line).groups()
            family = name.split("{")[0]
            assert family in families or re.sub(r"_(bucket|sum|count)$", "", family) in families, line
            assert name not in seen, line
            seen[name] = float(value)
    return seen


def total(seen, start, *parts):
    return sum(v for k, v in seen.items() if k.startswith(start) and all(p in k for p in parts))


def until(what):
    last = time.monotonic() + PATIENCE
    while not what():
        assert time.monotonic() < last, "it never came to that"
        time.sleep(0.02)


COUNT = "http_server_request_duration_seconds_count"


def processes_are_told(seen, workers):
    names = {k.split('"')[1] for k in seen if k.startswith("process_start_time_seconds{")}
    n = int(workers or 1)
    assert names == ({"supervisor"} | {f"worker-{i}" for i in range(n)} if n else {"service"}), names
    for name in names:
        def of(family):
            return seen[f'process_{family}{{process="{name}"}}']
        assert of("cpu_seconds_total") >= 0
        assert 1 << 20 < of("resident_memory_bytes") < of("virtual_memory_bytes")
        assert 3 < of("open_fds") < of("max_fds")
        assert abs(time.time() - of("start_time_seconds")) < 600


def requests_are_counted_over_all_workers(workers):
    with Service("--workers", workers, "--admin", "0") as s:
        for _ in range(40):
            assert ask(s.port, "/version")[1] == "1"
        assert ask(s.port, "/nowhere/1")[0] == ask(s.port, "/nowhere/2")[0] == 404
        # whoever has the last byte of an answer may be faster than who counts it
        until(lambda: total(numbers(s.admin), COUNT) == 42)
        seen = numbers(s.admin)
        assert total(seen, COUNT, 'http_route="/version"', 'code="200"') == 40, seen
        assert total(seen, COUNT, 'http_route=""', 'code="404"') == 2, seen
        assert not any("nowhere" in k for k in seen)  # what clients choose makes no series
        assert total(seen, "http_server_response_body_size_bytes_sum", "/version") == 40
        assert seen["apus_workers"] == int(workers or 1) or workers == "0"
        assert seen["apus_connections_total"] >= 42
        processes_are_told(seen, workers)
        assert seen["apus_received_bytes_total"] > 42 * 40
        assert ask(s.admin, "/live")[0] == ask(s.admin, "/ready")[0] == 200
        assert ask(s.admin, "/metrics", "POST")[0] == 405 and ask(s.admin, "/version")[0] == 404
        # what is not asked for is not there
        assert ask(s.port, "/metrics")[0] == ask(s.port, "/ready")[0] == 404
        _, text, kind = ask(s.admin, "/metrics", accept="application/openmetrics-text;version=1.0.0")
        assert text.endswith("\n# EOF\n") and kind.startswith("application/openmetrics-text")


def a_crash_is_counted_and_nothing_is_forgotten():
    with Service("--workers", "2", "--admin", "0") as s:
        for _ in range(20):
            ask(s.port, "/version")
        before = numbers(s.admin)
        try:
            ask(s.port, "/crash")
        except (http.client.HTTPException, OSError):
            pass
        until(lambda: numbers(s.admin)['apus_worker_ends_total{why="crash"}'] == 1
              and numbers(s.admin)["apus_workers"] == 2)
        after = numbers(s.admin)
        assert after["apus_worker_starts_total"] == 3
        for name, value in before.items():
            if name.startswith("process_"):
                continue  # one of them has gone
            if "_total" in name or "_count" in name:
                assert after[name] >= value, name


def reloads_are_counted():
    with Service("--workers", "2", "--admin", "0") as s:
        ask(s.port, "/version")
        s.process.send_signal(signal.SIGHUP)
        until(lambda: numbers(s.admin)['apus_reloads_total{result="done"}'] == 1)
        until(lambda: total(numbers(s.admin), COUNT, "/version") == 1)
        assert ask(s.admin, "/ready")[0] == 200


def draining_shows_before_it_hurts(workers):
    with Service("--workers", workers, "--admin", "0", "--live", "/healthz", "--ready", "/readyz",
                 "--metrics", "/numbers", "--drain-delay", "5") as s:
        assert ask(s.port, "/readyz")[:2] == (200, "ready\n")
        assert ask(s.port, "/numbers")[0] == 200 and ask(s.port, "/readyz", "POST")[0] == 404
        s.process.send_signal(signal.SIGTERM)
        begin = time.monotonic()
        until(lambda: ask(s.port, "/readyz")[:2] == (503, "draining\n"))
        # all goes on meanwhile
        while time.monotonic() < begin + 1:
            assert ask(s.port, "/version")[1] == "1"
            assert ask(s.port, "/healthz")[0] == ask(s.admin, "/live")[0] == 200
            assert ask(s.admin, "/ready")[0] == 503
        assert s.process.wait(timeout=PATIENCE) == 0
        assert time.monotonic() - begin >= 5
        # those that ask for a service's health are no traffic of its


def starting_is_not_ready():
    with tempfile.TemporaryDirectory() as folder:
        gate, path = pathlib.Path(folder) / "gate", str(pathlib.Path(folder) / "admin")
        gate.touch()
        process = subprocess.Popen([PROGRAM, "--port", "0", "--workers", "1", "--admin", path],
                                   stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
                                   env={**os.environ, "SERVED_WAITS": str(gate)})

        def look():
            import socket
            with socket.socket(socket.AF_UNIX) as c:
                c.settimeout(PATIENCE)
                c.connect(path)
                c.sendall(b"GET /ready HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n")
                return c.recv(4096)
        try:
            until(lambda: os.path.exists(path))
            answer = look()
            assert answer.startswith(b"HTTP/1.1 503") and answer.endswith(b"starting\n"), answer
            gate.unlink()
            assert process.stdout.readline().startswith("serving")
            assert look().startswith(b"HTTP/1.1 200")
            process.send_signal(signal.SIGTERM)
            assert process.wait(timeout=PATIENCE) == 0
        finally:
            process.kill()


def wrong_settings_are_explained():
    for arguments, what in ((["--admin", "here"], "--admin: \"here\" is no address with a port"),
                            (["--admin", "1.2.3.4.5:1"], ""), (["--admin", "127.0.0.1:70000"], "is no address"),
                            (["--ready", "ready"], "is not a path that begins with /")):
        done = subprocess.run([PROGRAM, "--port", "0", *arguments], capture_output=True, text=True, timeout=PATIENCE)
        assert done.returncode in (1, 2) and what in done.stderr, done


for workers in ("0", "2"):
    requests_are_counted_over_all_workers(workers)
    draining_shows_before_it_hurts(workers)
a_crash_is_counted_and_nothing_is_forgotten()
reloads_are_counted()
starting_is_not_ready()
wrong_settings_are_explained()
