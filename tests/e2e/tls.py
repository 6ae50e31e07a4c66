#!/usr/bin/env python3
"""tls.py HOST: clients of other makes against the http floor over TLS, on real sockets."""
import http.client, pathlib, signal, socket, ssl, subprocess, sys, tempfile, threading, time
from running import PATIENCE

folder = tempfile.TemporaryDirectory()
CERT = pathlib.Path(folder.name) / "site.crt"
host = subprocess.Popen([sys.argv[1], folder.name], stdout=subprocess.PIPE, text=True)
PORT = int(host.stdout.readline())


def context(**options):
    made = ssl.create_default_context(cafile=CERT)
    for name, value in options.items():
        setattr(made, name, value)
    return made


def connect(ctx=None):
    plain = socket.create_connection(("127.0.0.1", PORT), timeout=PATIENCE)
    return (ctx or context()).wrap_socket(plain, server_hostname="localhost")


def ask(connection, method, path, body=None):
    connection.request(method, path, body)
    answer = connection.getresponse()
    return answer.status, answer.read()


def client():
    return http.client.HTTPSConnection("localhost", PORT, context=context(), timeout=PATIENCE)


def facts_are_known():
    ctx = context()
    ctx.set_alpn_protocols(["http/1.1"])
    with connect(ctx) as s:
        s.sendall(b"GET /facts HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n")
        text = b"".join(iter(lambda: s.recv(65536), b""))
        assert text.endswith(b"https TLSv1.3 http/1.1 localhost"), text


def a_connection_is_kept():
    c = client()
    for body in (b"a", b"b" * 70000, b"c" * 3_000_000, b"d"):
        assert ask(c, "POST", "/", body) == (200, body)
    assert ask(c, "GET", "/big") == (200, bytes(10 << 20))
    assert ask(c, "GET", "/slow") == (200, b"")


def an_old_client_comes_in():
    ctx = context(maximum_version=ssl.TLSVersion.TLSv1_2)
    with connect(ctx) as s:
        assert s.version() == "TLSv1.2"
        s.sendall(b"GET /facts HTTP/1.1\r\nHost: a\r\n\r\n")
        assert b"https TLSv1.2" in s.recv(65536)


def http2_is_agreed_on():
    got = subprocess.run(["curl", "--silent", "--show-error", "--max-time", str(PATIENCE), "--http2", "--cacert", CERT,
                          "--write-out", " %{http_version}", f"https://localhost:{PORT}/facts"],
                         capture_output=True, text=True, check=True).stdout
    assert got == "https TLSv1.3 h2 localhost 2", got


def sessions_are_resumed():
    ctx = context()
    with connect(ctx) as s:
        s.sendall(b"GET / HTTP/1.1\r\nHost: a\r\n\r\n")
        s.recv(65536)
        session = s.session
    plain = socket.create_connection(("127.0.0.1", PORT), timeout=PATIENCE)
    with ctx.wrap_socket(plain, server_hostname="localhost", session=session) as s:
        assert s.session_reused


def no_tls_is_refused():
    with socket.create_connection(("127.0.0.1", PORT), timeout=PATIENCE) as s:
        s.sendall(b"GET / HTTP/1.1\r\nHost: a\r\n\r\n")
        assert b"HTTP" not in s.recv(65536)


def many_at_once():
    failures = []

    def one():
        try:
            c = client()
            for i in range(20):
                body = bytes([i]) * (i * 997)
                assert ask(c, "POST", "/", body) == (200, body)
        except Exception as error:
            failures.append(error)

    threads = [threading.Thread(target=one) for _ in range(16)]
    [t.start() for t in threads]
    [t.join() for t in threads]
    assert not failures, failures[0]


def certificates_change_under_way():
    c = client()
    ask(c, "GET", "/")
    before = ssl.get_server_certificate(("127.0.0.1", PORT))
    subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes",
                    "-subj", "/CN=new", "-addext", "subjectAltName=DNS:localhost", "-days", "2", "-keyout",
                    CERT.with_suffix(".key"), "-out", CERT], check=True, stderr=subprocess.DEVNULL)
    host.send_signal(signal.SIGHUP)
    until = time.monotonic() + PATIENCE
    while ssl.get_server_certificate(("127.0.0.1", PORT)) == before:
        assert time.monotonic() < until, "the certificate did not change"
        time.sleep(0.05)
    assert ask(c, "GET", "/") == (200, b"")  # the old connection goes on
    assert ask(client(), "GET", "/") == (200, b"")


def the_end_is_said():
    c = client()
    c.request("GET", "/slow")
    ask(client(), "GET", "/")  # by then the first is under way
    host.send_signal(signal.SIGTERM)
    answer = c.getresponse()
    assert (answer.status, answer.read()) == (200, b""), answer.status
    assert host.wait(timeout=PATIENCE) == 0


try:
    for test in (facts_are_known, a_connection_is_kept, an_old_client_comes_in, http2_is_agreed_on, sessions_are_resumed,
                 no_tls_is_refused, many_at_once, certificates_change_under_way, the_end_is_said):
        test()
        print("ok", test.__name__)
finally:
    host.kill()
