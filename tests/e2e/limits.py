#!/usr/bin/env python3
"""limits.py PROGRAM: what a service answers when a limit takes effect, and that it counts and says so."""
import http.client, pathlib, re, shutil, socket, ssl, subprocess, sys, tempfile, time
from running import Service, certificate, run, trusting, PATIENCE

PROGRAM = sys.argv[1]
folder = tempfile.TemporaryDirectory()
CRT, KEY = certificate(folder.name)
GET = b"GET /version HTTP/1.1\r\nHost: localhost\r\n\r\n"
H2 = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n" + b"\0\0\0\x04\0\0\0\0\0" + b"\0\0\x0f\x01\x05\0\0\0\x01" + b"\x82\x86\x04\x08/version\x01\x01a"


class Limited(Service):
    def __init__(self, *more):
        super().__init__(PROGRAM, "--port", "0", "--admin", "0", *more)

    def __enter__(self):
        super().__enter__()
        self.port, self.admin = self.ports()
        return self

    def connect(self, first=b""):
        s = socket.create_connection(("127.0.0.1", self.port), timeout=PATIENCE)
        s.sendall(first)
        return s

    def metric(self, name):
        c = http.client.HTTPConnection("127.0.0.1", self.admin, timeout=PATIENCE)
        c.request("GET", "/metrics")
        return int(re.search(rf"^{re.escape(name)} (\d+)", c.getresponse().read().decode(), re.M).group(1))

    def hits(self, limit):
        return self.metric('apus_limit_hits_total{limit="%s"}' % limit)


def answer(s):
    a = http.client.HTTPResponse(s)
    a.begin()
    return a.status, a.getheader("Retry-After"), a.read().decode()


def served(s):
    s.sendall(GET)
    return answer(s)[0]


def eventually(condition):
    until = time.monotonic() + PATIENCE
    while not condition():
        assert time.monotonic() < until
        time.sleep(0.02)


def more_connections_than_there_may_be():
    with Limited("--connections-max", "3") as l:
        kept = [l.connect() for _ in range(3)]
        assert [served(s) for s in kept] == [200] * 3
        with l.connect(GET) as s:
            status, retry, body = answer(s)
            assert (status, retry) == (503, "1") and "too many connections" in body, (status, retry, body)
            assert s.recv(1) == b""
        l.says(r"127\.0\.0\.1:\d+ was turned away: 3 connections are open$")
        with l.connect(b"POST /version HTTP/1.1\r\nHost: a\r\nContent-Length: 1000000\r\nExpect: 100-continue\r\n\r\n") as s:
            assert answer(s)[0] == 503
        with l.connect(H2) as s:  # HTTP/2: a stream of its own is answered, then GOAWAY
            got = b""
            while piece := s.recv(4096):
                got += piece
            assert b"too many connections" in got, got
        with l.connect() as s:  # who says nothing is not waited for
            assert s.recv(1) == b""
        assert l.hits("connections_max") == 4
        assert [served(s) for s in kept] == [200] * 3  # nobody else notices
        kept.pop().close()

        def comes_in():
            with l.connect(GET) as s:
                return answer(s)[0] == 200
        eventually(comes_in)


def more_than_that_over_tls():
    with Limited("--connections-max", "1", "--tls-cert", CRT, "--tls-key", KEY) as l:
        kept = trusting(CRT).wrap_socket(l.connect(), server_hostname="localhost")
        assert served(kept) == 200
        try:
            trusting(CRT).wrap_socket(l.connect(), server_hostname="localhost")
            raise AssertionError("a handshake took place")
        except (ssl.SSLError, ConnectionError):
            pass
        assert l.hits("connections_max") == 1
        assert served(kept) == 200


def head(address):
    family = "TCP6" if ":" in address else "TCP4"
    return f"PROXY {family} {address} {address} 4711 80\r\n".encode()


