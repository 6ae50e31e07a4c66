#!/usr/bin/env python3
"""redirect.py PROGRAM: a second port that sends to HTTPS, an authority's challenge on it, and Strict-Transport-Security."""
import pathlib, socket, sys, tempfile
from running import Load, Service, Way, certificate, free_port, run, trusting

PROGRAM = sys.argv[1]
folder = tempfile.TemporaryDirectory()
HERE = pathlib.Path(folder.name)
CRT, KEY = certificate(HERE)
TLS = "--port", "0", "--tls-cert", CRT, "--tls-key", KEY


class Redirecting(Service):
    def __init__(self, *more):
        super().__init__(PROGRAM, *TLS, "--redirect-http", free_port(), *more)

    def __enter__(self):
        super().__enter__()
        self.https, self.http = self.ports()
        self.secure = Way(socket.AF_INET, ("127.0.0.1", self.https), trusting(CRT))
        self.plain = Way(socket.AF_INET, ("127.0.0.1", self.http))
        return self

    def located(self, host, target="/version", method="GET"):
        status, headers, _ = self.plain.ask(target, host, method)
        return status, headers.get("location")


def clients_are_sent_to_https():
    for workers in ("0", "2"):
        with Redirecting("--workers", workers) as s:
            assert s.located(f"localhost:{s.http}") == (308, f"https://localhost:{s.https}/version")
            assert s.located(f"127.0.0.1:{s.http}") == (308, f"https://127.0.0.1:{s.https}/version")
            # ports that somebody in front maps
            assert s.located("localhost") == (308, "https://localhost/version")
            assert s.located("localhost:8080", "/no?a=b%20c") == (308, "https://localhost/no?a=b%20c")
            assert s.located("localhost", method="POST")[0] == 308
            # nothing is answered without TLS, and no other host's name is repeated
            for host in ("evil.example", "localhost.evil.example", "127.0.0.2", "", "a@localhost"):
                assert s.located(host) == (400, None), host
            assert s.secure.ask("/version")[2] == "1"
            assert "strict-transport-security" not in s.secure.ask("/version")[1]


def reloads_keep_both_ports():
    with Redirecting("--workers", "2") as s:
        with Load(s.secure):
            assert s.reload() == "reloaded"
            assert s.located("localhost")[0] == 308


def browsers_are_told_to_stay():
    with Redirecting("--hsts", "31536000") as s:
        for path in ("/version", "/no"):
            assert s.secure.ask(path)[1]["strict-transport-security"] == "max-age=31536000"
        # RFC 6797 section 7.2: not without TLS
        assert "strict-transport-security" not in s.plain.ask("/version")[1]


def authorities_find_their_answer():
    acme = HERE / "acme"
    acme.mkdir()
    (acme / "to_ken-1").write_text("to_ken-1.thumb")
    (acme / "out").symlink_to("/etc/hostname")
    (acme / "folder").mkdir()
    with Redirecting("--acme", acme, "--workers", "1") as s:
        for host in ("localhost", "new.example"):  # there may be no certificate for it yet
            assert s.plain.ask("/.well-known/acme-challenge/to_ken-1", host)[::2] == (200, "to_ken-1.thumb")
        for token in ("none", "out", "folder"):
            assert s.plain.ask(f"/.well-known/acme-challenge/{token}")[0] == 404, token
        for token in ("", "..", "%2e%2e/localhost.key", "../localhost.key", "a/b", "a.b", "a" * 257):
            status, _, body = s.plain.ask(f"/.well-known/acme-challenge/{token}")
            assert status in (308, 400) and "KEY" not in body, (token, status)
        assert s.plain.ask("/.well-known/acme-challenge/to_ken-1", method="POST")[0] == 308
        assert s.secure.ask("/.well-known/acme-challenge/to_ken-1")[0] == 404


run(clients_are_sent_to_https, reloads_keep_both_ports, browsers_are_told_to_stay, authorities_find_their_answer)
