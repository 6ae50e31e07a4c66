#!/usr/bin/env python3
"""soak.py SERVICE [--seconds S] [--clients N]: mixed load on real sockets, for as long as wanted.

Starts the service of tests/sim with two workers and sends it clients that behave and clients that
do not: pipelines, chunked bodies, slow readers, resets, nonsense, silence, WebSockets.  Every
answer is compared with what it must be.  Memory and descriptors of all its processes are read from
/proc; they must end where they were after the first third, and SIGTERM must end it."""
import argparse, os, random, signal, socket, struct, subprocess, sys, threading, time

WORKERS = 2
errors, lock = [], threading.Lock()
counts = {"requests": 0, "messages": 0, "broken": 0}
deadline = 0.0


def count(what, n=1):
    with lock:
        counts[what] += n


def pattern(size):
    return bytes(97 + (i * 7 + i // 251) % 26 for i in range(size))


PATTERN = pattern(200_000)


# --- requests and what they must be answered with ---

def ask(rng):
    """(method, path, body, expected body)"""
    n = rng.randrange(1_000_000)
    kind = rng.randrange(7)
    if kind == 0:
        return "POST", "/sum", b'{"numbers": [1, %d]}' % n, b'{"count":2,"sum":%d}' % (n + 1)
    if kind == 1:
        return "GET", f"/square/{n}", None, b'{"n":%d,"text":""}' % (n * n)
    if kind == 2:
        ms = rng.randrange(30)
        return "GET", f"/sleep/{ms}", None, b'{"n":%d,"text":""}' % ms
    if kind == 3:
        size = rng.choice([10, 5000, 200_000])
        return "GET", f"/bytes/{size}", None, PATTERN[:size]
    if kind == 4:
        lines = rng.randrange(50)
        return "GET", f"/lines/{lines}", None, b"".join(b"%-99d\n" % i for i in range(lines))
    if kind == 5:
        size = rng.choice([0, 100, 150_000])
        return "POST", "/length", PATTERN[:size], b'{"count":%d,"sum":%d}' % (size, sum(PATTERN[:size]))
    return "GET", f"/echo/{n}?text=abc", None, b'{"n":%d,"text":"abc"}' % n


def written(rng, one):
    method, path, body, _ = one
    head = f"{method} {path} HTTP/1.1\r\nHost: soak\r\n".encode()
    if body is None:
        return head + b"\r\n"
    kind = b"application/json" if path == "/sum" else b"application/octet-stream"
    head += b"Content-Type: " + kind + b"\r\n"
    if rng.random() < 0.3 and body:
        cut = rng.randrange(len(body))
        pieces = [p for p in (body[:cut], body[cut:]) if p]
        chunks = b"".join(b"%x\r\n%s\r\n" % (len(p), p) for p in pieces)
        return head + b"Transfer-Encoding: chunked\r\n\r\n" + chunks + b"0\r\n\r\n"
    return head + b"Content-Length: %d\r\n\r\n" % len(body) + body


class Connection:
    def __init__(self, port):
        self.socket = socket.create_connection(("127.0.0.1", port), timeout=30)
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.bytes = b""

    def more(self, pause=0.0):
        if pause:
            time.sleep(pause)
        got = self.socket.recv(4096 if pause else 262144)
        if not got:
            raise ConnectionError("ended")
        self.bytes += got

    def take(self, n):
        while len(self.bytes) < n:
            self.more()
        part, self.bytes = self.bytes[:n], self.bytes[n:]
        return part

    def line(self):
        while b"\r\n" not in self.bytes:
            self.more()
        part, self.bytes = self.bytes.split(b"\r\n", 1)
        return part

    def answer(self, pause=0.0):
        while b"\r\n\r\n" not in self.bytes:
            self.more(pause)
        head, self.bytes = self.bytes.split(b"\r\n\r\n", 1)
        status, head = int(head[9:12]), head.lower()
        if b"\r\ntransfer-encoding: chunked" in head:
            body = b""
            while size := int(self.line(), 16):
                body += self.take(size)
                self.take(2)
            self.take(2)
            return status, body
        if status == 101:
            return status, b""
        length = int(head.split(b"content-length: ")[1].split(b"\r\n")[0])
        return status, self.take(length)

    def reset(self):
        self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.socket.close()


# --- clients, each for the time of one connection ---

def talks(rng, c):
    pause = 0.001 if rng.random() < 0.1 else 0.0
    for _ in range(rng.randrange(1, 20)):
        batch = [ask(rng) for _ in range(rng.choice([1, 1, 1, 5]))]
        sent = b"".join(written(rng, one) for one in batch)
        sender = threading.Thread(target=c.socket.sendall, args=(sent,)) if len(sent) > 100_000 else None
        sender.start() if sender else c.socket.sendall(sent)
        for method, path, _, expected in batch:
            status, body = c.answer(pause)
            count("requests")
            if status != 200 or body != expected:
                raise AssertionError(f"{method} {path}: {status}, {len(body)} bytes: {body[:100]!r}")
        if sender:
            sender.join()
    c.socket.close()


def breaks_off(rng, c):
    data = b"".join(written(rng, ask(rng)) for _ in range(3))
    c.socket.sendall(data[:rng.randrange(1, len(data) + 1)][:60_000])
    time.sleep(rng.random() / 20)
    c.reset()
    count("broken")


def talks_nonsense(rng, c):
    c.socket.sendall(b"\x00\x01 what?\r\n\r\n" + bytes(rng.randrange(256) for _ in range(500)))
    status, _ = c.answer()
    if status != 400:
        raise AssertionError(f"nonsense: {status}")
    c.socket.close()
    count("broken")


def says_little(rng, c):
    c.socket.sendall(b"GET /echo/1 HT")
    time.sleep(rng.random())
    c.socket.close()
    count("broken")


def reads_nothing(rng, c):
    c.socket.sendall(b"GET /bytes/200000 HTTP/1.1\r\nHost: soak\r\n\r\n" * 5)
    time.sleep(rng.random())
    c.reset()
    count("broken")


def frame(rng, opcode, payload):
    mask = rng.randbytes(4)
    n = len(payload)
    head = bytes([0x80 | opcode, 0x80 | n]) if n < 126 else struct.pack(">BBH", 0x80 | opcode, 0x80 | 126, n)
    return head + mask + bytes(b ^ mask[i % 4] for i, b in enumerate(payload))


def speaks(rng, c):
    c.socket.sendall(b"GET /socket HTTP/1.1\r\nHost: soak\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
                     b"Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n")
    if c.answer()[0] != 101:
        raise AssertionError("no WebSocket")
    for _ in range(rng.randrange(1, 20)):
        payload = PATTERN[:rng.choice([0, 20, 3000])]
        c.socket.sendall(frame(rng, 1, payload))
        _, n = c.take(2)
        n = struct.unpack(">H", c.take(2))[0] if n == 126 else n
        count("messages")
        if c.take(n) != payload:
            raise AssertionError("a message came back as another")
    if rng.random() < 0.5:
        c.socket.sendall(frame(rng, 8, b"\x03\xe8"))
        c.take(2)
    c.reset()


MANNERS = [talks] * 8 + [speaks] * 2 + [breaks_off, talks_nonsense, says_little, reads_nothing]


def client(port, seed):
    rng = random.Random(seed)
    while time.monotonic() < deadline and not errors:
        manner = rng.choice(MANNERS)
        try:
            manner(rng, Connection(port))
        except (AssertionError, OSError, ValueError) as e:
            with lock:
                errors.append(f"{manner.__name__}: {e!r}")
        time.sleep(rng.random() / 50)


# --- what the service holds ---

def tree(pid):
    with open(f"/proc/{pid}/task/{pid}/children") as f:
        return [pid] + [p for child in f.read().split() for p in tree(int(child))]


def held(pid):
    rss = fds = 0
    for p in tree(pid):
        with open(f"/proc/{p}/status") as f:
            rss += next(int(line.split()[1]) for line in f if line.startswith("VmRSS"))
        fds += len(os.listdir(f"/proc/{p}/fd"))
    return rss, fds


def free_port():
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


def settled(pid, workers):
    """What it holds when all workers are there and have opened what they open."""
    seen = []
    while len(seen) < 5 or len(set(seen[-5:])) > 1:
        time.sleep(0.2)
        seen.append((len(tree(pid)), held(pid)[1]) if len(tree(pid)) == 1 + workers else len(seen))
    return held(pid)


def wait_for_fds(pid, most):
    """Whether so few are open within some seconds: connections that end take a moment."""
    until = time.monotonic() + 30
    while time.monotonic() < until:
        if held(pid)[1] <= most:
            return True
        time.sleep(0.1)
    return False


def main():
    global deadline
    options = argparse.ArgumentParser()
    options.add_argument("service")
    options.add_argument("--seconds", type=float, default=25)
    options.add_argument("--clients", type=int, default=12)
    o = options.parse_args()
    port = free_port()
    server = subprocess.Popen([o.service, "--port", str(port), "--workers", str(WORKERS)], stdout=subprocess.DEVNULL,
                              stderr=subprocess.DEVNULL)
    try:
        before = settled(server.pid, WORKERS)
        began = time.monotonic()
        deadline = began + o.seconds
        threads = [threading.Thread(target=client, args=(port, seed)) for seed in range(o.clients)]
        for t in threads:
            t.start()
        seen = []
        while any(t.is_alive() for t in threads):
            time.sleep(min(1, o.seconds / 20))
            seen.append(held(server.pid))
            if len(seen) % max(1, int(o.seconds // 20)) == 0 and o.seconds > 60:
                print(f"{time.monotonic() - began:6.0f} s  rss={seen[-1][0]} kB  fds={seen[-1][1]}  {counts}", flush=True)
        early = sorted(r for r, _ in seen[len(seen) // 3:len(seen) // 2])
        late = sorted(r for r, _ in seen[-max(1, len(seen) // 6):])
        early, late = early[len(early) // 2], late[len(late) // 2]
        if late > early * 1.1 + 2048:
            errors.append(f"memory grew from {early} to {late} kB")
        if not errors and not wait_for_fds(server.pid, before[1] + 2):
            errors.append(f"{held(server.pid)[1]} descriptors are open, {before[1]} were at the beginning")
    finally:
        server.send_signal(signal.SIGTERM)
        try:
            if server.wait(30) != 0:
                errors.append(f"ended with {server.returncode}")
        except subprocess.TimeoutExpired:
            errors.append("does not end")
            server.kill()
    for e in errors[:10]:
        print(e)
    print(f"soak: {o.seconds:.0f} s, {counts['requests']} requests, {counts['messages']} messages, {counts['broken']} "
          f"broken off; rss {before[0]} kB idle, {early} after a third, {late} at the end; {len(errors)} errors")
    return bool(errors)


if __name__ == "__main__":
    sys.exit(main())
