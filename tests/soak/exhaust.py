#!/usr/bin/env python3
"""exhaust.py SERVICE: what runs out is said and answered, and when it is there again all is well.

Descriptors (a limit of 64), memory (a limit on the address space), the disk for large bodies (no
folder to write to) and a disk that is full (a file system of 8 MiB, in a mount namespace of its own,
where the system lets us), one after the other, each on a service of its own and real sockets."""
import os, resource, shutil, signal, subprocess, sys, tempfile, time

from soak import Connection, PATTERN, free_port


class Service:
    def __init__(self, program, limit=None, *more, **environment):
        self.port = free_port()
        self.log = tempfile.TemporaryFile()
        self.process = subprocess.Popen([program, "--port", str(self.port), *more], stdout=subprocess.DEVNULL,
                                        stderr=self.log, env=dict(os.environ, **environment),
                                        preexec_fn=limit)
        self.connection = self.connect()

    def connect(self):
        until = time.monotonic() + 30
        while True:
            try:
                return Connection(self.port)
            except OSError:
                if time.monotonic() > until:
                    raise
                time.sleep(0.05)

    def said(self):
        self.log.seek(0)
        return self.log.read().decode()

    def ask(self, path="/echo/1?text=a", connection=None):
        c = connection or self.connection
        c.socket.sendall(f"GET {path} HTTP/1.1\r\nHost: a\r\n\r\n".encode())
        return c.answer()

    def stop(self):
        self.process.send_signal(signal.SIGTERM)
        assert self.process.wait(60) == 0, f"ended with {self.process.returncode}: {self.said()}"


def limited(what, most):
    return lambda: resource.setrlimit(what, (most, most))


def wait_until(holds, what):
    until = time.monotonic() + 60
    while not holds():
        assert time.monotonic() < until, what
        time.sleep(0.05)


def descriptors(program):
    s = Service(program, limited(resource.RLIMIT_NOFILE, 64))
    assert s.ask()[0] == 200
    waiting = [s.connect() for _ in range(100)]  # most of them in the kernel's queue
    wait_until(lambda: "out of descriptors" in s.said(), "nothing was said of descriptors")
    assert s.ask()[0] == 200, "who is connected is served"
    assert s.said().count("out of descriptors") == 1, "said once"
    for c in waiting[:60]:
        c.socket.close()
    served = sum(s.ask(connection=c)[0] == 200 for c in waiting[60:])
    assert served == 40, f"{served} of those who waited"
    s.stop()
    print(f"descriptors: said once, {served} of 40 who waited were served when there were some again")


def memory(program):
    s = Service(program, limited(resource.RLIMIT_AS, 200 << 20))
    refused = whole = 0
    held = []
    for _ in range(8):  # 320 answers of a megabyte, and nobody reads
        c = s.connect()
        c.socket.sendall(b"GET /bytes/1000000 HTTP/1.1\r\nHost: a\r\n\r\n" * 40)
        held.append(c)
    for c in held:
        try:
            for _ in range(40):
                status, body = c.answer()
                assert (status, len(body)) == (200, 1_000_000) or status == 503, status
                refused += status == 503
                whole += status == 200
        except OSError:
            refused += 1  # there was not even memory to say so
        c.socket.close()
    assert refused, "the limit was not reached"
    assert s.ask(connection=s.connect())[0] == 200, "and then there is memory again"
    s.stop()
    print(f"memory: {whole} large answers came whole, {refused} requests or connections were refused")


def disk(program):
    with tempfile.TemporaryDirectory() as folder:
        s = Service(program, None, "--body-max", str(16 << 20), TMPDIR=folder + "/nowhere")
        c, large = s.connect(), b"x" * (3 << 20)
        head = b"POST /length HTTP/1.1\r\nHost: a\r\nContent-Type: application/octet-stream\r\nContent-Length: %d\r\n\r\n"
        try:
            c.socket.sendall(head % len(large) + large)
        except OSError:
            pass  # the answer came before all was sent
        status, _ = c.answer()
        assert status == 503, f"a large body without a disk: {status}"
        small = PATTERN[:1000]
        s.connection.socket.sendall(head % len(small) + small)
        assert s.connection.answer()[0] == 200, "small ones need none"
        os.mkdir(folder + "/nowhere")
        c = s.connect()
        c.socket.sendall(head % len(large) + large)
        assert c.answer()[0] == 200, "and then there is a disk again"
        s.stop()
    print("disk: a large body is refused with 503 while there is none, small ones are not")


HEAD = b"POST /length HTTP/1.1\r\nHost: a\r\nContent-Type: application/octet-stream\r\nContent-Length: %d\r\n\r\n"


def send_large(s, megabytes):
    """The status of a body of so many, and of the connection's answer however early it comes."""
    c, body = s.connect(), b"x" * (megabytes << 20)
    try:
        c.socket.sendall(HEAD % len(body) + body)
    except OSError:
        pass
    return c.answer()[0]


def full_disk(program, folder):
    """In the namespace: large bodies and the access log share a disk, and something else fills it."""
    subprocess.run(["mount", "-t", "tmpfs", "-o", "size=8m", "tmpfs", folder], check=True)
    log, ballast = f"{folder}/access.log", f"{folder}/ballast"
    s = Service(program, None, "--body-max", str(64 << 20), "--access-log", log, TMPDIR=folder)
    assert send_large(s, 3) == 200, "there is room for one"
    assert send_large(s, 20) == 503, "there is none for this"
    assert send_large(s, 3) == 200, "what was kept of it is gone"
    with open(ballast, "wb", buffering=0) as f:
        try:
            while True:
                f.write(bytes(1 << 16))
        except OSError:
            pass
    for _ in range(300):
        assert s.ask()[0] == 200, "whoever needs no disk is served"
    assert send_large(s, 3) == 503
    wait_until(lambda: "No space left" in s.said() or "full" in s.said(), f"nothing was said of the log: {s.said()}")
    os.unlink(ballast)
    before = os.path.getsize(log)

    def is_written_again():
        return s.ask()[0] == 200 and os.path.getsize(log) > before
    wait_until(is_written_again, "the log is not written again")
    assert send_large(s, 3) == 200, "and then there is room again"
    s.stop()
    last = open(log, "rb").read().splitlines()
    assert all(line.startswith(b"{") and line.endswith(b"}") for line in last), "lines are whole"
    print(f"full disk: 503 for large bodies, the others served; {len(last)} lines of the log, all whole; then all is well")


def full_disk_apart(program):
    can = shutil.which("unshare") and subprocess.run(["unshare", "-rm", "true"], stderr=subprocess.DEVNULL).returncode == 0
    if not can:
        print("full disk: skipped, the system lets us mount nothing")
        return
    with tempfile.TemporaryDirectory() as folder:
        done = subprocess.run(["unshare", "-rm", sys.executable, __file__, program, folder])
        assert done.returncode == 0, "full disk"


def main():
    if len(sys.argv) > 2:
        full_disk(*sys.argv[1:])
        return
    for part in (descriptors, memory, disk, full_disk_apart):
        part(sys.argv[1])


if __name__ == "__main__":
    main()
