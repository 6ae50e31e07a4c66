#!/usr/bin/env python3
"""Compression over sockets: a stream's lines arrive as they are written, a large file is sent
in bounded memory and decodes to itself, and clients that leave give their coder back."""
import hashlib, itertools, os, pathlib, socket, subprocess, sys, tempfile, time, zlib

BIG = 12 << 20
# what four encoded downloads at once may add; a sanitizer keeps books of every byte
MEMORY_MAX_KIB = (64 if os.environ.get("APUS_SANITIZED") else 8) << 10
LIVE_MAX = 128             # APUS_COMPRESS_LIVE_MAX
PATIENCE = 60


def start(program, folder):
    server = subprocess.Popen([program, "--port", "0"], cwd=folder, stdout=subprocess.PIPE, text=True)
    line = server.stdout.readline()
    return server, int(line.split("127.0.0.1:")[1].split()[0])


def ask(port, target, *headers):
    s = socket.create_connection(("127.0.0.1", port), timeout=PATIENCE)
    lines = [f"GET {target} HTTP/1.1", "Host: a", "Connection: close", *headers, "", ""]
    s.sendall("\r\n".join(lines).encode())
    f = s.makefile("rb")
    head = b""
    while not head.endswith(b"\r\n\r\n"):
        byte = f.read(1)
        assert byte, "no head"
        head += byte
    return s, f, head.decode().lower()


def chunks(f):
    while True:
        n = int(f.readline(), 16)
        data = f.read(n)
        f.readline()
        if not n:
            return
        yield data


def memory(server):
    for line in pathlib.Path(f"/proc/{server.pid}/status").read_text().splitlines():
        if line.startswith("VmHWM"):
            return int(line.split()[1])


def stream_arrives_line_by_line(server, port):
    s, f, head = ask(port, "/ticks", "Accept-Encoding: gzip")
    assert "content-encoding: gzip" in head, head
    decode, text, seen = zlib.decompressobj(31), b"", []
    for data in chunks(f):
        text += decode.decompress(data)
        seen.append(text.count(b"\n"))
        if seen[-1] >= 3:
            break
    assert text.startswith(b"tick 0\ntick 1\ntick 2\n"), text
    assert {1, 2, 3} <= set(seen), f"lines came together: {seen}"
    s.close()


def files_cost_little_memory(server, port, digest):
    before = memory(server)
    asked = [ask(port, "/file", "Accept-Encoding: gzip") for _ in range(4)]
    for _, _, head in asked:
        assert "content-encoding: gzip" in head and "etag: w/" in head, head
        assert "content-length" not in head and "accept-ranges" not in head, head
    coders = [(zlib.decompressobj(31), hashlib.sha256()) for _ in asked]
    # in turn: one that is not read for 20 s is given up
    for pieces in itertools.zip_longest(*(chunks(f) for _, f, _ in asked), fillvalue=b""):
        for data, (decode, hashed) in zip(pieces, coders):
            hashed.update(decode.decompress(data))
    assert all(decode.eof and hashed.hexdigest() == digest for decode, hashed in coders)
    for s, _, _ in asked:
        s.close()
    assert memory(server) - before < MEMORY_MAX_KIB, memory(server) - before


def ranges_stay_plain(server, port):
    s, f, head = ask(port, "/file", "Accept-Encoding: gzip", "Range: bytes=0-9")
    assert " 206 " in head and "content-encoding" not in head, head
    assert len(f.read()) == 10
    s.close()


def close(s, f, _):
    f.close()
    s.close()


def ask_encoded(port):
    """A stream that is encoded, as soon as there is a coder: who has left is noticed by and by."""
    until = time.monotonic() + PATIENCE
    while time.monotonic() < until:
        asked = ask(port, "/ticks", "Accept-Encoding: gzip")
        if "content-encoding: gzip" in asked[2]:
            return asked
        close(*asked)
        time.sleep(0.05)
    raise AssertionError("coders were lost")


def who_leaves_gives_back(server, port):
    for _ in range(LIVE_MAX // 32 + 1):
        for each in [ask_encoded(port) for _ in range(32)]:
            close(*each)


def no_more_than_so_many(server, port):
    open_ones = [ask_encoded(port) for _ in range(LIVE_MAX)]
    s, f, head = ask(port, "/ticks", "Accept-Encoding: gzip")
    assert "content-encoding" not in head and "vary: accept-encoding" in head, head
    for each in [*open_ones, (s, f, head)]:
        close(*each)


with tempfile.TemporaryDirectory() as folder:
    line = b"".join(b"%d %d\n" % (i, i * i) for i in range(50000))
    big = (line * (BIG // len(line) + 1))[:BIG]
    pathlib.Path(folder, "big.txt").write_bytes(big)
    server, port = start(os.path.abspath(sys.argv[1]), folder)
    try:
        stream_arrives_line_by_line(server, port)
        files_cost_little_memory(server, port, hashlib.sha256(big).hexdigest())
        ranges_stay_plain(server, port)
        who_leaves_gives_back(server, port)
        no_more_than_so_many(server, port)
    finally:
        server.terminate()
        server.wait(PATIENCE)
print("compression over sockets: fine")
