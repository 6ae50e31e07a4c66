#!/usr/bin/env python3
"""proxied.py PROGRAM: balancers that tell by the PROXY protocol whom a connection is from."""
import http.client, json, shutil, socket, struct, subprocess, sys, tempfile, time
from running import Service, certificate, run, trusting, PATIENCE

PROGRAM = sys.argv[1]
folder = tempfile.TemporaryDirectory()
CRT, KEY = certificate(folder.name)
ONE = b"PROXY TCP4 203.0.113.7 198.51.100.1 4711 443\r\n"
SIGNATURE = b"\r\n\r\n\0\r\nQUIT\n"
GET = b"GET /version HTTP/1.1\r\nHost: localhost\r\n\r\n"


def two(family, addresses, extensions=b"", command=0x21):
    return SIGNATURE + struct.pack(">BBH", command, family, len(addresses) + len(extensions)) + addresses + extensions


FOUR = two(0x11, socket.inet_aton("203.0.113.8") + socket.inet_aton("198.51.100.1") + struct.pack(">HH", 4712, 443))
SIX = two(0x21, socket.inet_pton(socket.AF_INET6, "2001:db8::9") + bytes(16) + struct.pack(">HH", 4713, 443),
          b"\x04\x01\x00" + bytes(256) + b"\x02\x00\x01a")
LOCAL = two(0, b"", command=0x20)
UNIX = two(0x31, b"/a".ljust(108, b"\0") + b"/b".ljust(108, b"\0"))


class Balanced(Service):
    def __init__(self, *more, trusted="127.0.0.0/8"):
        super().__init__(PROGRAM, "--port", "0", "--access-log", "-", "--admin", "0", "--proxy-protocol", trusted, *more)

    def __enter__(self):
        super().__enter__()
        self.port, self.admin = self.ports()
        return self

    def connect(self, *pieces):
        s = socket.create_connection(("127.0.0.1", self.port), timeout=PATIENCE)
        for i, piece in enumerate(pieces):
            if i:
                time.sleep(0.02)  # so that they arrive as pieces; nothing depends on it
            s.sendall(piece)
        return s

    def client(self):
        """Whom the next line of the access log names."""
        return json.loads(self.says(r'^(\{.*"status":200.*\})$').group(1))["client"]

    def counts(self, name):
        c = http.client.HTTPConnection("127.0.0.1", self.admin, timeout=PATIENCE)
        c.request("GET", "/metrics")
        for line in c.getresponse().read().decode().splitlines():
            if line.startswith(name + " "):
                return int(line.split()[1])
        raise AssertionError(name)


def answer(s):
    a = http.client.HTTPResponse(s)
    a.begin()
    return a.status, a.read().decode()


def ends(s):
    """Whether there is nothing but an end."""
    with s:
        try:
            return s.recv(100) == b""
        except ConnectionError:
            return True


def clients_are_told():
    with Balanced() as b:
        for head, client in ((ONE, "203.0.113.7"), (FOUR, "203.0.113.8"), (SIX, "2001:db8::9")):
            for pieces in ([head + GET], [head, GET], [bytes([x]) for x in head] + [GET] if head == ONE else [head[:9], head[9:] + GET[:5], GET[5:]]):
                with b.connect(*pieces) as s:
                    assert answer(s) == (200, "1")
                    assert b.client() == client
                    s.sendall(GET)  # the connection goes on
                    assert answer(s) == (200, "1")
                    assert b.client() == client
        for head in (LOCAL, UNIX, b"PROXY UNKNOWN\r\n"):
            with b.connect(head + GET) as s:
                assert answer(s) == (200, "1")
                assert b.client() == "127.0.0.1"
        assert b.counts('apus_proxied_connections_total{result="read"}') == 12


def tls_comes_behind():
    with Balanced("--tls-cert", CRT, "--tls-key", KEY, "--workers", "1") as b:
        for head, client in ((ONE, "203.0.113.7"), (SIX, "2001:db8::9")):
            s = trusting(CRT).wrap_socket(b.connect(head), server_hostname="localhost")
            s.sendall(GET)
            assert answer(s) == (200, "1")
            assert b.client() == client
            s.close()
        if shutil.which("curl"):
            done = subprocess.run(["curl", "-sS", "--http2", "--haproxy-protocol", "--cacert", CRT, "-w", "%{http_version}",
                                   f"https://localhost:{b.port}/version", "-4"], capture_output=True, text=True)
            assert done.stdout == "12", done
            assert b.client()== "127.0.0.1"