def more_connections_of_an_address():
    with Limited("--connections-per-address", "2", "--proxy-protocol", "127.0.0.1", "--trusted-proxies", "203.0.113.128/25") as l:
        kept = []
        for address in ("203.0.113.7", "203.0.113.7", "2001:db8::1", "2001:db8:0:0:1::1"):
            kept.append(l.connect(head(address)))
            assert served(kept[-1]) == 200
        for address in ("203.0.113.7", "2001:db8:0:0:2::1"):  # 64 bits are one address
            with l.connect(head(address) + GET) as s:
                status, retry, body = answer(s)
                assert (status, retry) == (429, "10") and "from this address" in body, (status, retry, body)
        l.says(r"203\.0\.113\.7:4711 was turned away: its address has 2 connections$")
        assert l.hits("connections_per_address") == 2
        for address in ("203.0.113.8", "2001:db8:0:1::1"):  # others
            with l.connect(head(address) + GET) as s:
                assert answer(s)[0] == 200
        for address in ("10.0.0.1", "::1", "fd00::1", "203.0.113.200"):  # neighbours, and a proxy that is trusted
            many = [l.connect(head(address)) for _ in range(4)]
            assert [served(s) for s in many] == [200] * 4, address
        kept.pop(0).close()

        def comes_in():
            with l.connect(head("203.0.113.7") + GET) as s:
                return answer(s)[0] == 200
        eventually(comes_in)


def more_requests_than_there_may_be():
    with Limited("--requests-max", "2") as l:
        slow = [l.connect(GET.replace(b"/version", b"/slow")) for _ in range(2)]
        with l.connect() as s:
            eventually(lambda: served(s) == 503)  # until both are under way; the connection goes on
            s.sendall(GET)
            status, retry, body = answer(s)
            if status == 503:
                assert retry == "1" and "too many requests" in body
            assert [answer(x)[0] for x in slow] == [200, 200]
            assert served(s) == 200
        assert l.hits("requests_max") > 0


def a_body_that_drips():
    with Limited("--body-timeout", "1", "--rate-min", "100000") as l:
        with l.connect(b"POST /version HTTP/1.1\r\nHost: a\r\nContent-Length: 500000\r\n\r\n") as s:
            try:
                while True:
                    s.sendall(b"x" * 100)
                    s.settimeout(0.05)
                    try:
                        assert answer(s)[0] == 408
                        break
                    except TimeoutError:
                        pass
            except ConnectionError:
                pass
        assert l.hits("body_timeout") == 1


PREFACE = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"


def frame(kind, flags, stream, payload=b""):
    return len(payload).to_bytes(3, "big") + bytes([kind, flags]) + stream.to_bytes(4, "big") + payload


def post(stream, flags=0x04):
    return frame(1, flags, stream, b"\x83\x86\x04\x08/version\x01\x01a")


def frames(s):
    """What has come by now, as (kind, stream, payload); the socket does not wait for more."""
    try:
        s.got += s.recv(1 << 16)
    except BlockingIOError:
        pass
    while len(s.got) >= 9 and len(s.got) >= 9 + int.from_bytes(s.got[:3], "big"):
        n = int.from_bytes(s.got[:3], "big")
        yield s.got[3], int.from_bytes(s.got[5:9], "big"), s.got[9:9 + n]
        s.got = s.got[9 + n:]


class Http2(socket.socket):
    got = b""


def http2(l, first):
    s = Http2(socket.AF_INET, socket.SOCK_STREAM)
    s.connect(("127.0.0.1", l.port))
    s.sendall(PREFACE + first)
    s.setblocking(False)
    return s


def until_it_ends(s, busy, is_end):
    """Sends what busy() says, over and over, until a frame is the end."""
    until = time.monotonic() + PATIENCE
    while not any([is_end(*f) for f in frames(s)]):
        assert time.monotonic() < until
        s.sendall(busy())
        time.sleep(0.03)


def a_body_that_drips_among_busy_streams():
    with Limited("--body-timeout", "1") as l:
        streams = iter(range(3, 1 << 20, 2))

        def busy():  # each of them pays more than a second of a connection's time
            n = next(streams)
            return post(n) + frame(0, 1, n, bytes(300))
        with http2(l, frame(4, 0, 0) + post(1)) as s:
            until_it_ends(s, busy, lambda kind, stream, payload: kind == 0 and stream == 1 and b"did not arrive in time" in payload)
        eventually(lambda: l.hits("body_timeout") == 1)


