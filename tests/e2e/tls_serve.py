#!/usr/bin/env python3
"""tls_serve.py PROGRAM: a whole service over TLS, by its settings: workers, renewed certificates,
clients that must show theirs, and what is said of files that do not fit."""
import pathlib, re, signal, socket, ssl, subprocess, sys, tempfile, time
from running import PATIENCE

PROGRAM = sys.argv[1]
folder = tempfile.TemporaryDirectory()
HERE = pathlib.Path(folder.name)


def certificate(name, host="localhost"):
    subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes",
                    "-subj", f"/CN={name}", "-addext", f"subjectAltName=DNS:{host}", "-days", "2",
                    "-keyout", HERE / f"{name}.key", "-out", HERE / f"{name}.crt"],
                   check=True, stderr=subprocess.DEVNULL)
    return str(HERE / f"{name}.crt"), str(HERE / f"{name}.key")


class Service:
    def __init__(self, *arguments):
        self.process = subprocess.Popen([PROGRAM, "--port", "0", *arguments], stdout=subprocess.PIPE,
                                        stderr=subprocess.PIPE, text=True)

    def __enter__(self):
        self.said = self.process.stdout.readline()
        found = re.search(r"https://127\.0\.0\.1:(\d+)", self.said)
        assert found, self.said + self.process.stderr.read()
        self.port = int(found.group(1))
        return self

    def __exit__(self, *_):
        self.process.send_signal(signal.SIGTERM)
        try:
            assert self.process.wait(timeout=PATIENCE) == 0
        finally:
            self.process.kill()


def connect(port, authority, session=None, shows=None, name="localhost"):
    ctx = ssl.create_default_context(cafile=authority)
    if session:
        ctx = session[0]
    if shows:
        ctx.load_cert_chain(*shows)
    plain = socket.create_connection(("127.0.0.1", port), timeout=PATIENCE)
    made = ctx.wrap_socket(plain, server_hostname=name, session=session[1] if session else None)
    made.sendall(b"GET /openapi.json HTTP/1.1\r\nHost: a\r\n\r\n")
    return made, ctx, made.recv(65536)


def workers_serve_and_resume_each_others_sessions(a, b):
    with Service("--workers", "2", "--tls-cert", a[0], "--tls-key", a[1]) as s:
        first, ctx, text = connect(s.port, a[0])
        assert text.startswith(b"HTTP/1.1 200"), text
        session = first.session
        for _ in range(8):  # queues of either worker
            again, _, text = connect(s.port, a[0], (ctx, session))
            assert again.session_reused and text.startswith(b"HTTP/1.1 200")
            again.close()
        first.close()
        got = subprocess.run(["curl", "--silent", "--show-error", "--max-time", str(PATIENCE), "--cacert", a[0], "--output", "/dev/null",
                              "--write-out", "%{http_code} %{http_version}", f"https://localhost:{s.port}/openapi.json"],
                             capture_output=True, text=True, check=True).stdout
        assert got == "200 2", got


def names_choose(a, b):
    with Service("--tls-cert", f"{a[0]},{b[0]}", "--tls-key", f"{a[1]},{b[1]}") as s:
        connect(s.port, a[0])[0].close()
        connect(s.port, b[0], name="other.example")[0].close()


def certificates_are_renewed_by_a_signal(a, b, *more):
    now = [str(HERE / "now.crt"), str(HERE / "now.key")]
    for source, target in zip(a, now):
        pathlib.Path(target).write_text(pathlib.Path(source).read_text())
    with Service(*(more or ("--workers", "2")), "--tls-cert", now[0], "--tls-key", now[1]) as s:
        kept, _, _ = connect(s.port, a[0])
        before = ssl.get_server_certificate(("127.0.0.1", s.port))
        for source, target in zip(b, now):
            pathlib.Path(target).write_text(pathlib.Path(source).read_text())
        s.process.send_signal(signal.SIGHUP)
        until = time.monotonic() + PATIENCE
        while ssl.get_server_certificate(("127.0.0.1", s.port)) == before:
            assert time.monotonic() < until, "the old certificate is still shown"
            time.sleep(0.05)
        kept.sendall(b"GET /openapi.json HTTP/1.1\r\nHost: a\r\n\r\n")
        assert kept.recv(65536)  # the old connection was not cut
        kept.close()


def a_single_process_renews_them_as_well(a, b):
    certificates_are_renewed_by_a_signal(a, b, "--workers", "0")


def clients_must_show_theirs(a, b):
    with Service("--tls-cert", a[0], "--tls-key", a[1], "--tls-clients", b[0]) as s:
        known, _, text = connect(s.port, a[0], shows=b)
        assert text.startswith(b"HTTP/1.1 200"), text
        known.close()
        for shows in (None, a):
            try:
                _, _, text = connect(s.port, a[0], shows=shows)
                assert not text, text
            except OSError:
                pass


def mistakes_are_explained(a, b):
    for arguments, says in (
        (["--tls-cert", a[0]], "the key of"),
        (["--tls-key", a[1]], "need --tls-cert"),
        (["--tls-cert", a[0], "--tls-key", b[1]], "is not that of the certificate|cannot be used with"),
        (["--tls-cert", "/nowhere.crt", "--tls-key", a[1]], "No such file"),
        (["--tls-cert", a[0], "--tls-key", f"{a[1]},{b[1]}"], "more keys than certificates"),
        (["--workers", "1", "--tls-cert", "/nowhere.crt", "--tls-key", a[1]], "No such file"),
    ):
        done = subprocess.run([PROGRAM, "--port", "0", *arguments], capture_output=True, text=True, timeout=PATIENCE)
        assert done.returncode == 1, done
        assert re.search(says, done.stderr), (says, done.stderr)


a, b = certificate("here"), certificate("there", "other.example")
for test in (workers_serve_and_resume_each_others_sessions, names_choose, certificates_are_renewed_by_a_signal,
             a_single_process_renews_them_as_well,
             clients_must_show_theirs, mistakes_are_explained):
    test(a, b)
    print("ok", test.__name__, flush=True)