def http2_comes_behind():
    path = b"/version"
    headers = b"\x82\x86\x04" + bytes([len(path)]) + path + b"\x01\x01a"
    asks = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n" + b"\0\0\0\x04\0\0\0\0\0" + struct.pack(">I", len(headers))[1:] + b"\x01\x05\0\0\0\x01" + headers
    with Balanced() as b:
        for pieces in ([FOUR + asks], [FOUR, asks], [FOUR + asks[:1], asks[1:]]):
            with b.connect(*pieces):
                assert b.client() == "203.0.113.8"


def who_must_tell_and_does_not_is_closed():
    with Balanced() as b:
        assert ends(b.connect(GET))
        b.says(r"127\.0\.0\.1:\d+ does not begin with a PROXY protocol head, or with a broken one; closed$")
        broken = (b"PROXY TCP4 1.2.3.4\r\n", b"PROXY " + b"x" * 200, SIGNATURE + b"\x21\x11\0\x01x", SIGNATURE + b"\x21\x11\xff\xff", b"\x16\x03\x01\0")
        for garbage in broken:
            assert ends(b.connect(garbage + GET)), garbage
        with b.connect(ONE[:20]) as s:
            s.shutdown(socket.SHUT_WR)
            assert s.recv(10) == b""
        assert b.counts('apus_proxied_connections_total{result="refused"}') == 2 + len(broken)
        b.connect().close()  # a balancer that only looks whether somebody is there
        with b.connect(ONE + GET) as s:
            assert answer(s) == (200, "1")


def who_may_not_tell_is_closed():
    with Balanced(trusted="10.0.0.0/8,unix") as b:
        for head in (ONE, FOUR, SIX):
            assert ends(b.connect(head + GET))
        b.says(r"127\.0\.0\.1:\d+ sends a PROXY protocol head and is not trusted to; closed$")
        assert b.counts('apus_proxied_connections_total{result="refused"}') == 3
        for pieces in ([GET], [bytes([x]) for x in GET[:3]] + [GET[3:]], [b"\r\n", GET]):
            with b.connect(*pieces) as s:
                assert answer(s) == (200, "1")
                assert b.client() == "127.0.0.1"
        with b.connect(b"PUT /version HTTP/1.1\r\nHost: a\r\n\r\n") as s:
            assert answer(s)[0] == 405


def a_slow_head_is_not_waited_for():
    with Balanced() as b:
        with b.connect(ONE[:10]) as s:
            began = time.monotonic()
            while time.monotonic() - began < PATIENCE:  # a byte now and then does not help
                try:
                    s.sendall(b"1")
                    s.settimeout(0.2)
                    assert s.recv(10) == b""
                    break
                except TimeoutError:
                    pass
                except ConnectionError:
                    break
            assert 3 < time.monotonic() - began < PATIENCE
        b.says(r"sent no PROXY protocol head in time; closed$")
        assert b.counts('apus_limit_hits_total{limit="proxied_timeout"}') == 1


def a_stop_waits_for_who_arrives():
    with Balanced() as b:
        s = b.connect(ONE[:10])
        with b.connect(ONE + GET) as other:  # by then the first has been taken
            assert answer(other) == (200, "1")
        b.stop()
        b.says(r"^stopping: ")
        s.sendall(ONE[10:] + GET)
        assert answer(s) == (200, "1")
        s.close()


def a_list_that_names_no_one_is_refused():
    done = subprocess.run([PROGRAM, "--port", "0", "--proxy-protocol", "10.0.0.1/8"], capture_output=True, text=True, timeout=PATIENCE)
    assert done.returncode and '--proxy-protocol: "10.0.0.1/8" is no address' in done.stderr, done


run(clients_are_told, tls_comes_behind, http2_comes_behind, who_must_tell_and_does_not_is_closed, who_may_not_tell_is_closed,
    a_slow_head_is_not_waited_for, a_stop_waits_for_who_arrives, a_list_that_names_no_one_is_refused)
