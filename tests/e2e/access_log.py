#!/usr/bin/env python3
"""access_log.py PROGRAM: the access log of a whole service: a line for each request, whoever answers it
and though the file is moved meanwhile; nothing secret in it; a pipe that nobody reads stops nobody."""
import http.client, json, os, pathlib, re, signal, subprocess, sys, tempfile, threading, time

PROGRAM = sys.argv[1]
PATIENCE = 60
folder = tempfile.TemporaryDirectory()
LOG = pathlib.Path(folder.name) / "log"


class Service:
    def __init__(self, *arguments, **options):
        self.process = subprocess.Popen([PROGRAM, "--port", "0", *arguments],
                                        **{"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "text": True, **options})

    def __enter__(self):
        said = self.process.stdout.readline()
        assert said, self.process.stderr.read()
        self.port = int(re.search(r"on http://127\.0\.0\.1:(\d+)", said).group(1))
        return self

    def __exit__(self, *_):
        self.process.send_signal(signal.SIGTERM)
        try:
            assert self.process.wait(timeout=PATIENCE) == 0
        finally:
            self.process.kill()


def ask(port, path, headers={}, connection=None):
    c = connection or http.client.HTTPConnection("127.0.0.1", port, timeout=PATIENCE)
    c.request("GET", path, headers=headers)
    answer = c.getresponse()
    text = answer.read()
    if not connection:
        c.close()
    return answer.status, text, answer.getheader("x-request-id")


def lines(path=LOG):
    return [json.loads(line) for line in path.read_text().splitlines()]


def a_line_tells_of_a_request(workers):
    LOG.unlink(missing_ok=True)
    with Service("--workers", workers, "--access-log", str(LOG), "--access-log-headers", "x-tenant,cookie",
                 "--access-log-secrets", "voucher", "--ready", "/ready") as s:
        status, _, number = ask(s.port, "/version?a=1&token=SECRET&voucher=SECRET",
                                {"User-Agent": 'evil"}\\', "X-Tenant": "blue", "Cookie": "id=SECRET",
                                 "Referer": "http://x/?code=SECRET"})
        assert status == 200
        assert ask(s.port, "/nowhere")[0] == 404
        assert ask(s.port, "/ready")[0] == 200
    first, second = sorted(lines(), key=lambda line: line["time"])
    assert "SECRET" not in LOG.read_text()
    assert first["request_id"] == number and first["route"] == "/version" and first["status"] == 200, first
    assert first["target"] == "/version?a=1&token=***&voucher=***" and first["client"] == "127.0.0.1", first
    assert first["user_agent"] == 'evil"}\\' and first["referer"] == "http://x/?code=***", first
    assert first["headers"] == {"x-tenant": "blue", "cookie": "***"}, first
    assert first["bytes"] == 1 and 0 <= first["duration"] < PATIENCE and first["protocol"] == "h1", first
    assert second["status"] == 404 and "route" not in second, second
    assert LOG.stat().st_mode & 0o777 == 0o640 & ~os.umask(os.umask(0))


def moved_files_lose_no_line(workers):
    LOG.unlink(missing_ok=True)
    asked, over, files = [0] * 4, threading.Event(), []

    def client(i):
        c = http.client.HTTPConnection("127.0.0.1", s.port, timeout=PATIENCE)
        while not over.is_set():
            asked[i] += ask(s.port, "/version", connection=c)[0] == 200
        c.close()

    with Service("--workers", workers, "--access-log", str(LOG)) as s:
        clients = [threading.Thread(target=client, args=(i,)) for i in range(4)]
        for c in clients:
            c.start()
        for i in range(3):
            time.sleep(0.3)
            files.append(LOG.with_suffix(f".{i}"))
            os.rename(LOG, files[-1])
            s.process.send_signal(signal.SIGUSR1)
            last = time.monotonic() + PATIENCE
            while not LOG.exists():
                assert time.monotonic() < last, "it was not opened anew"
                time.sleep(0.01)
        over.set()
        for c in clients:
            c.join()
    found = sum(len(lines(f)) for f in [*files, LOG])
    assert found == sum(asked), (found, sum(asked))


def combined_is_understood():
    LOG.unlink(missing_ok=True)
    with Service("--access-log", str(LOG), "--access-log-format", "combined") as s:
        ask(s.port, "/version", {"User-Agent": "curl/8"})
    assert re.fullmatch(r'127\.0\.0\.1 - - \[\d\d/[A-Z][a-z]{2}/\d{4}:\d\d:\d\d:\d\d \+0000\] '
                        r'"GET /version HTTP/1\.1" 200 1 "-" "curl/8"\n', LOG.read_text()), LOG.read_text()


def standard_output_will_do():
    with Service("--workers", "2", "--access-log", "-") as s:
        ask(s.port, "/version")
        assert json.loads(s.process.stdout.readline())["route"] == "/version"


def a_pipe_that_nobody_reads_stops_nobody():
    with Service("--access-log", "-", "--admin", "0") as s:
        c = http.client.HTTPConnection("127.0.0.1", s.port, timeout=PATIENCE)
        for _ in range(6000):  # over a megabyte of lines
            assert ask(s.port, "/version?" + "q" * 200, connection=c)[0] == 200
        c.close()
        s.process.send_signal(signal.SIGTERM)
        assert s.process.wait(timeout=PATIENCE) == 0


def wrong_settings_are_explained():
    for arguments, what in ((["--access-log", "/no/such/folder/log"], "cannot be written: No such file"),
                            (["--access-log", "-", "--access-log-format", "xml"], "json or combined")):
        for workers in ("0", "1"):
            done = subprocess.run([PROGRAM, "--port", "0", "--workers", workers, *arguments], capture_output=True,
                                  text=True, timeout=PATIENCE)
            assert done.returncode == 1 and what in done.stderr, done


for workers in ("0", "2"):
    a_line_tells_of_a_request(workers)
    moved_files_lose_no_line(workers)
combined_is_understood()
standard_output_will_do()
a_pipe_that_nobody_reads_stops_nobody()
wrong_settings_are_explained()