def pings_while_an_answer_is_not_read():
    with Limited("--write-timeout", "1") as l:
        no_window = b"\0\x04\0\0\0\0"
        with http2(l, frame(4, 0, 0, no_window) + frame(1, 0x05, 1, b"\x82\x86\x04\x08/version\x01\x01a")) as s:
            until_it_ends(s, lambda: frame(6, 0, 0, bytes(8)), lambda kind, stream, payload: kind == 3 and stream == 1 and payload == b"\0\0\0\x08")
        eventually(lambda: l.hits("write_timeout") == 1)


def a_process_with_too_much_memory():
    with Limited("--worker-memory", "1") as l:
        l.says(r"requests are turned away: this process has \d+ MiB of the 0 allowed$")
        with l.connect(GET) as s:
            status, retry, _ = answer(s)
            assert (status, retry) == (503, "1")
        assert l.hits("worker_memory") == 1


def a_worker_whose_memory_does_not_come_back():
    with Limited("--worker-memory", "1", "--workers", "1") as l:
        first = l.says(r": worker 0 \(process (\d+)\) has too much memory; another one starts$").group(1)
        second = l.says(r": worker 0 \(process (\d+)\) has too much memory; another one starts$").group(1)
        assert first != second  # that is no better
        eventually(lambda: l.metric('apus_worker_ends_total{why="memory"}') >= 2)
        assert l.metric('apus_worker_ends_total{why="exit"}') == 0


def more_that_wait_than_the_system_lets():
    with Limited("--backlog", "1000000") as l:
        assert re.search(r"^--backlog 1000000: the system allows \d+ \(net\.core\.somaxconn\)$", l.text, re.M), l.text


def lists_that_name_no_one():
    done = subprocess.run([PROGRAM, "--port", "0", "--connections-exempt", "10.0.0.1/8"], capture_output=True, text=True, timeout=PATIENCE)
    assert done.returncode and '--connections-exempt: "10.0.0.1/8" is no address' in done.stderr, done


def every_flag_stands_in_the_documents():
    docs = pathlib.Path(__file__).parents[2] / "docs" / "how-to"
    text = "".join((docs / page).read_text() for page in ("deploy.md", "limits.md", "logging.md", "overload.md", "proxy.md", "metrics.md"))
    told = subprocess.run([PROGRAM, "--help"], capture_output=True, text=True, timeout=PATIENCE).stdout
    flags = re.findall(r"^  (--[a-z-]+) ", told, re.M)
    page = docs.parent / "reference" / "program.md"
    table = subprocess.run([PROGRAM, "--help-markdown"], capture_output=True, text=True, timeout=PATIENCE).stdout
    assert table in page.read_text(), f"{page} has another table than --help-markdown prints"
    roff = subprocess.run([PROGRAM, "--help-man"], capture_output=True, text=True, timeout=PATIENCE).stdout
    assert not [f for f in flags if f.replace("-", "\\-") not in roff], roff
    if shutil.which("groff"):
        troubles = subprocess.run(["groff", "-man", "-Tutf8", "-ww"], input=roff, capture_output=True, text=True, timeout=PATIENCE).stderr
        assert not troubles, troubles
    assert len(flags) > 40 and not [f for f in flags if f"`{f}" not in text and f not in ("--help", "--help-markdown", "--help-man", "--version")], flags


run(more_connections_than_there_may_be, more_than_that_over_tls, more_connections_of_an_address, more_requests_than_there_may_be,
    a_body_that_drips, a_body_that_drips_among_busy_streams,
    pings_while_an_answer_is_not_read, a_process_with_too_much_memory,
    a_worker_whose_memory_does_not_come_back, more_that_wait_than_the_system_lets, lists_that_name_no_one, every_flag_stands_in_the_documents)
